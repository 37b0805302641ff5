//! The words `any`, `all`, `each` and `lazy`, where a rule calls what has one of these names.
//!
//! The compiler sees names. Whose a name is, rustc knows: each load mentions the user's own path, and what
//! would come of calling it must be what gatehouse's word gives. Nothing is called.

use super::OnlyInPolicies;

/// The word `any`.
#[derive(Debug)]
pub enum AnyWord {}

/// The word `all`.
#[derive(Debug)]
pub enum AllWord {}

/// The word `each`.
#[derive(Debug)]
pub enum EachWord {}

/// The word `lazy`.
#[derive(Debug)]
pub enum LazyWord {}

/// What a word of the language gives.
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
