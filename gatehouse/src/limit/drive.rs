//! A load that holds a permit, as those who wait for a permit see it.

use std::sync::Arc;

/// A load of any facts that others than its owner can drive.
pub(super) trait Drive: Send + Sync {
    /// Polls it once, if it was woken and nobody else polls it.
    fn drive(self: Arc<Self>);
}
