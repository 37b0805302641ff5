//! Models of the synchronous core under its lock: one stripe, and two.

use loom::thread;

use super::core::{Core, Registered};
use super::index::Hashed;
use super::model::explore;
use super::sync::{Arc, HashState, Mutex, OnceLock};

/// What a batch comes to: one result for each key.
type Results<V> = OnceLock<Vec<V>>;

/// Results are numbers, waiters are the names of threads.
type Stripe = Arc<Mutex<Core<u8, Results<u64>, &'static str>>>;

fn stripe() -> Stripe {
    Arc::new(Mutex::new(Core::default()))
}

fn key(key: u8) -> Hashed<u8> {
    Hashed::new(key, &HashState::default())
}

fn register(stripe: &Stripe, waiter: &'static str) -> Registered {
    stripe.lock().try_register(key(1), usize::MAX, &mut |_| Some(waiter))
}

/// What is known of the key.
fn peek<V: Copy, W>(stripe: &Mutex<Core<u8, Results<V>, W>>) -> Option<V> {
    let (_, batch, at) = stripe.lock().peek_cache(&key(1))?;
    Some(batch.results.get().expect("results of a batch that is finished")[at])
}

/// Takes and finishes what is open, as whoever drives does; gives the waiters that it answered.
fn load(stripe: &Stripe, value: u64) -> Vec<&'static str> {
    let taken = stripe.lock().take_open();
    let Some((batch, taken)) = taken else { return Vec::new() };
    taken.results.set(vec![value; taken.keys.len()]).expect("a batch is loaded once");
    stripe.lock().ledger.finish(batch).to_vec()
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
                    let leads = matches!(register(&stripe, name), Registered::Leading(_));
                    (leads, stripe.lock().take_open().map_or(0, |(_, taken)| taken.keys.len()))
                })
            })
            .into();
        let seen: Vec<_> = askers.into_iter().map(|asker| asker.join().unwrap()).collect();
        assert_eq!(seen.iter().filter(|(leads, _)| *leads).count(), 1);
        assert_eq!(seen.iter().map(|(_, keys)| keys).sum::<usize>(), 1);
    });
}

/// Guarantee 2: whoever joined is answered once, in join order; whoever came late reads the cache.
#[test]
fn waiters_are_answered_once_in_join_order() {
    explore("stripe: waiters are answered once, in join order", Some(3), || {
        let stripe = stripe();
        assert!(matches!(register(&stripe, "first"), Registered::Leading(_)));
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
        let answered = load(&stripe, 7);
        assert_eq!(answered[0], "first");
        for (joiner, name) in joiners.into_iter().zip(["b", "c"]) {
            let joined = joiner.join().unwrap();
            assert_eq!(
                answered.iter().filter(|waiter| **waiter == name).count(),
                usize::from(joined)
            );
        }
        assert!(stripe.lock().ledger.is_idle());
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
            thread::spawn(move || stripe.lock().ledger.leave(batch, &|waiter| *waiter == "a"))
        };
        let answered = load(&stripe, 7);
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
            thread::spawn(move || {
                assert!(!stripe.lock().ledger.leave(batch, &|waiter| *waiter == "a"))
            })
        };
        let answered = load(&stripe, 7);
        leaver.join().unwrap();
        assert!(answered == ["a", "b"] || answered == ["b"], "{answered:?}");
    });
}

/// Guarantee 4: a reader sees nothing or the whole result, and never loses it again.
#[test]
fn a_finished_load_is_visible_whole() {
    explore("stripe: a finished load is visible whole", None, || {
        let stripe = Arc::new(Mutex::new(Core::<u8, Results<(u64, u64)>, ()>::default()));
        stripe.lock().try_register(key(1), usize::MAX, &mut |_| Some(()));
        let (batch, taken) = stripe.lock().take_open().unwrap();
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
        stripe.lock().ledger.finish(batch);
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
                register(&left, "a");
                load(&left, 1)
            })
        };
        assert!(matches!(register(&right, "b"), Registered::Leading(_)));
        assert_eq!(load(&right, 2), ["b"]);
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
        let closed = stripe.lock().ledger.close_if_idle();
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
                register(&stripe, name);
                let taken = stripe.lock().take_open();
                let loaded = taken.is_some();
                if let Some((batch, taken)) = taken {
                    assert_eq!(*taken.keys, [1]);
                    taken.results.set(vec![7]).unwrap();
                    stripe.lock().ledger.finish(batch);
                }
                loaded
            })
        });
        let loads = workers.into_iter().filter(|_| true).map(|worker| worker.join().unwrap());
        assert_eq!(loads.filter(|loaded| *loaded).count(), 1);
        assert_eq!(peek(&stripe), Some(7));
    });
}
