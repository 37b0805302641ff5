//! The part of a step that the early code of a load keeps.

use super::flow::{Flow, Origin, changes};
use super::guard::{Goal, Guard};
use super::step::{Step, pat_binds};
use crate::body::analysis::{may_change_all, mentioned, mentioned_in};
use crate::body::tree::{Match, Names, Node, Stmt};

/// The part of a step that is kept.
#[derive(Clone)]
pub(crate) enum Keep<'b> {
    Always,
    Never,
    /// Kept if it binds a needed name.
    IfNeeded,
    /// If it binds a needed name, the load must wait, for this reason.
    Blocks(String),
    /// If it mentions a needed name that can change: kept before the first load; behind it, the load must wait.
    Changes {
        names: Names,
        after_load: bool,
    },
    /// Only this condition is kept: the part of the condition that does not depend on facts.
    Condition(Guard<'b>),
    /// Kept if it binds a needed name, or always; of the arms before it, these are kept.
    Arms {
        always: bool,
        before: Vec<usize>,
    },
}

impl<'b> Keep<'b> {
    /// The part of `step` that is kept, or the reason why the loads behind it must wait until the body reaches them.
    pub(super) fn of(step: Step<'b>, flow: &mut Flow<'_>) -> Result<Self, String> {
        match step {
            Step::Stmt(stmt) => of_stmt(stmt, flow),
            Step::Before(node) => of_effect(node, flow),
            Step::Holds(node, value) => {
                Ok(Self::unless_always(flow.guard(node, Goal::Value(value))?))
            }
            Step::Operand(node, value) => Ok(Self::unless_always(flow.operand_guard(node, value)?)),
            Step::Matches(_, node, matched) => Ok(match flow.origin(node)? {
                Origin::Parameters => Self::Always,
                Origin::Facts if matched => Self::IfNeeded,
                Origin::Facts => Self::Never,
            }),
            Step::Arm(it, at) => of_arms(it, at, flow),
        }
    }

    /// The exits on local data of a step that depends on facts: `Fact(doc.folder?).await`.
    pub(super) fn local_exits(step: Step<'b>, flow: &mut Flow<'_>) -> Result<Guard<'b>, String> {
        let mut passed = Guard::Always;
        if matches!(step, Step::Stmt(Stmt::Expr(..)) | Step::Before(_) | Step::Holds(..)) {
            return Ok(passed);
        }
        let before = flow.after_load;
        for node in step.nodes() {
            if flow.depends_on_fact(node) {
                passed = passed.and(flow.guard(node, Goal::Completes)?);
            }
        }
        flow.after_load = before;
        Ok(passed)
    }

    /// Only `guard`, or nothing if it always holds.
    pub(super) fn unless_always(guard: Guard<'b>) -> Self {
        if guard.is_always() { Self::Never } else { Self::Condition(guard) }
    }

    fn changing(names: Names, flow: &Flow<'_>) -> Self {
        if names.is_empty() {
            return Self::Never;
        }
        Self::Changes { names, after_load: flow.after_load }
    }

    /// The names that `step` mentions where it is kept.
    pub(super) fn mentions(&self, step: Step<'_>) -> Names {
        let mut nodes = step.nodes();
        match (step, self) {
            (_, Self::Condition(guard)) => return guard.mentions(),
            (Step::Stmt(Stmt::Macro(it)), _) => return mentioned_in(&it.mac.tokens),
            (Step::Arm(it, _), Self::Arms { before, .. }) => {
                nodes.extend(before.iter().filter_map(|at| it.arms[*at].guard.as_ref()));
            }
            _ => {}
        }
        nodes.into_iter().flat_map(mentioned).collect()
    }
}

/// Arms before the taken one are tried first, unless a fact decides about them.
fn of_arms<'b>(it: &Match, at: usize, flow: &mut Flow<'_>) -> Result<Keep<'b>, String> {
    if let Origin::Facts = flow.origin(&it.scrutinee)? {
        return Ok(Keep::Arms { always: false, before: Vec::new() });
    }
    let mut before = Vec::new();
    for (i, arm) in it.arms[..at].iter().enumerate() {
        let guard = arm.guard.as_ref();
        if guard.is_none_or(|guard| flow.of(guard).has_loads()) {
            before.extend(guard.is_none().then_some(i));
            flow.after_load |= guard.is_some();
            continue;
        }
        let origin = flow.without_names(&pat_binds(&arm.pat), |flow| {
            guard.map(|guard| flow.origin(guard)).transpose()
        });
        if let Some(Origin::Parameters) = origin? {
            before.push(i);
        }
    }
    Ok(Keep::Arms { always: true, before })
}

fn of_stmt<'b>(stmt: &'b Stmt, flow: &mut Flow<'_>) -> Result<Keep<'b>, String> {
    match stmt {
        Stmt::Item(_) => Ok(Keep::Always),
        // The item may precede the macro that it uses, so it is not kept; a load that needs a name that it may change waits.
        Stmt::Macro(it) if may_change_all(&it.mac.path) => {
            Ok(Keep::Changes { names: flow.mutable(None), after_load: true })
        }
        Stmt::Macro(it) => {
            let names = mentioned_in(&it.mac.tokens);
            Ok(Keep::changing(flow.mutable(Some(&names)), flow))
        }
        Stmt::Expr(node, _) => of_effect(node, flow),
        Stmt::Let(it) => {
            let Some(init) = &it.init else {
                return Ok(Keep::Blocks("it is assigned later".into()));
            };
            let leaves = it.otherwise.is_some() || flow.of(init).leaves();
            match flow.origin(init) {
                Ok(Origin::Parameters) if leaves => Ok(Keep::Always),
                Ok(_) => Ok(Keep::IfNeeded),
                Err(reason) if leaves && !flow.depends_on_fact(init) => Err(reason),
                Err(reason) => Ok(Keep::Blocks(reason)),
            }
        }
    }
}

/// An expression whose value is not used: it counts if it can exit or change something.
fn of_effect<'b>(node: &'b Node, flow: &mut Flow<'_>) -> Result<Keep<'b>, String> {
    if !flow.depends_on_fact(node) && flow.of(node).leaves() {
        flow.origin(node)?;
        return Ok(Keep::Always);
    }
    let changes = Keep::changing(flow.changed_by(node), flow);
    if !matches!(changes, Keep::Never) || !flow.of(node).leaves() {
        return Ok(changes);
    }
    Ok(Keep::unless_always(flow.guard(node, Goal::Completes)?))
}

/// Whether a macro may bind or change any local, by naming it in its body.
pub(super) fn is_opaque_macro(step: Step<'_>) -> bool {
    matches!(step, Step::Stmt(Stmt::Macro(it)) if may_change_all(&it.mac.path))
}

/// The reason why a load must wait that needs one of `names`, which a step changes after a load.
pub(super) fn reason_of_change(names: &Names, needed: &Names) -> Option<String> {
    names.intersection(needed).next().map(|name| changes(name))
}
