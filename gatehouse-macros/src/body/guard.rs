//! Guards: the conditions on local data under which a part of the body has a given value, or completes,
//! whatever the facts are.
//!
//! A guard is a boolean expression over values that are available early. `None` is a guard that always
//! holds, because conditions on facts do not delay a load.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Expr, UnOp};

use super::analysis as names;
use super::emit;
use super::load_path::pat_binds;
use super::slice::Dataflow;
use super::tree::{Arm, Block, If, Let, Logic, Match, Node, Stmt, binds_mutably};

/// A guard, or the reason why it cannot be evaluated early.
type Guard = Result<Option<TokenStream>, String>;

/// The goal that a guard is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    Value(bool),
    /// Any value: the expression completes, and does not exit the policy.
    Completes,
}

impl Goal {
    fn negated(self) -> Self {
        match self {
            Self::Value(value) => Self::Value(!value),
            Self::Completes => Self::Completes,
        }
    }
}

impl Dataflow<'_> {
    /// The condition on local data under which `node` can reach `goal`.
    pub(crate) fn guard(&mut self, node: &Node, goal: Goal) -> Guard {
        let guard = self.guard_of(node, goal);
        self.after_load |= !node.passed_loads().is_empty();
        guard
    }

    /// The condition on local data under which the right operand after `left` is evaluated: `left` can have the `value`, or
    /// can fail.
    pub(crate) fn operand_guard(&mut self, left: &Node, value: bool) -> Guard {
        let before = self.after_load;
        let guard = self.guard(left, Goal::Value(value))?;
        if guard.is_none() {
            return Ok(None);
        }
        let after = std::mem::replace(&mut self.after_load, before);
        let fails = self.may_fail(left)?;
        self.after_load = after;
        Ok(or(guard, fails))
    }

    /// The condition on local data under which a load inside is reached, which may fail.
    fn may_fail(&mut self, node: &Node) -> Guard {
        match node {
            node if !node.loads() => Ok(Some(quote!(false))),
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => self.may_fail(&inside[0]),
            Node::Logic(it) => {
                let (left, leads_on) = (self.may_fail(&it.left)?, Goal::Value(it.is_and()));
                // The operator decides what the right side does after a failure.
                let leads_on = self.guard(&it.left, leads_on)?;
                let right = self.may_fail(&it.right)?;
                let right = and(leads_on, unless_mentions(&bound_in(&it.left), right));
                Ok(or(left, right))
            }
            Node::If(it) if !it.condition.loads() => {
                let (then, otherwise) = (self.may_fail_in(&it.then)?, &it.otherwise);
                let otherwise = match otherwise {
                    Some(otherwise) => self.may_fail(otherwise)?,
                    None => Some(quote!(false)),
                };
                let then = unless_mentions(&bound_in(&it.condition), then);
                let then = and(self.guard(&it.condition, Goal::Value(true))?, then);
                let otherwise = and(self.guard(&it.condition, Goal::Value(false))?, otherwise);
                Ok(or(then, otherwise))
            }
            Node::Block(None, block) => self.may_fail_in(block),
            _ => Ok(None),
        }
    }

    /// [`Dataflow::may_fail`] for a block: the names that its `let`s bind are unknown here.
    fn may_fail_in(&mut self, block: &Block) -> Guard {
        let mut fails = Some(quote!(false));
        for stmt in &block.stmts {
            if matches!(stmt, Stmt::Let(_)) {
                let loads = block.nodes().any(Node::loads);
                return Ok(if loads { None } else { Some(quote!(false)) });
            }
            for node in stmt.nodes() {
                fails = or(fails, self.may_fail(node)?);
            }
        }
        Ok(fails)
    }

    fn guard_of(&mut self, node: &Node, goal: Goal) -> Guard {
        match (node, goal) {
            (node, _) if node.diverges() => Ok(Some(quote!(false))),
            (node, Goal::Completes) if !node.leaves() => Ok(None),
            // A chain that binds names for its own later parts is not taken apart.
            (Node::Logic(_), Goal::Value(value))
                if !self.depends_on_fact(node) && !bound_in(node).is_empty() =>
            {
                self.origin(node)?;
                let (condition, no) = (self.emitter.node(node), !value);
                Ok(Some(quote!((if #condition { #value } else { #no }))))
            }
            (Node::Logic(it), goal) => self.guard_of_logic(it, goal),
            (Node::Compound(Expr::Paren(_) | Expr::Group(_), inside), goal) => {
                self.guard(&inside[0], goal)
            }
            (Node::Compound(Expr::Unary(it), inside), goal) if matches!(it.op, UnOp::Not(_)) => {
                self.guard(&inside[0], goal.negated())
            }
            (node, Goal::Value(value)) if !self.depends_on_fact(node) => {
                self.guard_of_local(node, value)
            }
            (Node::If(it), goal) => self.guard_of_if(it, goal),
            (Node::Match(it), goal) => self.guard_of_match(it, goal),
            (Node::Block(None, block), goal) => self.guard_of_stmts(&block.stmts, goal),
            (Node::Matches(arm, scrutinee), Goal::Value(true)) => {
                self.guard_of_matches(arm, scrutinee)
            }
            (node, _) => self.completes(node),
        }
    }

    /// A node of local data: it is itself the guard.
    fn guard_of_local(&mut self, node: &Node, value: bool) -> Guard {
        if let Node::Let(pat, scrutinee) = node {
            self.origin(scrutinee)?;
            let (scrutinee, (yes, no)) = (self.emitter.node(scrutinee), (value, !value));
            return Ok(Some(quote!((match #scrutinee { #pat => #yes, _ => #no }))));
        }
        self.origin(node)?;
        let condition = self.emitter.node(node);
        Ok(Some(if value { condition } else { quote!(!(#condition)) }))
    }

    /// The condition under which a node does not exit the policy by a `?` on local data inside.
    pub(crate) fn completes(&mut self, node: &Node) -> Guard {
        if !node.leaves() {
            return Ok(None);
        }
        match node {
            Node::Try(inner, _) if !self.depends_on_fact(inner) => {
                self.origin(inner)?;
                let inner = self.emitter.node(inner);
                Ok(Some(quote!(::core::option::Option::is_some(&(#inner)))))
            }
            Node::Try(..) | Node::Load(..) | Node::Compound(..) | Node::Let(..) => {
                let mut guard = None;
                for child in node.children() {
                    guard = and(guard, self.guard(child, Goal::Completes)?);
                }
                Ok(guard)
            }
            _ => Ok(None),
        }
    }

    fn guard_of_logic(&mut self, it: &Logic, goal: Goal) -> Guard {
        let Goal::Value(value) = goal else {
            // The right side completes, or is not reached.
            let decisive = Goal::Value(!it.is_and());
            let left = self.guard(&it.left, Goal::Completes)?;
            let ends = self.guard(&it.left, decisive)?;
            let right = self.guard_behind(&it.left, &it.right, Goal::Completes)?;
            return Ok(and(left, or(ends, right)));
        };
        let left = self.guard(&it.left, Goal::Value(value))?;
        // `a && b` is true if both are, and false if one is; `||` is its dual.
        if it.is_and() == value {
            return Ok(and(left, self.guard_behind(&it.left, &it.right, Goal::Value(value))?));
        }
        if left.is_none() {
            return Ok(None);
        }
        Ok(or(left, self.guard_behind(&it.left, &it.right, Goal::Value(value))?))
    }

    /// The guard of the code after a condition, which may bind names that are unknown here.
    fn guard_behind(&mut self, condition: &Node, behind: &Node, goal: Goal) -> Guard {
        Ok(unless_mentions(&bound_in(condition), self.guard(behind, goal)?))
    }

    fn guard_of_if(&mut self, it: &If, goal: Goal) -> Guard {
        if !self.depends_on_fact(&it.condition) {
            return self.guard_of_local_if(it, goal);
        }
        let before = self.after_load;
        let behind = before || !it.condition.passed_loads().is_empty();
        self.after_load = behind;
        let then =
            unless_mentions(&bound_in(&it.condition), self.guard_of_stmts(&it.then.stmts, goal)?);
        self.after_load = behind;
        let otherwise = match &it.otherwise {
            Some(otherwise) => self.guard(otherwise, goal)?,
            None => None,
        };
        self.after_load = before;
        if then.is_none() && otherwise.is_none() {
            return self.guard(&it.condition, Goal::Completes);
        }
        let then = and(self.guard(&it.condition, Goal::Value(true))?, then);
        self.after_load = before;
        let otherwise = and(self.guard(&it.condition, Goal::Value(false))?, otherwise);
        Ok(or(then, otherwise))
    }

    /// An `if` on local data is kept, so that its branches know the names that its condition binds.
    fn guard_of_local_if(&mut self, it: &If, goal: Goal) -> Guard {
        let before = self.after_load;
        let then = self.with_local_names(&bound_in(&it.condition), |this| {
            this.guard_of_stmts(&it.then.stmts, goal)
        })?;
        self.after_load = before;
        let otherwise = match &it.otherwise {
            Some(otherwise) => self.guard(otherwise, goal)?,
            None => None,
        };
        self.after_load = before;
        if then.is_none() && otherwise.is_none() && !it.condition.leaves() {
            return Ok(None);
        }
        self.origin(&it.condition)?;
        let condition = self.emitter.node(&it.condition);
        let (then, otherwise) = (or_true(then), or_true(otherwise));
        Ok(Some(quote!((if #condition { #then } else { #otherwise }))))
    }

    /// A `match` on local data is kept; of a `match` on facts, any arm may be taken.
    fn guard_of_match(&mut self, it: &Match, goal: Goal) -> Guard {
        let depends_on_fact = self.depends_on_fact(&it.scrutinee);
        let before = self.after_load || !it.scrutinee.passed_loads().is_empty();
        let mut arms = Vec::new();
        for arm in &it.arms {
            self.after_load = before;
            let binds = pat_binds(&arm.pat);
            let guard = self.with_local_names(&binds, |this| {
                // From here on a fact decides which arm is taken, so any may be.
                let open = depends_on_fact
                    || arm.guard.as_ref().is_some_and(|guard| this.depends_on_fact(guard));
                Ok((open, if open { None } else { this.guard(&arm.body, goal)? }))
            });
            arms.push((arm, guard?));
        }
        if depends_on_fact || arms.iter().any(|(_, (open, _))| *open) {
            return self.guard(&it.scrutinee, Goal::Completes);
        }
        if arms.iter().all(|(_, (_, guard))| guard.is_none()) && !it.scrutinee.leaves() {
            return Ok(None);
        }
        self.origin(&it.scrutinee)?;
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

    /// A `matches!` that depends on facts: by its value, by its guard, or by both.
    fn guard_of_matches(&mut self, arm: &Arm, scrutinee: &Node) -> Guard {
        let (binds, depends_on_fact) = (pat_binds(&arm.pat), self.depends_on_fact(scrutinee));
        let completes = self.completes(scrutinee)?;
        let guard = |this: &mut Self| match &arm.guard {
            Some(guard) => this.guard(guard, Goal::Value(true)),
            None => Ok(None),
        };
        if depends_on_fact {
            return Ok(and(completes, self.with_fact_names(&binds, guard)?));
        }
        self.origin(scrutinee)?;
        let guard = or_true(self.with_local_names(&binds, guard)?);
        let (pat, scrutinee) = (&arm.pat, emit::scrutinee(self.emitter.node(scrutinee)));
        Ok(Some(quote!((match #scrutinee { #pat => #guard, _ => false }))))
    }

    /// Every statement completes, and the last expression reaches `goal`. The guard binds the names that local data bind on
    /// the path, too.
    fn guard_of_stmts(&mut self, stmts: &[Stmt], goal: Goal) -> Guard {
        let Some((stmt, rest)) = stmts.split_first() else { return Ok(None) };
        if matches!(stmt, Stmt::Expr(node, _) if node.diverges()) {
            return Ok(Some(quote!(false)));
        }
        match stmt {
            Stmt::Expr(node, None) if rest.is_empty() => self.guard(node, goal),
            Stmt::Expr(node, _) => {
                let completes = self.guard(node, Goal::Completes)?;
                let changed = names::changed(node, &self.mutable);
                let rest =
                    self.with_fact_names(&changed, |this| this.guard_of_stmts(rest, goal))?;
                Ok(and(completes, rest))
            }
            Stmt::Item(_) => self.guard_of_stmts(rest, goal),
            // Its effects are unknown.
            Stmt::Macro(_) => Ok(None),
            Stmt::Let(it) => self.guard_of_let(it, rest, goal),
        }
    }

    fn guard_of_let(&mut self, it: &Let, rest: &[Stmt], goal: Goal) -> Guard {
        let binds = pat_binds(&it.pat);
        let Some(init) = it.init.as_ref().filter(|_| !binds_mutably(&it.pat)) else {
            return Ok(None);
        };
        if self.depends_on_fact(init) || self.origin(init).is_err() {
            let completes = self.guard(init, Goal::Completes)?;
            let rest = self.with_fact_names(&binds, |this| this.guard_of_stmts(rest, goal))?;
            return Ok(and(completes, rest));
        }
        let rest = self.with_local_names(&binds, |this| this.guard_of_stmts(rest, goal))?;
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

pub(super) fn and(left: Option<TokenStream>, right: Option<TokenStream>) -> Option<TokenStream> {
    match (left, right) {
        (Some(left), _) if is_false(&left) => Some(left),
        (_, Some(right)) if is_false(&right) => Some(right),
        (Some(left), Some(right)) => Some(quote!((#left) && (#right))),
        (left, right) => left.or(right),
    }
}

fn or(left: Option<TokenStream>, right: Option<TokenStream>) -> Option<TokenStream> {
    match (left?, right?) {
        (left, right) if is_false(&left) => Some(right),
        (left, right) if is_false(&right) => Some(left),
        (left, right) => Some(quote!((#left) || (#right))),
    }
}

/// Whether a guard is always false.
fn is_false(guard: &TokenStream) -> bool {
    let mut tokens = guard.clone().into_iter();
    let first = tokens.next();
    tokens.next().is_none() && matches!(first, Some(TokenTree::Ident(word)) if word == "false")
}

/// The guard, unless it mentions one of `names`.
fn unless_mentions(names: &names::Names, guard: Option<TokenStream>) -> Option<TokenStream> {
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
