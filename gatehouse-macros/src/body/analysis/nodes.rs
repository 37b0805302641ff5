//! What the tokens of each node of a body tell about it: one pass, from the leaves up.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;

use super::super::tree::{Block, Names, Node};
use super::changes::{changed_by_looks, uses_unknown_macro};
use super::exits::{diverges, jumps};
use super::inner::Inner;
use super::kept::{self, Kept};
use super::load_set::LoadSet;
use super::open_types::has_open_type;
use super::passed::{loads, passed_loads};
use super::summary::{PerReading, Reading, Summary};
use super::{names, purity, total};
use crate::syntax::Part;

/// The summaries of the nodes of a body.
///
/// A node is known by its address: the table borrows the tree, so no node moves while the table lives.
pub(crate) struct Nodes<'b> {
    summaries: HashMap<*const Node, Rc<Summary>>,
    tree: PhantomData<&'b Block>,
}

impl<'b> Nodes<'b> {
    /// Summarises the nodes of a block.
    pub(crate) fn of(block: &'b Block) -> Self {
        let mut nodes = Self::none();
        for node in block.nodes() {
            nodes.add(node);
        }
        nodes
    }

    /// No summaries: each node is summarised when it is asked about.
    pub(crate) fn none() -> Self {
        Self { summaries: HashMap::new(), tree: PhantomData }
    }

    /// The summary of a node. One that is not in the block is summarised anew.
    pub(crate) fn get(&self, node: &Node) -> Rc<Summary> {
        if let Some(summary) = self.summaries.get(&std::ptr::from_ref(node)) {
            return Rc::clone(summary);
        }
        Nodes::none().add(node)
    }

    /// The loads inside a block.
    pub(crate) fn loads_in(&self, block: &Block) -> LoadSet {
        let mut loads = LoadSet::default();
        block.nodes().for_each(|node| loads.append(self.get(node).loads.clone()));
        loads
    }

    /// The names in the kept part of a node that may be locals.
    pub(crate) fn mentioned(&self, node: &Node) -> Rc<Names> {
        self.names(node, Reading::Passed)
    }

    /// The names in a node that may be locals.
    pub(crate) fn mentioned_as_written(&self, node: &Node) -> Rc<Names> {
        self.names(node, Reading::Written)
    }

    /// The names among `mutable` that evaluating a node may change.
    pub(crate) fn changed(&self, node: &Node, mutable: &Names) -> Names {
        if self.get(node).may_change_all {
            return mutable.clone();
        }
        changed_by_looks(node, &self.mentioned_as_written(node), mutable)
    }

    fn add(&mut self, node: &Node) -> Rc<Summary> {
        for child in node.children() {
            self.add(child);
        }
        let summary = Rc::new(self.summarised(node));
        self.summaries.insert(node, Rc::clone(&summary));
        summary
    }

    /// Summarises a node whose children are summarised.
    fn summarised(&self, node: &Node) -> Summary {
        let of = &|node: &Node| self.get(node);
        let any = |test: &dyn Fn(&Summary) -> bool| {
            node.children().into_iter().any(|child| test(&self.get(child)))
        };
        let diverges = diverges(node, self);
        Summary {
            loads: loads(node, of),
            passed_loads: if diverges { LoadSet::default() } else { passed_loads(node, self, of) },
            diverges,
            exits: matches!(node, Node::Try(..) | Node::Return(..)) || any(&|inner| inner.exits),
            returns_value: matches!(node, Node::Return(_, Some(_)))
                || any(&|inner| inner.returns_value),
            jumps: jumps(node, of),
            names: PerReading::default(),
            has_open_type: per_reading(node, |reading| {
                self.any_part(node, reading, has_open_type, &|inner, reading| {
                    *inner.has_open_type.get(reading)
                })
            }),
            may_change_all: self.any_part(
                node,
                Reading::Written,
                uses_unknown_macro,
                &|inner, _| inner.may_change_all,
            ),
            is_safe: purity::is_safe(node, self),
            is_total: total::is_total(node, self),
        }
    }

    fn names(&self, node: &Node, reading: Reading) -> Rc<Names> {
        // Where nothing is inside, all readings are alike.
        let reading = if is_leaf(node) { Reading::Written } else { reading };
        let summary = self.get(node);
        let names = summary.names.get(reading).get_or_init(|| self.collected(node, reading));
        Rc::clone(names)
    }

    /// The names in a reading of a node. They are shared with a node inside that has all of them.
    fn collected(&self, node: &Node, reading: Reading) -> Rc<Names> {
        let (mut own, mut inner) = (Names::new(), Vec::new());
        kept::visit(node, reading, self, &mut |kept| match kept {
            Kept::Node(node, reading) => inner.push(self.names(node, reading)),
            Kept::Part(part) => names::note(&part, &mut own),
        });
        let Some(most) = inner.iter().max_by_key(|names| names.len()) else {
            return Rc::new(own);
        };
        if own.is_subset(most) && inner.iter().all(|names| names.is_subset(most)) {
            return Rc::clone(most);
        }
        own.extend(inner.iter().flat_map(|names| names.iter().cloned()));
        Rc::new(own)
    }

    /// Whether a part of a reading of a node has a property, or a node inside.
    fn any_part(
        &self,
        node: &Node,
        reading: Reading,
        of_part: fn(&Part<'_>) -> bool,
        of_node: &dyn Fn(&Summary, Reading) -> bool,
    ) -> bool {
        let mut found = false;
        kept::visit(node, reading, self, &mut |kept| {
            found = found
                || match kept {
                    Kept::Node(node, reading) => of_node(&self.get(node), reading),
                    Kept::Part(part) => of_part(&part),
                };
        });
        found
    }
}

/// Whether nothing is left out of any reading.
fn is_leaf(node: &Node) -> bool {
    !node.is_jump() && node.children().is_empty()
}

/// What `make` makes of each reading.
fn per_reading(node: &Node, make: impl Fn(Reading) -> bool) -> PerReading<bool> {
    if is_leaf(node) {
        let all = make(Reading::Written);
        return PerReading { written: all, passed: all, passed_in_jump: all };
    }
    PerReading::of(make)
}

impl Inner for Nodes<'_> {
    fn diverges(&self, node: &Node) -> bool {
        self.get(node).diverges
    }

    fn returns_value(&self, node: &Node) -> bool {
        self.get(node).returns_value
    }

    fn is_safe(&self, node: &Node) -> bool {
        self.get(node).is_safe
    }

    fn is_total(&self, node: &Node) -> bool {
        self.get(node).is_total
    }
}
