//! Expressions that are names.

use syn::{Expr, Path};

use crate::text;

/// The expression inside parentheses and invisible groups.
pub(crate) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(it) => bare(&it.expr),
        Expr::Group(it) => bare(&it.expr),
        expr => expr,
    }
}

/// The name, if an expression is only a name.
pub(crate) fn only_name(expr: &Expr) -> Option<String> {
    let Expr::Path(it) = bare(expr) else { return None };
    it.path.get_ident().map(ToString::to_string)
}

/// Whether the last segment of a path is written like a type.
pub(crate) fn is_capitalised(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| text::is_type_name(&last.ident))
}
