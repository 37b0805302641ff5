//! The expressions directly inside any expression, those in closures included, to be changed.

use quote::quote;
use syn::{Block, Expr, Pat, Stmt};

use crate::syntax::{MatchesArguments, children_mut};

/// Visits the expressions directly inside `expr`, in the order of the text. Loads are not entered.
pub(super) fn visit(expr: &mut Expr, on: &mut dyn FnMut(&mut Expr)) {
    match expr {
        Expr::Block(it) => block(&mut it.block, on),
        Expr::Closure(it) => on(&mut it.body),
        Expr::ForLoop(it) => {
            on(&mut it.expr);
            block(&mut it.body, on);
        }
        Expr::If(it) => {
            on(&mut it.cond);
            block(&mut it.then_branch, on);
            it.else_branch.iter_mut().for_each(|(_, branch)| on(branch));
        }
        Expr::Let(it) => on(&mut it.expr),
        Expr::Loop(it) => block(&mut it.body, on),
        Expr::Macro(it) if it.mac.path.is_ident("matches") => matches(it, on),
        Expr::Match(it) => {
            on(&mut it.expr);
            for arm in &mut it.arms {
                if let Pat::Guard(it) = &mut arm.pat {
                    on(&mut it.guard);
                }
                on(&mut arm.body);
            }
        }
        Expr::Return(it) => it.expr.as_deref_mut().into_iter().for_each(on),
        Expr::Try(it) => on(&mut it.expr),
        Expr::Unsafe(it) => block(&mut it.block, on),
        Expr::While(it) => {
            on(&mut it.cond);
            block(&mut it.body, on);
        }
        expr => children_mut(expr).into_iter().for_each(on),
    }
}

fn block(it: &mut Block, on: &mut dyn FnMut(&mut Expr)) {
    for stmt in &mut it.stmts {
        match stmt {
            Stmt::Local(it) => {
                if let Some(init) = &mut it.init {
                    on(&mut init.expr);
                    init.diverge.iter_mut().for_each(|(_, block)| on(block));
                }
            }
            Stmt::Expr(expr, _) => on(expr),
            Stmt::Item(_) | Stmt::Macro(_) => {}
        }
    }
}

/// The arguments of `matches!`; its tokens are those of the user, unless one of them changes.
fn matches(it: &mut syn::ExprMacro, on: &mut dyn FnMut(&mut Expr)) {
    let Ok(mut arguments) = MatchesArguments::read(&it.mac) else { return };
    let written = |arguments: &MatchesArguments| {
        let MatchesArguments { scrutinee, pat, guard } = arguments;
        let guard = guard.as_ref().map(|guard| quote!(if #guard));
        quote!(#scrutinee, #pat #guard)
    };
    let before = written(&arguments).to_string();
    on(&mut arguments.scrutinee);
    arguments.guard.iter_mut().for_each(on);
    let after = written(&arguments);
    if after.to_string() != before {
        it.mac.tokens = after;
    }
}
