//! Guards: the conditions on local data under which a part of the body has a given value, or completes,
//! whatever the facts are. Conditions on facts do not delay a load, so they have no part in a guard.

use syn::{Expr, Pat, UnOp};

use super::flow::Flow;
use super::step::pat_binds;
use crate::body::analysis::{mentioned, mentioned_in};
use crate::body::tree::{Arm, Block, If, Let, Logic, Match, Names, Node, Stmt, binds_mutably};

/// A condition on local data.
#[derive(Clone)]
pub(crate) enum Guard<'b> {
    Always,
    Never,
    /// A node of local data that must have this value.
    Is(&'b Node, bool),
    /// [`Is`](Self::Is) for a chain with `let`.
    Chain(&'b Node, bool),
    /// A pattern that must match a value, or must not.
    Matches(&'b Pat, &'b Node, bool),
    /// An option that must have a value.
    IsSome(&'b Node),
    And(Box<(Self, Self)>),
    Or(Box<(Self, Self)>),
    /// The guard of the branch that the condition chooses.
    If(&'b Node, Box<(Self, Self)>),
    /// The guard of the arm that is taken.
    Match(&'b Match, Vec<Self>),
    /// A pattern that must match, and a guard that may mention its names.
    With(&'b Pat, &'b Node, Box<Self>),
    /// A guard that may mention the names of a `let`.
    Let(&'b Let, &'b Node, Box<Self>),
}

/// A guard, or the reason why it cannot be evaluated early.
type Found<'b> = Result<Guard<'b>, String>;

/// The goal that a guard is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
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

impl Guard<'_> {
    pub(super) fn is_always(&self) -> bool {
        matches!(self, Self::Always)
    }

    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::Always, guard) | (guard, Self::Always) => guard,
            (left, right) => Self::And(Box::new((left, right))),
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Always, _) | (_, Self::Always) => Self::Always,
            (Self::Never, guard) | (guard, Self::Never) => guard,
            (left, right) => Self::Or(Box::new((left, right))),
        }
    }

    /// The guard, unless it mentions one of `names`, which are unknown.
    fn unless_mentions(self, names: &Names) -> Self {
        if names.is_empty() || self.mentions().is_disjoint(names) { self } else { Self::Always }
    }

    /// The names that the guard mentions.
    pub(super) fn mentions(&self) -> Names {
        let mut names = Names::new();
        self.note_mentions(&mut names);
        names
    }

    fn note_mentions(&self, names: &mut Names) {
        let both = |guards: &(Self, Self), names: &mut Names| {
            guards.0.note_mentions(names);
            guards.1.note_mentions(names);
        };
        match self {
            Self::Always | Self::Never => {}
            Self::Is(node, _) | Self::Chain(node, _) | Self::IsSome(node) => {
                names.extend(mentioned(node));
            }
            Self::Matches(pat, node, _) => {
                names.extend(mentioned(node));
                names.extend(mentioned_in(pat));
            }
            Self::And(guards) | Self::Or(guards) => both(guards, names),
            Self::If(node, guards) => {
                names.extend(mentioned(node));
                both(guards, names);
            }
            Self::Match(it, guards) => {
                names.extend(mentioned(&it.scrutinee));
                for arm in &it.arms {
                    names.extend(mentioned_in(&arm.pat));
                    names.extend(arm.guard.iter().flat_map(mentioned));
                }
                for guard in guards {
                    guard.note_mentions(names);
                }
            }
            Self::With(pat, node, guard) => {
                names.extend(mentioned(node));
                names.extend(mentioned_in(pat));
                guard.note_mentions(names);
            }
            Self::Let(it, init, guard) => {
                names.extend(mentioned(init));
                names.extend(mentioned_in(&it.pat));
                guard.note_mentions(names);
            }
        }
    }
}

impl Flow<'_> {
    /// The condition on local data under which `node` can reach `goal`.
    pub(super) fn guard<'b>(&mut self, node: &'b Node, goal: Goal) -> Found<'b> {
        let guard = self.guard_of(node, goal);
        self.after_load |= !self.of(node).passed_loads.is_empty();
        guard
    }

    /// The condition on local data under which the right operand after `left` is evaluated: `left` can have the `value`, or
    /// can fail.
    pub(super) fn operand_guard<'b>(&mut self, left: &'b Node, value: bool) -> Found<'b> {
        let before = self.after_load;
        let guard = self.guard(left, Goal::Value(value))?;
        if guard.is_always() {
            return Ok(guard);
        }
        let after = std::mem::replace(&mut self.after_load, before);
        let fails = self.may_fail(left)?;
        self.after_load = after;
        Ok(guard.or(fails))
    }

    /// The condition on local data under which a load inside is reached, which may fail.
    fn may_fail<'b>(&mut self, node: &'b Node) -> Found<'b> {
        match node {
            node if !self.of(node).has_loads() => Ok(Guard::Never),
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => self.may_fail(&inside[0]),
            Node::Logic(it) => {
                let (left, leads_on) = (self.may_fail(&it.left)?, Goal::Value(it.is_and()));
                // The operator decides what the right side does after a failure.
                let leads_on = self.guard(&it.left, leads_on)?;
                let right = self.may_fail(&it.right)?.unless_mentions(&bound_in(&it.left));
                Ok(left.or(leads_on.and(right)))
            }
            Node::If(it) if !self.of(&it.condition).has_loads() => {
                let (then, otherwise) = (self.may_fail_in(&it.then)?, &it.otherwise);
                let otherwise = match otherwise {
                    Some(otherwise) => self.may_fail(otherwise)?,
                    None => Guard::Never,
                };
                let then = then.unless_mentions(&bound_in(&it.condition));
                let then = self.guard(&it.condition, Goal::Value(true))?.and(then);
                let otherwise = self.guard(&it.condition, Goal::Value(false))?.and(otherwise);
                Ok(then.or(otherwise))
            }
            Node::Block(None, block) => self.may_fail_in(block),
            _ => Ok(Guard::Always),
        }
    }

    /// [`Flow::may_fail`] for a block: the names that its `let`s bind are unknown here.
    fn may_fail_in<'b>(&mut self, block: &'b Block) -> Found<'b> {
        let mut fails = Guard::Never;
        for stmt in &block.stmts {
            if matches!(stmt, Stmt::Let(_)) {
                let loads = block.nodes().any(|node| self.of(node).has_loads());
                return Ok(if loads { Guard::Always } else { Guard::Never });
            }
            for node in stmt.nodes() {
                fails = fails.or(self.may_fail(node)?);
            }
        }
        Ok(fails)
    }

    fn guard_of<'b>(&mut self, node: &'b Node, goal: Goal) -> Found<'b> {
        match (node, goal) {
            (node, _) if self.of(node).diverges => Ok(Guard::Never),
            (node, Goal::Completes) if !self.of(node).leaves() => Ok(Guard::Always),
            // A chain that binds names for its own later parts is not taken apart.
            (Node::Logic(_), Goal::Value(value))
                if !self.depends_on_fact(node) && !bound_in(node).is_empty() =>
            {
                self.origin(node)?;
                Ok(Guard::Chain(node, value))
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
    fn guard_of_local<'b>(&mut self, node: &'b Node, value: bool) -> Found<'b> {
        if let Node::Let(pat, scrutinee) = node {
            self.origin(scrutinee)?;
            return Ok(Guard::Matches(pat, scrutinee, value));
        }
        self.origin(node)?;
        Ok(Guard::Is(node, value))
    }

    /// The condition under which a node does not exit the policy by a `?` on local data inside.
    fn completes<'b>(&mut self, node: &'b Node) -> Found<'b> {
        if !self.of(node).leaves() {
            return Ok(Guard::Always);
        }
        match node {
            Node::Try(inner, _) if !self.depends_on_fact(inner) => {
                self.origin(inner)?;
                Ok(Guard::IsSome(inner))
            }
            Node::Try(..) | Node::Load(..) | Node::Compound(..) | Node::Let(..) => {
                let mut guard = Guard::Always;
                for child in node.children() {
                    guard = guard.and(self.guard(child, Goal::Completes)?);
                }
                Ok(guard)
            }
            _ => Ok(Guard::Always),
        }
    }

    fn guard_of_logic<'b>(&mut self, it: &'b Logic, goal: Goal) -> Found<'b> {
        let Goal::Value(value) = goal else {
            // The right side completes, or is not reached.
            let decisive = Goal::Value(!it.is_and());
            let left = self.guard(&it.left, Goal::Completes)?;
            let ends = self.guard(&it.left, decisive)?;
            let right = self.guard_behind(&it.left, &it.right, Goal::Completes)?;
            return Ok(left.and(ends.or(right)));
        };
        let left = self.guard(&it.left, Goal::Value(value))?;
        // `a && b` is true if both are, and false if one is; `||` is its dual.
        if it.is_and() == value {
            return Ok(left.and(self.guard_behind(&it.left, &it.right, Goal::Value(value))?));
        }
        if left.is_always() {
            return Ok(left);
        }
        Ok(left.or(self.guard_behind(&it.left, &it.right, Goal::Value(value))?))
    }

    /// The guard of the code after a condition, which may bind names that are unknown here.
    fn guard_behind<'b>(&mut self, condition: &Node, behind: &'b Node, goal: Goal) -> Found<'b> {
        Ok(self.guard(behind, goal)?.unless_mentions(&bound_in(condition)))
    }

    fn guard_of_if<'b>(&mut self, it: &'b If, goal: Goal) -> Found<'b> {
        if !self.depends_on_fact(&it.condition) {
            return self.guard_of_local_if(it, goal);
        }
        let before = self.after_load;
        let behind = before || !self.of(&it.condition).passed_loads.is_empty();
        self.after_load = behind;
        let then =
            self.guard_of_stmts(&it.then.stmts, goal)?.unless_mentions(&bound_in(&it.condition));
        self.after_load = behind;
        let otherwise = self.guard_of_otherwise(it, goal)?;
        self.after_load = before;
        if then.is_always() && otherwise.is_always() {
            return self.guard(&it.condition, Goal::Completes);
        }
        let then = self.guard(&it.condition, Goal::Value(true))?.and(then);
        self.after_load = before;
        let otherwise = self.guard(&it.condition, Goal::Value(false))?.and(otherwise);
        Ok(then.or(otherwise))
    }

    fn guard_of_otherwise<'b>(&mut self, it: &'b If, goal: Goal) -> Found<'b> {
        it.otherwise.as_ref().map_or(Ok(Guard::Always), |otherwise| self.guard(otherwise, goal))
    }

    /// An `if` on local data is kept, so that its branches know the names that its condition binds.
    fn guard_of_local_if<'b>(&mut self, it: &'b If, goal: Goal) -> Found<'b> {
        let before = self.after_load;
        let then = self.with_local_names(&bound_in(&it.condition), |this| {
            this.guard_of_stmts(&it.then.stmts, goal)
        })?;
        self.after_load = before;
        let otherwise = self.guard_of_otherwise(it, goal)?;
        self.after_load = before;
        if then.is_always() && otherwise.is_always() && !self.of(&it.condition).leaves() {
            return Ok(Guard::Always);
        }
        self.origin(&it.condition)?;
        Ok(Guard::If(&it.condition, Box::new((then, otherwise))))
    }

    /// A `match` on local data is kept; of a `match` on facts, any arm may be taken.
    fn guard_of_match<'b>(&mut self, it: &'b Match, goal: Goal) -> Found<'b> {
        let depends_on_fact = self.depends_on_fact(&it.scrutinee);
        let before = self.after_load || !self.of(&it.scrutinee).passed_loads.is_empty();
        let (mut guards, mut is_open) = (Vec::new(), depends_on_fact);
        for arm in &it.arms {
            self.after_load = before;
            let guard = self.with_local_names(&pat_binds(&arm.pat), |this| {
                // From here on a fact decides which arm is taken, so any may be.
                let depends_on_fact = |guard| this.depends_on_fact(guard);
                is_open |= arm.guard.as_ref().is_some_and(depends_on_fact);
                if is_open { Ok(Guard::Always) } else { this.guard(&arm.body, goal) }
            });
            guards.push(guard?);
        }
        if is_open {
            return self.guard(&it.scrutinee, Goal::Completes);
        }
        if guards.iter().all(Guard::is_always) && !self.of(&it.scrutinee).leaves() {
            return Ok(Guard::Always);
        }
        self.origin(&it.scrutinee)?;
        Ok(Guard::Match(it, guards))
    }

    /// A `matches!` that depends on facts: by its value, by its guard, or by both.
    fn guard_of_matches<'b>(&mut self, arm: &'b Arm, scrutinee: &'b Node) -> Found<'b> {
        let (binds, depends_on_fact) = (pat_binds(&arm.pat), self.depends_on_fact(scrutinee));
        let completes = self.completes(scrutinee)?;
        let guard = |this: &mut Self| match &arm.guard {
            Some(guard) => this.guard(guard, Goal::Value(true)),
            None => Ok(Guard::Always),
        };
        if depends_on_fact {
            return Ok(completes.and(self.with_fact_names(&binds, guard)?));
        }
        self.origin(scrutinee)?;
        let guard = self.with_local_names(&binds, guard)?;
        Ok(Guard::With(&arm.pat, scrutinee, Box::new(guard)))
    }

    /// Every statement completes, and the last expression reaches `goal`. The guard binds the names that local data bind on
    /// the path, too.
    fn guard_of_stmts<'b>(&mut self, stmts: &'b [Stmt], goal: Goal) -> Found<'b> {
        let Some((stmt, rest)) = stmts.split_first() else { return Ok(Guard::Always) };
        if matches!(stmt, Stmt::Expr(node, _) if self.of(node).diverges) {
            return Ok(Guard::Never);
        }
        match stmt {
            Stmt::Expr(node, None) if rest.is_empty() => self.guard(node, goal),
            Stmt::Expr(node, _) => {
                let completes = self.guard(node, Goal::Completes)?;
                let changed = self.may_change(node);
                let rest =
                    self.with_fact_names(&changed, |this| this.guard_of_stmts(rest, goal))?;
                Ok(completes.and(rest))
            }
            Stmt::Item(_) => self.guard_of_stmts(rest, goal),
            // Its effects are unknown.
            Stmt::Macro(_) => Ok(Guard::Always),
            Stmt::Let(it) => self.guard_of_let(it, rest, goal),
        }
    }

    fn guard_of_let<'b>(&mut self, it: &'b Let, rest: &'b [Stmt], goal: Goal) -> Found<'b> {
        let binds = pat_binds(&it.pat);
        let Some(init) = it.init.as_ref().filter(|_| !binds_mutably(&it.pat)) else {
            return Ok(Guard::Always);
        };
        if self.depends_on_fact(init) || self.origin(init).is_err() {
            let completes = self.guard(init, Goal::Completes)?;
            let rest = self.with_fact_names(&binds, |this| this.guard_of_stmts(rest, goal))?;
            return Ok(completes.and(rest));
        }
        let rest = self.with_local_names(&binds, |this| this.guard_of_stmts(rest, goal))?;
        if rest.is_always() && it.otherwise.is_none() && !self.of(init).leaves() {
            return Ok(Guard::Always);
        }
        Ok(Guard::Let(it, init, Box::new(rest)))
    }
}

/// The names that the `let`s of a condition bind.
fn bound_in(condition: &Node) -> Names {
    match condition {
        Node::Let(pat, _) => pat_binds(pat),
        Node::Logic(it) => bound_in(&it.left).into_iter().chain(bound_in(&it.right)).collect(),
        _ => Names::new(),
    }
}
