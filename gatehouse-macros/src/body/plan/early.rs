//! The early requests of a body as a tree: slices with the same beginning share it.
//!
//! The code of the tree grows with the body, and not with (loads × the longest path to one).

use super::known::{KnownCondition, KnownConditions, KnownId};
use super::paths::{Paths, StepId};
use super::slice::Slice;
use crate::body::analysis::Analysis;
use crate::body::tree::LoadId;

/// The early requests of a body.
pub(crate) struct Early<'b> {
    /// The conditions that are evaluated first.
    pub(crate) known: Vec<KnownCondition<'b>>,
    /// The requests, each at the end of its branch.
    pub(crate) branches: Vec<Branch>,
    pub(crate) paths: Paths<'b>,
}

/// A part of one or more slices, with all that follows it in them.
pub(crate) struct Branch {
    pub(crate) part: Part,
    pub(crate) inside: Vec<Branch>,
}

/// A part of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Step(StepId),
    /// The rest never runs if the condition is known to have the value.
    Unless(KnownId, bool),
    /// The end: the load is requested.
    Request(LoadId),
}

impl<'b> Early<'b> {
    /// The tree of `slices`, which are of these loads.
    pub(super) fn new(
        slices: impl IntoIterator<Item = (LoadId, Slice)>,
        paths: Paths<'b>,
        body: &Analysis<'_>,
    ) -> Self {
        let (mut known, mut branches) = (KnownConditions::default(), Vec::new());
        for (load, slice) in slices {
            let part = |(id, is_kept)| {
                if is_kept {
                    return Some(Part::Step(id));
                }
                let (known, value) = known.exclusion(id, &paths, body)?;
                Some(Part::Unless(known, value))
            };
            let parts: Vec<Part> = slice.steps.into_iter().filter_map(part).collect();
            insert(&mut branches, &parts, load);
        }
        Self { known: known.list, branches, paths }
    }
}

/// Adds a slice, which shares the longest beginning that is there.
fn insert(branches: &mut Vec<Branch>, parts: &[Part], load: LoadId) {
    let mut branches = branches;
    for part in parts {
        let at = branches.iter().position(|it| it.part == *part).unwrap_or_else(|| {
            branches.push(Branch { part: *part, inside: Vec::new() });
            branches.len() - 1
        });
        branches = &mut branches[at].inside;
    }
    branches.push(Branch { part: Part::Request(load), inside: Vec::new() });
}

impl Branch {
    /// The loads at the ends of the branch, in the order of the code.
    pub(crate) fn loads(&self) -> Vec<LoadId> {
        match self.part {
            Part::Request(load) => vec![load],
            _ => self.inside.iter().flat_map(Self::loads).collect(),
        }
    }

    /// Whether the branch ends at one load.
    pub(crate) fn has_one_load(&self) -> bool {
        match self.inside.as_slice() {
            [] => true,
            [inside] => inside.has_one_load(),
            _ => false,
        }
    }
}
