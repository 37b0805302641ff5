//! From what a rule reports while it runs to the conditions that it met, each with its facts.

use super::{ConditionMet, FactFound, FactRead};
use crate::plan::{Condition, Plan};
use crate::private::{Event, Seen};

/// The conditions that a run of a rule met, in that order.
pub(super) fn conditions(events: &[Event], plan: &Plan) -> Vec<ConditionMet> {
    let mut told = Told { plan: *plan, met: Vec::new(), between: Vec::new() };
    for event in events {
        match event {
            Event::Fact { load, fact } => told.fact(*load, FactRead::of(fact)),
            Event::Tried { condition } => told.came(*condition, Held::Tried),
            Event::Met { condition, value } => told.came(*condition, Held::Is(*value)),
        }
    }
    told.over()
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
    met: Vec<(u32, Held, Vec<FactRead>)>,
    /// Facts that were read since, and are part of no condition.
    between: Vec<FactRead>,
}

impl Told {
    fn fact(&mut self, load: usize, fact: FactRead) {
        let mut conditions = self.plan.conditions.iter();
        let owner = conditions.position(|condition| condition.loads.contains(&load));
        let Some(owner) = owner.and_then(|owner| u32::try_from(owner).ok()) else {
            return self.between.push(fact);
        };
        let at = self.open(owner, &[Held::Begun]);
        self.met[at].2.push(fact);
    }

    /// The place of a condition that is so far only, or of a new one.
    fn open(&mut self, condition: u32, so_far: &[Held]) -> usize {
        let is_open = |(id, held, _): &(u32, Held, _)| *id == condition && so_far.contains(held);
        if let Some(at) = self.met.iter().rposition(is_open) {
            return at;
        }
        self.met.push((condition, Held::Begun, Vec::new()));
        self.met.len() - 1
    }

    /// A condition came to a value, or will have if it does not come to another one.
    fn came(&mut self, condition: u32, held: Held) {
        let so_far: &[Held] = match held {
            Held::Is(true) => &[Held::Begun, Held::Tried],
            _ => &[Held::Begun],
        };
        let at = self.open(condition, so_far);
        self.met[at].1 = held;
        self.met[at].2.append(&mut self.between);
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
                Held::Tried => Some(false),
                Held::Begun => None,
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
