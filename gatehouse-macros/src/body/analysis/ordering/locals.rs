//! The locals whose order matters: those that a fact may feed.

use syn::Expr;

use super::super::super::tree::{Names, Node};
use super::super::names::mentioned_in_expr;
use super::super::walk::mentioned_as_written;

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
    /// Whether an expression without loads may depend on a fact.
    pub(super) fn feeds(&self, expr: &Expr) -> bool {
        !self.fed.is_empty() && !mentioned_in_expr(expr).is_disjoint(&self.fed)
    }

    /// [`feeds`](Self::feeds) for a node, its loads left out.
    pub(super) fn feeds_node(&self, node: &Node) -> bool {
        !self.fed.is_empty() && !mentioned_as_written(node).is_disjoint(&self.fed)
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
