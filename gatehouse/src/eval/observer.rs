//! The observer of a run, to which a body reports its conditions and facts.
//!
//! A check uses [`NoObserver`]: it has no data and its methods are empty, so the optimiser removes the
//! reports. An explanation runs the same code on the same facts with a [`Trace`](super::trace::Trace),
//! which records the reports. So an explanation cannot disagree with the check.

use std::fmt::Debug;

use super::event::{Event, ObservedFact};
use crate::fact::{FactError, FactKey};
use crate::text::FactText;

/// Receives the reports of a run.
pub trait Observer: Send + Sized {
    /// Whether reports are received at all.
    const ENABLED: bool;

    /// A condition of the present body was evaluated to `value`.
    #[inline]
    fn condition_met(&mut self, _condition: u32, _value: bool) {}

    /// A pattern of the present body is tried: its value is there.
    #[inline]
    fn pattern_tried(&mut self, _condition: u32) {}

    /// The facts that are read next belong to this load of the present body.
    #[inline]
    fn set_load_site(&mut self, _load: usize) {}

    /// Whether reports are recorded now.
    #[inline]
    fn is_recording(&self) -> bool {
        false
    }

    /// A number that tells a key from all others that are read.
    fn key_id<K: FactKey>(&mut self, _key: &K) -> usize {
        0
    }

    /// The text of the key with this `id`.
    fn key_text(&self, _id: usize) -> FactText {
        FactText::default()
    }

    /// The text of the value that was found for the key with this `id`.
    fn value_text<V: Debug>(&mut self, _id: usize, _value: impl FnOnce() -> V) -> FactText {
        FactText::default()
    }

    /// A fact was read.
    fn fact_read(&mut self, _fact: ObservedFact) {}

    /// A fact that was read has failed.
    #[inline]
    fn fact_failed(&mut self, _error: &FactError) {}

    /// The error of the last fact that failed.
    fn last_failure(&self) -> Option<&FactError> {
        None
    }

    /// Records nothing until [`resume`](Self::resume) is called as often: a derived fact is computed.
    fn suspend(&mut self) {}

    /// Ends what [`suspend`](Self::suspend) began.
    fn resume(&mut self) {}

    /// A state to [restore](Self::restore) if the code that runs next panics.
    fn checkpoint(&self) -> (u32, usize) {
        (0, 0)
    }

    /// Forgets what was begun since `checkpoint`, because it panicked.
    fn restore(&mut self, _checkpoint: (u32, usize)) {}

    /// Whether the body of the derived fact with this `id` was shown before.
    fn has_shown_body(&self, _id: usize) -> bool {
        false
    }

    /// Whether the body of the derived fact with this `id` is to be shown. If so, reports belong to
    /// this body until [`end_body`](Self::end_body).
    fn begin_body(&mut self, _id: usize) -> bool {
        false
    }

    /// Ends the present body, and gives what it reported.
    fn end_body(&mut self) -> Vec<Event> {
        Vec::new()
    }
}

/// The observer of a check, which receives nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    const ENABLED: bool = false;
}
