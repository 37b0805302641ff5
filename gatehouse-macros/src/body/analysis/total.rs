//! The expressions that cannot panic, as far as their tokens tell.
//!
//! Code that a body may not have reached runs early, and after a failed operand. A panic in it is caught and
//! ignored. Where a panic ends the process, only code that is total by its tokens is run. The library makes
//! that choice, because no macro sees how the user's crate is built.

use syn::{BinOp, Expr, UnOp};

use super::super::tree::{Block, Node, Stmt};
use super::inner::Inner;
use crate::syntax::{MatchesArguments, bare, children, is_capitalised};

/// Whether evaluating a node cannot panic: paths, fields, literals, `&`, `*`, constructors, casts, boolean operators and
/// control flow. Getters, operators and comparisons run code of the user's; a `.` or a `*` may, too, but no token shows
/// it. For a load, its key decides.
pub(super) fn is_total(node: &Node, inner: &dyn Inner) -> bool {
    let is_total = |node: &Node| inner.is_total(node);
    match node {
        Node::Plain(expr) => is_total_expr(expr),
        Node::Compound(expr, children) => is_total_shape(expr) && children.iter().all(is_total),
        Node::Block(_, block) => is_total_block(block, inner),
        Node::If(it) => {
            is_total(&it.condition)
                && is_total_block(&it.then, inner)
                && it.otherwise.as_ref().is_none_or(is_total)
        }
        // It may not terminate.
        Node::Loop(_) => false,
        node => node.children().into_iter().all(is_total),
    }
}

fn is_total_block(block: &Block, inner: &dyn Inner) -> bool {
    let is_total_stmt = |stmt: &Stmt| match stmt {
        Stmt::Macro(_) => false,
        stmt => stmt.nodes().into_iter().all(|node| inner.is_total(node)),
    };
    block.stmts.iter().all(is_total_stmt)
}

fn is_total_expr(expr: &Expr) -> bool {
    if let Expr::Macro(it) = expr {
        return it.mac.path.is_ident("matches")
            && syn::parse2::<MatchesArguments>(it.mac.tokens.clone()).is_ok_and(|it| {
                is_total_expr(&it.scrutinee) && it.guard.as_ref().is_none_or(is_total_expr)
            });
    }
    is_total_shape(expr) && children(expr).into_iter().all(is_total_expr)
}

/// Whether `expr` itself, apart from its children, cannot panic.
pub(super) fn is_total_shape(expr: &Expr) -> bool {
    match expr {
        Expr::Array(_)
        | Expr::Break(_)
        | Expr::Cast(_)
        | Expr::Continue(_)
        | Expr::Field(_)
        | Expr::Group(_)
        | Expr::Lit(_)
        | Expr::Paren(_)
        | Expr::Path(_)
        | Expr::Range(_)
        | Expr::Struct(_)
        | Expr::Tuple(_) => true,
        Expr::Reference(it) => it.mutability.is_none(),
        Expr::Unary(it) => match it.op {
            UnOp::Not(_) | UnOp::Deref(_) => true,
            // Negating a variable can overflow, negating a literal cannot.
            UnOp::Neg(_) => matches!(bare(&it.expr), Expr::Lit(_)),
            _ => false,
        },
        Expr::Binary(it) => matches!(it.op, BinOp::And(_) | BinOp::Or(_)),
        Expr::Call(it) => matches!(&*it.func, Expr::Path(func) if is_capitalised(&func.path)),
        _ => false,
    }
}
