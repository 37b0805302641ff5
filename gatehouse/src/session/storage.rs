//! Where a session keeps what its sources load: one table for each fact.

use std::sync::Arc as StdArc;

use super::batches::{BatchId, Ledger};
use super::shared_future::SharedFuture;
use super::table::Table;
use crate::fact::LoadedFact;
use crate::source::FactSource;

/// The sources of an application, together: what [`#[derive(Sources)]`](derive@crate::Sources)
/// writes for a struct whose fields are marked `#[loads(Fact, …)]`.
///
/// Not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of sources",
    note = "write `#[derive(Sources)]` on the struct, and `#[loads(Fact, …)]` on each field that is a source"
)]
pub trait Sources: Send + Sync + Sized + 'static {
    /// One table per fact that is loaded.
    #[doc(hidden)]
    type Tables: Send + Sync + 'static;

    /// Empty tables for a new session.
    #[doc(hidden)]
    fn tables() -> Self::Tables;

    /// Shows each table, in declaration order, to `visit`.
    #[doc(hidden)]
    fn for_each_table<'t>(tables: &'t Self::Tables, visit: &mut dyn FnMut(&'t dyn AnyTable<Self>));
}

/// A fact that one of the sources `P` loads: written by `#[derive(Sources)]`.
pub trait Stored<P: Sources>: LoadedFact {
    /// The source. Its type has no name here: a user's may be private where `P` is public.
    fn source(sources: &P) -> &impl FactSource<Self>;

    /// Where what it loaded is kept.
    fn table(tables: &P::Tables) -> &Table<Self>;
}

/// What the session needs of a table, whatever its fact. As it is compiled anew for each fact, there
/// is no more to it than what needs the fact's type.
pub trait AnyTable<P: Sources>: Send + Sync {
    /// Begins the load of a batch, unless somebody did.
    #[doc(hidden)]
    fn start(&self, sources: &StdArc<P>, batch: BatchHandle<'_>);

    /// Runs `run` under the lock, if the fact was ever asked for.
    #[doc(hidden)]
    fn locked(&self, run: &mut dyn FnMut(LedgerHandle<'_>));
}

/// A batch, opaque to the outside.
pub struct BatchHandle<'b> {
    pub(super) batch: BatchId,
    pub(super) load: &'b StdArc<SharedFuture>,
}

/// What a table's core has that knows no key, opaque to the outside.
pub struct LedgerHandle<'l>(pub(super) &'l mut Ledger<StdArc<SharedFuture>>);

impl<P: Sources> dyn AnyTable<P> + '_ {
    /// Begins the load of a batch that an evaluation waits for, unless somebody did.
    pub(super) fn begin(&self, sources: &StdArc<P>, batch: BatchId, load: &StdArc<SharedFuture>) {
        self.start(sources, BatchHandle { batch, load });
    }

    /// One evaluation no longer waits for a batch of this table.
    pub(super) fn abandon(&self, id: BatchId) {
        let mut cancelled = None;
        self.locked(&mut |LedgerHandle(ledger)| cancelled = ledger.leave(id));
        if let Some(load) = cancelled {
            load.cancel();
        }
    }

    /// Closes the table if it has no load in flight; says whether it is closed. One that was never
    /// asked for is as good as closed, as its generation closes too.
    pub(super) fn close_if_idle(&self) -> bool {
        let mut closed = true;
        self.locked(&mut |ledger| closed = ledger.0.close_if_idle());
        closed
    }

    /// Opens a closed table again.
    pub(super) fn reopen(&self) {
        self.locked(&mut |ledger| ledger.0.reopen());
    }
}
