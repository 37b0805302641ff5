//! The loads inside a node, and those that are answered behind it.

use std::ops::Range;
use std::rc::Rc;

use super::super::tree::{Block, Node, Stmt};
use super::exits::block_diverges;
use super::inner::Inner;
use super::load_set::LoadSet;
use super::summary::Summary;

/// The summaries of the nodes inside.
type Of<'s> = dyn Fn(&Node) -> Rc<Summary> + 's;

/// The loads inside.
pub(super) fn loads(node: &Node, of: &Of<'_>) -> Range<usize> {
    let of_children = node.children().into_iter().map(|child| of(child).loads.clone());
    let own = if let Node::Load(id, _, _) = node { id.0..id.0 + 1 } else { 0..0 };
    let loads = of_children.chain([own]).filter(|range| !range.is_empty());
    loads.reduce(|all, range| all.start.min(range.start)..all.end.max(range.end)).unwrap_or(0..0)
}

/// The loads that are answered once control has reached the end of the node, which does not diverge.
pub(super) fn passed_loads(node: &Node, inner: &dyn Inner, of: &Of<'_>) -> LoadSet {
    let mut loads = LoadSet::default();
    match node {
        Node::If(it) => {
            loads.append_set(&of(&it.condition).passed_loads);
            in_block(&it.then, inner, of, &mut loads);
            it.otherwise.iter().for_each(|node| loads.append_set(&of(node).passed_loads));
        }
        Node::Block(None, block) => in_block(block, inner, of, &mut loads),
        // An exit of a loop or a labelled block need not exit the node.
        node if node.is_jumped_to() => {
            node.children().into_iter().for_each(|child| loads.append(of(child).loads.clone()));
        }
        node => {
            for child in node.children() {
                loads.append_set(&of(child).passed_loads);
            }
            if let Node::Load(id, _, _) = node {
                loads.append(id.0..id.0 + 1);
            }
        }
    }
    loads
}

fn in_block(block: &Block, inner: &dyn Inner, of: &Of<'_>, loads: &mut LoadSet) {
    if !block_diverges(block, inner) {
        for node in block.stmts.iter().flat_map(Stmt::passed_nodes) {
            loads.append_set(&of(node).passed_loads);
        }
    }
}
