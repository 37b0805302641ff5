//! Analyses of one node, found by walking it. Where many nodes of a body are asked about, [`Nodes`](super::Nodes) has the
//! answers.

use super::super::tree::{Names, Node};
use super::inner::Inner;
use super::kept::{self, Kept};
#[cfg(test)]
use super::open_types;
use super::summary::Reading;
use super::{names, purity, total};
#[cfg(test)]
use crate::syntax::Part;

/// Walks the nodes inside.
pub(super) struct Walk;

impl Inner for Walk {
    fn diverges(&self, node: &Node) -> bool {
        node.diverges()
    }

    fn returns_value(&self, node: &Node) -> bool {
        node.any(&|node| matches!(node, Node::Return(_, Some(_))))
    }

    fn is_safe(&self, node: &Node) -> bool {
        is_safe(node)
    }

    fn is_total(&self, node: &Node) -> bool {
        is_total(node)
    }
}

/// Whether a node may be evaluated although the body might not have reached it.
pub(crate) fn is_safe(node: &Node) -> bool {
    purity::is_safe(node, &Walk)
}

/// Whether evaluating a node cannot panic.
pub(crate) fn is_total(node: &Node) -> bool {
    total::is_total(node, &Walk)
}

/// The names in the kept part of a node that may be locals.
pub(crate) fn mentioned(node: &Node) -> Names {
    let mut names = Names::new();
    note_names(node, Reading::Passed, &mut names);
    names
}

/// The names in a node that may be locals.
pub(crate) fn mentioned_as_written(node: &Node) -> Names {
    let mut names = Names::new();
    note_names(node, Reading::Written, &mut names);
    names
}

fn note_names(node: &Node, reading: Reading, names: &mut Names) {
    kept::visit(node, reading, &Walk, &mut |kept| match kept {
        Kept::Node(node, reading) => note_names(node, reading, names),
        Kept::Part(part) => names::note(&part, names),
    });
}

/// Whether a part of a reading of a node has a property.
#[cfg(test)]
pub(super) fn any_part(node: &Node, reading: Reading, test: fn(&Part<'_>) -> bool) -> bool {
    let mut found = false;
    kept::visit(node, reading, &Walk, &mut |kept| {
        found = found
            || match kept {
                Kept::Node(node, reading) => any_part(node, reading, test),
                Kept::Part(part) => test(&part),
            };
    });
    found
}

/// Whether rustc infers the type of the kept part of a node from its use, as far as the tokens show.
#[cfg(test)]
pub(crate) fn has_open_type(node: &Node) -> bool {
    any_part(node, Reading::Passed, open_types::has_open_type)
}
