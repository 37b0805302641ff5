//! Writes down what a rule reports while it runs.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::cx::Cx;
use super::observer::Observer;
use super::stop::Stop;
use super::texts::Texts;
use crate::fact::{FactError, FactKey};
use crate::plan::Derivation;
use crate::session::Sources;
use crate::text::FactText;
use crate::unwind::drop_quietly;

/// What was found of a fact.
#[derive(Clone, Debug)]
pub enum FactState {
    /// A value, as its `Debug` shows it.
    Value(FactText),
    /// None, and what stands in for it.
    Missing(Option<FactText>),
    /// A value, or none, that is not to be shown.
    Sensitive,
    /// The load failed.
    Failed(FactError),
    /// It is not loaded.
    Pending,
}

/// A fact that a body has read.
#[derive(Clone, Debug)]
pub struct ObservedFact {
    /// Its name.
    pub fact: &'static str,
    /// Tells its key from all others of the trace.
    pub id: usize,
    /// Its key, as its `Debug` shows it.
    pub key: FactText,
    /// What was found.
    pub seen: FactState,
    /// The type of its source, unless it is a derived fact.
    pub source: Option<&'static str>,
    /// How it is computed, of a derived fact.
    pub derivation: Option<&'static Derivation>,
    /// What its body did, of a derived fact that was not shown before.
    pub run: Vec<Event>,
    /// Whether it was shown before.
    pub again: bool,
}

/// What a body reports. Places are those in its plan.
#[derive(Clone, Debug)]
pub enum Event {
    /// A fact was read.
    Fact {
        /// The place of the load.
        load: usize,
        /// What was read.
        fact: ObservedFact,
    },
    /// A pattern in a chain is tried: if it is not met then, it does not match.
    Tried {
        /// The place of the condition.
        condition: u32,
    },
    /// A condition came to a value.
    Met {
        /// The place of the condition.
        condition: u32,
        /// The value.
        value: bool,
    },
}

/// Writes down what is reported.
#[derive(Debug, Default)]
pub struct Trace {
    /// The bodies that run: the policy's, and above it those of derived facts that are shown.
    runs: Vec<Run>,
    /// The keys that were read, and what was found.
    texts: Texts,
    /// Those of derived facts whose bodies were shown.
    shown: BTreeSet<usize>,
    /// How many derived facts are being worked out.
    muted: u32,
    /// Why the last fact that failed did.
    failure: Option<FactError>,
}

/// One body's run.
#[derive(Debug, Default)]
struct Run {
    events: Vec<Event>,
    load: usize,
}

/// How many derived facts' bodies one explanation shows.
const MOST_SHOWN: usize = 256;

impl Trace {
    /// A trace that takes its texts from `texts`, if they are there.
    pub(crate) fn with(texts: Texts) -> Self {
        Self { texts, ..Self::default() }
    }

    /// Gives them back.
    pub(crate) fn into_texts(self) -> Texts {
        self.texts
    }

    /// Begins a policy's run.
    pub(crate) fn begin(&mut self) {
        self.runs = vec![Run::default()];
        // Where the run before panicked, this was left as it was.
        self.muted = 0;
    }

    /// Ends it.
    pub(crate) fn end(&mut self) -> Vec<Event> {
        self.runs.drain(..).next().map(|run| run.events).unwrap_or_default()
    }

    fn note(&mut self, event: impl FnOnce(usize) -> Event) {
        if self.muted == 0
            && let Some(run) = self.runs.last_mut()
        {
            run.events.push(event(run.load));
        }
    }
}

impl Observer for Trace {
    const WATCHES: bool = true;

    fn condition(&mut self, condition: u32, value: bool) {
        self.note(|_| Event::Met { condition, value });
    }

    fn tried(&mut self, condition: u32) {
        self.note(|_| Event::Tried { condition });
    }

    fn at(&mut self, load: usize) {
        if self.muted == 0
            && let Some(run) = self.runs.last_mut()
        {
            run.load = load;
        }
    }

    fn fact(&mut self, fact: ObservedFact) {
        self.note(|load| Event::Fact { load, fact });
    }

    fn failure(&mut self, error: &FactError) {
        self.failure = Some(error.clone());
    }

    fn last_failure(&self) -> Option<&FactError> {
        self.failure.as_ref()
    }

    fn mute(&mut self, muted: bool) {
        self.muted = if muted { self.muted + 1 } else { self.muted.saturating_sub(1) };
    }

    fn listens(&self) -> bool {
        self.muted == 0
    }

    fn id<K: FactKey>(&mut self, key: &K) -> usize {
        self.texts.id(key)
    }

    fn key(&self, id: usize) -> FactText {
        self.texts.key(id)
    }

    fn value<V: Debug>(&mut self, id: usize, value: impl FnOnce() -> V) -> FactText {
        self.texts.value(id, value)
    }

    fn mark(&self) -> (u32, usize) {
        (self.muted, self.runs.len())
    }

    fn unwind(&mut self, (muted, runs): (u32, usize)) {
        self.muted = muted;
        self.runs.truncate(runs);
    }

    fn derived<K: FactKey, P: Sources>(
        cx: &mut Cx<P, Self>,
        mut fact: ObservedFact,
        run: impl FnOnce(&mut Cx<P, Self>) -> Result<K::Value, Stop>,
    ) {
        let trace = &mut cx.watch;
        if trace.muted > 0 {
            return;
        }
        let is_known = !matches!(fact.seen, FactState::Pending);
        fact.again = trace.shown.contains(&fact.id);
        if is_known && trace.shown.len() < MOST_SHOWN && trace.shown.insert(fact.id) {
            trace.runs.push(Run::default());
            let failed = cx.failed.mark();
            // What it comes to is known. The value is one that nobody has asked the user for.
            drop_quietly(run(cx));
            cx.failed.rewind(failed);
            fact.run = cx.watch.runs.pop().map(|run| run.events).unwrap_or_default();
        }
        cx.watch.fact(fact);
    }
}
