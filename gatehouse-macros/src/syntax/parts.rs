//! The direct parts of any expression and of any pattern, those with statements of their own included.

use quote::ToTokens;
use syn::{Block, Expr, Macro, Pat, PathArguments, ReturnType, Stmt};

use super::patterns::subpatterns;

/// A part of an expression or a pattern.
pub(crate) enum Part<'e> {
    Expr(&'e Expr),
    Pat(&'e Pat),
    Macro(&'e Macro),
    /// A type, generic arguments, an item, or what Rust's parser knows and `syn` does not: nothing is known of it but its
    /// tokens.
    Tokens(&'e dyn ToTokens),
}

/// Visits the direct parts of an expression, in the order of the text. Attributes, labels and the names of fields, methods
/// and macros are no parts, nor are paths, but for their arguments.
pub(crate) fn visit<'e>(expr: &'e Expr, on: &mut dyn FnMut(Part<'e>)) {
    match expr {
        Expr::Array(it) => exprs(&it.elems, on),
        Expr::Assign(it) => exprs([&*it.left, &*it.right], on),
        Expr::Async(it) => block(&it.block, on),
        Expr::Await(it) => on(Part::Expr(&it.base)),
        Expr::Binary(it) => exprs([&*it.left, &*it.right], on),
        Expr::Block(it) => block(&it.block, on),
        Expr::Break(it) => exprs(it.expr.as_deref(), on),
        Expr::Call(it) => {
            on(Part::Expr(&it.func));
            exprs(&it.args, on);
        }
        Expr::Cast(it) => {
            on(Part::Expr(&it.expr));
            on(Part::Tokens(&it.ty));
        }
        Expr::Closure(it) => {
            it.inputs.iter().for_each(|pat| on(Part::Pat(pat)));
            if let ReturnType::Type(_, ty) = &it.output {
                on(Part::Tokens(ty));
            }
            on(Part::Expr(&it.body));
        }
        Expr::Const(it) => block(&it.block, on),
        Expr::Continue(_) | Expr::Infer(_) | Expr::Lit(_) => {}
        Expr::Field(it) => on(Part::Expr(&it.base)),
        Expr::ForLoop(it) => {
            on(Part::Pat(&it.pat));
            on(Part::Expr(&it.expr));
            block(&it.body, on);
        }
        Expr::Group(it) => on(Part::Expr(&it.expr)),
        Expr::If(it) => {
            on(Part::Expr(&it.cond));
            block(&it.then_branch, on);
            exprs(it.else_branch.as_ref().map(|(_, otherwise)| &**otherwise), on);
        }
        Expr::Index(it) => exprs([&*it.expr, &*it.index], on),
        Expr::Let(it) => {
            on(Part::Pat(&it.pat));
            on(Part::Expr(&it.expr));
        }
        Expr::Loop(it) => block(&it.body, on),
        Expr::Macro(it) => on(Part::Macro(&it.mac)),
        Expr::Match(it) => {
            on(Part::Expr(&it.expr));
            for arm in &it.arms {
                on(Part::Pat(&arm.pat));
                on(Part::Expr(&arm.body));
            }
        }
        Expr::MethodCall(it) => {
            on(Part::Expr(&it.receiver));
            it.turbofish.iter().for_each(|arguments| on(Part::Tokens(arguments)));
            exprs(&it.args, on);
        }
        Expr::Paren(it) => on(Part::Expr(&it.expr)),
        Expr::Path(it) => {
            it.qself.iter().for_each(|qself| on(Part::Tokens(&qself.ty)));
            arguments(&it.path, on);
        }
        Expr::Range(it) => exprs(it.start.iter().chain(&it.end).map(|end| &**end), on),
        Expr::RawAddr(it) => on(Part::Expr(&it.expr)),
        Expr::Reference(it) => on(Part::Expr(&it.expr)),
        Expr::Repeat(it) => exprs([&*it.expr, &*it.len], on),
        Expr::Return(it) => exprs(it.expr.as_deref(), on),
        Expr::Struct(it) => {
            arguments(&it.path, on);
            exprs(it.fields.iter().map(|field| &field.expr), on);
            exprs(it.rest.as_deref(), on);
        }
        Expr::Try(it) => on(Part::Expr(&it.expr)),
        Expr::TryBlock(it) => block(&it.block, on),
        Expr::Tuple(it) => exprs(&it.elems, on),
        Expr::Unary(it) => on(Part::Expr(&it.expr)),
        Expr::Unsafe(it) => block(&it.block, on),
        Expr::While(it) => {
            on(Part::Expr(&it.cond));
            block(&it.body, on);
        }
        Expr::Yield(it) => exprs(it.expr.as_deref(), on),
        other => on(Part::Tokens(other)),
    }
}

/// Visits the direct parts of a pattern. Names, constants and paths are none.
pub(crate) fn visit_pat<'e>(pat: &'e Pat, on: &mut dyn FnMut(Part<'e>)) {
    for inner in subpatterns(pat) {
        on(Part::Pat(inner));
    }
    match pat {
        Pat::Guard(it) => on(Part::Expr(&it.guard)),
        Pat::Macro(it) => on(Part::Macro(&it.mac)),
        Pat::Type(it) => on(Part::Tokens(&it.ty)),
        Pat::Verbatim(tokens) => on(Part::Tokens(tokens)),
        _ => {}
    }
}

fn exprs<'e>(exprs: impl IntoIterator<Item = &'e Expr>, on: &mut dyn FnMut(Part<'e>)) {
    exprs.into_iter().for_each(|expr| on(Part::Expr(expr)));
}

/// The generic arguments of a path.
fn arguments<'e>(path: &'e syn::Path, on: &mut dyn FnMut(Part<'e>)) {
    for segment in &path.segments {
        if !matches!(segment.arguments, PathArguments::None) {
            on(Part::Tokens(&segment.arguments));
        }
    }
}

fn block<'e>(it: &'e Block, on: &mut dyn FnMut(Part<'e>)) {
    for stmt in &it.stmts {
        match stmt {
            Stmt::Local(it) => {
                on(Part::Pat(&it.pat));
                if let Some(init) = &it.init {
                    on(Part::Expr(&init.expr));
                    exprs(init.diverge.as_ref().map(|(_, otherwise)| &**otherwise), on);
                }
            }
            Stmt::Expr(expr, _) => on(Part::Expr(expr)),
            Stmt::Item(item) => on(Part::Tokens(item)),
            Stmt::Macro(it) => on(Part::Macro(&it.mac)),
        }
    }
}
