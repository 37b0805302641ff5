//! The attributes of expressions and patterns.
//!
//! An expression that is emitted unchanged keeps its attributes, and rustc honours them. An expression that
//! is taken apart or moved loses them, or they are an error: a `cfg` that is dropped, or that removes
//! something else, changes the meaning of a rule.

use syn::{Attribute, Expr, Pat};

use crate::syntax::subpatterns;

/// The attributes on an expression itself, and the inner ones at its beginning: `#![…]`.
pub(super) fn of_expr(expr: &Expr) -> &[Attribute] {
    match expr {
        Expr::Array(syn::ExprArray { attrs, .. })
        | Expr::Assign(syn::ExprAssign { attrs, .. })
        | Expr::Async(syn::ExprAsync { attrs, .. })
        | Expr::Await(syn::ExprAwait { attrs, .. })
        | Expr::Binary(syn::ExprBinary { attrs, .. })
        | Expr::Block(syn::ExprBlock { attrs, .. })
        | Expr::Break(syn::ExprBreak { attrs, .. })
        | Expr::Call(syn::ExprCall { attrs, .. })
        | Expr::Cast(syn::ExprCast { attrs, .. })
        | Expr::Closure(syn::ExprClosure { attrs, .. })
        | Expr::Const(syn::ExprConst { attrs, .. })
        | Expr::Continue(syn::ExprContinue { attrs, .. })
        | Expr::Field(syn::ExprField { attrs, .. })
        | Expr::ForLoop(syn::ExprForLoop { attrs, .. })
        | Expr::Group(syn::ExprGroup { attrs, .. })
        | Expr::If(syn::ExprIf { attrs, .. })
        | Expr::Index(syn::ExprIndex { attrs, .. })
        | Expr::Infer(syn::ExprInfer { attrs, .. })
        | Expr::Let(syn::ExprLet { attrs, .. })
        | Expr::Lit(syn::ExprLit { attrs, .. })
        | Expr::Loop(syn::ExprLoop { attrs, .. })
        | Expr::Macro(syn::ExprMacro { attrs, .. })
        | Expr::Match(syn::ExprMatch { attrs, .. })
        | Expr::MethodCall(syn::ExprMethodCall { attrs, .. })
        | Expr::Paren(syn::ExprParen { attrs, .. })
        | Expr::Path(syn::ExprPath { attrs, .. })
        | Expr::Range(syn::ExprRange { attrs, .. })
        | Expr::RawAddr(syn::ExprRawAddr { attrs, .. })
        | Expr::Reference(syn::ExprReference { attrs, .. })
        | Expr::Repeat(syn::ExprRepeat { attrs, .. })
        | Expr::Return(syn::ExprReturn { attrs, .. })
        | Expr::Struct(syn::ExprStruct { attrs, .. })
        | Expr::Try(syn::ExprTry { attrs, .. })
        | Expr::TryBlock(syn::ExprTryBlock { attrs, .. })
        | Expr::Tuple(syn::ExprTuple { attrs, .. })
        | Expr::Unary(syn::ExprUnary { attrs, .. })
        | Expr::Unsafe(syn::ExprUnsafe { attrs, .. })
        | Expr::While(syn::ExprWhile { attrs, .. })
        | Expr::Yield(syn::ExprYield { attrs, .. }) => attrs,
        _ => &[],
    }
}

/// The attributes that an expression loses, or that change their meaning, when it is moved: its own, those of its first
/// part (in `#[cfg(…)] a == b` they belong to `a`), and those inside parentheses, which the compiler removes.
pub(crate) fn at_its_place(expr: &Expr) -> Vec<&Attribute> {
    let begins_with = match expr {
        Expr::Assign(it) => Some(&it.left),
        Expr::Await(it) => Some(&it.base),
        Expr::Binary(it) => Some(&it.left),
        Expr::Break(it) => it.expr.as_ref(),
        Expr::Call(it) => Some(&it.func),
        Expr::Cast(it) => Some(&it.expr),
        Expr::Field(it) => Some(&it.base),
        Expr::Group(it) => Some(&it.expr),
        Expr::Index(it) => Some(&it.expr),
        Expr::MethodCall(it) => Some(&it.receiver),
        Expr::Paren(it) => Some(&it.expr),
        Expr::Range(it) => it.start.as_ref(),
        Expr::Try(it) => Some(&it.expr),
        _ => None,
    };
    let inner = begins_with.map(|inner| at_its_place(inner)).unwrap_or_default();
    of_expr(expr).iter().chain(inner).collect()
}

/// The attributes in a pattern at any depth: only fields have any.
pub(crate) fn of_pat(pat: &Pat) -> Vec<&Attribute> {
    let own = match pat {
        Pat::Struct(it) => {
            let rest = it.rest.iter().flat_map(|rest| &rest.attrs);
            it.fields.iter().flat_map(|field| &field.attrs).chain(rest).collect()
        }
        _ => Vec::new(),
    };
    own.into_iter().chain(subpatterns(pat).into_iter().flat_map(of_pat)).collect()
}

/// Whether an attribute sets lint levels.
pub(crate) fn is_lint(attr: &Attribute) -> bool {
    ["allow", "expect", "warn", "deny", "forbid"].iter().any(|name| attr.path().is_ident(name))
}

/// `#[rustfmt::skip]` and similar attributes, which have no meaning for the compiler.
pub(crate) fn is_for_tools(attr: &Attribute) -> bool {
    attr.path().segments.first().is_some_and(|first| first.ident == "rustfmt")
}
