//! The keys of facts.

use std::fmt;
use std::hash::Hash;

use crate::plan::{Cost, Derivation};

/// The key of a fact. [`fact!`](crate::fact) declares a type of keys.
///
/// A fact such as `OrgRole(user: UserId, org: OrgId) -> Role` becomes a struct `OrgRole` with the
/// fields `user` and `org`, whose `Value` is `Role`. Keys are typed: a cache never confuses facts with
/// equal fields.
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
    /// The value that a source loads, or that the body of a derived fact computes.
    type Value: Clone + fmt::Debug + Send + Sync + 'static;

    /// The type of `.await` in a rule: `Option<Value>`, or `Value` if the fact has a default or a body.
    type Output: fmt::Debug;

    /// The fact's name, as declared.
    const NAME: &'static str;

    /// Whether its values are shown nowhere (`#[sensitive]`). Explanations have a placeholder for them.
    const SENSITIVE: bool = false;

    /// The cost of reading it: one round, or the cost of its body.
    const COST: Cost = Cost::ONE_LOAD;

    /// Its derivation, if it is a derived fact.
    const DERIVATION: Option<&'static Derivation> = None;

    /// Its derivation, as a function of the fact's own: facts may be derived from each other, so that a plan
    /// has functions, and rustc limits how deep instances of one function nest.
    #[doc(hidden)]
    #[must_use]
    fn derivation() -> Option<&'static Derivation> {
        Self::DERIVATION
    }
}

/// A fact that a source loads. A derived fact, which is computed from other facts, is none.
///
/// [`fact!`](crate::fact) implements it for every fact without a body. Do not implement it by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot have a source: it has a body, or is not a fact",
    label = "not a fact that a source loads",
    note = "a fact with a body is computed from other facts: give sources to those, and remove it here"
)]
pub trait LoadedFact: FactKey {
    /// Whether a missing value counts as a failed load (`#[required]`).
    const REQUIRED: bool = false;

    /// Whether it has a default, which replaces a missing value.
    const HAS_DEFAULT: bool = false;

    /// Converts the result of a load, `None` if the value is missing, into the output of `.await`.
    fn output(found: Option<Self::Value>) -> Self::Output;
}
