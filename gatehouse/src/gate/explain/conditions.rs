//! The conditions of an observed run, each with the facts that were read for it.

use std::collections::BTreeMap;

use crate::eval::{Event, FactState, ObservedFact};
use crate::explanation::{ConditionMet, FactFound, FactRead};
use crate::plan::{Condition, ConditionKind, Plan};

/// The conditions that a run met, in that order.
pub(super) fn conditions(events: &[Event], plan: &Plan) -> Vec<ConditionMet> {
    ConditionLog::of(events, plan).finish()
}

/// The values of the conditions that a run met, by their indices in the plan.
#[cfg(feature = "testing")]
pub(in super::super) fn values(events: &[Event], plan: &Plan) -> Vec<(u32, bool)> {
    let met = ConditionLog::of(events, plan).met;
    met.iter().filter_map(|entry| Some((entry.condition?, entry.value()?))).collect()
}

/// The state of a condition that was met.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// A fact of it was read.
    Begun,
    /// It is a pattern that was tried; a match is reported next.
    Tried,
    Is(bool),
}

/// The conditions of a run, as far as it was read.
struct ConditionLog {
    plan: Plan,
    met: Vec<Entry>,
    /// The index of the last entry of each condition.
    last: BTreeMap<u32, usize>,
    /// Facts that were read since the last entry and are part of no condition, each with its load.
    unattributed: Vec<(usize, FactRead)>,
}

struct Entry {
    /// `None` for facts that are part of no condition.
    condition: Option<u32>,
    held: Held,
    facts: Vec<FactRead>,
}

impl Entry {
    fn value(&self) -> Option<bool> {
        match self.held {
            Held::Is(value) => Some(value),
            Held::Tried => Some(false),
            Held::Begun => None,
        }
    }
}

impl ConditionLog {
    fn of(events: &[Event], plan: &Plan) -> Self {
        let (met, last, unattributed) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut log = Self { plan: *plan, met, last, unattributed };
        for event in events {
            match event {
                Event::Fact { load, fact } => log.fact(*load, fact_read(fact)),
                Event::Tried { condition } => log.record(*condition, Held::Tried),
                Event::Met { condition, value } => log.record(*condition, Held::Is(*value)),
            }
        }
        log
    }

    fn push(&mut self, condition: Option<u32>, held: Held, facts: Vec<FactRead>) -> usize {
        self.met.push(Entry { condition, held, facts });
        self.met.len() - 1
    }

    fn fact(&mut self, load: usize, fact: FactRead) {
        // Conditions are ordered inner first, so the first match is the innermost. Arms are skipped: a fact
        // belongs to the arm that is taken.
        let is_owner = |it: &Condition| it.kind != ConditionKind::Arm && it.loads.contains(&load);
        let owner = self.plan.conditions.iter().position(is_owner);
        match owner.and_then(|owner| u32::try_from(owner).ok()) {
            Some(owner) => {
                let at = self.open(owner, &[Held::Begun]);
                self.met[at].facts.push(fact);
            }
            None => self.unattributed.push((load, fact)),
        }
    }

    /// Records the value of a condition, or (for `Tried`) its provisional value.
    fn record(&mut self, condition: u32, held: Held) {
        let facts = self.facts_of_arm(condition);
        let so_far: &[Held] = match held {
            Held::Is(true) => &[Held::Begun, Held::Tried],
            _ => &[Held::Begun],
        };
        let at = self.open(condition, so_far);
        self.met[at].held = held;
        self.met[at].facts.extend(facts);
    }

    /// The index of the last entry of a condition, if its state is among `so_far`, or of a new entry.
    fn open(&mut self, condition: u32, so_far: &[Held]) -> usize {
        let last = self.last.get(&condition).copied();
        if let Some(at) = last.filter(|at| so_far.contains(&self.met[*at].held)) {
            return at;
        }
        self.flush();
        let at = self.push(Some(condition), Held::Begun, Vec::new());
        self.last.insert(condition, at);
        at
    }

    /// The facts of the scrutinee of a `match`, if the condition is that one of its arms is taken.
    fn facts_of_arm(&mut self, condition: u32) -> Vec<FactRead> {
        match self.condition(condition) {
            Some(Condition { kind: ConditionKind::Arm, loads, .. }) => {
                let of_arm = self.unattributed.extract_if(.., |(load, _)| loads.contains(load));
                of_arm.map(|(_, fact)| fact).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Makes an entry of the facts that are part of no condition.
    fn flush(&mut self) {
        if !self.unattributed.is_empty() {
            let facts = self.unattributed.drain(..).map(|(_, fact)| fact).collect();
            self.push(None, Held::Begun, facts);
        }
    }

    fn condition(&self, condition: u32) -> Option<&'static Condition> {
        self.plan.conditions.get(condition as usize)
    }

    fn finish(mut self) -> Vec<ConditionMet> {
        self.flush();
        let met = std::mem::take(&mut self.met);
        let of = |entry: Entry| ConditionMet {
            condition: entry.condition.and_then(|condition| self.condition(condition)),
            held: entry.value(),
            facts: entry.facts,
        };
        met.into_iter().map(of).collect()
    }
}

/// The state of a fact, as explanations show it.
fn fact_found(state: &FactState) -> FactFound {
    match state {
        FactState::Value(value) => FactFound::Value(value.clone()),
        FactState::Missing(default) => FactFound::Missing(default.clone()),
        FactState::Sensitive => FactFound::Sensitive,
        FactState::Failed(error) => FactFound::Failed(error.text()),
        FactState::Pending => FactFound::NotLoaded,
    }
}

/// A fact that a body read, with the conditions of its own body if it is a derived one.
fn fact_read(seen: &ObservedFact) -> FactRead {
    let plan = seen.derivation.map_or(Plan::NOTHING, |derivation| derivation.plan);
    FactRead { conditions: conditions(&seen.body, &plan), ..fact_alone(seen) }
}

/// A fact that a body read, without the conditions of its own body.
pub(in super::super) fn fact_alone(seen: &ObservedFact) -> FactRead {
    FactRead {
        fact: seen.fact,
        key: seen.key.clone(),
        found: fact_found(&seen.state),
        source: seen.source,
        location: seen.derivation.map(|derivation| derivation.location),
        already_shown: seen.is_repeated,
        conditions: Vec::new(),
    }
}
