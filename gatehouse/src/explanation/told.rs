//! From what a rule reports while it runs to the conditions that it met, each with its facts.

use super::{ConditionMet, FactFound, FactRead};
use crate::plan::{Condition, ConditionKind, Plan};
use crate::private::{Event, Seen};

/// The conditions that a run of a rule met, in that order.
pub(super) fn conditions(events: &[Event], plan: &Plan) -> Vec<ConditionMet> {
    let mut told = Told { plan: *plan, met: Vec::new(), between: Vec::new() };
    for event in events {
        match event {
            Event::Fact { load, fact } => told.fact(*load, FactRead::of(fact)),
            Event::Tried { condition } => told.push(*condition, Held::Tried),
            Event::Met { condition, value } => told.met(*condition, *value),
        }
    }
    told.over()
}

/// What is known of a condition that was met.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// A fact of it was read.
    Begun,
    /// It is a pattern that was tried.
    Tried,
    Is(bool),
}

/// A run, as far as it is told.
struct Told {
    plan: Plan,
    met: Vec<(u32, Held, Vec<FactRead>)>,
    /// Facts that were read since, and are part of no condition.
    between: Vec<FactRead>,
}

impl Told {
    fn push(&mut self, condition: u32, held: Held) {
        self.met.push((condition, held, Vec::new()));
    }

    fn fact(&mut self, load: usize, fact: FactRead) {
        let mut conditions = self.plan.conditions.iter();
        let owner = conditions.position(|condition| condition.loads.contains(&load));
        let Some(owner) = owner.and_then(|owner| u32::try_from(owner).ok()) else {
            return self.between.push(fact);
        };
        let at = self.begun(owner);
        self.met[at].2.push(fact);
    }

    /// The place of a condition that is begun, and has no value yet.
    fn begun(&mut self, condition: u32) -> usize {
        let is_open =
            |(id, held, _): &(u32, Held, _)| *id == condition && !matches!(held, Held::Is(_));
        if let Some(at) = self.met.iter().rposition(is_open) {
            return at;
        }
        self.push(condition, Held::Begun);
        self.met.len() - 1
    }

    fn met(&mut self, condition: u32, value: bool) {
        let at = self.begun(condition);
        self.met[at].1 = Held::Is(value);
        self.met[at].2.append(&mut self.between);
        // A pattern around it has a greater number: what it would be matched with is not there.
        if !value && self.kind(condition) == Some(ConditionKind::Present) {
            for (id, held, _) in &mut self.met {
                if *id > condition && *held == Held::Tried {
                    *held = Held::Begun;
                }
            }
        }
    }

    fn kind(&self, condition: u32) -> Option<ConditionKind> {
        self.condition(condition).map(|condition| condition.kind)
    }

    fn condition(&self, condition: u32) -> Option<&'static Condition> {
        self.plan.conditions.get(condition as usize)
    }

    fn over(mut self) -> Vec<ConditionMet> {
        let (met, between) = (std::mem::take(&mut self.met), std::mem::take(&mut self.between));
        let of = |(id, held, facts): (u32, Held, Vec<FactRead>)| ConditionMet {
            condition: self.condition(id),
            held: match held {
                Held::Is(value) => Some(value),
                Held::Tried if facts.iter().all(FactRead::is_known) => Some(false),
                Held::Tried | Held::Begun => None,
            },
            facts,
        };
        let mut met: Vec<ConditionMet> = met.into_iter().map(of).collect();
        if !between.is_empty() {
            met.push(ConditionMet { condition: None, held: None, facts: between });
        }
        met
    }
}

impl FactRead {
    fn is_known(&self) -> bool {
        !matches!(self.found, FactFound::Failed(_) | FactFound::NotLoaded)
    }
}

impl FactFound {
    pub(super) fn of(seen: &Seen) -> Self {
        match seen {
            Seen::Value(value) => Self::Value(value.clone()),
            Seen::Missing(default) => Self::Missing(default.clone()),
            Seen::Sensitive => Self::Sensitive,
            Seen::Failed(error) => Self::Failed(error.to_string()),
            Seen::Pending => Self::NotLoaded,
        }
    }
}
