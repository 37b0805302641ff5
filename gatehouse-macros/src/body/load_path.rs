//! The path to a load: the statements, operands, conditions and patterns between the beginning of the body
//! and the load.

use std::collections::BTreeSet;

use syn::{Expr, Pat, UnOp};

use super::emit::is_three_valued;
use super::tree::{Body, LoadId, Match, Names, Node, Stmt, bound_names};

/// One step from the beginning of the body to a load.
#[derive(Clone, Copy)]
pub(crate) enum Step<'b> {
    Stmt(&'b Stmt),
    /// An operand that is evaluated before it.
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

/// The steps to a load.
pub(crate) struct LoadPath<'b> {
    target: LoadId,
    body: &'b Body,
    pub(crate) steps: Vec<Step<'b>>,
    /// For each step, the loads that the body reaches only if the step leads there.
    pub(crate) guarded_loads: Vec<BTreeSet<LoadId>>,
    /// The load's key; `None` if nothing leads to it.
    pub(crate) key: Option<&'b Node>,
}

impl<'b> LoadPath<'b> {
    /// The path to the load `target`.
    pub(crate) fn to(target: LoadId, body: &'b Body) -> Self {
        let mut path =
            Self { target, body, steps: Vec::new(), guarded_loads: Vec::new(), key: None };
        path.block(&body.block.stmts);
        path
    }

    /// The loads that are answered when the body reaches this one.
    pub(crate) fn loads_before(&self) -> BTreeSet<LoadId> {
        let on_the_way = self.steps.iter().flat_map(|step| step.loads());
        on_the_way.chain(self.key.iter().flat_map(|key| key.passed_loads())).collect()
    }

    fn push(&mut self, step: Step<'b>) {
        self.push_before(step, BTreeSet::new());
    }

    /// Adds a step, with the loads that depend on it.
    fn push_before(&mut self, step: Step<'b>, guarded_loads: BTreeSet<LoadId>) {
        self.steps.push(step);
        self.guarded_loads.push(guarded_loads);
    }

    fn block(&mut self, stmts: &'b [Stmt]) {
        // Items are in scope in the whole block.
        let (items, stmts): (Vec<_>, Vec<_>) =
            stmts.iter().partition(|stmt| matches!(stmt, Stmt::Item(_)));
        for item in items {
            self.push(Step::Stmt(item));
        }
        for stmt in stmts {
            if !stmt.nodes().iter().any(|node| node.contains(self.target)) {
                self.push(Step::Stmt(stmt));
                continue;
            }
            match stmt {
                Stmt::Expr(node, _) => self.node(node),
                Stmt::Let(it) => match (&it.init, &it.otherwise) {
                    (Some(init), Some(otherwise)) if !init.contains(self.target) => {
                        self.push_before(
                            Step::Matches(&it.pat, init, false),
                            otherwise.loads_inside(),
                        );
                        self.node(otherwise);
                    }
                    (Some(init), _) => self.node(init),
                    (None, _) => {}
                },
                Stmt::Item(_) | Stmt::Macro(_) => {}
            }
            return;
        }
    }

    fn node(&mut self, node: &'b Node) {
        match node {
            Node::Load(id, _, key) if *id == self.target => self.key = Some(key),
            Node::Logic(it) if it.right.contains(self.target) => {
                let guarded_loads = it.right.loads_inside();
                if is_three_valued(it, self.body) {
                    self.operand(&it.left, it.is_and(), &guarded_loads);
                } else {
                    self.holds(&it.left, it.is_and(), &guarded_loads);
                }
                self.node(&it.right);
            }
            Node::If(it) => {
                if it.condition.contains(self.target) {
                    self.node(&it.condition);
                } else if it.then.nodes().any(|node| node.contains(self.target)) {
                    self.holds(&it.condition, true, &it.then.loads_inside());
                    self.block(&it.then.stmts);
                } else if let Some(otherwise) = &it.otherwise {
                    self.holds(&it.condition, false, &otherwise.loads_inside());
                    self.node(otherwise);
                }
            }
            Node::Match(it) if !it.scrutinee.contains(self.target) => self.arm(it),
            Node::Matches(arm, scrutinee) if !scrutinee.contains(self.target) => {
                let guarded_loads = arm.guard.iter().flat_map(Node::loads_inside).collect();
                self.push_before(Step::Matches(&arm.pat, scrutinee, true), guarded_loads);
                arm.guard.iter().for_each(|guard| self.node(guard));
            }
            Node::Block(_, block) => self.block(&block.stmts),
            _ => {
                for child in node.children() {
                    if child.contains(self.target) {
                        self.node(child);
                        return;
                    }
                    self.push(Step::Before(child));
                }
            }
        }
    }

    fn arm(&mut self, it: &'b Match) {
        for (i, arm) in it.arms.iter().enumerate() {
            let of_body = arm.body.loads_inside();
            let guarded_loads =
                arm.guard.iter().flat_map(Node::loads_inside).chain(of_body.clone());
            if let Some(guard) = arm.guard.as_ref().filter(|guard| guard.contains(self.target)) {
                self.push_before(Step::Arm(it, i), guarded_loads.collect());
                self.node(guard);
            } else if arm.body.contains(self.target) {
                self.push_before(Step::Arm(it, i), guarded_loads.collect());
                arm.guard.iter().for_each(|guard| self.holds(guard, true, &of_body));
                self.node(&arm.body);
            }
        }
    }

    /// The left operand of the path's `||` or `&&`. Where it is a chain, its parts are operands too.
    fn operand(&mut self, left: &'b Node, value: bool, guarded_loads: &BTreeSet<LoadId>) {
        let at = self.steps.len();
        self.holds(left, value, guarded_loads);
        for step in &mut self.steps[at..] {
            if let Step::Holds(node, value) = *step {
                *step = Step::Operand(node, value);
            }
        }
    }

    /// A chain of `&&` that must be true is one step for each operand; so is a chain of `||` that must be false.
    fn holds(&mut self, condition: &'b Node, value: bool, guarded_loads: &BTreeSet<LoadId>) {
        match condition {
            Node::Logic(it) if value == it.is_and() => {
                let of_right = &it.right.loads_inside() | guarded_loads;
                self.holds(&it.left, value, &of_right);
                self.holds(&it.right, value, guarded_loads);
            }
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                self.holds(&inside[0], value, guarded_loads);
            }
            Node::Compound(Expr::Unary(it), inside) if matches!(it.op, UnOp::Not(_)) => {
                self.holds(&inside[0], !value, guarded_loads);
            }
            Node::Let(pat, scrutinee) => {
                self.push_before(Step::Matches(pat, scrutinee, value), guarded_loads.clone());
            }
            condition => self.push_before(Step::Holds(condition, value), guarded_loads.clone()),
        }
    }
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
    pub(crate) fn loads(self) -> BTreeSet<LoadId> {
        let mut loads: BTreeSet<LoadId> =
            self.nodes().into_iter().flat_map(Node::passed_loads).collect();
        if let Self::Arm(it, at) = self {
            let guards = it.arms[..at].iter().filter_map(|arm| arm.guard.as_ref());
            loads.extend(guards.flat_map(Node::passed_loads));
        }
        loads
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
}

/// The names that a pattern binds.
pub(crate) fn pat_binds(pat: &Pat) -> Names {
    bound_names(pat).into_iter().map(ToString::to_string).collect()
}
