//! The storage of a session: one table for each fact that its sources load.

use std::any::type_name_of_val;
use std::sync::Arc as StdArc;

use super::batches::{BatchId, Batches};
use super::shared_future::SharedFuture;
use super::table::Table;
use crate::fact::LoadedFact;
use crate::source::{Call, FactSource};

/// The sources of an application: what [`#[derive(Sources)]`](derive@crate::Sources)
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

    /// Whether loads of different facts that begin together can be one.
    #[doc(hidden)]
    const SHARES_LOADS: bool = false;

    /// Empty tables for a new session.
    #[doc(hidden)]
    fn tables() -> Self::Tables;

    /// Shows each table, in declaration order, to `visit`.
    #[doc(hidden)]
    fn for_each_table<'t>(tables: &'t Self::Tables, visit: &mut dyn FnMut(&'t dyn AnyTable<Self>));
}

/// A fact that one of the sources `P` loads: written by `#[derive(Sources)]`.
#[diagnostic::on_unimplemented(
    message = "no source of `{P}` loads the fact `{Self}`",
    label = "expected a fact that a source of the session loads",
    note = "a fact with a body is computed from other facts: name those in its place",
    note = "for a fact without a body, write `#[loads({Self})]` or `#[rows({Self} = …)]` on a field of `{P}`"
)]
pub trait Stored<P: Sources>: LoadedFact {
    /// The source. Its type is not named, because it may be private where `P` is public.
    fn source(sources: &P) -> impl FactSource<Self>;

    /// The name of the source: its type, or the table that the fact is in.
    fn source_name(sources: &P) -> &'static str {
        type_name_of_val(&Self::source(sources)).trim_start_matches('&')
    }

    /// The table of the fact.
    fn table(tables: &P::Tables) -> &Table<Self>;
}

/// A table of any fact.
pub trait AnyTable<P: Sources>: Send + Sync {
    /// Begins the load of a batch, unless it has begun.
    #[doc(hidden)]
    fn start_load(&self, sources: &StdArc<P>, batch: BatchHandle<'_>);

    /// Runs `run` under the lock, if the fact was ever asked for.
    #[doc(hidden)]
    fn with_batches(&self, run: &mut dyn FnMut(BatchesHandle<'_>));
}

/// A batch, opaque to the outside.
pub struct BatchHandle<'b> {
    pub(super) id: BatchId,
    pub(super) load: &'b StdArc<SharedFuture>,
    /// The call that its load makes.
    pub(super) call: Call,
}

/// The batches of a table, opaque to the outside.
pub struct BatchesHandle<'l>(pub(super) &'l mut Batches<StdArc<SharedFuture>>);

impl<P: Sources> dyn AnyTable<P> + '_ {
    /// Begins the load of a batch that an evaluation waits for, unless it has begun.
    pub(super) fn begin(
        &self,
        sources: &StdArc<P>,
        call: Call,
        id: BatchId,
        load: &StdArc<SharedFuture>,
    ) {
        self.start_load(sources, BatchHandle { id, load, call });
    }

    /// Removes an evaluation from the waiters of a batch; cancels the load if it was the last one.
    pub(super) fn remove_waiter(&self, id: BatchId) {
        let mut cancelled = None;
        self.with_batches(&mut |BatchesHandle(batches)| cancelled = batches.remove_waiter(id));
        if let Some(load) = cancelled {
            load.cancel();
        }
    }

    /// Closes the table if it has no load in flight; says whether it is closed. A table that was never
    /// asked for counts as closed, because its generation closes as well.
    pub(super) fn close_if_idle(&self) -> bool {
        let mut closed = true;
        self.with_batches(&mut |batches| closed = batches.0.close_if_idle());
        closed
    }

    /// Opens a closed table again.
    pub(super) fn reopen(&self) {
        self.with_batches(&mut |batches| batches.0.reopen());
    }
}
