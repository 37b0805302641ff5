//! A plan as text.

use std::fmt::Write as _;

use quote::quote;

use crate::body::analysis::conditions::Conditions;
use crate::body::lower;
use crate::body::plan::body_plan::BodyPlan;
use crate::body::plan::early::{Branch, Part};
use crate::body::plan::guard::Guard;
use crate::body::plan::keep::Keep;
use crate::body::plan::known::{KnownCondition, Test};
use crate::body::plan::paths::StepId;
use crate::body::plan::step::Step;
use crate::body::source::as_written;
use crate::body::tree::{LoadId, Match, Names, Node, Stmt};
use crate::diagnostics::Diagnostics;
use crate::text;

/// The loads of a body, each with its round, the loads that it waits for, and the conditions on its path.
pub(super) fn loads(body: &str) -> String {
    with_plan(body, |plan| {
        let mut lines = String::new();
        for id in plan.loads.ids() {
            let load = &plan.loads[id];
            let early = if load.is_early { "" } else { ", in its turn" };
            let _ = write!(lines, "{} {}{early}", load.round, key(plan, id));
            for (waits, reason) in &load.waits_for {
                let _ = write!(lines, "; after {}: {reason}", key(plan, *waits));
            }
            for guard in guards(plan, load.guard) {
                let _ = write!(lines, "; {guard}");
            }
            lines.push('\n');
        }
        lines
    })
}

/// The requests that are made early: the conditions that may be known, and the tree.
pub(super) fn requests(body: &str) -> String {
    with_plan(body, |plan| {
        let mut lines = String::new();
        for (at, known) in plan.early.known.iter().enumerate() {
            let _ = writeln!(lines, "known {at}: {}", known_text(plan, known));
        }
        for branch in &plan.early.branches {
            write_branch(plan, branch, 0, &mut lines);
        }
        lines
    })
}

/// The conditions that a body reports.
pub(super) fn conditions(body: &str) -> String {
    with_plan(body, |plan| {
        let Conditions { list, .. } = &plan.body.conditions;
        let mut lines = String::new();
        for (at, it) in list.iter().enumerate() {
            let _ = write!(lines, "{at} {:?} {}", it.kind, it.text);
            if !it.loads.is_empty() {
                let _ = write!(lines, "; loads {:?}", it.loads);
            }
            let answers = [("true", it.ends.yes), ("false", it.ends.no)];
            for (value, answer) in answers {
                if let Some(answer) = answer {
                    let _ = write!(lines, "; if {value}: {answer}");
                }
            }
            lines.push('\n');
        }
        lines
    })
}

fn with_plan(body: &str, show: impl FnOnce(&BodyPlan<'_>) -> String) -> String {
    let errors = Diagnostics::new();
    let block = syn::parse_str(&format!("{{ {body} }}")).expect("a body");
    let given = ["x", "y", "user", "doc"].map(str::to_owned);
    let body = lower::body(block, Names::from(given), quote!(bool), true, &errors);
    let errors: Vec<String> = errors.into_vec().iter().map(ToString::to_string).collect();
    assert!(errors.is_empty(), "the body has errors: {errors:?}");
    show(&BodyPlan::new(&body, false, &|_| false))
}

fn key(plan: &BodyPlan<'_>, id: LoadId) -> String {
    text::of_expr(&plan.body.loads[id].written)
}

fn guards(plan: &BodyPlan<'_>, last: Option<usize>) -> Vec<String> {
    let path = std::iter::successors(last, |at| plan.guards[*at].before);
    let text = |at: usize| {
        let guard = &plan.guards[at];
        format!("{} {}", if guard.holds { "if" } else { "unless" }, guard.text)
    };
    let mut texts: Vec<String> = path.map(text).collect();
    texts.reverse();
    texts
}

fn known_text(plan: &BodyPlan<'_>, known: &KnownCondition<'_>) -> String {
    let test = match known.test {
        Test::Is(node) => written(node),
        Test::Matches(pat, node) => format!("let {} = {}", text::of_expr(pat), written(node)),
        Test::Arm(it, at) => arm(it, at),
    };
    let definitions = known.definitions.iter().map(|id| format!("{} ", step(plan, *id)));
    let partial = if known.is_partial { ", partial" } else { "" };
    format!("{}{test}{partial}", definitions.collect::<String>())
}

fn write_branch(plan: &BodyPlan<'_>, branch: &Branch, depth: usize, lines: &mut String) {
    let part = match branch.part {
        Part::Request(load) => format!("request {}", key(plan, load)),
        Part::Unless(known, value) => format!("unless known {} is {value}", known.0),
        Part::Step(id) => step(plan, id),
        Part::Takes(id, at) => format!("takes {}", arm(plan.early.matches[id.0], at)),
        Part::BindsArm(id) => format!("binds {}", step(plan, id)),
    };
    let _ = writeln!(lines, "{}{part}", "  ".repeat(depth));
    for inside in &branch.inside {
        write_branch(plan, inside, depth + 1, lines);
    }
}

fn step(plan: &BodyPlan<'_>, id: StepId) -> String {
    let step = plan.early.paths.step(id);
    if let Keep::Condition(it) = &step.keep {
        return format!("if {}", guard(it));
    }
    match step.step {
        Step::Stmt(Stmt::Let(it)) => {
            let init = it.init.as_ref().map(written).unwrap_or_default();
            let otherwise = if it.otherwise.is_some() { " else exit" } else { "" };
            format!("let {} = {init}{otherwise};", text::of_expr(&it.pat))
        }
        Step::Stmt(Stmt::Expr(node, _)) | Step::Before(node) => format!("{};", written(node)),
        Step::Stmt(Stmt::Item(_)) => "item".into(),
        Step::Stmt(Stmt::Macro(it)) => text::of_expr(&it.mac),
        Step::Holds(node, value) | Step::Operand(node, value) => {
            format!("if {} is {value}", written(node))
        }
        Step::Matches(pat, node, matched) => {
            let word = if matched { "if" } else { "unless" };
            format!("{word} let {} = {}", text::of_expr(pat), written(node))
        }
        Step::Arm(it, at) => arm(it, at),
    }
}

fn arm(it: &Match, at: usize) -> String {
    format!("{} is {}", written(&it.scrutinee), text::of_expr(&it.arms[at].pat))
}

fn written(node: &Node) -> String {
    text::of_expr(as_written(node))
}

fn guard(it: &Guard<'_>) -> String {
    let both = |name: &str, guards: &(Guard<'_>, Guard<'_>)| {
        format!("{name}({}, {})", guard(&guards.0), guard(&guards.1))
    };
    match it {
        Guard::Always => "always".into(),
        Guard::Never => "never".into(),
        Guard::Is(node, true) | Guard::Chain(node, true) => written(node),
        Guard::Is(node, false) | Guard::Chain(node, false) => format!("not({})", written(node)),
        Guard::Matches(pat, node, value) => {
            let text = format!("matches({}, {})", written(node), text::of_expr(pat));
            if *value { text } else { format!("not({text})") }
        }
        Guard::IsSome(node) => format!("some({})", written(node)),
        Guard::And(guards) => both("and", guards),
        Guard::Or(guards) => both("or", guards),
        Guard::If(node, guards) => {
            format!("choose({}, {}, {})", written(node), guard(&guards.0), guard(&guards.1))
        }
        Guard::Match(it, guards) => {
            let arms = it.arms.iter().zip(guards);
            let arms =
                arms.map(|(arm, it)| format!("{} => {}", text::of_expr(&arm.pat), guard(it)));
            format!("arm({}, {})", written(&it.scrutinee), arms.collect::<Vec<_>>().join(", "))
        }
        Guard::With(pat, node, inner) => {
            format!("matches({}, {}, {})", written(node), text::of_expr(pat), guard(inner))
        }
        Guard::Let(it, init, inner) => {
            format!("with({} = {}, {})", text::of_expr(&it.pat), written(init), guard(inner))
        }
    }
}
