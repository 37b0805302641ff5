//! How a body reports its conditions.

use super::cx::Cx;
use super::observer::Observer;
use crate::session::Sources;

impl<P: Sources, O: Observer> Cx<P, O> {
    /// Reads the facts of a load of the plan, by its number.
    #[inline]
    pub fn at(&mut self, load: usize) -> &mut Self {
        self.observer.set_load_site(load);
        self
    }
}

/// A value that must be a `bool`: rustc's message about another type is best in a field.
#[derive(Debug)]
pub struct Bool {
    /// The value.
    pub bool: bool,
}

/// Reports that a condition was evaluated to `value`.
#[inline]
pub fn met<P: Sources, O: Observer>(value: bool, condition: u32, cx: &mut Cx<P, O>) -> bool {
    cx.observer.condition_met(condition, value);
    value
}

/// The value of a macro that is named `matches!`: a `bool`, unless the name is another macro's.
///
/// The method `met` is that of [`MetIfBool`] for a `bool`, and that of [`NotBool`] for any other type,
/// because Rust prefers a method that needs one reference less.
#[derive(Debug)]
pub struct MaybeBool<'v, T>(pub &'v T);

/// Reports a [`MaybeBool`] that is a `bool`.
pub trait MetIfBool {
    /// Reports that the condition was evaluated.
    fn met<P: Sources, O: Observer>(&self, condition: u32, cx: &mut Cx<P, O>);
}

impl MetIfBool for MaybeBool<'_, bool> {
    #[inline]
    fn met<P: Sources, O: Observer>(&self, condition: u32, cx: &mut Cx<P, O>) {
        met(*self.0, condition, cx);
    }
}

/// Ignores a [`MaybeBool`] of any other type.
pub trait NotBool {
    /// Reports nothing: it is no condition.
    fn met<P: Sources, O: Observer>(&self, condition: u32, cx: &mut Cx<P, O>);
}

impl<T> NotBool for &MaybeBool<'_, T> {
    #[inline]
    fn met<P: Sources, O: Observer>(&self, _: u32, _: &mut Cx<P, O>) {}
}

/// Reports that a pattern in a chain of conditions is about to be tried.
#[inline]
pub fn pattern_tried<P: Sources, O: Observer>(condition: u32, cx: &mut Cx<P, O>) -> bool {
    cx.observer.pattern_tried(condition);
    true
}

/// Reports that a pattern in a chain of conditions is about to be tried with `value`.
#[inline]
pub fn pattern_tried_with<P: Sources, O: Observer, T>(
    value: T,
    condition: u32,
    cx: &mut Cx<P, O>,
) -> T {
    cx.observer.pattern_tried(condition);
    value
}
