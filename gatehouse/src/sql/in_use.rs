//! The connection of a load while its statement runs.

use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;

use super::lend::Lend;
use crate::source::Call;

/// A statement that has run for as long as this is slow. Closing its connection costs less than waiting for it.
const SLOW: Duration = Duration::from_millis(100);

/// A connection of a pool while a statement runs on it.
///
/// If it is dropped meanwhile, the load was dropped. sqlx would lend the connection again when the statement has
/// ended, and that is well: most statements end soon, and loads are dropped often, because a check is decided
/// without them. But a slow statement, or one whose deadline has passed, would keep its place in the pool. Its
/// connection is closed, if the server then ends the statement: otherwise those that run on would be more than the
/// pool allows.
pub(super) struct InUse<'l, L: Lend> {
    lend: &'l L,
    connection: PoolConnection<L::Database>,
    deadline: Option<Instant>,
    begun: Instant,
    has_ended: bool,
}

impl<'l, L: Lend> InUse<'l, L> {
    /// Lends a connection, on which a statement begins.
    pub(super) async fn lent(lend: &'l L, call: &Call) -> Result<Self, sqlx::Error> {
        let connection = lend.lend().await?;
        let (deadline, begun) = (call.deadline(), Instant::now());
        Ok(Self { lend, connection, deadline, begun, has_ended: false })
    }

    pub(super) fn connection(&mut self) -> &mut PoolConnection<L::Database> {
        &mut self.connection
    }

    /// The statement has ended.
    pub(super) fn end(mut self) {
        self.has_ended = true;
    }

    fn is_late(&self) -> bool {
        let now = Instant::now();
        now.duration_since(self.begun) >= SLOW || self.deadline.is_some_and(|at| now >= at)
    }
}

impl<L: Lend> Drop for InUse<'_, L> {
    fn drop(&mut self) {
        if !self.has_ended && self.is_late() && self.lend.ends_statements() {
            self.connection.close_on_drop();
        }
    }
}
