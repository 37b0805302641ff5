//! The fact-load core: what one request knows, and what it is loading.
//!
//! - `core`: synchronous; per fact type, what is known and what is being loaded. `batches` is the part of
//!   it that needs no key type.
//! - `results`: what a batch comes to. `memo`: what derived facts came to.
//! - `thread`: what the present thread is at: wakes, drops and loads that it polls.
//! - `waiter`: who waits on a session, and whom a wake reaches. `links`: what a load waits for.
//! - `shared_future`: a load that whoever waits can drive. `wait_handle`: an evaluation that waits.
//! - `cycle`: loads that wait for each other.
//! - `table`: one fact type's core, and its loads. `storage`: the tables of a set of sources.
//! - `generation`: a set of sources, and what was loaded from it. `handle`: the session itself.
//! - `round`: one evaluation's waiting, and its cancellation. `ask`: a key is asked for in a round.
//! - `load`: one call of a source. `known`: facts that the session is told.
//!
//! Nothing that needs no key type is generic over one: it is compiled once, and not for each fact.

mod ask;
mod audit;
mod batches;
mod core;
mod cycle;
mod generation;
mod handle;
mod known;
mod links;
mod load;
mod memo;
mod results;
mod round;
mod shared_future;
mod storage;
mod table;
mod thread;
mod wait_handle;
mod waiter;

pub(crate) use self::generation::Generation;
pub(crate) use self::handle::EvaluationGuard;
pub use self::handle::{IntoSources, LoadsInFlight, Session};
pub use self::known::AlreadyKnown;
pub(crate) use self::memo::{DerivedResult, FactMemo, Final, MemoEntry};
pub(crate) use self::round::Round;
pub use self::storage::{AnyTable, BatchHandle, BatchesHandle, Sources, Stored};
pub use self::table::Table;
pub(crate) use self::thread::{BoxFuture, Wakers};
pub(crate) use self::thread::{CallerLoad, wake_all};

#[cfg(test)]
mod tests {
    #[cfg(not(loom))]
    mod core_tests;
    #[cfg(loom)]
    mod loom_shared_future;
    #[cfg(loom)]
    mod loom_stripe;
}
