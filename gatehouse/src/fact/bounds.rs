//! The traits of key parts and values, for code that `fact!` generates: each is checked at the user's type.
//!
//! A key's `Clone`, `Eq`, `Hash` and `Debug` use [`KeyPart`], so that a type which cannot be part of a key
//! is one error with our message, at that type, and not one error per trait.

use std::fmt::Debug;
use std::hash::{Hash, Hasher};

use super::key::LoadedFact;

/// A type that can be part of a key: every type with the traits of a key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of a fact's key",
    label = "not a key part",
    note = "a key part is `Clone + Eq + Hash + Debug + Send + Sync + 'static`",
    note = "on a type of your own, write `#[derive(Clone, PartialEq, Eq, Hash, Debug)]`; in place of a float, an `Rc` or a `Cell`, use an integer, an `Arc` or a plain value"
)]
pub trait KeyPart: Sized {
    /// `Clone::clone`
    #[must_use]
    fn part_clone(&self) -> Self;
    /// `PartialEq::eq`
    fn part_eq(&self, other: &Self) -> bool;
    /// `Hash::hash`
    fn part_hash<H: Hasher>(&self, state: &mut H);
    /// The value as `Debug`.
    fn part_debug(&self) -> &dyn Debug;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Eq + Hash + Debug + Send + Sync + 'static> KeyPart for T {
    #[inline]
    fn part_clone(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn part_eq(&self, other: &Self) -> bool {
        self == other
    }

    #[inline]
    fn part_hash<H: Hasher>(&self, state: &mut H) {
        self.hash(state);
    }

    #[inline]
    fn part_debug(&self) -> &dyn Debug {
        self
    }
}

/// A type that can be the value of a fact: every type with the traits of a value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a fact",
    label = "not a fact's value",
    note = "a value is `Clone + Debug + Send + Sync + 'static`",
    note = "on a type of your own, write `#[derive(Clone, Debug)]`; in place of an `Rc` or a `Cell`, use an `Arc` or a plain value"
)]
pub trait FactValue: Sized {
    /// Generated code names it to check the type.
    const CHECKED: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Debug + Send + Sync + 'static> FactValue for T {}

/// The traits that rustc may assume of a key while it checks `impl FactKey`.
///
/// A bound `for<'k> Self: KeyBounds<'k>` holds whenever the key's parts are [`KeyPart`]s. A part that is
/// none is already an error; the bound keeps the impl from being a second error. The lifetime makes the
/// bound higher-ranked, which defers its check to the uses of the impl.
#[diagnostic::on_unimplemented(
    message = "the fact `{Self}` has a key part that cannot be shared between threads",
    note = "a key part is `Clone + Eq + Hash + Debug + Send + Sync + 'static`"
)]
pub trait KeyBounds<'k>: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> KeyBounds<'_> for T {}

/// [`KeyBounds`] for the fact's value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a fact",
    note = "a value is `Clone + Debug + Send + Sync + 'static`"
)]
pub trait ValueBounds<'k>: Clone + Debug + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Debug + Send + Sync + 'static> ValueBounds<'_> for T {}

/// The traits that rustc may assume of a fact that `#[loads(…)]` names; see [`KeyBounds`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot have a source: it has a body, or is not a fact",
    label = "not a fact that a source loads",
    note = "a fact with a body is computed from other facts: give sources to those, and remove it here"
)]
pub trait LoadedBounds<'k>: LoadedFact {}

#[diagnostic::do_not_recommend]
impl<K: LoadedFact> LoadedBounds<'_> for K {}

/// Replaces a type that `fact!` has reported, so that its error is the only one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refused;
