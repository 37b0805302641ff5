//! The output type of combinators. Outside of rules nothing can be done with it.

use std::marker::PhantomData;

/// The output of the combinator `W`. Only `#[policy]` and `fact!` can await it.
#[derive(Debug)]
#[must_use = "write `.await`, inside a function annotated with `#[policy]`"]
pub struct OnlyInPolicies<W>(PhantomData<W>);

impl<W> OnlyInPolicies<W> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

/// Marks the output of [`any`](crate::any).
#[derive(Debug)]
pub enum AnyWord {}

/// Marks the output of [`all`](crate::all).
#[derive(Debug)]
pub enum AllWord {}

/// Marks the output of [`each`](crate::each).
#[derive(Debug)]
pub enum EachWord {}

/// Marks the output of [`lazy`](crate::lazy).
#[derive(Debug)]
pub enum LazyWord {}
