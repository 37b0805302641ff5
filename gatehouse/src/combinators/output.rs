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
