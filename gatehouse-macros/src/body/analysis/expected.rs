//! The kinds of values that a body expects of its loads: a `bool` in conditions, in operands and at its
//! end; and a value that is never missing in comparisons, because `None` is less than everything.
//!
//! A load in such a position becomes `read_bool(…)` or `read_comparable(…)` instead of `read(…)`, so that the message
//! for a fact of another type, or for one that may be missing, says what to write.

use std::collections::BTreeSet;

use syn::{Expr, UnOp};

use super::super::tree::{Block, Body, Kind, LoadId, Node, Stmt};
use crate::syntax::is_ordering;

/// The loads of one key whose position expects a kind of value.
pub(crate) struct Expectations {
    /// The loads that must be a `bool`.
    pub(crate) bools: BTreeSet<LoadId>,
    /// The loads that are compared.
    pub(crate) ordered: BTreeSet<LoadId>,
}

impl Expectations {
    pub(crate) fn of(block: &Block, gives_bool: bool) -> Self {
        let search = Search::of(block, gives_bool);
        Self { bools: search.bools, ordered: search.ordered }
    }
}

/// The expressions without loads that must be a `bool`.
pub(crate) fn plain_bools(body: &Body) -> Vec<&Expr> {
    Search::of(&body.block, body.gives_bool).plain
}

struct Search<'b> {
    gives_bool: bool,
    bools: BTreeSet<LoadId>,
    ordered: BTreeSet<LoadId>,
    plain: Vec<&'b Expr>,
}

impl<'b> Search<'b> {
    fn of(block: &'b Block, gives_bool: bool) -> Self {
        let (bools, ordered) = (BTreeSet::new(), BTreeSet::new());
        let mut search = Self { gives_bool, bools, ordered, plain: Vec::new() };
        search.block(block, gives_bool);
        search
    }

    /// Walks `block`, whose last expression is a `bool` if `is_bool`.
    fn block(&mut self, block: &'b Block, is_bool: bool) {
        for stmt in &block.stmts {
            let is_tail = matches!(stmt, Stmt::Expr(_, None));
            stmt.nodes().into_iter().for_each(|node| self.node(node, is_bool && is_tail));
        }
    }

    /// Walks `node`, which is a `bool` if `is_bool`.
    fn node(&mut self, node: &'b Node, is_bool: bool) {
        match node {
            Node::Load(id, Kind::One, key) => {
                if is_bool {
                    self.bools.insert(*id);
                }
                self.node(key, false);
            }
            Node::Plain(expr) if is_bool => self.plain.push(expr),
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                self.node(&inside[0], is_bool);
            }
            Node::Compound(Expr::Binary(it), inside) if is_ordering(&it.op) => {
                for side in inside {
                    if let Node::Load(id, Kind::One, _) = without_parens(side) {
                        self.ordered.insert(*id);
                    }
                    self.node(side, false);
                }
            }
            Node::Compound(Expr::Unary(it), inside) if matches!(it.op, UnOp::Not(_)) => {
                self.node(&inside[0], is_bool);
            }
            Node::Return(_, Some(value)) => self.node(value, self.gives_bool),
            Node::Logic(it) => {
                self.node(&it.left, true);
                self.node(&it.right, true);
            }
            Node::Matches(arm, scrutinee) => {
                self.node(scrutinee, false);
                arm.guard.iter().for_each(|guard| self.node(guard, true));
            }
            Node::If(it) => {
                self.node(&it.condition, true);
                self.block(&it.then, is_bool);
                it.otherwise.iter().for_each(|node| self.node(node, is_bool));
            }
            Node::Match(it) => {
                self.node(&it.scrutinee, false);
                for arm in &it.arms {
                    arm.guard.iter().for_each(|guard| self.node(guard, true));
                    self.node(&arm.body, is_bool);
                }
            }
            Node::Block(None, block) => self.block(block, is_bool),
            node => node.children().into_iter().for_each(|child| self.node(child, false)),
        }
    }
}

/// A node without the parentheses around it.
fn without_parens(node: &Node) -> &Node {
    match node {
        Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => without_parens(&inside[0]),
        node => node,
    }
}
