//! The synchronous core against a model that is too simple to be wrong.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use proptest::prelude::*;

use super::super::batches::{Asker, BatchId, Registered, Told};
use super::super::core::{Asking, CachedAt, Core, LoadingBatch};
use crate::collections::Hashed;

/// What a driver of the core does.
#[derive(Clone, Debug)]
enum Step {
    /// A waiter asks for a key.
    Register {
        key: u8,
        waiter: u8,
        limit: usize,
    },
    /// Takes the batch that has been open for longest.
    Take,
    /// Finishes the batch that was taken at this place, if it was.
    Finish {
        taken: usize,
        value: u32,
    },
    Abandon {
        taken: usize,
    },
    /// A waiter leaves every batch that it is in.
    Leave {
        waiter: u8,
    },
    Peek {
        key: u8,
    },
    /// The value of a key is told.
    Tell {
        key: u8,
        value: u32,
    },
    Close,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..6_u8, 0..4_u8, 1..4_usize)
            .prop_map(|(key, waiter, limit)| Step::Register { key, waiter, limit }),
        4 => Just(Step::Take),
        3 => (0..6_usize, any::<u32>()).prop_map(|(taken, value)| Step::Finish { taken, value }),
        1 => (0..6_usize).prop_map(|taken| Step::Abandon { taken }),
        2 => (0..4_u8).prop_map(|waiter| Step::Leave { waiter }),
        3 => (0..6_u8).prop_map(|key| Step::Peek { key }),
        2 => (0..6_u8, any::<u32>()).prop_map(|(key, value)| Step::Tell { key, value }),
        1 => Just(Step::Close),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..80)
}

/// A batch, as a list.
#[derive(Clone, Debug, Default)]
struct Batch {
    keys: Vec<u8>,
    waiters: Vec<u8>,
    taken: bool,
}

/// The core, as lists that are searched.
#[derive(Default)]
struct Model {
    known: BTreeMap<u8, u32>,
    batches: BTreeMap<u64, Batch>,
    next: u64,
    closed: bool,
}

impl Model {
    fn batch_of(&self, key: u8) -> Option<u64> {
        self.batches.iter().find(|(_, batch)| batch.keys.contains(&key)).map(|(id, _)| *id)
    }

    /// New keys go into the batch that was opened last, while it is open and has room.
    fn open_batch(&mut self, limit: usize) -> u64 {
        match self.batches.get(&self.next) {
            Some(batch) if !batch.taken && batch.keys.len() < limit => self.next,
            _ => {
                self.next += 1;
                self.batches.insert(self.next, Batch::default());
                self.next
            }
        }
    }
}

/// A hasher under which different keys often have the same hash.
#[derive(Default)]
struct Crowded(u64);

impl Hasher for Crowded {
    fn finish(&self) -> u64 {
        self.0 % 2
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 += bytes.iter().copied().map(u64::from).sum::<u64>();
    }
}

/// What a batch comes to.
type Results = OnceLock<Vec<u32>>;

/// A load, as the core knows it: who waits for it.
type Load = Rc<RefCell<Vec<u8>>>;

/// A waiter that asks, unless it waits already.
struct Asks(Option<u8>);

impl Asker<Load> for Asks {
    fn open(&mut self, _: BatchId) -> Load {
        Load::default()
    }

    fn join(&mut self, _: BatchId, load: &Load) -> bool {
        load.borrow_mut().extend(self.0);
        self.0.is_some()
    }
}

/// The core, the model, and which batch of one is which of the other.
#[derive(Default)]
struct Both {
    core: Core<u8, Results, Load>,
    model: Model,
    names: BTreeMap<u64, BatchId>,
    taken: Vec<(u64, Arc<LoadingBatch<u8, Results>>)>,
    hash_state: BuildHasherDefault<Crowded>,
}

impl Both {
    fn hashed(&self, key: u8) -> Hashed<u8> {
        Hashed::new(key, &self.hash_state)
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Register { key, waiter, limit } => self.register(key, waiter, limit),
            Step::Take => self.take(),
            Step::Finish { taken, value } => self.finish(taken, value),
            Step::Abandon { taken } => self.abandon(taken),
            Step::Leave { waiter } => self.leave(waiter),
            Step::Peek { key } => {
                let known = self.model.known.get(&key).copied();
                assert_eq!(self.peek(key), known);
            }
            Step::Tell { key, value } => self.tell(key, value),
            Step::Close => {
                self.model.closed |= self.model.batches.is_empty();
                assert_eq!(self.core.batches.close_if_idle(), self.model.closed);
            }
            Step::Reopen => {
                self.model.closed = false;
                self.core.batches.reopen();
            }
        }
        assert_eq!(self.core.batches.is_idle(), self.model.batches.is_empty());
    }

    fn peek(&self, key: u8) -> Option<u32> {
        let CachedAt { batch, at, .. } = self.core.peek_cache(&self.hashed(key))?;
        assert_eq!(batch.keys[at], key);
        Some(batch.results.get().expect("results of a batch that is finished")[at])
    }

    fn register(&mut self, key: u8, waiter: u8, limit: usize) {
        let hashed = self.hashed(key);
        let joins = |batch: &Batch| !batch.waiters.contains(&waiter);
        // An evaluation waits once for a batch, however many of its keys it asks for.
        let in_batch = self.model.batch_of(key);
        let opened =
            in_batch.is_none() && !self.model.closed && !self.model.known.contains_key(&key);
        let id = if opened { Some(self.model.open_batch(limit)) } else { in_batch };
        let wait = id.is_some_and(|id| joins(&self.model.batches[&id])).then_some(waiter);
        let mut asking = Asking::new(hashed);
        let registered = self.core.try_register(&mut asking, limit, &mut Asks(wait));
        match registered {
            Registered::Closed => assert!(self.model.closed),
            Registered::Cached(_) => {
                assert!(self.model.known.contains_key(&key));
                assert_eq!(self.peek(key), self.model.known.get(&key).copied());
            }
            Registered::Joined(name) => {
                assert_eq!(Some(&name), in_batch.and_then(|id| self.names.get(&id)));
            }
            Registered::Leading(name) => {
                assert!(opened);
                let id = id.expect("a new key has a batch");
                assert_eq!(*self.names.entry(id).or_insert(name), name);
                self.model.batches.get_mut(&id).expect("it is there").keys.push(key);
            }
        }
        if self.model.closed {
            return;
        }
        if let (Some(id), Some(waiter)) = (id, wait) {
            self.model.batches.get_mut(&id).expect("it is there").waiters.push(waiter);
        }
    }

    fn tell(&mut self, key: u8, value: u32) {
        let is_new = !self.model.known.contains_key(&key) && self.model.batch_of(key).is_none();
        let expected = match (self.model.closed, is_new) {
            (true, _) => Told::Closed,
            (false, true) => Told::Noted,
            (false, false) => Told::Known,
        };
        let mut results = Some(OnceLock::from(vec![value]));
        let mut asking = Asking::new(self.hashed(key));
        assert_eq!(self.core.tell(&mut asking, &mut results), expected);
        assert_eq!(results.is_none(), expected == Told::Noted);
        if expected == Told::Noted {
            self.model.known.insert(key, value);
        }
        assert_eq!(self.peek(key), self.model.known.get(&key).copied());
    }

    fn take(&mut self) {
        let open = self.model.batches.iter_mut().find(|(_, batch)| !batch.taken);
        let expected = open.map(|(id, batch)| {
            batch.taken = true;
            (*id, batch.keys.clone())
        });
        let Some((id, expected)) = expected else { return };
        let name = self.names[&id];
        let batch = self.core.begin_loading(name).expect("an open batch is taken");
        assert_eq!(*batch.keys, *expected);
        assert!(self.core.begin_loading(name).is_none(), "a batch is taken once");
        self.taken.push((id, batch));
    }

    /// The waiters of a batch that is there no more, and of one that is.
    fn remove(&mut self, taken: usize) -> Option<(u64, Batch)> {
        let (id, _) = *self.taken.get(taken)?;
        Some((id, self.model.batches.remove(&id).unwrap_or_default()))
    }

    /// Those who wait for a load that is over.
    fn waiters(load: Option<Load>) -> Vec<u8> {
        load.map_or_else(Vec::new, |load| load.take())
    }

    fn finish(&mut self, taken: usize, value: u32) {
        let Some((id, batch)) = self.remove(taken) else { return };
        let value_of = |i: usize| value.wrapping_add(u32::try_from(i).expect("few keys"));
        for (i, key) in batch.keys.iter().enumerate() {
            self.model.known.insert(*key, value_of(i));
        }
        // As a load that goes on although its batch was abandoned: it may put results in too.
        let _ = self.taken[taken].1.results.set((0..6).map(value_of).collect());
        assert_eq!(Self::waiters(self.core.batches.finish(self.names[&id])), batch.waiters);
    }

    fn abandon(&mut self, taken: usize) {
        let Some((id, batch)) = self.remove(taken) else { return };
        assert_eq!(Self::waiters(self.core.batches.abandon(self.names[&id])), batch.waiters);
    }

    fn leave(&mut self, waiter: u8) {
        let ids: Vec<u64> = self.model.batches.keys().copied().collect();
        for id in ids {
            let batch = self.model.batches.get_mut(&id).expect("it is there");
            if !batch.waiters.contains(&waiter) {
                continue;
            }
            batch.waiters.retain(|waits| *waits != waiter);
            let abandoned = batch.waiters.is_empty();
            if abandoned {
                self.model.batches.remove(&id);
            }
            // As an evaluation does, which leaves the load first.
            let load = self.core.batches.load(self.names[&id]).expect("it is in flight");
            load.borrow_mut().retain(|waits| *waits != waiter);
            assert_eq!(self.core.batches.remove_waiter(self.names[&id]).is_some(), abandoned);
        }
    }
}

/// Guarantees 1, 2, 3, 4, 7 and 10: whatever is done in whatever order, the core does what the model
/// does.
#[test]
fn the_core_does_what_its_model_does() {
    gatehouse_random::check(2000, &steps(), |steps| {
        let mut both = Both::default();
        for step in &steps {
            both.run(step);
        }
        Ok(())
    });
}

/// Guarantee 3: a session that abandons loads over and over, and is never idle, keeps nothing of them.
#[test]
fn what_is_abandoned_leaves_nothing_behind() {
    let hash_state = BuildHasherDefault::<Crowded>::default();
    let mut core = Core::<u8, Results, Load>::default();
    let ask = |core: &mut Core<u8, Results, Load>, key| {
        let mut asking = Asking::new(Hashed::new(key, &hash_state));
        match core.try_register(&mut asking, 1, &mut Asks(Some(key))) {
            Registered::Leading(id) => id,
            other => panic!("{other:?}"),
        }
    };
    let busy = ask(&mut core, 0);
    assert!(core.begin_loading(busy).is_some());
    for _ in 0..100 {
        let (one, two) = (ask(&mut core, 1), ask(&mut core, 2));
        assert!(core.batches.remove_waiter(one).is_some());
        assert!(core.begin_loading(two).is_some());
        assert!(core.batches.remove_waiter(two).is_some());
        // Of the batch that is there, of those that the two keys were in last, and of one that they
        // left.
        assert!(core.batches() <= 4, "{}", core.batches());
    }
}
