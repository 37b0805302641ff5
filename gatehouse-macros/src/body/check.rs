//! Checks of a lowered body that policies and derived facts share.

use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::{Expr, Pat, Path, UnOp};

use super::analysis::plain_bools;
use super::leftover;
use super::tree::{Block, Body, Kind, Node, Stmt};
use crate::diagnostics::Diagnostics;
use crate::syntax::{MatchesArguments, bare, is_of_prelude, key_of_fact, only_name};
use crate::{diagnostics, text};

/// A body as the user wrote it, as far as the tree does not show it.
pub(super) struct Source {
    /// The end of the body.
    pub(super) end: Span,
    /// The number of loads.
    pub(super) loads: usize,
    /// The locals that are keys, each with its fact: `let key = Fact(…);`
    pub(super) keys: BTreeMap<String, Path>,
}

/// Checks a body.
pub(super) fn body(body: &mut Body, source: &Source, errors: &Diagnostics) {
    let before = errors.count();
    if body.is_whole {
        check_value(body, source.end, errors);
        leftover::refuse(body, source.loads, errors);
    }
    let check = Check { body, keys: &source.keys, errors };
    check.block(&body.block);
    for expr in plain_bools(body) {
        check.loaded(expr);
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

/// The checks of each node.
struct Check<'b> {
    body: &'b Body,
    keys: &'b BTreeMap<String, Path>,
    errors: &'b Diagnostics,
}

impl Check<'_> {
    fn block(&self, block: &Block) {
        for stmt in &block.stmts {
            self.used(stmt);
            if let Stmt::Let(it) = stmt
                && let Some(init) = &it.init
            {
                self.patterns([&it.pat], init);
            }
            stmt.nodes().into_iter().for_each(|node| self.node(node));
        }
    }

    fn node(&self, node: &Node) {
        match node {
            Node::If(it) => {
                self.node(&it.condition);
                self.block(&it.then);
                it.otherwise.iter().for_each(|node| self.node(node));
                return;
            }
            Node::Block(_, block) => return self.block(block),
            Node::Loop(it) => self.block(&it.body),
            Node::Match(it) => {
                self.patterns(it.arms.iter().map(|arm| &arm.pat), &it.scrutinee);
            }
            Node::Matches(arm, scrutinee) => self.patterns([&arm.pat], scrutinee),
            Node::Let(pat, scrutinee) => self.patterns([&**pat], scrutinee),
            Node::Try(inner, _) => {
                if let Node::Plain(expr) = &**inner {
                    self.loaded(expr);
                }
            }
            _ => {}
        }
        if !matches!(node, Node::Loop(_)) {
            node.children().into_iter().for_each(|child| self.node(child));
        }
    }

    /// A load costs a round trip, so its value must be used.
    fn used(&self, stmt: &Stmt) {
        if let Stmt::Expr(Node::Load(id, ..), Some(_)) = stmt {
            let written = &self.body.loads[*id].written;
            self.errors.push(written, diagnostics::load_unused(text::of_expr(written)));
        }
    }

    /// The patterns that a value is matched with: those of a `Result`, if it is a load; of an `Option`, if it is not.
    fn patterns<'p>(&self, pats: impl IntoIterator<Item = &'p Pat>, scrutinee: &Node) {
        let mut pats = pats.into_iter();
        match scrutinee {
            // A rule never sees a failed load. The first such pattern is reported.
            Node::Load(id, Kind::One, _) => {
                if let Some(pat) = pats.find_map(of_result) {
                    let fact = text::of_expr(&self.body.loads[*id].fact);
                    self.errors.push(pat, diagnostics::load_as_result(fact, text::of_expr(pat)));
                }
            }
            Node::Plain(expr) if pats.any(is_of_value) => self.loaded(expr),
            _ => {}
        }
    }

    /// A key where a `bool` or an `Option` is expected is a fact without `.await`.
    fn loaded(&self, expr: &Expr) {
        match bare(expr) {
            Expr::Unary(it) if matches!(it.op, UnOp::Not(_)) => self.loaded(&it.expr),
            Expr::Macro(it) if it.mac.path.is_ident("matches") => {
                if let Ok(it) = MatchesArguments::read(&it.mac) {
                    self.patterns([&it.pat], &Node::Plain(it.scrutinee));
                }
            }
            expr => {
                let errors = self.errors;
                if let Some(fact) = key_of_fact(expr) {
                    errors.push(expr, diagnostics::load_without_await(text::of_expr(fact)));
                } else if let Some(name) = only_name(expr)
                    && let Some(fact) = self.keys.get(&name)
                {
                    errors.push(expr, diagnostics::load_through_local(name, text::of_expr(fact)));
                }
            }
        }
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
