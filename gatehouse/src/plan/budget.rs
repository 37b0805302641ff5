//! Budgets: constant evaluation refuses a plan that needs more round trips than its author allows.
//!
//! The macros see one body, and report at the load what that body alone shows. The cost of a derived
//! fact from elsewhere and the policies of a gate are known to constants only.

use super::info::Policies;
use super::location::Location;
use super::rule::{Plan, PlannedLoad};

/// Refuses the load `at` if it needs more than `budget` rounds.
///
/// # Panics
/// If it does: at compile time, with a text that gives the reason.
#[track_caller]
pub const fn within_budget(plan: &Plan, at: usize, budget: u32) {
    if let Some(text) = breach(plan, at, budget) {
        panic!("{}", text.as_str());
    }
}

/// Refuses the first load of a gate that needs more than `budget` rounds.
///
/// # Panics
/// If one does: at compile time, with a text that gives the place and the reason.
#[track_caller]
pub(crate) const fn gate_within_budget(policies: Policies, budget: u32) {
    match policies {
        Policies::Many(sets) => {
            let mut at = 0;
            while at < sets.len() {
                gate_within_budget(sets[at], budget);
                at += 1;
            }
        }
        Policies::One(policy) => {
            let (plan, mut at) = (&policy.plan, 0);
            while at < plan.loads.len() {
                if let Some(text) = breach(plan, at, budget) {
                    let text = text.push(" (policy `").push(policy.name).push("`, ");
                    let text = text.place(policy.location, plan.loads[at].line).push(")");
                    panic!("{}", text.as_str());
                }
                at += 1;
            }
        }
    }
}

/// The error for a load that is over the budget; `None` if it is within.
const fn breach(plan: &Plan, at: usize, budget: u32) -> Option<Text> {
    let load: &PlannedLoad = &plan.loads[at];
    if load.cost.rounds_per_link > 0 {
        let text =
            Text::new().push("`").push(load.key).push("` follows the data as deep as they are");
        let text = text.push(", a round trip for each link, so no budget holds it; ");
        return Some(text.push("remove the budget, or load the relation whole from a source"));
    }
    let last = load.last_round();
    if last <= budget {
        return None;
    }
    let text = Text::new().push("`").push(load.key).push("` needs round ").number(last);
    let mut text = text.push(", and the budget is ").number(budget);
    if load.cost.rounds > 1 {
        text = text.push(": it is derived, and takes ").number(load.cost.rounds).push(" rounds");
    }
    let mut i = 0;
    while i < load.waits_for.len() {
        let wait = load.waits_for[i];
        text = text.push(": it waits for `").push(plan.loads[wait.load].key).push("`, because ");
        text = text.push(wait.because);
        i += 1;
    }
    Some(text.push("; raise the budget, or make the key from what is known earlier"))
}

/// The most bytes that a text holds; a longer one is cut.
const MAX_BYTES: usize = 1024;

/// A text that is built at compile time, where nothing can be allocated.
struct Text {
    bytes: [u8; MAX_BYTES],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; MAX_BYTES], len: 0 }
    }

    const fn push(mut self, text: &str) -> Self {
        let (text, mut at) = (text.as_bytes(), 0);
        while at < text.len() && self.len < MAX_BYTES {
            self.bytes[self.len] = text[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    const fn number(self, number: u32) -> Self {
        let (mut digits, mut at, mut rest) = ([b'0'; 10], 10, number);
        while rest > 0 || at == 10 {
            at -= 1;
            #[allow(clippy::cast_possible_truncation, reason = "it is a digit")]
            let digit = (rest % 10) as u8;
            digits[at] = b'0' + digit;
            rest /= 10;
        }
        match core::str::from_utf8(digits.split_at(at).1) {
            Ok(digits) => self.push(digits),
            Err(_) => self,
        }
    }

    const fn place(self, location: Location, line: u32) -> Self {
        self.push(location.file).push(":").number(line)
    }

    const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "a load is over the budget",
        }
    }
}
