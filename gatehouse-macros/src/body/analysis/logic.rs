//! Three-valued operators, and the expressions that are known to be a `bool`.

use syn::{Expr, UnOp};

use super::nodes::Nodes;
use crate::body::tree::{Body, Logic, Node};
use crate::syntax::bare;
use crate::syntax::is_comparison;

/// The three-valued operator of a node, inside parentheses or not.
pub(crate) fn three_valued<'n>(
    node: &'n Node,
    body: &Body,
    nodes: &Nodes<'_>,
) -> Option<&'n Logic> {
    match node {
        Node::Logic(it) if is_three_valued(it, body, nodes) => Some(it),
        Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
            three_valued(&inside[0], body, nodes)
        }
        _ => None,
    }
}

/// Whether the right side is still evaluated if the left one fails.
///
/// It is not if the left side can exit the policy: had its fact been loaded, the policy might have ended there, so a
/// result that holds whatever the *value* of the left side proves nothing. Nor is it if the right side has no value
/// because it exits, if a `let` in a condition binds a name that it uses, if a side jumps, or if a side returns
/// something else than a `bool`. That neither side changes anything is checked by the library (`private::Operand`): no
/// token shows it.
pub(crate) fn is_three_valued(it: &Logic, body: &Body, nodes: &Nodes<'_>) -> bool {
    let (left, right) = (nodes.get(&it.left), nodes.get(&it.right));
    let returns = |node: &Node| matches!(node, Node::Return(..));
    left.has_loads()
        && !left.leaves()
        && !right.diverges
        && !right.jumps_out()
        && !binds_names(&it.left)
        && !binds_names(&it.right)
        && (body.gives_bool || !it.right.any(&returns))
}

/// Whether an operand binds names for the code after it.
fn binds_names(node: &Node) -> bool {
    match node {
        Node::Let(..) => true,
        Node::Logic(it) => binds_names(&it.left) || binds_names(&it.right),
        _ => false,
    }
}

/// Whether the tokens show that a node is a `bool`, wherever it stands. `!x` is a `bool` only if `x` is: on an integer
/// it is bitwise not.
pub(crate) fn is_surely_bool(node: &Node) -> bool {
    match node {
        Node::Logic(_) | Node::Matches(..) => true,
        Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => is_surely_bool(&inside[0]),
        Node::Compound(Expr::Unary(it), inside) if matches!(it.op, UnOp::Not(_)) => {
            is_surely_bool(&inside[0])
        }
        Node::Plain(expr) | Node::Compound(expr, _) => is_surely_bool_expr(expr),
        _ => false,
    }
}

/// [`is_surely_bool`] for an expression without loads.
pub(crate) fn is_surely_bool_expr(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Binary(it) => is_comparison(&it.op),
        Expr::Macro(it) => it.mac.path.is_ident("matches"),
        Expr::Unary(it) => matches!(it.op, UnOp::Not(_)) && is_surely_bool_expr(&it.expr),
        _ => false,
    }
}

/// Whether a node is a `matches!`, or its negation.
pub(crate) fn rests_on_matches(node: &Node) -> bool {
    fn rests(expr: &Expr) -> bool {
        match bare(expr) {
            Expr::Macro(it) => it.mac.path.is_ident("matches"),
            Expr::Unary(it) => matches!(it.op, UnOp::Not(_)) && rests(&it.expr),
            _ => false,
        }
    }
    match node {
        Node::Matches(..) => true,
        Node::Plain(expr) => rests(expr),
        Node::Compound(Expr::Paren(_) | Expr::Group(_) | Expr::Unary(_), inside) => {
            rests_on_matches(&inside[0])
        }
        _ => false,
    }
}
