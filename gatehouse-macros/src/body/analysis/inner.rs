//! Analyses of a node by what is known of the nodes inside it.

use super::super::tree::Node;

/// What is known of the nodes inside the one that is analysed: found by walking them, or looked up.
pub(super) trait Inner {
    /// Whether control never reaches the end of the node.
    fn diverges(&self, node: &Node) -> bool;
    /// Whether a `return` with a value is inside.
    fn returns_value(&self, node: &Node) -> bool;
    /// Whether it may be evaluated although the body might not have reached it.
    fn is_safe(&self, node: &Node) -> bool;
    /// Whether evaluating it cannot panic.
    fn is_total(&self, node: &Node) -> bool;
}
