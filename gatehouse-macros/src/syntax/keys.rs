//! Expressions that are keys of facts, as far as their names tell.

use syn::{Expr, Path, Type};

use super::names::{bare, is_capitalised};

/// Whether a call names a function `name`, by its last segment.
pub(crate) fn is_called(call: &syn::ExprCall, name: &str) -> bool {
    match &*call.func {
        Expr::Path(it) => it.path.segments.last().is_some_and(|last| last.ident == name),
        _ => false,
    }
}

/// The path of a call that can be a fact: `Fact(…)`, `module::Fact(…)`.
pub(crate) fn fact_path(func: &Expr) -> Option<Path> {
    match bare(func) {
        Expr::Path(it) if it.qself.is_none() => Some(without_arguments(it.path.clone())),
        _ => None,
    }
}

/// A path without its generic arguments.
pub(crate) fn without_arguments(mut path: Path) -> Path {
    for segment in &mut path.segments {
        segment.arguments = syn::PathArguments::None;
    }
    path
}

/// The fact in `any::<Fact>`.
pub(crate) fn turbofish(func: &Expr) -> Option<Path> {
    let Expr::Path(it) = func else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &it.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.first()? {
        syn::GenericArgument::Type(Type::Path(ty)) => Some(ty.path.clone()),
        _ => None,
    }
}

/// The fact of the keys of an iterator: the first fact that a closure, an array or `once` makes a key of.
pub(crate) fn fact_of_keys(keys: &Expr) -> Option<Path> {
    match bare(keys) {
        Expr::Call(call) => {
            constructor(&call.func).or_else(|| call.args.iter().find_map(fact_of_keys))
        }
        Expr::Struct(it) => Some(it.path.clone()),
        // `.map(Fact)`
        Expr::MethodCall(it) if it.method == "map" && is_fact(it.args.first()) => {
            it.args.first().and_then(fact_path)
        }
        Expr::MethodCall(it) => {
            it.args.iter().rev().find_map(fact_of_keys).or_else(|| fact_of_keys(&it.receiver))
        }
        Expr::Closure(it) => fact_of_keys(&it.body),
        Expr::Block(it) => match it.block.stmts.last()? {
            syn::Stmt::Expr(tail, None) => fact_of_keys(tail),
            _ => None,
        },
        Expr::Array(it) => it.elems.iter().find_map(fact_of_keys),
        Expr::Reference(it) => fact_of_keys(&it.expr),
        _ => None,
    }
}

/// Whether an expression names a fact's constructor.
pub(crate) fn is_fact(expr: Option<&Expr>) -> bool {
    expr.and_then(constructor).is_some()
}

/// The fact whose constructor an expression names, where keys are made.
fn constructor(expr: &Expr) -> Option<Path> {
    fact_path(expr).filter(|path| is_capitalised(path) && !path.is_ident("Some"))
}

/// The fact whose key an expression is, if it is a call, as far as the name shows.
pub(crate) fn key_of_fact(expr: &Expr) -> Option<Path> {
    let Expr::Call(call) = bare(expr) else { return None };
    fact_path(&call.func).filter(|path| is_capitalised(path) && !is_of_prelude(path))
}

/// `Some`, `Option::Some` and similar constructors, which make no key.
pub(crate) fn is_of_prelude(path: &Path) -> bool {
    let last = path.segments.last();
    ["Some", "None", "Ok", "Err"].iter().any(|name| last.is_some_and(|last| last.ident == name))
}
