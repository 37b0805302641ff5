//! What every fact is in a data set: the stored ones by [`answer`], the derived ones as their bodies
//! say, naively.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::body::Body;
use crate::data::{Answer, FACTS, Shape, answer};
use crate::derived;
use crate::interpret::{self, Key, Value};
use crate::may::{self, Reached};
use crate::notes::Notes;

/// What a fact comes to; `None` if it failed.
type Result = Option<Value>;

/// A data set.
pub struct World<'f> {
    /// Its number.
    pub data: u64,
    /// The bodies of the derived facts.
    facts: &'f [Body],
    /// Whether nothing is granted to the compiler.
    pub strict: bool,
    known: RefCell<BTreeMap<Key, Result>>,
    /// The derived facts of the cycles that are being solved.
    guesses: RefCell<BTreeMap<Key, Result>>,
    /// The facts of those cycles.
    open: RefCell<Vec<usize>>,
    reached: RefCell<BTreeMap<Key, Rc<Reached>>>,
}

impl<'f> World<'f> {
    /// That of a data set.
    pub fn new(data: u64, facts: &'f [Body], strict: bool) -> Self {
        Self {
            data,
            facts,
            strict,
            known: RefCell::default(),
            guesses: RefCell::default(),
            open: RefCell::default(),
            reached: RefCell::default(),
        }
    }

    fn body(&self, fact: usize) -> &'f Body {
        &self.facts[fact - FACTS.len()]
    }

    /// What a body reads for a key; `None` if it failed.
    pub fn read(&self, key: &Key) -> Result {
        let (fact, parts) = key;
        if derived::is_derived(*fact) {
            return self.derived(key);
        }
        Some(match (FACTS[*fact].shape, answer(self.data, *fact, parts)) {
            (_, Answer::Failed) | (Shape::Required, Answer::Missing) => return None,
            (Shape::Flag(default), Answer::Missing) => Value::Bool(default),
            (Shape::Flag(_), Answer::Value(value)) => Value::Bool(value % 2 == 1),
            (_, Answer::Missing) => Value::Opt(None),
            (_, Answer::Value(value)) => Value::Opt(Some(value)),
        })
    }

    fn derived(&self, key: &Key) -> Result {
        if let Some(known) = self.known.borrow().get(key) {
            return known.clone();
        }
        if let Some(guess) = self.guesses.borrow().get(key) {
            return guess.clone();
        }
        let cycle = derived::cycle(key.0);
        if cycle.is_empty() {
            let result = self.evaluate(key);
            self.known.borrow_mut().insert(key.clone(), result.clone());
            return result;
        }
        let nothing = Some(Value::Bool(false));
        self.guesses.borrow_mut().insert(key.clone(), nothing.clone());
        if self.open.borrow().contains(&key.0) {
            return nothing;
        }
        let outside = self.open.borrow().len();
        self.open.borrow_mut().extend(&cycle);
        self.iterate(&cycle);
        self.open.borrow_mut().truncate(outside);
        self.known.borrow()[key].clone()
    }

    /// Kleene's iteration: all keys that are come to, from false, until nothing changes.
    fn iterate(&self, cycle: &[usize]) {
        let rank = |result: &Result| result.as_ref().map_or(1, |value| 2 * u8::from(value.bool()));
        let of_cycle = || -> Vec<(Key, Result)> {
            let guesses = self.guesses.borrow();
            let of_cycle = guesses.iter().filter(|(key, _)| cycle.contains(&key.0));
            of_cycle.map(|(key, guess)| (key.clone(), guess.clone())).collect()
        };
        loop {
            let before = of_cycle();
            for (key, guess) in &before {
                let result = self.evaluate(key);
                assert!(rank(&result) >= rank(guess), "more truth gives more truth");
                self.guesses.borrow_mut().insert(key.clone(), result);
            }
            if of_cycle() == before {
                break;
            }
        }
        for (key, result) in of_cycle() {
            self.guesses.borrow_mut().remove(&key);
            self.known.borrow_mut().insert(key, result);
        }
    }

    fn evaluate(&self, key: &Key) -> Result {
        interpret::fact(self.body(key.0), key, self, None)
    }

    /// Notes what the body of a derived fact meets, whose value is known.
    pub fn noted(&self, key: &Key, notes: &mut Notes<'_>) {
        // What it comes to is known.
        let _ = interpret::fact(self.body(key.0), key, self, Some(notes));
    }

    /// What the body of a derived fact may ask for, by itself.
    fn reached(&self, key: &Key) -> Rc<Reached> {
        if let Some(reached) = self.reached.borrow().get(key) {
            return Rc::clone(reached);
        }
        let reached = Rc::new(may::of_fact(self.body(key.0), key, self));
        self.reached.borrow_mut().insert(key.clone(), Rc::clone(&reached));
        reached
    }

    /// Adds what the bodies of the derived facts may ask for, and those of their facts.
    pub fn close(&self, reached: Reached) -> Reached {
        let Reached { mut stored, derived } = reached;
        let (mut open, mut seen): (Vec<Key>, _) = (derived.into_iter().collect(), BTreeSet::new());
        while let Some(key) = open.pop() {
            if seen.contains(&key) {
                continue;
            }
            let reached = self.reached(&key);
            seen.insert(key);
            stored.extend(reached.stored.iter().cloned());
            open.extend(reached.derived.iter().cloned());
        }
        Reached { stored, derived: seen }
    }
}
