//! Checks that a name in a rule is a combinator of this crate.
//!
//! The macros see names; only rustc knows which item a name is. So generated code passes the function that
//! the rule names, and the bound on its output accepts the combinator alone. The function is never called.

use super::output::OnlyInPolicies;

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

/// The output of the combinator `W`.
#[diagnostic::on_unimplemented(
    message = "what is called here has the name of a word of rules, and is another function",
    label = "not gatehouse's",
    note = "`any`, `all`, `each` and `lazy` of `gatehouse` load facts: name them as `gatehouse::any(…).await`, or import them",
    note = "a function of your own gives parts of a key, and not the key: `Fact(own(…)).await`"
)]
pub trait OfWord<W> {}

#[diagnostic::do_not_recommend]
impl<W> OfWord<W> for OnlyInPolicies<W> {}

/// The keys of `any(keys).await`.
#[inline]
pub fn any<I, O: OfWord<AnyWord>>(_: impl FnOnce(I) -> O, keys: I) -> I {
    keys
}

/// The keys of `all(keys).await`.
#[inline]
pub fn all<I, O: OfWord<AllWord>>(_: impl FnOnce(I) -> O, keys: I) -> I {
    keys
}

/// The keys of `each(keys).await`.
#[inline]
pub fn each<I, O: OfWord<EachWord>>(_: impl FnOnce(I) -> O, keys: I) -> I {
    keys
}

/// The key, or the keys, of `lazy(…).await`.
#[inline]
pub fn lazy<K, O: OfWord<LazyWord>>(_: impl FnOnce(K) -> O, key: K) -> K {
    key
}
