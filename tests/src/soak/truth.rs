//! The facts and the decisions that follow from them: plain functions of a number, one fact after the
//! other, by the documentation.

use super::random::Random;
use super::rules::{Thing, Which};

/// The number of things. A chain of links is never as long as the limit of derived facts.
pub(super) const IDS: u16 = 24;

/// A fact: a value, missing, or a failure.
pub(super) type Fact<V> = Result<Option<V>, ()>;

/// A yes or no, or a failure.
type Known = Result<bool, ()>;

pub(super) const ALLOW: &str = "allow";
pub(super) const DENY: &str = "deny";
pub(super) const INDETERMINATE: &str = "indeterminate";

/// The facts of one set of sources.
#[derive(Clone, Copy)]
pub(super) struct Truth(pub(super) u64);

impl Truth {
    fn dice(self, fact: u64, id: u16) -> u64 {
        let seed = self.0.wrapping_mul(1_000_003).wrapping_add(fact * 1_009 + u64::from(id));
        Random::new(seed).next() % 100
    }

    pub(super) fn link(self, id: u16) -> Fact<u16> {
        match self.dice(1, id) {
            0..10 => Ok(None),
            10..18 => Err(()),
            dice => Ok(Some(u16::try_from(dice % u64::from(IDS)).expect("small"))),
        }
    }

    fn flag(self, fact: u64, id: u16, of_ten: u64) -> Fact<bool> {
        match self.dice(fact, id) {
            0..10 => Ok(None),
            10..18 => Err(()),
            dice => Ok(Some(dice % 10 < of_ten)),
        }
    }

    pub(super) fn grant(self, id: u16) -> Fact<bool> {
        self.flag(2, id, 3)
    }

    pub(super) fn ban(self, id: u16) -> Fact<bool> {
        self.flag(3, id, 2)
    }

    /// The gate that the source of `Seen` checks.
    pub(super) fn inside(id: u16) -> Which {
        if id.is_multiple_of(2) { Which::Plain } else { Which::Derived }
    }

    /// The resource that the source of `Deep` checks, except at level 0.
    pub(super) fn below(thing: Thing) -> Thing {
        Thing { id: (thing.id * 5 + thing.level) % IDS, level: thing.level - 1 }
    }

    fn seen(self, id: u16) -> Known {
        as_fact(self.decides(Self::inside(id), Thing { id, level: 0 }))
    }

    fn deep(self, mut thing: Thing) -> Known {
        while thing.level > 0 {
            thing = Self::below(thing);
        }
        or_no(self.grant(thing.id))
    }

    fn at_the_end(self, id: u16) -> Known {
        let Some(next) = self.link(id)? else { return Ok(false) };
        let Some(last) = self.link(next)? else { return Ok(false) };
        either(or_no(self.grant(last)), or_no(self.grant(next)))
    }

    /// Whether something is granted along the links. A cycle adds nothing.
    fn viewer(self, mut id: u16) -> Known {
        let mut known = Ok(false);
        for _ in 0..=IDS {
            known = either(known, or_no(self.grant(id)));
            match self.link(id) {
                Ok(Some(next)) => id = next,
                Ok(None) => return known,
                Err(()) => return either(known, Err(())),
            }
        }
        known
    }

    /// The decision of a gate.
    pub(super) fn decides(self, gate: Which, thing: Thing) -> &'static str {
        let Thing { id, .. } = thing;
        let ban = or_no(self.ban(id));
        let grant = || or_no(self.grant(id));
        match gate {
            Which::Plain => combined(ban, &[grant(), self.at_the_end(id)]),
            Which::Derived => combined(ban, &[self.viewer(id)]),
            Which::Outer => combined(ban, &[self.seen(id), self.at_the_end(id)]),
            Which::Chain => combined(Ok(false), &[self.deep(thing)]),
            Which::All => combined(
                ban,
                &[self.deep(thing), self.seen(id), grant(), self.at_the_end(id), self.viewer(id)],
            ),
        }
    }
}

fn or_no(fact: Fact<bool>) -> Known {
    fact.map(Option::unwrap_or_default)
}

fn either(a: Known, b: Known) -> Known {
    match (a, b) {
        (Ok(true), _) | (_, Ok(true)) => Ok(true),
        (Err(()), _) | (_, Err(())) => Err(()),
        _ => Ok(false),
    }
}

/// The first matching row of the decision table.
fn combined(forbid: Known, permits: &[Known]) -> &'static str {
    match forbid {
        Ok(true) => DENY,
        _ if permits.iter().all(|permit| *permit == Ok(false)) => DENY,
        Ok(false) if permits.contains(&Ok(true)) => ALLOW,
        _ => INDETERMINATE,
    }
}

/// The answer of a source that checks a gate.
fn as_fact(decision: &str) -> Known {
    match decision {
        ALLOW => Ok(true),
        DENY => Ok(false),
        _ => Err(()),
    }
}
