//! The direct children of an expression that the compiler's tree has no variant for.

use syn::Expr;

/// The direct children of an expression without a variant of its own, in evaluation order. None of an expression with
/// statements, patterns or tokens inside.
pub(crate) fn children(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Array(it) => it.elems.iter().collect(),
        Expr::Assign(it) => vec![&*it.right, &*it.left],
        Expr::Binary(it) => vec![&*it.left, &*it.right],
        Expr::Break(it) => it.expr.iter().map(|value| &**value).collect(),
        Expr::Call(it) => {
            // The name of a called function is no child.
            let func = Some(&*it.func).filter(|func| !matches!(func, Expr::Path(_)));
            func.into_iter().chain(it.args.iter()).collect()
        }
        Expr::Cast(it) => vec![&*it.expr],
        Expr::Field(it) => vec![&*it.base],
        Expr::Group(it) => vec![&*it.expr],
        Expr::Index(it) => vec![&*it.expr, &*it.index],
        Expr::MethodCall(it) => std::iter::once(&*it.receiver).chain(it.args.iter()).collect(),
        Expr::Paren(it) => vec![&*it.expr],
        Expr::Range(it) => it.start.iter().chain(it.end.iter()).map(|end| &**end).collect(),
        Expr::Reference(it) => vec![&*it.expr],
        Expr::Repeat(it) => vec![&*it.expr],
        Expr::Struct(it) => {
            let fields = it.fields.iter().map(|field| &field.expr);
            fields.chain(it.rest.iter().map(|rest| &**rest)).collect()
        }
        Expr::Tuple(it) => it.elems.iter().collect(),
        Expr::Unary(it) => vec![&*it.expr],
        _ => Vec::new(),
    }
}

/// [`children`], to be replaced.
pub(crate) fn children_mut(expr: &mut Expr) -> Vec<&mut Expr> {
    match expr {
        Expr::Array(it) => it.elems.iter_mut().collect(),
        Expr::Assign(it) => vec![&mut *it.right, &mut *it.left],
        Expr::Binary(it) => vec![&mut *it.left, &mut *it.right],
        Expr::Break(it) => it.expr.iter_mut().map(|value| &mut **value).collect(),
        Expr::Call(it) => {
            // The name of a called function is no child.
            let func = Some(&mut *it.func).filter(|func| !matches!(func, Expr::Path(_)));
            func.into_iter().chain(it.args.iter_mut()).collect()
        }
        Expr::Cast(it) => vec![&mut *it.expr],
        Expr::Field(it) => vec![&mut *it.base],
        Expr::Group(it) => vec![&mut *it.expr],
        Expr::Index(it) => vec![&mut *it.expr, &mut *it.index],
        Expr::MethodCall(it) => {
            std::iter::once(&mut *it.receiver).chain(it.args.iter_mut()).collect()
        }
        Expr::Paren(it) => vec![&mut *it.expr],
        Expr::Range(it) => {
            it.start.iter_mut().chain(it.end.iter_mut()).map(|end| &mut **end).collect()
        }
        Expr::Reference(it) => vec![&mut *it.expr],
        Expr::Repeat(it) => vec![&mut *it.expr],
        Expr::Struct(it) => {
            let fields = it.fields.iter_mut().map(|field| &mut field.expr);
            fields.chain(it.rest.iter_mut().map(|rest| &mut **rest)).collect()
        }
        Expr::Tuple(it) => it.elems.iter_mut().collect(),
        Expr::Unary(it) => vec![&mut *it.expr],
        _ => Vec::new(),
    }
}
