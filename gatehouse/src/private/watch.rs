//! Who looks on while a rule runs.
//!
//! Every condition of a body reports what it came to. In a check nobody looks on: [`Unwatched`] has no
//! data, and its methods are empty, so that nothing of them is left in the code that runs. An
//! explanation runs the same code on the same facts before a [`Trace`], which writes down what is
//! reported. So it cannot disagree with the check.

use std::collections::BTreeSet;

use super::cx::{Cx, Stop};
use crate::fact::{FactError, FactKey};
use crate::plan::Derivation;
use crate::source::Sources;

/// Looks on while a rule runs.
pub trait Watch: Send + Sized {
    /// Whether it looks at all.
    const WATCHES: bool;

    /// A condition of the present body came to `value`. Gives what the body goes on with.
    #[inline]
    fn condition(&mut self, _condition: u32, value: bool) -> bool {
        value
    }

    /// A pattern of the present body is tried.
    #[inline]
    fn tried(&mut self, _condition: u32) {}

    /// A fact was read.
    fn fact(&mut self, _fact: SeenFact) {}

    /// What is reported until the next call, with the opposite, is not listened to: a derived fact is
    /// worked out.
    fn mute(&mut self, _muted: bool) {}

    /// A derived fact was read; what its body does is reported by `run`, unless it was before.
    fn derived<K: FactKey, P: Sources>(
        _cx: &mut Cx<P, Self>,
        _fact: SeenFact,
        _run: impl FnOnce(&mut Cx<P, Self>) -> Result<K::Value, Stop>,
    ) {
    }
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    const WATCHES: bool = false;
}

/// What was found of a fact.
#[derive(Clone, Debug)]
pub enum Seen {
    /// A value, as its `Debug` shows it.
    Value(String),
    /// None, and what stands in for it.
    Missing(Option<String>),
    /// A value that is not to be shown.
    Sensitive,
    /// The load failed.
    Failed(FactError),
    /// It is not loaded.
    Pending,
}

/// A fact that a body has read.
#[derive(Clone, Debug)]
pub struct SeenFact {
    /// Its name.
    pub fact: &'static str,
    /// Its key, as its `Debug` shows it.
    pub key: String,
    /// What was found.
    pub seen: Seen,
    /// How it is computed, of a derived fact.
    pub derivation: Option<&'static Derivation>,
    /// What its body did, of a derived fact that was not shown before.
    pub run: Vec<Met>,
}

/// A condition that a body has met.
#[derive(Clone, Debug)]
pub struct Met {
    /// Its place in the plan's conditions; `None` for facts that were read after the last one.
    pub condition: Option<u32>,
    /// What it came to; `None` if it was tried and did not match, or did not come to anything.
    pub value: Option<bool>,
    /// The facts that were read for it.
    pub facts: Vec<SeenFact>,
}

/// Writes down what is reported.
#[derive(Debug, Default)]
pub struct Trace {
    /// The bodies that run, the policy's first.
    runs: Vec<Run>,
    /// A condition of the policy that is to come out the other way.
    flipped: Option<u32>,
    /// The derived facts whose bodies were shown.
    shown: BTreeSet<String>,
    /// How many derived facts are being worked out.
    muted: u32,
}

/// One body's run.
#[derive(Debug, Default)]
struct Run {
    met: Vec<Met>,
    /// Those read since the last condition.
    facts: Vec<SeenFact>,
}

impl Run {
    fn over(mut self) -> Vec<Met> {
        if !self.facts.is_empty() {
            self.met.push(Met { condition: None, value: None, facts: self.facts });
        }
        self.met
    }
}

/// How many derived facts' bodies one explanation shows.
const MOST_SHOWN: usize = 256;

impl Trace {
    /// For a policy's run, in which the condition `flipped` comes out the other way.
    pub(crate) fn flipping(flipped: Option<u32>) -> Self {
        Self { flipped, ..Self::default() }
    }

    /// Begins a policy's run.
    pub(crate) fn begin(&mut self) {
        self.runs = vec![Run::default()];
    }

    /// Ends it.
    pub(crate) fn end(&mut self) -> Vec<Met> {
        std::mem::take(&mut self.runs).into_iter().next().map(Run::over).unwrap_or_default()
    }

    fn run(&mut self) -> &mut Run {
        if self.runs.is_empty() {
            self.runs.push(Run::default());
        }
        let last = self.runs.len() - 1;
        &mut self.runs[last]
    }

    fn met(&mut self, condition: u32, value: Option<bool>) {
        let run = self.run();
        let facts = std::mem::take(&mut run.facts);
        match run.met.last_mut() {
            // A pattern that was tried, and has matched.
            Some(last) if last.condition == Some(condition) && last.value.is_none() => {
                last.value = value;
                last.facts.extend(facts);
            }
            _ => run.met.push(Met { condition: Some(condition), value, facts }),
        }
    }
}

impl Watch for Trace {
    const WATCHES: bool = true;

    fn condition(&mut self, condition: u32, value: bool) -> bool {
        if self.muted > 0 {
            return value;
        }
        let flips = self.runs.len() <= 1 && self.flipped == Some(condition);
        let value = value != flips;
        self.met(condition, Some(value));
        value
    }

    fn tried(&mut self, condition: u32) {
        if self.muted == 0 {
            self.met(condition, None);
        }
    }

    fn fact(&mut self, fact: SeenFact) {
        if self.muted == 0 {
            self.run().facts.push(fact);
        }
    }

    fn mute(&mut self, muted: bool) {
        self.muted = if muted { self.muted + 1 } else { self.muted.saturating_sub(1) };
    }

    fn derived<K: FactKey, P: Sources>(
        cx: &mut Cx<P, Self>,
        mut fact: SeenFact,
        run: impl FnOnce(&mut Cx<P, Self>) -> Result<K::Value, Stop>,
    ) {
        let trace = &mut cx.watch;
        if trace.muted > 0 {
            return;
        }
        let is_known = !matches!(fact.seen, Seen::Pending);
        if is_known && trace.shown.len() < MOST_SHOWN && trace.shown.insert(fact.key.clone()) {
            trace.runs.push(Run::default());
            let failed = cx.failed.len();
            // What it comes to is known.
            let _ = run(cx);
            cx.failed.truncate(failed);
            fact.run = cx.watch.runs.pop().map(Run::over).unwrap_or_default();
        }
        cx.watch.fact(fact);
    }
}

/// A condition that came to `value`.
#[inline]
pub fn met<P: Sources, W: Watch>(value: bool, condition: u32, cx: &mut Cx<P, W>) -> bool {
    cx.watch.condition(condition, value)
}

/// A pattern in a chain of conditions, before it is tried.
#[inline]
pub fn tried<P: Sources, W: Watch>(condition: u32, cx: &mut Cx<P, W>) -> bool {
    cx.watch.tried(condition);
    true
}
