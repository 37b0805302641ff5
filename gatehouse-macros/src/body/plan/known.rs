//! Conditions on facts that are already loaded while the body waits for another fact.
//!
//! A condition on facts does not delay a load: while it is unknown, the loads behind it are requested. Once
//! it is known, it decides: with `a` true, `if a { A(x).await } else { B(x).await }` must not request `B`
//! while it waits for `A`. The function that requests loads therefore first evaluates each such condition
//! once, and the code behind a condition begins with a test of it.
//!
//! A condition is evaluated only where it can matter: where the body can wait for a load that is not behind
//! the condition. One that depends on many loads is not evaluated: its code would be as long as the body's, and
//! conditions that nest would make the code of a body grow with its square.

use std::collections::{BTreeMap, BTreeSet};

use syn::Pat;

use super::keep::Keep;
use super::paths::{PathStep, Paths, StepId};
use super::step::Step;
use crate::body::analysis::{Analysis, LoadSet, Nodes};
use crate::body::tree::{LoadId, Match, Names, Node, Stmt};

/// The number of loads on which a condition that is evaluated early may depend.
const MAX_LOADS: usize = 16;

/// The number of arms before one whose pattern is a condition that is evaluated early.
const MAX_ARMS: usize = 16;

/// The number of a condition that may be known early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KnownId(pub(crate) usize);

/// A condition that is evaluated before any load is requested early.
pub(crate) struct KnownCondition<'b> {
    pub(crate) test: Test<'b>,
    /// The steps that bind the names that it mentions, first to last.
    pub(crate) definitions: Vec<StepId>,
    /// Whether it may panic, by its tokens.
    pub(crate) is_partial: bool,
}

/// The question that a condition asks.
#[derive(Clone, Copy)]
pub(crate) enum Test<'b> {
    Is(&'b Node),
    Matches(&'b Pat, &'b Node),
    /// Whether an arm is taken, if no guard decides otherwise.
    Arm(&'b Match, usize),
}

impl<'b> Test<'b> {
    /// The node that it evaluates.
    pub(crate) fn node(self) -> &'b Node {
        match self {
            Self::Is(node) | Self::Matches(_, node) => node,
            Self::Arm(it, _) => &it.scrutinee,
        }
    }

    fn is_same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Is(left), Self::Is(right)) => std::ptr::eq(left, right),
            (Self::Matches(left, _), Self::Matches(right, _)) => std::ptr::eq(left, right),
            (Self::Arm(left, at), Self::Arm(right, other)) => {
                std::ptr::eq(left, right) && at == other
            }
            _ => false,
        }
    }
}

/// The conditions of a body that may be known early, and the steps that they exclude.
#[derive(Default)]
pub(super) struct KnownConditions<'b> {
    pub(super) list: Vec<KnownCondition<'b>>,
    /// For each step that was asked about, its condition, and the value that excludes the loads behind it.
    exclusions: BTreeMap<StepId, Option<(KnownId, bool)>>,
}

impl<'b> KnownConditions<'b> {
    /// The test that the code behind a step begins with: a condition, and the value that excludes it. `None` if no known
    /// fact could exclude it.
    pub(super) fn exclusion(
        &mut self,
        id: StepId,
        paths: &Paths<'b>,
        body: &Analysis<'_>,
    ) -> Option<(KnownId, bool)> {
        if let Some(known) = self.exclusions.get(&id) {
            return *known;
        }
        let found = find(paths.step(id), paths, body);
        let known = found.map(|(condition, excluding)| (self.number(condition), excluding));
        self.exclusions.insert(id, known);
        known
    }

    fn number(&mut self, condition: KnownCondition<'b>) -> KnownId {
        let is_same = |it: &KnownCondition<'_>| it.test.is_same(condition.test);
        if let Some(at) = self.list.iter().position(is_same) {
            return KnownId(at);
        }
        self.list.push(condition);
        KnownId(self.list.len() - 1)
    }
}

/// The condition of a step, and the value that excludes the loads behind it, where that can matter.
fn find<'b>(
    step: &PathStep<'b>,
    paths: &Paths<'b>,
    body: &Analysis<'_>,
) -> Option<(KnownCondition<'b>, bool)> {
    let (test, leads_on, leaves_at) = test(step.step, &body.nodes)?;
    let (definitions, fed_by) = definitions(test.node(), step, paths, body)?;
    let first = fed_by.first().filter(|_| fed_by.len() <= MAX_LOADS)?;
    let elsewhere = |load: LoadId| match &leaves_at {
        Some(loads) => loads.contains(load),
        None => !step.guarded_loads.contains(load),
    };
    let may_wait = |load: LoadId| load > *first && !fed_by.contains(&load);
    if !body.loads.ids().any(|load| may_wait(load) && elsewhere(load)) {
        return None;
    }
    let is_partial = !body.nodes.get(test.node()).is_total
        || definitions.iter().any(|definition| paths.step(*definition).is_partial(&body.nodes));
    Some((KnownCondition { test, definitions, is_partial }, !leads_on))
}

/// The question of a step, its answer on the path, and the loads on the other path if it exits the body there.
fn test<'b>(step: Step<'b>, nodes: &Nodes<'_>) -> Option<(Test<'b>, bool, Option<LoadSet>)> {
    match step {
        Step::Holds(node, value) | Step::Operand(node, value) => {
            Some((Test::Is(node), value, None))
        }
        Step::Matches(pat, node, matched) => Some((Test::Matches(pat, node), matched, None)),
        Step::Arm(it, at) => (at <= MAX_ARMS).then_some((Test::Arm(it, at), true, None)),
        Step::Stmt(Stmt::Expr(Node::If(it), _)) if it.then.diverges() && it.otherwise.is_none() => {
            let leaves_at = nodes.loads_in(&it.then);
            Some((Test::Is(&it.condition), false, Some(leaves_at)))
        }
        Step::Stmt(Stmt::Let(it)) => {
            let (init, otherwise) = (it.init.as_ref()?, it.otherwise.as_ref()?);
            Some((
                Test::Matches(&it.pat, init),
                true,
                Some(nodes.get(otherwise).loads.clone().into()),
            ))
        }
        Step::Stmt(_) | Step::Before(_) => None,
    }
}

/// The steps that bind the names that a condition mentions, and the loads that it depends on; `None` if it cannot be
/// evaluated early.
fn definitions(
    node: &Node,
    step: &PathStep<'_>,
    paths: &Paths<'_>,
    body: &Analysis<'_>,
) -> Option<(Vec<StepId>, BTreeSet<LoadId>)> {
    let summary = body.nodes.get(node);
    if summary.leaves() || binds(node) || !summary.is_safe {
        return None;
    }
    let mut needed = Names::clone(&body.nodes.mentioned(node));
    let mut fed_by: BTreeSet<LoadId> = summary.passed_loads.iter().collect();
    let mut steps = Vec::new();
    // The steps that bind a name do not show its changes between them.
    let mut changes = !needed.is_disjoint(&body.mutable);
    for id in paths.back_from(step.before) {
        let step = paths.step(id);
        let is_item = matches!(step.step, Step::Stmt(Stmt::Item(_)));
        if is_item || !step.binds.is_disjoint(&needed) {
            if matches!(step.keep, Keep::Blocks(_) | Keep::Changes { .. }) {
                return None;
            }
            fed_by.extend(step.step.loads(&body.nodes));
            step.replace_names(&mut needed);
            changes |= !needed.is_disjoint(&body.mutable);
            steps.push(id);
        }
    }
    steps.reverse();
    (!changes).then_some((steps, fed_by))
}

/// Whether a condition binds names.
fn binds(node: &Node) -> bool {
    node.any(&|node| matches!(node, Node::Let(..)))
}
