//! How long a test waits for what must happen.

use std::time::Duration;

/// Longer than any test takes that passes.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The result of a future that must not hang.
///
/// # Panics
/// If it does.
pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it does not hang")
}
