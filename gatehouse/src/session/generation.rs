//! A set of sources, and what was loaded from it.

use std::sync::Arc as StdArc;

use super::memo::Memo;
use super::shared_future::WaiterSet;
use super::storage::{AnyTable, Sources};
use crate::source::Call;
use crate::sync::{Arc, AtomicBool, Mutex, OnceLock, Ordering};

/// A set of sources and everything that was loaded from it. Replacing the sources of a session
/// begins a new generation, so that no value of the old sources is ever seen beside one of the new
/// (guarantee 5).
pub(crate) struct Generation<P: Sources> {
    pub(crate) sources: StdArc<P>,
    pub(crate) tables: P::Tables,
    pub(crate) memo: Memo,
    pub(super) waiters: Arc<WaiterSet>,
    /// The calls that its loads make, if they differ from a plain call. It stays when the sources are
    /// replaced.
    call: OnceLock<Arc<Mutex<Call>>>,
    /// Whether no load begins any more: the session has new sources.
    closed: AtomicBool,
    /// Held while a table is initialised, and while all tables are closed: no table is initialised
    /// meanwhile. Lock order: this one, then those of a table.
    closing: Mutex<()>,
}

impl<P: Sources> Generation<P> {
    pub(super) fn new_first(sources: StdArc<P>) -> Self {
        Self::new(sources, Arc::new(WaiterSet::default()))
    }

    pub(super) fn new(sources: StdArc<P>, waiters: Arc<WaiterSet>) -> Self {
        let (tables, memo) = (P::tables(), Memo::default());
        let (closed, closing) = (AtomicBool::new(false), Mutex::new(()));
        Self { sources, tables, memo, waiters, call: OnceLock::new(), closed, closing }
    }

    /// The generation after this one, with other sources.
    pub(super) fn followed_by(&self, sources: StdArc<P>) -> Self {
        let next = Self::new(sources, Arc::clone(&self.waiters));
        if let Some(call) = self.call.get() {
            let _ = next.call.set(Arc::clone(call));
        }
        next
    }

    /// The call of a number of loads that begin now.
    pub(super) fn call_of(&self, loads: usize) -> Call {
        let call = self.call.get().map(|call| call.lock().clone()).unwrap_or_default();
        #[cfg(any(feature = "postgres", feature = "sqlite"))]
        if P::SHARES_LOADS && loads > 1 {
            return call.beginning_together();
        }
        let _ = loads;
        call
    }

    /// Whether its loads make other calls than plain ones.
    pub(super) fn has_call(&self) -> bool {
        self.call.get().is_some()
    }

    /// Changes the calls of the loads that begin from now on.
    pub(super) fn change_call(&self, change: impl FnOnce(&mut Call)) {
        change(&mut self.call.get_or_init(Arc::default).lock());
    }

    /// Whether the session still answers from this generation.
    #[inline]
    pub(crate) fn is_current(&self) -> bool {
        !self.closed.load(Ordering::Acquire)
    }

    /// Initialises a table by `init`, unless the generation is closed.
    pub(super) fn init_table<T>(&self, init: impl FnOnce() -> T) -> Option<T> {
        let _closing = self.closing.lock();
        self.is_current().then(init)
    }

    /// Closes every table, so that no load begins any more; `false`, and nothing is closed, if a load is
    /// in flight.
    pub(super) fn close_if_idle(&self) -> bool {
        let _closing = self.closing.lock();
        let mut tables: Vec<&dyn AnyTable<P>> = Vec::new();
        let mut idle = true;
        P::for_each_table(&self.tables, &mut |table| {
            idle = idle && table.close_if_idle();
            if idle {
                tables.push(table);
            }
        });
        if !idle {
            tables.into_iter().for_each(<dyn AnyTable<P>>::reopen);
        }
        self.closed.store(idle, Ordering::Release);
        idle
    }
}
