//! Who looks on while a rule runs.
//!
//! Every condition of a body reports what it came to. In a check nobody looks on: [`NoObserver`] has no
//! data, and its methods are empty, so that nothing of them is left in the code that runs. An
//! explanation runs the same code on the same facts before a [`Trace`](super::trace::Trace), which
//! writes down what is reported. So it cannot disagree with the check.

use std::fmt::Debug;

use super::cx::Cx;
use super::stop::Stop;
use super::trace::ObservedFact;
use crate::fact::{FactError, FactKey};
use crate::session::Sources;
use crate::text::FactText;

/// Looks on while a rule runs.
pub trait Observer: Send + Sized {
    /// Whether it looks at all.
    const WATCHES: bool;

    /// A condition of the present body came to `value`.
    #[inline]
    fn condition(&mut self, _condition: u32, _value: bool) {}

    /// A pattern of the present body is tried: its value is there.
    #[inline]
    fn tried(&mut self, _condition: u32) {}

    /// The facts that are read next are those of this load of the present body.
    #[inline]
    fn at(&mut self, _load: usize) {}

    /// Whether what is read now is written down.
    #[inline]
    fn listens(&self) -> bool {
        false
    }

    /// Tells a key from all others that are read.
    fn id<K: FactKey>(&mut self, _key: &K) -> usize {
        0
    }

    /// The text of the key with this `id`.
    fn key(&self, _id: usize) -> FactText {
        FactText::default()
    }

    /// The text of what was found of it, which is `value`.
    fn value<V: Debug>(&mut self, _id: usize, _value: impl FnOnce() -> V) -> FactText {
        FactText::default()
    }

    /// A fact was read.
    fn fact(&mut self, _fact: ObservedFact) {}

    /// A fact that was read has failed.
    #[inline]
    fn failure(&mut self, _error: &FactError) {}

    /// Why the last one did.
    fn last_failure(&self) -> Option<&FactError> {
        None
    }

    /// What is reported until the next call, with the opposite, is not listened to: a derived fact is
    /// worked out.
    fn mute(&mut self, _muted: bool) {}

    /// What to give to [`unwind`](Self::unwind), if the code that runs next panics.
    fn mark(&self) -> (u32, usize) {
        (0, 0)
    }

    /// Forgets what was begun since, because it panicked.
    fn unwind(&mut self, _mark: (u32, usize)) {}

    /// A derived fact was read; what its body does is reported by `run`, unless it was before.
    fn derived<K: FactKey, P: Sources>(
        _cx: &mut Cx<P, Self>,
        _fact: ObservedFact,
        _run: impl FnOnce(&mut Cx<P, Self>) -> Result<K::Value, Stop>,
    ) {
    }
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoObserver;

impl Observer for NoObserver {
    const WATCHES: bool = false;
}

impl<P: Sources, W: Observer> Cx<P, W> {
    /// To read the facts of a load, by its place in the plan.
    #[inline]
    pub fn at(&mut self, load: usize) -> &mut Self {
        self.watch.at(load);
        self
    }
}

/// What is a `bool`. A value of another type is shown as such in a field, and not as an argument.
#[derive(Debug)]
pub struct Is {
    /// The value.
    pub bool: bool,
}

/// A condition that came to `value`.
#[inline]
pub fn met<P: Sources, W: Observer>(value: bool, condition: u32, cx: &mut Cx<P, W>) -> bool {
    cx.watch.condition(condition, value);
    value
}

/// What a macro gives that is called `matches!`: a `bool`, unless it is another macro of that name.
#[derive(Debug)]
pub struct Perhaps<'v, T>(pub &'v T);

/// The condition of a [`Perhaps`] that is one.
pub trait PerhapsMet {
    /// It came to its value.
    fn met<P: Sources, W: Observer>(&self, condition: u32, cx: &mut Cx<P, W>);
}

impl PerhapsMet for Perhaps<'_, bool> {
    #[inline]
    fn met<P: Sources, W: Observer>(&self, condition: u32, cx: &mut Cx<P, W>) {
        met(*self.0, condition, cx);
    }
}

/// As [`PerhapsMet`], of any other value, behind a reference: Rust takes the method that needs none first.
pub trait PerhapsNot {
    /// It is no condition.
    fn met<P: Sources, W: Observer>(&self, condition: u32, cx: &mut Cx<P, W>);
}

impl<T> PerhapsNot for &Perhaps<'_, T> {
    #[inline]
    fn met<P: Sources, W: Observer>(&self, _: u32, _: &mut Cx<P, W>) {}
}

/// A pattern in a chain of conditions, before it is tried.
#[inline]
pub fn tried<P: Sources, W: Observer>(condition: u32, cx: &mut Cx<P, W>) -> bool {
    cx.watch.tried(condition);
    true
}

/// What a pattern in a chain of conditions is tried with.
#[inline]
pub fn tried_with<P: Sources, W: Observer, T>(value: T, condition: u32, cx: &mut Cx<P, W>) -> T {
    cx.watch.tried(condition);
    value
}
