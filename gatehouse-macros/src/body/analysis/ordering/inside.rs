//! The direct children of any `syn` expression, including closures and their bodies, for code that the
//! compiler's own tree does not represent.

use quote::quote;
use syn::{Block, Expr, Pat, Stmt};

use crate::syntax::{MatchesArguments, children_mut};

/// A part of an expression.
pub(super) enum Part<'e> {
    Expr(&'e mut Expr),
    /// A pattern that binds names in it.
    Pat(&'e mut Pat),
}

/// Visits the parts of `expr`, in the order of the text. Loads are not entered.
pub(super) fn visit(expr: &mut Expr, on: &mut dyn FnMut(Part<'_>)) {
    match expr {
        Expr::Block(it) => block(&mut it.block, on),
        Expr::Closure(it) => {
            it.inputs.iter_mut().for_each(|pat| on(Part::Pat(pat)));
            on(Part::Expr(&mut it.body));
        }
        Expr::ForLoop(it) => {
            on(Part::Pat(&mut it.pat));
            on(Part::Expr(&mut it.expr));
            block(&mut it.body, on);
        }
        Expr::If(it) => {
            on(Part::Expr(&mut it.cond));
            block(&mut it.then_branch, on);
            it.else_branch.iter_mut().for_each(|(_, branch)| on(Part::Expr(branch)));
        }
        Expr::Let(it) => {
            on(Part::Pat(&mut it.pat));
            on(Part::Expr(&mut it.expr));
        }
        Expr::Loop(it) => block(&mut it.body, on),
        Expr::Macro(it) if it.mac.path.is_ident("matches") => matches(it, on),
        Expr::Match(it) => {
            on(Part::Expr(&mut it.expr));
            for arm in &mut it.arms {
                pattern(&mut arm.pat, on);
                on(Part::Expr(&mut arm.body));
            }
        }
        Expr::Return(it) => it.expr.iter_mut().for_each(|value| on(Part::Expr(value))),
        Expr::Try(it) => on(Part::Expr(&mut it.expr)),
        Expr::Unsafe(it) => block(&mut it.block, on),
        Expr::While(it) => {
            on(Part::Expr(&mut it.cond));
            block(&mut it.body, on);
        }
        expr => children_mut(expr).into_iter().for_each(|child| on(Part::Expr(child))),
    }
}

fn block(it: &mut Block, on: &mut dyn FnMut(Part<'_>)) {
    for stmt in &mut it.stmts {
        match stmt {
            Stmt::Local(it) => {
                on(Part::Pat(&mut it.pat));
                if let Some(init) = &mut it.init {
                    on(Part::Expr(&mut init.expr));
                    init.diverge.iter_mut().for_each(|(_, block)| on(Part::Expr(block)));
                }
            }
            Stmt::Expr(expr, _) => on(Part::Expr(expr)),
            Stmt::Item(_) | Stmt::Macro(_) => {}
        }
    }
}

/// A pattern with its guard.
fn pattern(pat: &mut Pat, on: &mut dyn FnMut(Part<'_>)) {
    match pat {
        Pat::Guard(it) => {
            on(Part::Pat(&mut it.pat));
            on(Part::Expr(&mut it.guard));
        }
        pat => on(Part::Pat(pat)),
    }
}

/// The arguments of `matches!`; its tokens are those of the user, unless one of them changes.
fn matches(it: &mut syn::ExprMacro, on: &mut dyn FnMut(Part<'_>)) {
    let Ok(mut arguments) = MatchesArguments::read(&it.mac) else { return };
    let written = |arguments: &MatchesArguments| {
        let MatchesArguments { scrutinee, pat, guard } = arguments;
        let guard = guard.as_ref().map(|guard| quote!(if #guard));
        quote!(#scrutinee, #pat #guard)
    };
    let before = written(&arguments).to_string();
    on(Part::Expr(&mut arguments.scrutinee));
    on(Part::Pat(&mut arguments.pat));
    arguments.guard.iter_mut().for_each(|guard| on(Part::Expr(guard)));
    let after = written(&arguments);
    if after.to_string() != before {
        it.mac.tokens = after;
    }
}
