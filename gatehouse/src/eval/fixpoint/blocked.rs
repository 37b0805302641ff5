//! Which nodes and resources are blocked: evaluated now, they would stop where they stopped before.

use super::node::{BlockedOn, Node, NodeState};
use crate::fact::MAX_DEPTH;

/// What each resource of an evaluation is blocked on.
pub(super) struct BlockedResources {
    /// By the number of the resource, as of the last time that its loads were registered.
    all: Vec<BlockedOn>,
    /// That of the resource whose loads are being registered.
    pub(super) current: BlockedOn,
}

impl Default for BlockedResources {
    fn default() -> Self {
        Self { all: Vec::new(), current: BlockedOn::Nothing }
    }
}

impl BlockedResources {
    /// Begins to register the loads of a resource.
    pub(super) fn begin(&mut self) {
        self.current = BlockedOn::Nothing;
    }

    /// The loads that resource number `resource` of `all` needs next are registered.
    pub(super) fn end(&mut self, resource: usize, all: usize) {
        if self.all.is_empty() {
            self.all.resize(all, BlockedOn::Other);
        }
        if let Some(blocked_on) = self.all.get_mut(resource) {
            *blocked_on = self.current;
        }
    }

    /// The node that alone blocks resource number `resource`.
    pub(super) fn node(&self, resource: usize) -> Option<usize> {
        match self.all.get(resource) {
            Some(BlockedOn::Node(node)) => Some(*node),
            _ => None,
        }
    }
}

/// Whether an evaluation of `node` in `pass`, above `stack_depth` frames, would only find that it is
/// pending; and, if it `is_registering`, all that it needs is registered.
///
/// Follows the chain of nodes that are blocked on one other node each. If its end is pending, so are
/// all of them.
pub(super) fn is_blocked(
    nodes: &mut [Node],
    node: usize,
    stack_depth: usize,
    pass: u64,
    is_registering: bool,
) -> bool {
    let (mut depth, mut last) = (stack_depth, node);
    while !nodes[last].is_pending(pass, is_registering) {
        let (NodeState::Idle, BlockedOn::Node(next)) = (nodes[last].state, nodes[last].blocked_on)
        else {
            return false;
        };
        // An evaluation would push a frame for each node. If there is no room for them, it would find
        // that they are too deep.
        if depth > MAX_DEPTH as usize {
            return false;
        }
        (last, depth) = (next, depth + 1);
    }
    let mut at = node;
    while at != last {
        nodes[at].set_pending(pass, is_registering);
        let BlockedOn::Node(next) = nodes[at].blocked_on else { break };
        at = next;
    }
    true
}
