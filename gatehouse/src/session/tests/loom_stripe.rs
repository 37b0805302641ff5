//! Models of the synchronous core under its lock: one stripe, and two.

use loom::thread;

use super::super::batches::{Asker, BatchId, Registered, Told};
use super::super::core::{Asking, CachedAt, Core};
use crate::collections::{HashState, Hashed};
use crate::sync::model::explore;
use crate::sync::{Arc, Mutex, OnceLock};

/// What a batch comes to: one result for each key.
type Results<V> = OnceLock<Vec<V>>;

/// Results are numbers, waiters are the names of threads.
type Stripe<V = u64> = Arc<Mutex<Core<u8, Results<V>, Load>>>;

/// A load, as the core knows it: who waits for it.
type Load = Arc<Mutex<Vec<&'static str>>>;

/// A waiter that asks.
struct Asks(&'static str);

impl Asker<Load> for Asks {
    fn open(&mut self, _: BatchId) -> Load {
        Load::default()
    }

    fn join(&mut self, _: BatchId, load: &Load) -> bool {
        load.lock().push(self.0);
        true
    }
}

fn stripe() -> Stripe {
    Arc::new(Mutex::new(Core::default()))
}

fn key(key: u8) -> Hashed<u8> {
    Hashed::new(key, &HashState::default())
}

fn register<V>(stripe: &Stripe<V>, waiter: &'static str) -> Registered {
    let mut asking = Asking::new(key(1));
    stripe.lock().try_register(&mut asking, usize::MAX, &mut Asks(waiter))
}

/// The batch that a waiter is in after it asked.
fn batch_of(registered: &Registered) -> Option<BatchId> {
    match registered {
        Registered::Leading(batch) | Registered::Joined(batch) => Some(*batch),
        Registered::Cached(_) | Registered::Closed => None,
    }
}

/// What is known of the key.
fn peek<V: Copy>(stripe: &Stripe<V>) -> Option<V> {
    let CachedAt { batch, at, .. } = stripe.lock().peek_cache(&key(1))?;
    Some(batch.results.get().expect("results of a batch that is finished")[at])
}

/// Takes and finishes a batch, as whoever drives does; gives the waiters that it answered.
fn load(stripe: &Stripe, batch: BatchId, value: u64) -> Vec<&'static str> {
    let Some(taken) = stripe.lock().begin_loading(batch) else { return Vec::new() };
    taken.results.set(vec![value; taken.keys.len()]).expect("a batch is loaded once");
    let load = stripe.lock().batches.finish(batch);
    load.map_or_else(Vec::new, |load| std::mem::take(&mut *load.lock()))
}

/// One waiter leaves its batch, as an evaluation does; says whether that is abandoned.
fn leave(stripe: &Stripe, batch: BatchId) -> bool {
    stripe.lock().batches.remove_waiter(batch).is_some()
}

/// Guarantee 1: of any number of askers of one key, one leads, and its batch is taken once.
#[test]
fn a_key_has_one_leader() {
    explore("stripe: a key has one leader", None, || {
        let stripe = stripe();
        let askers: Vec<_> = ["a", "b"]
            .map(|name| {
                let stripe = Arc::clone(&stripe);
                thread::spawn(move || {
                    let registered = register(&stripe, name);
                    let batch = batch_of(&registered).expect("nothing is known");
                    let taken = stripe.lock().begin_loading(batch);
                    let leads = matches!(registered, Registered::Leading(_));
                    (leads, taken.map_or(0, |taken| taken.keys.len()))
                })
            })
            .into();
        let seen: Vec<_> = askers.into_iter().map(|asker| asker.join().unwrap()).collect();
        assert_eq!(seen.iter().filter(|(leads, _)| *leads).count(), 1);
        assert_eq!(seen.iter().map(|(_, keys)| keys).sum::<usize>(), 1);
    });
}

/// Guarantees 1 and 10: a key that is told and asked for at the same time is either known from then on, or
/// loaded, and whoever asked gets the value of the one that came first.
#[test]
fn a_key_is_told_or_loaded() {
    explore("stripe: a key is told or loaded", None, || {
        let stripe = stripe();
        let teller = {
            let stripe = Arc::clone(&stripe);
            thread::spawn(move || {
                let mut asking = Asking::new(key(1));
                let mut results = Some(OnceLock::from(vec![3]));
                stripe.lock().tell(&mut asking, &mut results)
            })
        };
        let loaded = match register(&stripe, "a") {
            Registered::Leading(batch) => {
                assert_eq!(load(&stripe, batch, 7), ["a"]);
                true
            }
            Registered::Cached(_) => false,
            other => panic!("{other:?}"),
        };
        assert_eq!(peek(&stripe), Some(if loaded { 7 } else { 3 }));
        let told = teller.join().unwrap();
        assert_eq!(told, if loaded { Told::Known } else { Told::Noted });
        assert!(stripe.lock().batches.is_idle());
    });
}

/// Guarantee 2: whoever joined is answered once, in join order; whoever came late reads the cache.
#[test]
fn waiters_are_answered_once_in_join_order() {
    explore("stripe: waiters are answered once, in join order", Some(3), || {
        let stripe = stripe();
        let Registered::Leading(batch) = register(&stripe, "first") else { panic!("it leads") };
        let joiners = ["b", "c"].map(|name| {
            let stripe = Arc::clone(&stripe);
            thread::spawn(move || match register(&stripe, name) {
                Registered::Joined(_) => true,
                Registered::Cached(_) => {
                    assert_eq!(peek(&stripe), Some(7));
                    false
                }
                other => panic!("{other:?}"),
            })
        });
        let answered = load(&stripe, batch, 7);
        assert_eq!(answered[0], "first");
        for (joiner, name) in joiners.into_iter().zip(["b", "c"]) {
            let joined = joiner.join().unwrap();
            assert_eq!(
                answered.iter().filter(|waiter| **waiter == name).count(),
                usize::from(joined)
            );
        }
        assert!(stripe.lock().batches.is_idle());
    });
}

/// Guarantee 3: leaving races with finishing: the waiter is answered or gone, never both, and what
/// was abandoned can be asked for anew and holds no value.
#[test]
fn leaving_is_fail_closed() {
    explore("stripe: leaving is fail-closed", None, || {
        let stripe = stripe();
        let Registered::Leading(batch) = register(&stripe, "a") else { panic!("a leads") };
        let leaver = {
            let stripe = Arc::clone(&stripe);
            thread::spawn(move || leave(&stripe, batch))
        };
        let answered = load(&stripe, batch, 7);
        let abandoned = leaver.join().unwrap();
        assert_eq!(answered.is_empty(), abandoned);
        match register(&stripe, "b") {
            Registered::Cached(_) => assert!(!abandoned && peek(&stripe) == Some(7)),
            Registered::Leading(_) => assert!(abandoned),
            other => panic!("{other:?}"),
        }
    });
}

/// Guarantee 3: a batch lives while one of its waiters does.
#[test]
fn one_leaves_and_one_stays() {
    explore("stripe: one leaves and one stays", None, || {
        let stripe = stripe();
        let Registered::Leading(batch) = register(&stripe, "a") else { panic!("a leads") };
        assert_eq!(register(&stripe, "b"), Registered::Joined(batch));
        let leaver = {
            let stripe = Arc::clone(&stripe);
            thread::spawn(move || assert!(!leave(&stripe, batch)))
        };
        let answered = load(&stripe, batch, 7);
        leaver.join().unwrap();
        assert_eq!(answered, ["a", "b"]);
    });
}

/// Guarantee 4: a reader sees nothing or the whole result, and never loses it again.
#[test]
fn a_finished_load_is_visible_whole() {
    explore("stripe: a finished load is visible whole", None, || {
        let stripe: Stripe<(u64, u64)> = Arc::new(Mutex::new(Core::default()));
        let Registered::Leading(batch) = register(&stripe, "a") else { panic!("a leads") };
        let taken = stripe.lock().begin_loading(batch).unwrap();
        let reader = {
            let stripe = Arc::clone(&stripe);
            thread::spawn(move || {
                let first = peek(&stripe);
                let second = peek(&stripe);
                assert!(first.is_none() || first == Some((7, 7)));
                assert!(first.is_none() || second.is_some());
            })
        };
        taken.results.set(vec![(7, 7)]).unwrap();
        stripe.lock().batches.finish(batch);
        reader.join().unwrap();
        assert_eq!(peek(&stripe), Some((7, 7)));
    });
}

/// Guarantee 6: what happens to a key of one stripe leaves the same key of another alone.
#[test]
fn stripes_do_not_interfere() {
    explore("stripe: stripes do not interfere", None, || {
        let (left, right) = (stripe(), stripe());
        let worker = {
            let left = Arc::clone(&left);
            thread::spawn(move || {
                let registered = register(&left, "a");
                load(&left, batch_of(&registered).unwrap(), 1)
            })
        };
        let Registered::Leading(batch) = register(&right, "b") else { panic!("b leads") };
        assert_eq!(load(&right, batch, 2), ["b"]);
        assert_eq!(worker.join().unwrap(), ["a"]);
        assert_eq!(peek(&left), Some(1));
        assert_eq!(peek(&right), Some(2));
    });
}

/// Guarantees 5 and 7: a stripe closes only while nothing is in flight, and nothing begins after.
#[test]
fn closing_races_with_asking() {
    explore("stripe: closing races with asking", None, || {
        let stripe = stripe();
        let asker = {
            let stripe = Arc::clone(&stripe);
            thread::spawn(move || register(&stripe, "a"))
        };
        let closed = stripe.lock().batches.close_if_idle();
        match asker.join().unwrap() {
            Registered::Closed => assert!(closed),
            // It came first: either it was in flight, and the stripe stayed open …
            Registered::Leading(_) => assert!(!closed),
            other => panic!("{other:?}"),
        }
        // … or it is closed for good.
        assert_eq!(closed, matches!(register(&stripe, "b"), Registered::Closed));
    });
}

/// Guarantee 10: a key that was answered is never in a batch again, however askers and loads mix.
#[test]
fn a_key_is_loaded_once() {
    explore("stripe: a key is loaded once", Some(3), || {
        let stripe = stripe();
        let workers = ["a", "b"].map(|name| {
            let stripe = Arc::clone(&stripe);
            thread::spawn(move || {
                let registered = register(&stripe, name);
                batch_of(&registered).is_some_and(|batch| !load(&stripe, batch, 7).is_empty())
            })
        });
        let loads = workers.into_iter().filter(|_| true).map(|worker| worker.join().unwrap());
        assert_eq!(loads.filter(|loaded| *loaded).count(), 1);
        assert_eq!(peek(&stripe), Some(7));
    });
}

/// Guarantees 4 and 10: a key is told while another thread asks for it. One of them comes first, and its value
/// stays.
#[test]
fn telling_races_with_asking() {
    explore("stripe: telling races with asking", None, || {
        let stripe = stripe();
        let asker = {
            let stripe = Arc::clone(&stripe);
            thread::spawn(move || {
                let registered = register(&stripe, "a");
                batch_of(&registered).is_some_and(|batch| !load(&stripe, batch, 7).is_empty())
            })
        };
        let mut results = Some(Results::from(vec![9]));
        let told = stripe.lock().tell(&mut Asking::new(key(1)), &mut results);
        let seen = peek(&stripe);
        assert!(told == Told::Known || seen == Some(9));
        let loaded = asker.join().unwrap();
        assert_eq!(told, if loaded { Told::Known } else { Told::Noted });
        let value = peek(&stripe).unwrap();
        assert_eq!(value, if loaded { 7 } else { 9 });
        assert!(seen.is_none_or(|seen| seen == value));
        assert!(stripe.lock().batches.is_idle());
    });
}
