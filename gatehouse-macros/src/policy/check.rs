//! The rules of the language for a policy's lowered body, one function each.

use syn::{Expr, Lit, UnOp};

use super::parse::{Options, Policy};
use crate::body::plan::body_plan::BodyPlan;
use crate::body::tree::{Block, Body, Node, Stmt};
use crate::diagnostics::Diagnostics;
use crate::syntax::bare;
use crate::{diagnostics, text};

/// Checks that need no plan.
pub(super) fn body(policy: &Policy, options: &Options, body: &Body, errors: &Diagnostics) {
    check_async(policy, body, errors);
    if options.forbid.is_some() {
        check_question_marks(&body.block, errors);
    }
    // The part with the error might have been the condition.
    if errors.is_empty() {
        check_unconditional(policy, options, body, errors);
    }
}

/// A body with loads must be an `async fn`, so that a reader sees that it waits.
fn check_async(policy: &Policy, body: &Body, errors: &Diagnostics) {
    if !policy.is_async && !body.loads.is_empty() {
        errors.push(policy.fn_token, diagnostics::not_async());
    }
}

/// In a forbid, `?` would turn a missing value into "does not forbid": the author must say so.
fn check_question_marks(block: &Block, errors: &Diagnostics) {
    fn visit(node: &Node, errors: &Diagnostics) {
        if let Node::Try(_, question) = node {
            errors.push(question, diagnostics::question_in_forbid());
        }
        node.children().into_iter().for_each(|child| visit(child, errors));
    }
    block.nodes().for_each(|node| visit(node, errors));
}

/// A permit without a condition lets everybody in; it must say that this is meant.
fn check_unconditional(policy: &Policy, options: &Options, body: &Body, errors: &Diagnostics) {
    let always = constant_block(&body.block) == Some(true)
        && policy.parameters.iter().all(|parameter| is_irrefutable(&parameter.pat));
    match (options.unconditional, options.forbid) {
        (Some(span), Some(_)) => errors.push_at(span, diagnostics::unconditional_forbid()),
        (Some(span), None) if !always => errors.push_at(span, diagnostics::not_unconditional()),
        (None, None) if always => errors.push_at(policy.name.span(), diagnostics::unconditional()),
        _ => {}
    }
}

fn is_irrefutable(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Wild(_) => true,
        syn::Pat::Ident(it) => it.subpat.as_ref().is_none_or(|(_, inner)| is_irrefutable(inner)),
        syn::Pat::Paren(it) => is_irrefutable(&it.pat),
        _ => false,
    }
}

/// The value of a body with one value only.
fn constant_block(block: &Block) -> Option<bool> {
    let (last, before) = block.stmts.split_last()?;
    let is_return = |stmt: &&Stmt| matches!(stmt, Stmt::Expr(Node::Return(..), _));
    let (value, before) = match block.stmts.iter().position(|stmt| is_return(&stmt)) {
        Some(at) => (&block.stmts[at], &block.stmts[..at]),
        None => (last, before),
    };
    let may_leave = |stmt: &Stmt| {
        let lets_else = matches!(stmt, Stmt::Let(it) if it.otherwise.is_some());
        // The tokens of a macro do not show whether it exits, as `ensure!` does.
        lets_else
            || matches!(stmt, Stmt::Macro(_))
            || stmt.nodes().into_iter().any(|node| node.leaves() || node.loads())
    };
    match value {
        Stmt::Expr(node, semi) if semi.is_none() || matches!(node, Node::Return(..)) => {
            constant(node).filter(|_| !before.iter().any(may_leave))
        }
        _ => None,
    }
}

fn constant(node: &Node) -> Option<bool> {
    match node {
        Node::Plain(expr) => constant_expr(expr),
        Node::Return(_, Some(value)) => constant(value),
        Node::Block(None, block) => constant_block(block),
        Node::Logic(it) => {
            let decisive = !it.is_and();
            match (constant(&it.left), constant(&it.right)) {
                (Some(left), _) if left == decisive => Some(decisive),
                (_, Some(right)) if right == decisive => Some(decisive),
                (Some(_), Some(_)) => Some(!decisive),
                _ => None,
            }
        }
        Node::Compound(Expr::Paren(_), inside) => constant(&inside[0]),
        Node::Compound(Expr::Unary(it), inside) if matches!(it.op, UnOp::Not(_)) => {
            constant(&inside[0]).map(|value| !value)
        }
        _ => None,
    }
}

fn constant_expr(expr: &Expr) -> Option<bool> {
    match bare(expr) {
        Expr::Lit(syn::ExprLit { lit: Lit::Bool(it), .. }) => Some(it.value),
        Expr::Unary(it) if matches!(it.op, UnOp::Not(_)) => {
            constant_expr(&it.expr).map(|value| !value)
        }
        _ => None,
    }
}

/// The budget. The first load over it is reported, with the load that it waits for.
pub(super) fn budget(options: &Options, plan: &BodyPlan<'_>, errors: &Diagnostics) {
    let Some(budget) = options.rounds else { return };
    let Some(id) = plan.first_over(budget) else { return };
    let (body, load) = (&plan.body, &plan.loads[id]);
    let last = load.waits_for.iter().max_by_key(|(waits, _)| plan.loads[**waits].round);
    match last {
        None => errors.push(&body.loads[id].written, diagnostics::no_rounds()),
        Some((waits, reason)) => {
            let waits = text::of_expr(&body.loads[*waits].written);
            let diagnostic =
                diagnostics::over_budget(text::ordinal(load.round), budget, &waits, reason);
            errors.push(&body.loads[id].written, diagnostic);
        }
    }
}
