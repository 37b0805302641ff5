//! Where a body wants a `bool`: in conditions, in operands, and at its end.
//!
//! A load that stands there as it is becomes `holds(…)` and not `read(…)`, so that the message for a
//! fact of another type, or one that may be missing, says what to write.

use std::collections::BTreeSet;

use syn::{Expr, UnOp};

use super::ast::{Block, Body, Kind, LoadId, Node, Stmt};

/// The loads of one key that stand where a `bool` is wanted.
pub(super) fn bools(body: &Body) -> BTreeSet<LoadId> {
    let mut wanted = Wanted { gives_bool: body.gives_bool, loads: BTreeSet::new() };
    wanted.block(&body.block, body.gives_bool);
    wanted.loads
}

struct Wanted {
    gives_bool: bool,
    loads: BTreeSet<LoadId>,
}

impl Wanted {
    /// Goes through `block`, whose last expression is a `bool` if `is_bool`.
    fn block(&mut self, block: &Block, is_bool: bool) {
        for stmt in &block.stmts {
            let is_tail = matches!(stmt, Stmt::Expr(_, None));
            stmt.nodes().into_iter().for_each(|node| self.node(node, is_bool && is_tail));
        }
    }

    /// Goes through `node`, which is a `bool` if `is_bool`.
    fn node(&mut self, node: &Node, is_bool: bool) {
        match node {
            Node::Load(id, Kind::One, key) => {
                if is_bool {
                    self.loads.insert(*id);
                }
                self.node(key, false);
            }
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                self.node(&inside[0], is_bool);
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
