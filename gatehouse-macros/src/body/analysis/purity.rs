//! The expressions that may run early: they have no effect and cannot panic.

use syn::Expr;

use super::super::tree::{Block, Node, Stmt};
use super::exits::{block_diverges, diverges};
use super::inner::Inner;
use super::methods::{is_adaptor, is_getter};
use super::total::is_total_shape;
use crate::syntax::{MatchesArguments, children, is_comparison};

/// Whether a node may be evaluated although the body might not have reached it: it has no effect and cannot panic. Such
/// are paths, fields, literals, `&`, `*`, constructors, getters without arguments, comparisons, boolean operators, control
/// flow, and the methods of options, strings and iterators that cannot panic. For a load, its key decides.
pub(super) fn is_safe(node: &Node, inner: &dyn Inner) -> bool {
    let is_safe = |node: &Node| inner.is_safe(node);
    match node {
        // It ends the slice, so its value is not evaluated.
        node if diverges(node, inner) => true,
        Node::Plain(expr) => is_safe_expr(expr),
        // Where the operands are closures, `return` evaluates its value.
        Node::Logic(logic) => {
            let mut sides = [&logic.left, &logic.right].into_iter();
            sides.all(|side| is_safe(side) && !inner.returns_value(side))
        }
        // The `?` of an option is a condition, which the slice keeps.
        Node::Try(node, _) => is_safe(node),
        Node::Return(..) => true,
        Node::Let(_, value) => is_safe(value),
        Node::Matches(arm, scrutinee) => {
            is_safe(scrutinee) && arm.guard.as_ref().is_none_or(is_safe)
        }
        Node::Compound(expr, children) => is_safe_shape(expr) && children.iter().all(is_safe),
        Node::If(it) => {
            is_safe(&it.condition)
                && is_safe_block(&it.then, inner)
                && it.otherwise.as_ref().is_none_or(is_safe)
        }
        Node::Block(label, block) => label.is_none() && is_safe_block(block, inner),
        Node::Match(it) => {
            let is_safe_arm =
                |(guard, body): (Option<&Node>, &Node)| guard.is_none_or(is_safe) && is_safe(body);
            let mut arms = it.arms.iter().map(|arm| (arm.guard.as_ref(), &arm.body));
            is_safe(&it.scrutinee) && arms.all(is_safe_arm)
        }
        Node::Load(_, _, key) => is_safe(key),
        Node::Loop(_) => false,
    }
}

fn is_safe_block(block: &Block, inner: &dyn Inner) -> bool {
    let is_safe = |stmt: &Stmt| match stmt {
        Stmt::Macro(_) => false,
        stmt => stmt.passed_nodes().into_iter().all(|node| inner.is_safe(node)),
    };
    block_diverges(block, inner) || block.stmts.iter().all(is_safe)
}

/// Whether `expr` itself, apart from its children, is safe: it cannot panic, or by convention never does.
fn is_safe_shape(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(it) => is_comparison(&it.op) || is_total_shape(expr),
        Expr::MethodCall(it) => is_getter(it) || is_adaptor(it),
        Expr::Macro(it) => it.mac.path.is_ident("matches"),
        Expr::Closure(it) => is_safe_expr(&it.body),
        expr => is_total_shape(expr),
    }
}

fn is_safe_expr(expr: &Expr) -> bool {
    is_safe_shape(expr)
        && children(expr).into_iter().all(is_safe_expr)
        && match expr {
            Expr::Macro(it) => are_safe_arguments(&it.mac),
            _ => true,
        }
}

/// Whether the arguments of a `matches!` are free of calls with arguments, indexing and arithmetic, as far as they show.
fn are_safe_arguments(it: &syn::Macro) -> bool {
    match MatchesArguments::read(it) {
        Ok(it) => is_safe_expr(&it.scrutinee) && it.guard.as_ref().is_none_or(is_safe_expr),
        Err(_) => false,
    }
}
