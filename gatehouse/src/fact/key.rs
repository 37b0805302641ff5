//! The keys of facts.

use std::fmt;
use std::hash::Hash;

use crate::plan::{Cost, Derivation};

/// The key of one fact: what [`fact!`](crate::fact) declares.
///
/// A fact such as `OrgRole(user: UserId, org: OrgId) -> Role` becomes a struct `OrgRole` with the
/// fields `user` and `org`, whose `Value` is `Role`. Keys are typed: facts with equal fields never
/// meet in a cache.
///
/// ```
/// use gatehouse::prelude::*;
///
/// fact! {
///     /// Whether `user` is suspended.
///     pub Suspended(user: u64) -> bool = false;
/// }
///
/// let key = Suspended(7);
/// assert_eq!(key.user, 7);
/// assert_eq!(<Suspended as FactKey>::NAME, "Suspended");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a fact",
    label = "expected a fact: what `.await` loads, and what `#[loads(…)]` names",
    note = "declare it: `fact! {{ Name(part: Type) -> Value; }}`"
)]
pub trait FactKey: Clone + Eq + Hash + fmt::Debug + Send + Sync + 'static {
    /// What a source answers, or the body of a derived fact gives.
    type Value: Clone + fmt::Debug + Send + Sync + 'static;

    /// What `.await` gives in a rule: `Option<Value>`, or `Value` if the fact has a default or a body.
    type Output: fmt::Debug;

    /// The fact's name, as declared.
    const NAME: &'static str;

    /// Whether its values are shown nowhere (`#[sensitive]`): explanations have a placeholder.
    const SENSITIVE: bool = false;

    /// What asking for it costs: one round, or what its body needs.
    const COST: Cost = Cost::ONE_LOAD;

    /// How it is computed, if it is a derived fact.
    const DERIVATION: Option<&'static Derivation> = None;
}

/// A fact that a source loads, and not a derived one, which is computed from others.
///
/// Written by [`fact!`](crate::fact) for every fact without a body; not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot have a source: it has a body, or is not a fact",
    label = "not a fact that a source loads",
    note = "a fact with a body is computed from other facts: give sources to those, and remove it here"
)]
pub trait LoadedFact: FactKey {
    /// Whether a missing value counts as a failed load (`#[required]`).
    const REQUIRED: bool = false;

    /// Whether it has a default, which stands in for a missing value.
    const HAS_DEFAULT: bool = false;

    /// Turns what was found into what `.await` gives.
    fn output(found: Option<Self::Value>) -> Self::Output;
}
