//! The state of the present thread: wakes to make, futures to drop, loads that it polls.
//!
//! The waker of a load wakes other tasks; a dropped future may hold an evaluation, which drops other
//! futures. Both are done from a loop, so that they take no stack in proportion to the number of loads.

use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc as StdArc, Weak};
use std::task::Waker;

use smallvec::SmallVec;

use crate::sync::{LocalKey, thread_local};
use crate::unwind;

/// The boxed future of a load.
pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Wakers that were collected under a lock, to be woken outside.
pub(crate) type Wakers = SmallVec<[Waker; 1]>;

/// A `SharedFuture`, whose module lies above this one.
type AnyLoad = dyn Any + Send + Sync;

thread_local! {
    static WAKES: RefCell<WorkQueue<Waker>> = RefCell::new(WorkQueue::new());
    static DROPS: RefCell<WorkQueue<BoxFuture<()>>> = RefCell::new(WorkQueue::new());
    /// The loads that the thread polls, each inside the one before.
    #[allow(clippy::missing_const_for_thread_local, reason = "loom's takes no `const`")]
    static POLLED: RefCell<Vec<PolledLoad>> = RefCell::new(Vec::new());
}

/// Work that is done from a loop.
struct WorkQueue<T> {
    /// Whether a loop further up the stack does the work.
    is_running: bool,
    rest: VecDeque<T>,
}

impl<T> WorkQueue<T> {
    fn new() -> Self {
        Self { is_running: false, rest: VecDeque::new() }
    }

    /// The next item; the loop ends if there is none.
    fn next(&mut self) -> Option<T> {
        let next = self.rest.pop_front();
        self.is_running = next.is_some();
        next
    }
}

/// Runs `each` for the new items in their order: now, or from the loop that runs already.
fn run_queued<T>(
    queue: &'static LocalKey<RefCell<WorkQueue<T>>>,
    new: impl IntoIterator<Item = T>,
    each: impl Fn(T),
) {
    let mut new = Some(new);
    let is_ours = queue.try_with(|queue| {
        let mut queue = queue.borrow_mut();
        queue.rest.extend(new.take().into_iter().flatten());
        !std::mem::replace(&mut queue.is_running, true)
    });
    match is_ours {
        Ok(true) => {
            // A waker or a destructor may poll something that is no part of the load that the thread polls.
            let _polling = PollGuard::outside_loads();
            while let Some(next) = queue.with(|queue| queue.borrow_mut().next()) {
                each(next);
            }
        }
        Ok(false) => {}
        // The thread ends, and its queue is gone.
        Err(_) => new.into_iter().flatten().for_each(each),
    }
}

/// Wakes all of these. No lock may be held.
///
/// A waker is the executor's code. If one panics, the others are woken all the same.
pub(crate) fn wake_all(wakers: Wakers) {
    if !wakers.is_empty() {
        let wake = |waker: Waker| {
            let _ = unwind::catch(move || waker.wake());
        };
        run_queued(&WAKES, wakers, wake);
    }
}

/// Drops a future that nobody waits for. No lock may be held.
///
/// Its destructor is the source's code; a panic there is ignored.
pub(crate) fn discard(future: BoxFuture<()>) {
    run_queued(&DROPS, [future], unwind::drop_quietly);
}

/// A load that the thread polls.
struct PolledLoad {
    /// The number of this poll of the load.
    poll: u64,
    /// The identity of the session; `None` if the session does not drive the load now.
    session: Option<usize>,
    load: Option<StdArc<AnyLoad>>,
}

/// Marks the thread as polling a load, until it is dropped.
pub(crate) struct PollGuard {
    is_noted: bool,
}

impl PollGuard {
    pub(crate) fn begin(session: usize, poll: u64, load: StdArc<AnyLoad>) -> Self {
        Self::note(PolledLoad { poll, session: Some(session), load: Some(load) })
    }

    /// Marks the thread as polling something that is no part of a load.
    pub(crate) fn outside_loads() -> Self {
        Self::note(PolledLoad { poll: 0, session: None, load: None })
    }

    fn note(polled: PolledLoad) -> Self {
        let noted = POLLED.try_with(|all| all.borrow_mut().push(polled));
        // A thread that ends has no such list any more.
        Self { is_noted: noted.is_ok() }
    }
}

impl Drop for PollGuard {
    fn drop(&mut self) {
        if self.is_noted {
            let polled = with_polled(Vec::pop);
            // Dropped outside the borrow: this may be the last reference to the load.
            drop(polled);
        }
    }
}

/// Looks at the loads that the thread polls; `None` if the thread ends.
fn with_polled<T>(look: impl FnOnce(&mut Vec<PolledLoad>) -> Option<T>) -> Option<T> {
    POLLED.try_with(|polled| look(&mut polled.borrow_mut())).ok().flatten()
}

/// The innermost poll of a load of this session on the thread: the address of the load, and the number of
/// the poll.
pub(crate) fn current_poll(session: usize) -> Option<(usize, u64)> {
    with_polled(|polled| {
        let polled = polled.iter().rev().find(|polled| polled.session == Some(session))?;
        Some((StdArc::as_ptr(polled.load.as_ref()?).addr(), polled.poll))
    })
}

/// The innermost load that the thread polls.
pub(crate) fn polled_load() -> Option<StdArc<AnyLoad>> {
    with_polled(|polled| polled.last()?.load.clone())
}

/// The number of loads that the thread polls, each inside another.
pub(crate) fn polled_depth() -> usize {
    with_polled(|polled| Some(polled.len())).unwrap_or(0)
}

/// The load in which something was begun that is continued elsewhere: a load that holds a permit is driven
/// by those who wait for one.
pub(crate) struct CallerLoad(Option<Weak<AnyLoad>>);

impl CallerLoad {
    pub(crate) fn current() -> Self {
        Self(polled_load().map(|load| StdArc::downgrade(&load)))
    }

    /// Runs `run` as a part of that load, and of no other. The load's session does not drive it now, so
    /// evaluations inside drive their own loads.
    pub(crate) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
        let load = self.0.as_ref().and_then(Weak::upgrade);
        let _polling = PollGuard::note(PolledLoad { poll: 0, session: None, load });
        run()
    }
}
