//! Guards: what must hold of local data so that a part of the body has a value, or is passed at all,
//! whatever the facts are.
//!
//! A guard is a boolean expression over what is known early. `None` is a guard that always holds:
//! conditions on facts do not delay a load.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Expr, UnOp};

use super::ast::{Arm, Block, If, Let, Logic, Match, Node, Stmt, binds_mutably};
use super::emit;
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
            (node, Aim::Passed) if !node.leaves() => Ok(None),
            // A chain that binds names for its own later parts stays one.
            (Node::Logic(_), Aim::Value(value))
                if !self.is_fed(node) && !bound_in(node).is_empty() =>
            {
                self.made(node)?;
                let (condition, no) = (self.emitter.node(node), !value);
                Ok(Some(quote!((if #condition { #value } else { #no }))))
            }
            (Node::Logic(it), aim) => self.guard_of_logic(it, aim),
            (Node::Compound(Expr::Paren(_) | Expr::Group(_), inside), aim) => {
                self.guard(&inside[0], aim)
            }
            (Node::Compound(Expr::Unary(it), inside), aim) if matches!(it.op, UnOp::Not(_)) => {
                self.guard(&inside[0], aim.negated())
            }
            (node, Aim::Value(value)) if !self.is_fed(node) => self.guard_of_local(node, value),
            (Node::If(it), aim) => self.guard_of_if(it, aim),
            (Node::Match(it), aim) => self.guard_of_match(it, aim),
            (Node::Block(None, block), aim) => self.guard_of_stmts(&block.stmts, aim),
            (Node::Matches(arm, scrutinee), Aim::Value(true)) => {
                self.guard_of_matches(arm, scrutinee)
            }
            (node, _) => self.passed(node),
        }
    }

    /// A node of local data: it is itself the guard.
    fn guard_of_local(&mut self, node: &Node, value: bool) -> Guard {
        if let Node::Let(pat, scrutinee) = node {
            self.made(scrutinee)?;
            let (scrutinee, (yes, no)) = (self.emitter.node(scrutinee), (value, !value));
            return Ok(Some(quote!((match #scrutinee { #pat => #yes, _ => #no }))));
        }
        self.made(node)?;
        let condition = self.emitter.node(node);
        Ok(Some(if value { condition } else { quote!(!(#condition)) }))
    }

    /// What must hold so that a node does not leave the policy by a `?` on local data inside.
    pub(crate) fn passed(&mut self, node: &Node) -> Guard {
        if !node.leaves() {
            return Ok(None);
        }
        match node {
            Node::Try(inner, _) if !self.is_fed(inner) => {
                self.made(inner)?;
                let inner = self.emitter.node(inner);
                Ok(Some(quote!(::core::option::Option::is_some(&(#inner)))))
            }
            Node::Try(..) | Node::Load(..) | Node::Compound(..) | Node::Let(..) => {
                let mut guard = None;
                for child in node.children() {
                    guard = both(guard, self.guard(child, Aim::Passed)?);
                }
                Ok(guard)
            }
            _ => Ok(None),
        }
    }

    fn guard_of_logic(&mut self, it: &Logic, aim: Aim) -> Guard {
        let Aim::Value(value) = aim else {
            // The right side is passed, or not come to.
            let decisive = Aim::Value(!it.is_and());
            let left = self.guard(&it.left, Aim::Passed)?;
            let ends = self.guard(&it.left, decisive)?;
            let right = self.guard_behind(&it.left, &it.right, Aim::Passed)?;
            return Ok(both(left, either(ends, right)));
        };
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
        if !self.is_fed(&it.condition) {
            return self.guard_of_local_if(it, aim);
        }
        let before = self.after_load;
        let behind = before || !it.condition.passed_loads().is_empty();
        self.after_load = behind;
        let then = without(&bound_in(&it.condition), self.guard_of_stmts(&it.then.stmts, aim)?);
        self.after_load = behind;
        let otherwise = match &it.otherwise {
            Some(otherwise) => self.guard(otherwise, aim)?,
            None => None,
        };
        self.after_load = before;
        if then.is_none() && otherwise.is_none() {
            return self.guard(&it.condition, Aim::Passed);
        }
        let then = both(self.guard(&it.condition, Aim::Value(true))?, then);
        self.after_load = before;
        let otherwise = both(self.guard(&it.condition, Aim::Value(false))?, otherwise);
        Ok(either(then, otherwise))
    }

    /// An `if` on local data stays an `if`, so that its branches know what its condition binds.
    fn guard_of_local_if(&mut self, it: &If, aim: Aim) -> Guard {
        let before = self.after_load;
        let then = self
            .knowing(&bound_in(&it.condition), |this| this.guard_of_stmts(&it.then.stmts, aim))?;
        self.after_load = before;
        let otherwise = match &it.otherwise {
            Some(otherwise) => self.guard(otherwise, aim)?,
            None => None,
        };
        self.after_load = before;
        if then.is_none() && otherwise.is_none() && !it.condition.leaves() {
            return Ok(None);
        }
        self.made(&it.condition)?;
        let condition = self.emitter.node(&it.condition);
        let (then, otherwise) = (or_true(then), or_true(otherwise));
        Ok(Some(quote!((if #condition { #then } else { #otherwise }))))
    }

    /// A `match` on local data stays one; on facts, any arm may be taken.
    fn guard_of_match(&mut self, it: &Match, aim: Aim) -> Guard {
        let is_fed = self.is_fed(&it.scrutinee);
        let before = self.after_load || !it.scrutinee.passed_loads().is_empty();
        let mut arms = Vec::new();
        for arm in &it.arms {
            self.after_load = before;
            let binds = pat_binds(&arm.pat);
            let guard = self.knowing(&binds, |this| {
                // Which arm is taken, a fact says: from here on, any may be.
                let open = is_fed || arm.guard.as_ref().is_some_and(|guard| this.is_fed(guard));
                Ok((open, if open { None } else { this.guard(&arm.body, aim)? }))
            });
            arms.push((arm, guard?));
        }
        if is_fed || arms.iter().any(|(_, (open, _))| *open) {
            return self.guard(&it.scrutinee, Aim::Passed);
        }
        if arms.iter().all(|(_, (_, guard))| guard.is_none()) && !it.scrutinee.leaves() {
            return Ok(None);
        }
        self.made(&it.scrutinee)?;
        let scrutinee = self.emitter.node(&it.scrutinee);
        let mut tokens = TokenStream::new();
        for (arm, (_, guard)) in arms {
            let condition = arm.guard.as_ref().map(|guard| {
                let guard = self.emitter.node(guard);
                quote!(if #guard)
            });
            let (pat, guard) = (&arm.pat, or_true(guard));
            tokens.extend(quote!(#pat #condition => #guard,));
        }
        Ok(Some(quote!((match #scrutinee { #tokens }))))
    }

    /// A fact has a part in `matches!`: in the value, in the guard, or in both.
    fn guard_of_matches(&mut self, arm: &Arm, scrutinee: &Node) -> Guard {
        let (binds, is_fed) = (pat_binds(&arm.pat), self.is_fed(scrutinee));
        let passed = self.passed(scrutinee)?;
        let guard = |this: &mut Self| match &arm.guard {
            Some(guard) => this.guard(guard, Aim::Value(true)),
            None => Ok(None),
        };
        if is_fed {
            return Ok(both(passed, self.not_knowing(&binds, guard)?));
        }
        self.made(scrutinee)?;
        let guard = or_true(self.knowing(&binds, guard)?);
        let (pat, scrutinee) = (&arm.pat, emit::scrutinee(self.emitter.node(scrutinee)));
        Ok(Some(quote!((match #scrutinee { #pat => #guard, _ => false }))))
    }

    /// Every statement is passed, and the last expression comes to `aim`. What local data bind on
    /// the way is bound in the guard too.
    fn guard_of_stmts(&mut self, stmts: &[Stmt], aim: Aim) -> Guard {
        let Some((stmt, rest)) = stmts.split_first() else { return Ok(None) };
        if matches!(stmt, Stmt::Expr(node, _) if node.diverges()) {
            return Ok(Some(quote!(false)));
        }
        match stmt {
            Stmt::Expr(node, None) if rest.is_empty() => self.guard(node, aim),
            Stmt::Expr(node, _) => {
                let passed = self.guard(node, Aim::Passed)?;
                let changed = names::changed(node, &self.mutable);
                let rest = self.not_knowing(&changed, |this| this.guard_of_stmts(rest, aim))?;
                Ok(both(passed, rest))
            }
            Stmt::Item(_) => self.guard_of_stmts(rest, aim),
            // Nobody knows what it does.
            Stmt::Macro(_) => Ok(None),
            Stmt::Let(it) => self.guard_of_let(it, rest, aim),
        }
    }

    fn guard_of_let(&mut self, it: &Let, rest: &[Stmt], aim: Aim) -> Guard {
        let binds = pat_binds(&it.pat);
        let Some(init) = it.init.as_ref().filter(|_| !binds_mutably(&it.pat)) else {
            return Ok(None);
        };
        if self.is_fed(init) || self.made(init).is_err() {
            let passed = self.guard(init, Aim::Passed)?;
            let rest = self.not_knowing(&binds, |this| this.guard_of_stmts(rest, aim))?;
            return Ok(both(passed, rest));
        }
        let rest = self.knowing(&binds, |this| this.guard_of_stmts(rest, aim))?;
        if rest.is_none() && it.otherwise.is_none() && !init.leaves() {
            return Ok(None);
        }
        let (pat, ty, rest) = (&it.pat, it.ty.as_ref(), or_true(rest));
        let init = self.emitter.node(init);
        let ty = ty.map(|ty| quote!(: #ty));
        Ok(Some(if it.otherwise.is_some() {
            let init = emit::scrutinee(init);
            quote!((match #init { #pat => #rest, _ => false }))
        } else {
            quote!({ let #pat #ty = #init; #rest })
        }))
    }
}

/// A guard that always holds, written out.
fn or_true(guard: Option<TokenStream>) -> TokenStream {
    guard.unwrap_or_else(|| quote!(true))
}

pub(super) fn both(left: Option<TokenStream>, right: Option<TokenStream>) -> Option<TokenStream> {
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
    let mut tokens = guard.clone().into_iter();
    let first = tokens.next();
    tokens.next().is_none() && matches!(first, Some(TokenTree::Ident(word)) if word == "false")
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
