//! The recording observer.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::event::{Event, ObservedFact};
use super::observer::Observer;
use super::texts::Texts;
use crate::fact::{FactError, FactKey};
use crate::text::FactText;

/// How many bodies of derived facts one explanation shows.
const MAX_SHOWN: usize = 256;

/// Records the reports of a run.
#[derive(Debug, Default)]
pub struct Trace {
    /// The bodies that run: the policy's, and above it those of derived facts that are shown.
    bodies: Vec<Body>,
    /// The texts of the keys that were read, and of their values.
    texts: Texts,
    /// The ids of the derived facts whose bodies were shown.
    shown: BTreeSet<usize>,
    /// How many derived facts are being computed.
    suspended: u32,
    /// The error of the last fact that failed.
    failure: Option<FactError>,
}

/// The reports of one body.
#[derive(Debug, Default)]
struct Body {
    events: Vec<Event>,
    /// The load that the next facts belong to.
    load: usize,
}

impl Trace {
    /// A trace that takes its texts from `texts`, if they are there.
    pub(crate) fn with(texts: Texts) -> Self {
        Self { texts, ..Self::default() }
    }

    /// Gives the texts back.
    pub(crate) fn into_texts(self) -> Texts {
        self.texts
    }

    /// Begins a policy's run.
    pub(crate) fn begin(&mut self) {
        self.bodies = vec![Body::default()];
        // A run that panicked has left this as it was.
        self.suspended = 0;
    }

    /// Ends the policy's run, and gives what it reported.
    pub(crate) fn end(&mut self) -> Vec<Event> {
        self.bodies.drain(..).next().map(|body| body.events).unwrap_or_default()
    }

    /// The body that reports now, if reports are recorded.
    fn body(&mut self) -> Option<&mut Body> {
        if self.suspended == 0 { self.bodies.last_mut() } else { None }
    }
}

impl Observer for Trace {
    const ENABLED: bool = true;

    fn condition_met(&mut self, condition: u32, value: bool) {
        if let Some(body) = self.body() {
            body.events.push(Event::Met { condition, value });
        }
    }

    fn pattern_tried(&mut self, condition: u32) {
        if let Some(body) = self.body() {
            body.events.push(Event::Tried { condition });
        }
    }

    fn set_load_site(&mut self, load: usize) {
        if let Some(body) = self.body() {
            body.load = load;
        }
    }

    fn is_recording(&self) -> bool {
        self.suspended == 0
    }

    fn key_id<K: FactKey>(&mut self, key: &K) -> usize {
        self.texts.id(key)
    }

    fn key_text(&self, id: usize) -> FactText {
        self.texts.key(id)
    }

    fn value_text<V: Debug>(&mut self, id: usize, value: impl FnOnce() -> V) -> FactText {
        self.texts.value(id, value)
    }

    fn fact_read(&mut self, fact: ObservedFact) {
        if let Some(body) = self.body() {
            body.events.push(Event::Fact { load: body.load, fact });
        }
    }

    fn fact_failed(&mut self, error: &FactError) {
        self.failure = Some(error.clone());
    }

    fn last_failure(&self) -> Option<&FactError> {
        self.failure.as_ref()
    }

    fn suspend(&mut self) {
        self.suspended += 1;
    }

    fn resume(&mut self) {
        self.suspended = self.suspended.saturating_sub(1);
    }

    fn checkpoint(&self) -> (u32, usize) {
        (self.suspended, self.bodies.len())
    }

    fn restore(&mut self, (suspended, bodies): (u32, usize)) {
        self.suspended = suspended;
        self.bodies.truncate(bodies);
    }

    fn has_shown_body(&self, id: usize) -> bool {
        self.shown.contains(&id)
    }

    fn begin_body(&mut self, id: usize) -> bool {
        let is_shown = self.shown.len() < MAX_SHOWN && self.shown.insert(id);
        if is_shown {
            self.bodies.push(Body::default());
        }
        is_shown
    }

    fn end_body(&mut self) -> Vec<Event> {
        self.bodies.pop().map(|body| body.events).unwrap_or_default()
    }
}
