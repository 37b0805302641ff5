//! Where control leaves a node: `?`, `return`, `break` and `continue`.

use std::rc::Rc;

use syn::Expr;

use super::super::tree::{Block, Node, Stmt};
use super::inner::Inner;
use super::summary::{Jumps, Summary};

/// Whether control never reaches the end of the node.
pub(super) fn diverges(node: &Node, inner: &dyn Inner) -> bool {
    match node {
        Node::Return(..) => true,
        Node::If(it) => {
            let otherwise = it.otherwise.as_ref();
            block_diverges(&it.then, inner) && otherwise.is_some_and(|node| inner.diverges(node))
        }
        Node::Match(it) => it.arms.iter().all(|arm| inner.diverges(&arm.body)),
        Node::Block(None, block) => block_diverges(block, inner),
        Node::Compound(Expr::Paren(_), inside) => inner.diverges(&inside[0]),
        node => node.is_jump(),
    }
}

/// Whether control never reaches the end of the block.
pub(super) fn block_diverges(block: &Block, inner: &dyn Inner) -> bool {
    block.stmts.iter().any(|stmt| matches!(stmt, Stmt::Expr(node, _) if inner.diverges(node)))
}

/// The jumps inside a node whose target is outside.
pub(super) fn jumps(node: &Node, of: &dyn Fn(&Node) -> Rc<Summary>) -> Jumps {
    let mut jumps = Jumps::default();
    if node.is_jump() {
        match node.jump_label() {
            Some(label) => _ = jumps.labels.insert(label.to_string()),
            None => jumps.is_loose = true,
        }
    }
    for child in node.children() {
        let Jumps { is_loose, labels, far } = of(child).jumps.clone();
        jumps.is_loose |= is_loose;
        jumps.labels.extend(labels);
        jumps.far.extend(far);
    }
    if node.is_jumped_to() {
        jumps.is_loose &= !matches!(node, Node::Loop(_));
        if let Some(label) = node.label() {
            jumps.labels.remove(&label.to_string());
        }
        jumps.far.clone_from(&jumps.labels);
    }
    jumps
}
