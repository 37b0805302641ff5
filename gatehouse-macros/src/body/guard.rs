//! Guards: what must hold of local data so that a part of the body has a value, or is passed at all,
//! whatever the facts are.
//!
//! A guard is a boolean expression over what is known early. `None` is a guard that always holds:
//! conditions on facts do not delay a load.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, UnOp};

use super::ast::{Block, If, Logic, Node, Stmt};
use super::names;
use super::slice::Slicing;
use super::way::pat_binds;

/// A guard, or why it cannot be evaluated early.
type Guard = Result<Option<TokenStream>, String>;

/// What an expression is to come to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    Value(bool),
    /// Any value: it is only to be passed, not to leave the policy.
    Passed,
}

impl Aim {
    fn negated(self) -> Self {
        match self {
            Self::Value(value) => Self::Value(!value),
            Self::Passed => Self::Passed,
        }
    }
}

impl Slicing<'_> {
    /// What must hold of local data so that `node` can come to `aim`.
    pub(crate) fn guard(&mut self, node: &Node, aim: Aim) -> Guard {
        let guard = self.guard_of(node, aim);
        self.after_load |= !node.passed_loads().is_empty();
        guard
    }

    /// What must hold of local data so that the right operand is evaluated behind `left`: that it can
    /// have the `value`, or can fail.
    pub(crate) fn operand_guard(&mut self, left: &Node, value: bool) -> Guard {
        let before = self.after_load;
        let guard = self.guard(left, Aim::Value(value))?;
        if guard.is_none() {
            return Ok(None);
        }
        let after = std::mem::replace(&mut self.after_load, before);
        let fails = self.may_fail(left)?;
        self.after_load = after;
        Ok(either(guard, fails))
    }

    /// What must hold of local data so that a load inside is come to, which may fail.
    fn may_fail(&mut self, node: &Node) -> Guard {
        match node {
            node if !node.loads() => Ok(Some(quote!(false))),
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => self.may_fail(&inside[0]),
            Node::Logic(it) => {
                let (left, leads_on) = (self.may_fail(&it.left)?, Aim::Value(it.is_and()));
                // What the right side does with a failure, the operator decides.
                let leads_on = self.guard(&it.left, leads_on)?;
                let right = self.may_fail(&it.right)?;
                let right = both(leads_on, without(&bound_in(&it.left), right));
                Ok(either(left, right))
            }
            Node::If(it) if !it.condition.loads() => {
                let (then, otherwise) = (self.may_fail_in(&it.then)?, &it.otherwise);
                let otherwise = match otherwise {
                    Some(otherwise) => self.may_fail(otherwise)?,
                    None => Some(quote!(false)),
                };
                let then = without(&bound_in(&it.condition), then);
                let then = both(self.guard(&it.condition, Aim::Value(true))?, then);
                let otherwise = both(self.guard(&it.condition, Aim::Value(false))?, otherwise);
                Ok(either(then, otherwise))
            }
            Node::Block(None, block) => self.may_fail_in(block),
            _ => Ok(None),
        }
    }

    /// As [`Slicing::may_fail`], of a block: what its `let`s bind is not known here.
    fn may_fail_in(&mut self, block: &Block) -> Guard {
        let mut fails = Some(quote!(false));
        for stmt in &block.stmts {
            if matches!(stmt, Stmt::Let(_)) {
                let loads = block.nodes().any(Node::loads);
                return Ok(if loads { None } else { Some(quote!(false)) });
            }
            for node in stmt.nodes() {
                fails = either(fails, self.may_fail(node)?);
            }
        }
        Ok(fails)
    }

    fn guard_of(&mut self, node: &Node, aim: Aim) -> Guard {
        match (node, aim) {
            (node, _) if node.diverges() => Ok(Some(quote!(false))),
            (Node::Logic(it), Aim::Value(value)) => self.guard_of_logic(it, value),
            (Node::Compound(Expr::Paren(_) | Expr::Group(_), inside), aim) => {
                self.guard(&inside[0], aim)
            }
            (Node::Compound(Expr::Unary(it), inside), aim) if matches!(it.op, UnOp::Not(_)) => {
                self.guard(&inside[0], aim.negated())
            }
            (Node::If(it), aim) if self.is_fed(node) || aim == Aim::Passed => {
                self.guard_of_if(it, aim)
            }
            (Node::Block(None, block), aim) if self.is_fed(node) || aim == Aim::Passed => {
                self.guard_of_block(block, aim)
            }
            (_, Aim::Passed) => Ok(None),
            (node, _) if self.is_fed(node) => Ok(None),
            (Node::Let(pat, scrutinee), Aim::Value(value)) => {
                self.made(scrutinee)?;
                let scrutinee = self.emitter.node(scrutinee);
                let (yes, no) = (value, !value);
                Ok(Some(quote!((match #scrutinee { #pat => #yes, _ => #no }))))
            }
            (node, Aim::Value(value)) => {
                self.made(node)?;
                let condition = self.emitter.node(node);
                Ok(Some(if value { condition } else { quote!(!(#condition)) }))
            }
        }
    }

    fn guard_of_logic(&mut self, it: &Logic, value: bool) -> Guard {
        let left = self.guard(&it.left, Aim::Value(value))?;
        // `a && b` is true if both are, and false if one is; `a || b` the other way round.
        if it.is_and() == value {
            return Ok(both(left, self.guard_behind(&it.left, &it.right, Aim::Value(value))?));
        }
        if left.is_none() {
            return Ok(None);
        }
        Ok(either(left, self.guard_behind(&it.left, &it.right, Aim::Value(value))?))
    }

    /// The guard of what stands behind a condition, which may bind names that are not known here.
    fn guard_behind(&mut self, condition: &Node, behind: &Node, aim: Aim) -> Guard {
        Ok(without(&bound_in(condition), self.guard(behind, aim)?))
    }

    fn guard_of_if(&mut self, it: &If, aim: Aim) -> Guard {
        let before = self.after_load;
        let behind = before || !it.condition.passed_loads().is_empty();
        self.after_load = behind;
        let then = without(&bound_in(&it.condition), self.guard_of_block(&it.then, aim)?);
        self.after_load = behind;
        let otherwise = match &it.otherwise {
            Some(otherwise) => self.guard(otherwise, aim)?,
            None => None,
        };
        self.after_load = before;
        if then.is_none() && otherwise.is_none() {
            return Ok(None);
        }
        let then = both(self.guard(&it.condition, Aim::Value(true))?, then);
        self.after_load = before;
        let otherwise = both(self.guard(&it.condition, Aim::Value(false))?, otherwise);
        Ok(either(then, otherwise))
    }

    /// Every statement is passed, and the last expression comes to `aim`. What follows a `let` may
    /// speak of what it binds, and is left out.
    fn guard_of_block(&mut self, block: &Block, aim: Aim) -> Guard {
        if block.diverges() {
            return Ok(Some(quote!(false)));
        }
        let mut guard = None;
        for (i, stmt) in block.stmts.iter().enumerate() {
            let next = match stmt {
                Stmt::Expr(node, None) if i + 1 == block.stmts.len() => self.guard(node, aim)?,
                Stmt::Expr(node, _) => self.guard(node, Aim::Passed)?,
                Stmt::Item(_) | Stmt::Macro(_) => None,
                Stmt::Let(_) => break,
            };
            guard = both(guard, next);
        }
        Ok(guard)
    }
}

fn both(left: Option<TokenStream>, right: Option<TokenStream>) -> Option<TokenStream> {
    match (left, right) {
        (Some(left), _) if never(&left) => Some(left),
        (_, Some(right)) if never(&right) => Some(right),
        (Some(left), Some(right)) => Some(quote!((#left) && (#right))),
        (left, right) => left.or(right),
    }
}

fn either(left: Option<TokenStream>, right: Option<TokenStream>) -> Option<TokenStream> {
    match (left?, right?) {
        (left, right) if never(&left) => Some(right),
        (left, right) if never(&right) => Some(left),
        (left, right) => Some(quote!((#left) || (#right))),
    }
}

/// Whether a guard never holds.
fn never(guard: &TokenStream) -> bool {
    guard.to_string() == "false"
}

/// The guard, unless it speaks of one of `names`.
fn without(names: &names::Names, guard: Option<TokenStream>) -> Option<TokenStream> {
    guard.filter(|guard| names::mentioned_in(guard).is_disjoint(names))
}

/// The names that the `let`s of a condition bind.
fn bound_in(condition: &Node) -> names::Names {
    match condition {
        Node::Let(pat, _) => pat_binds(pat),
        Node::Logic(it) => bound_in(&it.left).into_iter().chain(bound_in(&it.right)).collect(),
        _ => names::Names::new(),
    }
}
