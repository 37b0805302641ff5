//! What the present thread is at: wakes to make, futures to drop, loads that it polls.
//!
//! A waker may be that of a load, and wakes others; a future that is dropped may hold an evaluation,
//! which drops others. Both are done from a loop, so that they take no stack by the number of loads.

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

/// A load that the thread polls: a `SharedFuture`, whose module lies above this one.
type AnyLoad = dyn Any + Send + Sync;

thread_local! {
    static WAKES: RefCell<Todo<Waker>> = RefCell::new(Todo::new());
    static DROPS: RefCell<Todo<BoxFuture<()>>> = RefCell::new(Todo::new());
    /// Each inside of the one before.
    #[allow(clippy::missing_const_for_thread_local, reason = "loom's takes no `const`")]
    static POLLED: RefCell<Vec<Polled>> = RefCell::new(Vec::new());
}

/// What is left to do, by a loop further up the stack if one is at it.
struct Todo<T> {
    is_busy: bool,
    rest: VecDeque<T>,
}

impl<T> Todo<T> {
    fn new() -> Self {
        Self { is_busy: false, rest: VecDeque::new() }
    }

    /// The next one to do; the loop is over if there is none.
    fn next(&mut self) -> Option<T> {
        let next = self.rest.pop_front();
        self.is_busy = next.is_some();
        next
    }
}

/// Does `each` for what is new, in its order: now, or by the loop that is at it.
fn work_off<T>(
    list: &'static LocalKey<RefCell<Todo<T>>>,
    new: impl IntoIterator<Item = T>,
    each: impl Fn(T),
) {
    let mut new = Some(new);
    let is_ours = list.try_with(|todo| {
        let mut todo = todo.borrow_mut();
        todo.rest.extend(new.take().into_iter().flatten());
        !std::mem::replace(&mut todo.is_busy, true)
    });
    match is_ours {
        Ok(true) => {
            // What a waker or a destructor polls is no part of the load that the thread polls.
            let _polling = Polling::nothing();
            while let Some(next) = list.with(|todo| todo.borrow_mut().next()) {
                each(next);
            }
        }
        Ok(false) => {}
        // The thread ends, and has no list any more.
        Err(_) => new.into_iter().flatten().for_each(each),
    }
}

/// Makes these wakes. No lock may be held.
///
/// A waker is the executor's code. If it panics, the others are woken all the same.
pub(crate) fn wake_each(wakers: Wakers) {
    if !wakers.is_empty() {
        let wake = |waker: Waker| {
            let _ = unwind::catch(move || waker.wake());
        };
        work_off(&WAKES, wakers, wake);
    }
}

/// Drops a future that nobody waits for. No lock may be held.
///
/// Its destructor is the source's code, and a panic in it is nobody's answer.
pub(crate) fn discard(future: BoxFuture<()>) {
    work_off(&DROPS, [future], unwind::drop_quietly);
}

/// A load that the thread polls.
struct Polled {
    /// How often the load was polled by now.
    poll: u64,
    /// Tells the session from others; `None` if the session does not drive the load now.
    session: Option<usize>,
    load: Option<StdArc<AnyLoad>>,
}

/// Notes, until it is dropped, that the thread polls a load.
pub(crate) struct Polling {
    is_noted: bool,
}

impl Polling {
    pub(crate) fn begin(session: usize, poll: u64, load: StdArc<AnyLoad>) -> Self {
        Self::note(Polled { poll, session: Some(session), load: Some(load) })
    }

    /// What is polled from now on is no part of a load.
    pub(crate) fn nothing() -> Self {
        Self::note(Polled { poll: 0, session: None, load: None })
    }

    fn note(polled: Polled) -> Self {
        let noted = POLLED.try_with(|all| all.borrow_mut().push(polled));
        // A thread that ends notes nothing any more.
        Self { is_noted: noted.is_ok() }
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        if self.is_noted {
            let polled = look(Vec::pop);
            // Behind the look: this may be the last to hold the load.
            drop(polled);
        }
    }
}

fn look<T>(look: impl FnOnce(&mut Vec<Polled>) -> Option<T>) -> Option<T> {
    POLLED.try_with(|polled| look(&mut polled.borrow_mut())).ok().flatten()
}

/// The poll of a load of this session that the thread is in, the innermost one: the address of the
/// load, and which poll of it.
pub(crate) fn poll_of_load(session: usize) -> Option<(usize, u64)> {
    look(|polled| {
        let polled = polled.iter().rev().find(|polled| polled.session == Some(session))?;
        Some((StdArc::as_ptr(polled.load.as_ref()?).addr(), polled.poll))
    })
}

/// The load that the thread polls, the innermost one.
pub(crate) fn polled_load() -> Option<StdArc<AnyLoad>> {
    look(|polled| polled.last()?.load.clone())
}

/// How many loads the thread polls.
pub(crate) fn depth() -> usize {
    look(|polled| Some(polled.len())).unwrap_or(0)
}

/// The load in which something was begun, for what is done of it elsewhere: a permit's load is driven
/// by whoever waits for one.
pub(crate) struct CallerLoad(Option<Weak<AnyLoad>>);

impl CallerLoad {
    pub(crate) fn current() -> Self {
        Self(polled_load().map(|load| StdArc::downgrade(&load)))
    }

    /// Runs `run` as a part of that load, and of no other. Its session does not drive it: evaluations
    /// inside do that themselves.
    pub(crate) fn inside<T>(&self, run: impl FnOnce() -> T) -> T {
        let load = self.0.as_ref().and_then(Weak::upgrade);
        let _polling = Polling::note(Polled { poll: 0, session: None, load });
        run()
    }
}
