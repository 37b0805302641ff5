//! The early requests of a body as a tree: slices with the same beginning share it.
//!
//! The code of the tree grows with the body, and not with (loads × the longest path to one).

use super::keep::Keep;
use super::known::{KnownCondition, KnownConditions, KnownId};
use super::paths::{Paths, StepId};
use super::slice::Slice;
use super::step::Step;
use crate::body::analysis::Analysis;
use crate::body::tree::{LoadId, Match};

/// The early requests of a body.
pub(crate) struct Early<'b> {
    /// The conditions that are evaluated first.
    pub(crate) known: Vec<KnownCondition<'b>>,
    /// The matches whose arm is found once for all branches.
    pub(crate) matches: Vec<&'b Match>,
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
    /// A match takes an arm.
    Takes(MatchId, usize),
    /// A step that binds the names of an arm that is taken.
    BindsArm(StepId),
    /// The rest never runs if the condition is known to have the value.
    Unless(KnownId, bool),
    /// The end: the load is requested.
    Request(LoadId),
}

impl Part {
    /// The match and the arm that it takes.
    pub(crate) fn takes(self) -> Option<(MatchId, usize)> {
        match self {
            Self::Takes(id, at) => Some((id, at)),
            _ => None,
        }
    }
}

/// The number of a match in [`Early::matches`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MatchId(pub(crate) usize);

/// The number of arms before another one that a slice repeats. With more, the arm is found once for all slices, so
/// that the code of a match grows with its arms.
const MAX_REPEATED_ARMS: usize = 3;

impl<'b> Early<'b> {
    /// The tree of `slices`, which are of these loads.
    pub(super) fn new(
        slices: impl IntoIterator<Item = (LoadId, Slice)>,
        paths: Paths<'b>,
        body: &Analysis<'_>,
    ) -> Self {
        let (mut known, mut matches) = (KnownConditions::default(), Matches::default());
        let mut branches = Vec::new();
        for (load, slice) in slices {
            let (mut parts, mut binds) = (Vec::new(), false);
            for (id, is_kept) in slice.steps {
                if is_kept {
                    parts.extend(matches.parts(id, &paths, binds));
                    binds |= paths.step(id).binds();
                } else if let Some((known, value)) = known.exclusion(id, &paths, body) {
                    parts.push(Part::Unless(known, value));
                }
            }
            insert(&mut branches, &parts, load);
        }
        Self { known: known.list, matches: matches.0, branches, paths }
    }
}

/// The matches whose arm is found once.
#[derive(Default)]
struct Matches<'b>(Vec<&'b Match>);

impl<'b> Matches<'b> {
    /// The parts of a step that a slice keeps. `binds` says whether the slice binds names before it, which the step may use
    /// up: then it is repeated as it is.
    fn parts(&mut self, id: StepId, paths: &Paths<'b>, binds: bool) -> Vec<Part> {
        let step = paths.step(id);
        let (Step::Arm(it, at), Keep::Arms { always: true, before }) = (step.step, &step.keep)
        else {
            return vec![Part::Step(id)];
        };
        // A fact may decide about an arm that is left out.
        let decides = before.len() == at;
        if binds || !decides || at <= MAX_REPEATED_ARMS {
            return vec![Part::Step(id)];
        }
        let takes = Part::Takes(self.number(it), at);
        if step.binds.is_empty() { vec![takes] } else { vec![takes, Part::BindsArm(id)] }
    }

    fn number(&mut self, it: &'b Match) -> MatchId {
        let at = self.0.iter().position(|known| std::ptr::eq(*known, it));
        MatchId(at.unwrap_or_else(|| {
            self.0.push(it);
            self.0.len() - 1
        }))
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

    /// Whether the arm that a match takes is asked for inside.
    pub(crate) fn takes_inside(&self) -> bool {
        self.inside.iter().any(|it| it.part.takes().is_some() || it.takes_inside())
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
