//! The analyses of one body, made once.

use std::ops::Deref;

use super::super::tree::Body;
use super::conditions::Conditions;
use super::expected::Expectations;
use super::nodes::Nodes;
use super::ordering::Ordering;

/// A body, with what its tokens tell about it.
pub(crate) struct Analysis<'b> {
    pub(crate) body: &'b Body,
    /// What its nodes tell.
    pub(crate) nodes: Nodes<'b>,
    /// The kinds of values that its loads are expected to have.
    pub(crate) expectations: Expectations,
    /// The places where it orders fact values.
    pub(crate) ordering: Ordering,
    /// The conditions that it reports.
    pub(crate) conditions: Conditions,
}

impl<'b> Analysis<'b> {
    pub(crate) fn of(body: &'b Body) -> Self {
        let nodes = Nodes::of(&body.block);
        let expectations = Expectations::of(&body.block, body.gives_bool);
        let ordering = Ordering::of(body, &nodes);
        let conditions = Conditions::of(body, &nodes);
        Self { body, nodes, expectations, ordering, conditions }
    }
}

impl Deref for Analysis<'_> {
    type Target = Body;

    fn deref(&self) -> &Body {
        self.body
    }
}
