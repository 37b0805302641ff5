//! The functions and methods that order their operands, by name. Their types decide whether an operand may
//! be missing.

use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, Ident};

use crate::syntax::{bare, is_ordering};

/// Methods that compare their receiver with their argument.
const OF_BOTH: [&str; 9] = ["clamp", "cmp", "ge", "gt", "le", "lt", "max", "min", "partial_cmp"];

/// Methods that order the elements of their receiver.
const OF_ITEMS: [&str; 12] = [
    "binary_search",
    "is_sorted",
    "k_largest",
    "k_smallest",
    "minmax",
    "position_max",
    "position_min",
    "select_nth_unstable",
    "sort",
    "sort_unstable",
    "sorted",
    "sorted_unstable",
];

/// The first parts of the names of methods that order by the result of a closure: `…_by_key`, `…_by_cached_key`.
const BY_KEY: [&str; 7] =
    ["binary_search", "is_sorted", "max", "min", "position_m", "select_nth", "sort"];

/// Whether an expression may order its operands, or their elements.
pub(super) fn may_order(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(it) => is_ordering(&it.op),
        Expr::MethodCall(it) => {
            it.method == "contains"
                || orders(&it.method)
                || orders_by_key(&it.method)
                || is_given_order(it)
        }
        Expr::Call(it) => match &*it.func {
            Expr::Path(path) => {
                let last = path.path.segments.last();
                is_order(path)
                    || is_function_given_order(it)
                    || last.is_some_and(|last| orders_by_key(&last.ident))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Whether a method, or a function of its name, orders.
pub(super) fn orders(name: &Ident) -> bool {
    orders_both(name) || OF_ITEMS.iter().any(|it| name == it)
}

/// Whether a method compares its receiver with an argument of the same type.
pub(super) fn orders_both(name: &Ident) -> bool {
    OF_BOTH.iter().any(|it| name == it)
}

/// Whether a method orders the results of its closure.
pub(super) fn orders_by_key(name: &Ident) -> bool {
    let name = name.to_string();
    let by_key = name.ends_with("_by_key") || name.ends_with("_by_cached_key");
    by_key && BY_KEY.iter().any(|start| name.starts_with(start))
}

/// Whether a method that orders takes its receiver by `&mut`.
pub(super) fn changes_receiver(name: &Ident) -> bool {
    let name = name.to_string();
    name == "sort" || name.starts_with("sort_") || name.starts_with("select_nth")
}

/// Whether a path names a function that orders its arguments: `Ord::cmp`, `u32::max`, an imported `max`,
/// `RangeBounds::contains`.
pub(super) fn is_order(path: &ExprPath) -> bool {
    let Some(last) = path.path.segments.last() else { return false };
    if last.ident == "contains" {
        let of = path.path.segments.iter().rev().nth(1);
        return of.is_some_and(|of| of.ident.to_string().starts_with("Range"));
    }
    let is_imported = path.path.segments.len() == 1 && path.qself.is_none();
    orders(&last.ident) && (!is_imported || last.ident == "max" || last.ident == "min")
}

/// Whether the last argument of a function gives the order: `min_by(a, b, Ord::cmp)`.
pub(super) fn is_function_given_order(call: &ExprCall) -> bool {
    matches!(call.args.last().map(bare), Some(Expr::Path(path)) if is_order(path))
}

/// Whether an argument gives the order: `reduce(Ord::max)`, `min_by(Ord::cmp)`.
pub(super) fn is_given_order(call: &ExprMethodCall) -> bool {
    call.args.iter().any(|it| matches!(bare(it), Expr::Path(path) if is_order(path)))
}
