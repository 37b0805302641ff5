//! The floor: members read a document, by hand, with the promises of a session and nothing else of it.
//!
//! - Any number of tasks ask, and a pair that one of them asked for is loaded once.
//! - The keys of a page are loaded by one call.
//! - A load belongs to nobody: whoever waits for it can drive it, and none of them is needed.
//! - A load that nobody waits for any more is dropped, and its pairs are as good as never asked for.
//! - A panic of the store is an error for those who wait, and nobody else's.
//!
//! What a session has beside: many facts, with keys of any type, which it knows nothing about; the same
//! call for what several tasks ask for at about the same time; a limit on the keys of a call; answers in
//! any order, with keys left out, failed or unasked for; whoever waits drives every load of the session,
//! not only its own; a deadline; a change of the sources; and what it tells those who watch.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{Context, Poll, Wake, Waker};

use crate::data::{Document, Relation, Store, User};

type Pair = (u32, u32);
type Load = Pin<Box<dyn Future<Output = Vec<bool>> + Send>>;

/// The store panicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

/// No user code runs under a lock here, so a panic leaves nothing half-written.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What the tasks of one request share.
pub struct Members<S> {
    store: Arc<S>,
    asked: Mutex<Asked>,
}

/// What was asked for.
#[derive(Default)]
struct Asked {
    /// The batch of each pair, and its place there.
    places: HashMap<Pair, (usize, usize)>,
    batches: Vec<Batch>,
}

/// Pairs that are loaded by one call.
struct Batch {
    flight: Arc<Flight>,
    /// How many wait for it.
    waiting: usize,
}

/// A load that whoever waits for it can drive.
struct Flight {
    /// Whether each pair is one of a member.
    answers: OnceLock<Result<Vec<bool>, Failed>>,
    state: Mutex<State>,
}

struct State {
    /// `None` while somebody drives it, and once it is over.
    parked: Option<Load>,
    /// Whether there was a wake since the last poll.
    woken: bool,
    waiting: Vec<Waker>,
}

/// Whose call it is that asks the store.
pub trait Loads: Send + Sync + 'static {
    /// Whether each pair is one of a member.
    fn load(self: Arc<Self>, pairs: Vec<Pair>) -> impl Future<Output = Vec<bool>> + Send;
}

impl Loads for Store {
    async fn load(self: Arc<Self>, pairs: Vec<Pair>) -> Vec<bool> {
        self.call().await;
        pairs.iter().map(|&(user, org)| self.holds(Relation::Member, user, org)).collect()
    }
}

impl<S: Loads> Members<S> {
    #[must_use]
    pub fn new(store: &Arc<S>) -> Arc<Self> {
        Arc::new(Self { store: Arc::clone(store), asked: Mutex::default() })
    }

    /// The documents that `user` reads.
    ///
    /// # Errors
    /// [`Failed`] if a load that it waited for did.
    pub async fn page<'d>(
        &self,
        user: &User,
        docs: &'d [Document],
    ) -> Result<Vec<&'d Document>, Failed> {
        // It waits until what it asked for is answered, and is in those batches until it reads.
        let waiting = self.ask(docs.iter().map(|doc| (user.id, doc.org)));
        poll_fn(|cx| waiting.poll(cx.waker())).await;
        let asked = lock(&self.asked);
        let mut visible = Vec::new();
        for doc in docs {
            let (batch, at) = asked.places[&(user.id, doc.org)];
            match asked.batches[batch].flight.answers.get() {
                Some(Ok(answers)) => visible.extend(answers[at].then_some(doc)),
                Some(Err(Failed)) | None => return Err(Failed),
            }
        }
        drop(asked);
        Ok(visible)
    }

    /// Asks for each pair that nobody asked for, and says what to wait for.
    fn ask(&self, pairs: impl Iterator<Item = Pair>) -> Waiting<'_> {
        let mut guard = lock(&self.asked);
        let Asked { places, batches } = &mut *guard;
        let (next, mut new, mut own, mut joined) = (batches.len(), Vec::new(), None, Vec::new());
        for pair in pairs {
            match places.entry(pair) {
                Entry::Vacant(vacant) => {
                    vacant.insert((next, new.len()));
                    new.push(pair);
                }
                Entry::Occupied(there) => {
                    let number = there.get().0;
                    let is_joined = |(joined, _): &(usize, Arc<Flight>)| *joined == number;
                    if number != next && !joined.iter().any(is_joined) {
                        let batch = &mut batches[number];
                        batch.waiting += 1;
                        joined.push((number, Arc::clone(&batch.flight)));
                    }
                }
            }
        }
        if !new.is_empty() {
            let flight = Flight::new(Box::pin(Arc::clone(&self.store).load(new)));
            own = Some((next, Arc::clone(&flight)));
            batches.push(Batch { flight, waiting: 1 });
        }
        Waiting { asked: &self.asked, own, joined }
    }
}

/// Waits for the batch that it began, and for those that it joined.
struct Waiting<'m> {
    asked: &'m Mutex<Asked>,
    own: Option<(usize, Arc<Flight>)>,
    joined: Vec<(usize, Arc<Flight>)>,
}

impl Waiting<'_> {
    fn flights(&self) -> impl Iterator<Item = &(usize, Arc<Flight>)> {
        self.own.iter().chain(&self.joined)
    }

    fn poll(&self, waker: &Waker) -> Poll<()> {
        let pending = self.flights().filter(|(_, flight)| !flight.is_over_after(waker)).count();
        if pending == 0 { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Who waits no more leaves the loads that are not over; the last one takes them along.
impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        for (number, flight) in self.flights() {
            if flight.answers.get().is_some() {
                continue;
            }
            let mut asked = lock(self.asked);
            asked.batches[*number].waiting -= 1;
            let cancelled = if asked.batches[*number].waiting == 0 {
                asked.places.retain(|_, (batch, _)| batch != number);
                lock(&flight.state).parked.take()
            } else {
                None
            };
            drop(asked);
            let _ = catch_unwind(AssertUnwindSafe(move || drop(cancelled)));
        }
    }
}

impl Flight {
    fn new(load: Load) -> Arc<Self> {
        let state = State { parked: Some(load), woken: true, waiting: Vec::new() };
        Arc::new(Self { answers: OnceLock::new(), state: Mutex::new(state) })
    }

    /// Whether it is over, after it was polled, if it was woken and nobody else polls it. If it is not,
    /// `waker` is woken once there is more to do.
    fn is_over_after(self: &Arc<Self>, waker: &Waker) -> bool {
        let mut state = lock(&self.state);
        if self.answers.get().is_some() {
            return true;
        }
        // A wake while somebody drives it is for the driver: it looks again after its poll.
        let woken = state.woken;
        let Some(mut load) = state.parked.take_if(|_| woken) else {
            state.waiting.push(waker.clone());
            return false;
        };
        state.woken = false;
        drop(state);
        let own = Waker::from(Arc::clone(self));
        let polled = catch_unwind(AssertUnwindSafe(move || {
            match load.as_mut().poll(&mut Context::from_waker(&own)) {
                Poll::Ready(answers) => Ok(answers),
                Poll::Pending => Err(load),
            }
        }));
        let answers = match polled {
            Ok(Err(load)) => {
                self.put_back(load, waker);
                return false;
            }
            Ok(Ok(answers)) => Ok(answers),
            Err(_) => Err(Failed),
        };
        // It is over once.
        let _ = self.answers.set(answers);
        self.wake_waiting();
        true
    }

    fn put_back(&self, load: Load, waker: &Waker) {
        let mut state = lock(&self.state);
        state.parked = Some(load);
        state.waiting.push(waker.clone());
        let woken = state.woken;
        drop(state);
        if woken {
            self.wake_waiting();
        }
    }

    /// All of them: whichever is woken alone may never be polled again.
    fn wake_waiting(&self) {
        let waiting = std::mem::take(&mut lock(&self.state).waiting);
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl Wake for Flight {
    fn wake(self: Arc<Self>) {
        lock(&self.state).woken = true;
        self.wake_waiting();
    }
}

/// A page on a request of its own.
#[inline(never)]
pub async fn page<'d>(store: &Arc<Store>, user: &User, docs: &'d [Document]) -> Vec<&'d Document> {
    Members::new(store).page(user, docs).await.expect("nothing fails")
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::executor::block_on;
    use futures::join;

    use super::*;
    use crate::data::{ANN, document};

    /// A store whose load takes as many polls as it is told, and says when it is dropped.
    #[derive(Default)]
    struct Slow {
        polls: usize,
        calls: AtomicUsize,
        dropped: Arc<AtomicUsize>,
        panics: bool,
    }

    struct Dropped(Arc<AtomicUsize>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Loads for Slow {
        async fn load(self: Arc<Self>, pairs: Vec<Pair>) -> Vec<bool> {
            let _dropped = Dropped(Arc::clone(&self.dropped));
            self.calls.fetch_add(1, Ordering::Relaxed);
            let mut polls = 0;
            poll_fn(|cx| {
                polls += 1;
                if polls > self.polls {
                    return Poll::Ready(());
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
            assert!(!self.panics, "the store's own");
            pairs.iter().map(|(_, org)| org.is_multiple_of(2)).collect()
        }
    }

    fn slow(polls: usize) -> (Arc<Slow>, Arc<Members<Slow>>) {
        let store = Arc::new(Slow { polls, ..Slow::default() });
        let members = Members::new(&store);
        (store, members)
    }

    fn ids(page: Result<Vec<&Document>, Failed>) -> Vec<u32> {
        page.expect("nothing fails").into_iter().map(|doc| doc.id).collect()
    }

    #[test]
    fn two_who_ask_for_the_same_load_it_once() {
        let (store, members) = slow(3);
        let docs: Vec<_> = (0..4).map(document).collect();
        let (one, other) =
            block_on(async { join!(members.page(&ANN, &docs), members.page(&ANN, &docs[1..])) });
        assert_eq!(ids(one), [0, 2]);
        assert_eq!(ids(other), [2]);
        assert_eq!(ids(block_on(members.page(&ANN, &docs[2..3]))), [2]);
        assert_eq!(store.calls.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn whoever_is_left_drives_the_load_of_one_who_was_dropped() {
        let (store, members) = slow(3);
        let docs = [document(2)];
        let mut leader = Box::pin(members.page(&ANN, &docs));
        let mut context = Context::from_waker(Waker::noop());
        assert!(leader.as_mut().poll(&mut context).is_pending());
        let mut other = pin!(members.page(&ANN, &docs));
        assert!(other.as_mut().poll(&mut context).is_pending());
        drop(leader);
        assert_eq!(ids(block_on(other)), [2]);
        assert_eq!(store.calls.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_load_that_nobody_waits_for_is_dropped_and_asked_for_again() {
        let (store, members) = slow(3);
        let docs = [document(2)];
        let mut alone = Box::pin(members.page(&ANN, &docs));
        assert!(alone.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(alone);
        assert_eq!(store.dropped.load(Ordering::Relaxed), 1);
        assert_eq!(ids(block_on(members.page(&ANN, &docs))), [2]);
        assert_eq!(store.calls.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_panic_of_the_store_is_an_error_for_all_who_wait() {
        let store = Arc::new(Slow { polls: 1, panics: true, ..Slow::default() });
        let members = Members::new(&store);
        let docs = [document(2)];
        let both = block_on(async { join!(members.page(&ANN, &docs), members.page(&ANN, &docs)) });
        assert_eq!(both, (Err(Failed), Err(Failed)));
    }
}
