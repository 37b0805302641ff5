//! Checks of a lowered body that policies and derived facts share.

use proc_macro2::Span;
use syn::{Expr, Pat, UnOp};

use super::analysis::plain_bools;
use super::leftover;
use super::tree::{Block, Body, Kind, Node, Stmt};
use crate::diagnostics::Diagnostics;
use crate::syntax::{MatchesArguments, bare, is_of_prelude, key_of_fact, only_name};
use crate::{diagnostics, text};

/// Checks a body that ends at `end`, with `written` loads in the source.
pub(super) fn body(body: &mut Body, end: Span, written: usize, errors: &Diagnostics) {
    let before = errors.count();
    if body.is_whole {
        check_value(body, end, errors);
        leftover::refuse(body, written, errors);
    }
    check_block(&body.block, body, errors);
    for expr in plain_bools(body) {
        check_loaded(expr, body, errors);
    }
    body.is_whole &= errors.count() == before;
}

/// A body ends with its value. (A call may never return; it counts as a value.)
fn check_value(body: &Body, end: Span, errors: &Diagnostics) {
    let last = body.block.stmts.iter().rev().find(|stmt| !matches!(stmt, Stmt::Item(_)));
    let at = match last {
        None | Some(Stmt::Let(_)) => end,
        Some(Stmt::Expr(node, Some(semi))) if is_value(node) => semi.span,
        Some(_) => return,
    };
    if body.value.to_string() != "()" {
        errors.push_at(at, diagnostics::body_without_value(text::of_type(&body.value)));
    }
}

/// Whether an expression has a value; a call counts as one.
fn is_value(node: &Node) -> bool {
    match node {
        Node::Plain(expr) | Node::Compound(expr, _) => {
            !matches!(expr, Expr::Macro(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Assign(_))
        }
        Node::Try(..) | Node::Logic(_) | Node::Matches(..) => true,
        _ => false,
    }
}

fn check_block(block: &Block, body: &Body, errors: &Diagnostics) {
    for stmt in &block.stmts {
        check_used(stmt, body, errors);
        if let Stmt::Let(it) = stmt
            && let Some(init) = &it.init
        {
            check_patterns([&it.pat], init, body, errors);
        }
        stmt.nodes().into_iter().for_each(|node| check_node(node, body, errors));
    }
}

fn check_node(node: &Node, body: &Body, errors: &Diagnostics) {
    match node {
        Node::If(it) => {
            check_node(&it.condition, body, errors);
            check_block(&it.then, body, errors);
            it.otherwise.iter().for_each(|node| check_node(node, body, errors));
            return;
        }
        Node::Block(_, block) => return check_block(block, body, errors),
        Node::Loop(it) => check_block(&it.body, body, errors),
        Node::Match(it) => {
            check_patterns(it.arms.iter().map(|arm| &arm.pat), &it.scrutinee, body, errors);
        }
        Node::Matches(arm, scrutinee) => check_patterns([&arm.pat], scrutinee, body, errors),
        Node::Let(pat, scrutinee) => check_patterns([&**pat], scrutinee, body, errors),
        Node::Try(inner, _) => {
            if let Node::Plain(expr) = &**inner {
                check_loaded(expr, body, errors);
            }
        }
        _ => {}
    }
    if !matches!(node, Node::Loop(_)) {
        node.children().into_iter().for_each(|child| check_node(child, body, errors));
    }
}

/// A load costs a round trip, so its value must be used.
fn check_used(stmt: &Stmt, body: &Body, errors: &Diagnostics) {
    if let Stmt::Expr(Node::Load(id, ..), Some(_)) = stmt {
        let written = &body.loads[*id].written;
        errors.push(written, diagnostics::load_unused(text::of_expr(written)));
    }
}

/// The patterns that a value is matched with: those of a `Result`, if it is a load; of an `Option`, if it is not.
fn check_patterns<'p>(
    pats: impl IntoIterator<Item = &'p Pat>,
    scrutinee: &Node,
    body: &Body,
    errors: &Diagnostics,
) {
    let mut pats = pats.into_iter();
    match scrutinee {
        // A rule never sees a failed load. The first such pattern is reported.
        Node::Load(id, Kind::One, _) => {
            if let Some(pat) = pats.find_map(of_result) {
                let fact = text::of_expr(&body.loads[*id].fact);
                errors.push(pat, diagnostics::load_as_result(fact, text::of_expr(pat)));
            }
        }
        Node::Plain(expr) if pats.any(is_of_value) => check_loaded(expr, body, errors),
        _ => {}
    }
}

/// Whether a pattern is one of an `Option`, a `Result` or a `bool`, which a key never is.
fn is_of_value(pat: &Pat) -> bool {
    match pat {
        Pat::TupleStruct(it) => is_of_prelude(&it.path),
        Pat::Path(it) => is_of_prelude(&it.path),
        Pat::Lit(it) => matches!(it.lit, syn::Lit::Bool(_)),
        Pat::Or(it) => it.cases.iter().any(is_of_value),
        Pat::Paren(it) => is_of_value(&it.pat),
        _ => false,
    }
}

/// `Ok(…)` or `Err(…)` in a pattern.
fn of_result(pat: &Pat) -> Option<&Pat> {
    match pat {
        Pat::TupleStruct(it) if it.path.is_ident("Ok") || it.path.is_ident("Err") => Some(pat),
        Pat::Or(it) => it.cases.iter().find_map(of_result),
        Pat::Paren(it) => of_result(&it.pat),
        Pat::Reference(it) => of_result(&it.pat),
        Pat::Ident(it) => it.subpat.as_ref().and_then(|(_, pat)| of_result(pat)),
        _ => None,
    }
}

/// A key where a `bool` or an `Option` is expected is a fact without `.await`.
fn check_loaded(expr: &Expr, body: &Body, errors: &Diagnostics) {
    match bare(expr) {
        Expr::Unary(it) if matches!(it.op, UnOp::Not(_)) => check_loaded(&it.expr, body, errors),
        Expr::Macro(it) if it.mac.path.is_ident("matches") => {
            if let Ok(it) = MatchesArguments::read(&it.mac) {
                check_patterns([&it.pat], &Node::Plain(it.scrutinee), body, errors);
            }
        }
        expr => {
            if let Some(fact) = key_of_fact(expr) {
                errors.push(expr, diagnostics::load_without_await(text::of_expr(fact)));
            } else if let Some(name) = only_name(expr)
                && let Some(fact) = body.keys.get(&name)
            {
                errors.push(expr, diagnostics::load_through_local(name, text::of_expr(fact)));
            }
        }
    }
}
