//! The request that a policy decides, and why its run may end early.

use crate::domain::Domain;

/// The request that is decided.
pub struct Request<'r, D: Domain> {
    /// Who asks.
    pub subject: &'r D::Subject,
    /// What they want to do.
    pub action: &'r D::Action,
    /// The resource that they want to do it to.
    pub resource: &'r D::Resource,
    /// The rest of the situation, for example the time.
    pub context: &'r D::Context,
}

/// Why a policy's run ended before its body did. User code never sees one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A fact is not loaded yet.
    Pending,
    /// A fact failed to load.
    Failed,
    /// A `?` met `None`, or a parameter's pattern did not match: the policy does not apply.
    NotApplicable,
    /// `return` from inside an operand of `||` or `&&`.
    Returned(bool),
}
