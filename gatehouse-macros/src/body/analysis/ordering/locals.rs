//! The locals whose order matters: those that a fact may feed.

use quote::ToTokens;
use syn::Expr;

use super::super::super::tree::Names;
use super::super::names::mentioned_in;

/// The places where the body orders fact values.
#[derive(Default)]
pub(crate) struct Ordering {
    /// Whether the body loads anything.
    pub(super) loads: bool,
    /// The locals that a fact may feed.
    pub(super) fed: Names,
    /// The locals that are bound to a range somewhere.
    pub(super) ranges: Names,
    /// The locals without a written type, whose types may depend on the code that follows.
    pub(super) vague: Names,
}

impl Ordering {
    /// Whether `tokens`, which load nothing, may depend on a fact.
    pub(super) fn feeds(&self, tokens: impl ToTokens) -> bool {
        !self.fed.is_empty() && !mentioned_in(tokens).is_disjoint(&self.fed)
    }
}

/// Whether an expression is a path, a literal, or a field of a path: nothing is ordered in it.
pub(super) fn is_leaf(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(it) => is_leaf(&it.base),
        _ => false,
    }
}
