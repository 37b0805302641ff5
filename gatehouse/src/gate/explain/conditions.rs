//! From what a rule reports while it runs to the conditions that it met, each with its facts.

use std::collections::BTreeMap;

use crate::eval::{Event, FactState, ObservedFact};
use crate::explanation::{ConditionMet, FactFound, FactRead};
use crate::plan::{Condition, ConditionKind, Plan};

/// The conditions that a run of a rule met, in that order.
pub(super) fn conditions(events: &[Event], plan: &Plan) -> Vec<ConditionMet> {
    Told::of(events, plan).over()
}

/// What the conditions came to that a run of a rule met, by their places in the plan.
#[cfg(feature = "testing")]
pub(in super::super) fn values(events: &[Event], plan: &Plan) -> Vec<(u32, bool)> {
    let met = Told::of(events, plan).met;
    met.iter().filter_map(|line| Some((line.condition?, line.value()?))).collect()
}

/// What is known of a condition that was met.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// A fact of it was read.
    Begun,
    /// It is a pattern that was tried; if it matches, that comes next.
    Tried,
    Is(bool),
}

/// A run, as far as it is told.
struct Told {
    plan: Plan,
    met: Vec<Line>,
    /// The last line of each condition.
    last: BTreeMap<u32, usize>,
    /// Facts that were read since, and are part of no condition, each with its load.
    between: Vec<(usize, FactRead)>,
}

struct Line {
    /// `None` for facts that are part of no condition.
    condition: Option<u32>,
    held: Held,
    facts: Vec<FactRead>,
}

impl Line {
    fn value(&self) -> Option<bool> {
        match self.held {
            Held::Is(value) => Some(value),
            Held::Tried => Some(false),
            Held::Begun => None,
        }
    }
}

impl Told {
    fn of(events: &[Event], plan: &Plan) -> Self {
        let (met, last, between) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut told = Self { plan: *plan, met, last, between };
        for event in events {
            match event {
                Event::Fact { load, fact } => told.fact(*load, fact_read(fact)),
                Event::Tried { condition } => told.came(*condition, Held::Tried),
                Event::Met { condition, value } => told.came(*condition, Held::Is(*value)),
            }
        }
        told
    }

    fn push(&mut self, condition: Option<u32>, held: Held, facts: Vec<FactRead>) -> usize {
        self.met.push(Line { condition, held, facts });
        self.met.len() - 1
    }

    fn fact(&mut self, load: usize, fact: FactRead) {
        // The first is the smallest. Which arm a fact belongs to, the one says that is taken.
        let is_owner = |it: &Condition| it.kind != ConditionKind::Arm && it.loads.contains(&load);
        let owner = self.plan.conditions.iter().position(is_owner);
        match owner.and_then(|owner| u32::try_from(owner).ok()) {
            Some(owner) => {
                let at = self.open(owner, &[Held::Begun]);
                self.met[at].facts.push(fact);
            }
            None => self.between.push((load, fact)),
        }
    }

    /// A condition came to a value, or will have if it does not come to another one.
    fn came(&mut self, condition: u32, held: Held) {
        let facts = self.facts_of_arm(condition);
        let so_far: &[Held] = match held {
            Held::Is(true) => &[Held::Begun, Held::Tried],
            _ => &[Held::Begun],
        };
        let at = self.open(condition, so_far);
        self.met[at].held = held;
        self.met[at].facts.extend(facts);
    }

    /// The place of a condition that is so far only, or of a new one.
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

    /// The facts of what a `match` looks at, if the condition is that one of its arms is taken.
    fn facts_of_arm(&mut self, condition: u32) -> Vec<FactRead> {
        match self.condition(condition) {
            Some(Condition { kind: ConditionKind::Arm, loads, .. }) => {
                let of_arm = self.between.extract_if(.., |(load, _)| loads.contains(load));
                of_arm.map(|(_, fact)| fact).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Gives the facts that are part of no condition a line of their own.
    fn flush(&mut self) {
        if !self.between.is_empty() {
            let facts = self.between.drain(..).map(|(_, fact)| fact).collect();
            self.push(None, Held::Begun, facts);
        }
    }

    fn condition(&self, condition: u32) -> Option<&'static Condition> {
        self.plan.conditions.get(condition as usize)
    }

    fn over(mut self) -> Vec<ConditionMet> {
        self.flush();
        let met = std::mem::take(&mut self.met);
        let of = |line: Line| ConditionMet {
            condition: line.condition.and_then(|condition| self.condition(condition)),
            held: line.value(),
            facts: line.facts,
        };
        met.into_iter().map(of).collect()
    }
}

/// What was found of a fact.
fn fact_found(seen: &FactState) -> FactFound {
    match seen {
        FactState::Value(value) => FactFound::Value(value.clone()),
        FactState::Missing(default) => FactFound::Missing(default.clone()),
        FactState::Sensitive => FactFound::Sensitive,
        FactState::Failed(error) => FactFound::Failed(error.text()),
        FactState::Pending => FactFound::NotLoaded,
    }
}

/// A fact that a body read, and what its own body met if it is a derived one.
fn fact_read(seen: &ObservedFact) -> FactRead {
    let plan = seen.derivation.map_or(Plan::NOTHING, |derivation| derivation.plan);
    FactRead { conditions: conditions(&seen.body, &plan), ..fact_alone(seen) }
}

/// A fact that a body read, without what its own body met.
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
