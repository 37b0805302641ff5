//! The steps of a body: the statements, operands, conditions and patterns between its beginning and a load.

use std::collections::BTreeSet;

use quote::quote;
use syn::Pat;

use crate::body::analysis::Nodes;
use crate::body::source::as_written;
use crate::body::tree::{LoadId, Match, Names, Node, Stmt, bound_names};
use crate::text;

/// One step.
#[derive(Clone, Copy)]
pub(crate) enum Step<'b> {
    Stmt(&'b Stmt),
    /// An operand that is evaluated before the load.
    Before(&'b Node),
    /// A condition that must be true, or false.
    Holds(&'b Node, bool),
    /// [`Holds`](Self::Holds) for the left operand of a three-valued operator: the right one is still evaluated if it fails.
    Operand(&'b Node, bool),
    /// `if let`: a pattern that must match, or must not.
    Matches(&'b Pat, &'b Node, bool),
    /// The pattern of an arm of a `match`; its guard is a step of its own.
    Arm(&'b Match, usize),
}

impl<'b> Step<'b> {
    /// The nodes that the step evaluates.
    pub(crate) fn nodes(self) -> Vec<&'b Node> {
        match self {
            Self::Stmt(stmt) => stmt.passed_nodes(),
            Self::Before(node)
            | Self::Holds(node, _)
            | Self::Operand(node, _)
            | Self::Matches(_, node, _) => vec![node],
            Self::Arm(it, _) => vec![&it.scrutinee],
        }
    }

    /// The loads that are answered after it.
    pub(crate) fn loads(self, nodes: &Nodes<'_>) -> BTreeSet<LoadId> {
        let evaluated = self.nodes().into_iter().chain(self.guards_before());
        let loads = |node| nodes.get(node).passed_loads.iter().collect::<Vec<_>>();
        evaluated.flat_map(loads).collect()
    }

    /// The guards of the arms before the arm that the step takes.
    pub(crate) fn guards_before(self) -> impl Iterator<Item = &'b Node> {
        let arms = match self {
            Self::Arm(it, at) => &it.arms[..at],
            _ => &[],
        };
        arms.iter().filter_map(|arm| arm.guard.as_ref())
    }

    /// The pattern that binds its names.
    pub(crate) fn pat(self) -> Option<&'b Pat> {
        match self {
            Self::Stmt(Stmt::Let(it)) => Some(&it.pat),
            Self::Matches(pat, _, true) => Some(pat),
            Self::Arm(it, at) => Some(&it.arms[at].pat),
            _ => None,
        }
    }

    /// The names that it binds.
    pub(crate) fn binds(self) -> Names {
        self.pat().map(pat_binds).unwrap_or_default()
    }

    /// The condition that leads on from here, as written, and the value that it must have.
    pub(crate) fn condition(self) -> Option<(String, bool)> {
        let pattern = |pat: &Pat, node: &Node| {
            let scrutinee = as_written(node);
            text::of_expr(quote!(let #pat = #scrutinee))
        };
        match self {
            Self::Holds(node, holds) | Self::Operand(node, holds) => {
                Some((text::of_expr(as_written(node)), holds))
            }
            Self::Matches(pat, node, matched) => Some((pattern(pat, node), matched)),
            Self::Arm(it, at) => Some((pattern(&it.arms[at].pat, &it.scrutinee), true)),
            Self::Stmt(Stmt::Expr(Node::If(it), _))
                if it.then.diverges() && it.otherwise.is_none() =>
            {
                Some((text::of_expr(as_written(&it.condition)), false))
            }
            Self::Stmt(Stmt::Let(it)) if it.otherwise.is_some() => {
                it.init.as_ref().map(|init| (pattern(&it.pat, init), true))
            }
            Self::Stmt(_) | Self::Before(_) => None,
        }
    }
}

/// The names that a pattern binds.
pub(crate) fn pat_binds(pat: &Pat) -> Names {
    bound_names(pat).into_iter().map(ToString::to_string).collect()
}
