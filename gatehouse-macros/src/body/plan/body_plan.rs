//! The plan of one body: when each load is requested, and which loads it waits for.

use std::collections::{BTreeMap, BTreeSet};

use syn::Path;

use super::early::Early;
use super::paths::{Paths, StepId};
use super::slice::{self, Slice};
use crate::body::analysis::Analysis;
use crate::body::tree::{Body, LoadId, PerLoad};

/// The plan of a body. It is made once, from the tree alone.
pub(crate) struct BodyPlan<'b> {
    /// The body that it plans.
    pub(crate) body: Analysis<'b>,
    /// In evaluation order.
    pub(crate) loads: PerLoad<PlannedLoad>,
    /// The conditions on the paths to the loads.
    pub(crate) guards: Vec<PathGuard>,
    /// The requests that are made while the body waits.
    pub(crate) early: Early<'b>,
}

/// A load, and its place in the plan.
pub(crate) struct PlannedLoad {
    pub(crate) round: u32,
    /// The loads that must be answered before it, each with the reason in words. A load that another one of them waits
    /// for is left out, unless it is a recursion: the rounds behind a recursion are those of each link.
    pub(crate) waits_for: BTreeMap<LoadId, String>,
    /// The last condition on its path, as an index into [`BodyPlan::guards`].
    pub(crate) guard: Option<usize>,
    /// Whether it can be requested before the body reaches it.
    #[cfg_attr(not(test), expect(dead_code, reason = "read by tests"))]
    pub(crate) is_early: bool,
}

/// A condition on the path to a load, as written, with the value that leads to it.
pub(crate) struct PathGuard {
    pub(crate) text: String,
    pub(crate) holds: bool,
    /// The condition before it on the path, as an index into [`BodyPlan::guards`].
    pub(crate) before: Option<usize>,
}

impl<'b> BodyPlan<'b> {
    /// Plans a body. `lazy` switches early requests off; `is_recursive` says whether a fact depends on the fact whose body
    /// it is.
    pub(crate) fn new(body: &'b Body, lazy: bool, is_recursive: &dyn Fn(&Path) -> bool) -> Self {
        let body = Analysis::of(body);
        let (paths, loads, answered) = (Paths::of(&body), PerLoad::new(), PerLoad::new());
        let mut plan = Planning { body: &body, lazy, is_recursive, paths, loads, answered };
        let (mut slices, mut guards) = (Vec::new(), Guards::default());
        for load in body.loads.ids() {
            let slice = plan.load(load);
            slices.extend(slice.map(|slice| (load, slice)));
            let last = plan.paths.end(load).and_then(|end| end.last);
            plan.loads[load].guard = guards.last_on(last, &plan.paths);
        }
        let Planning { loads, paths, .. } = plan;
        let early = Early::new(slices, paths, &body);
        Self { body, loads, guards: guards.list, early }
    }

    /// The first load that needs more rounds than `budget`, by this body alone.
    pub(crate) fn first_over(&self, budget: u32) -> Option<LoadId> {
        self.loads.ids().find(|id| self.loads[*id].round > budget)
    }
}

struct Planning<'a, 'b> {
    body: &'a Analysis<'b>,
    lazy: bool,
    is_recursive: &'a dyn Fn(&Path) -> bool,
    paths: Paths<'b>,
    loads: PerLoad<PlannedLoad>,
    /// All the loads that are answered before each load is requested.
    answered: PerLoad<BTreeSet<LoadId>>,
}

impl Planning<'_, '_> {
    /// Plans a load. Its slice, if the code to request it early is of use.
    fn load(&mut self, load: LoadId) -> Option<Slice> {
        let slice = if self.lazy || self.body.loads[load].lazy.is_some() {
            Err(String::from("it is lazy"))
        } else {
            slice::of(load, &self.paths, self.body)
        };
        match slice {
            Ok(slice) => {
                let needs = slice.needs.iter();
                let needs = needs.map(|(id, need)| (*id, (need.what.as_str(), need.is_direct)));
                let waits = self.waits(needs.collect());
                let reasons =
                    waits.into_iter().map(|(id, what)| (id, format!("{what} comes from there")));
                self.add(reasons.collect(), true);
                // A load that needs every load at which the body can have stopped is never requested early: a body that
                // stops at the load itself has registered it.
                let mut before = self.body.loads.ids().take_while(|before| *before < load);
                let needs_all = before.all(|before| slice.needs.contains_key(&before));
                (!needs_all).then_some(slice)
            }
            // The body reaches it when all loads before it are answered.
            Err(reason) => {
                let before = self.paths.loads_before(load, &self.body.nodes).into_iter();
                let waits = self.waits(before.map(|id| (id, (reason.as_str(), false))).collect());
                let reasons = waits.into_iter().map(|(id, reason)| (id, reason.to_owned()));
                self.add(reasons.collect(), false);
                None
            }
        }
    }

    /// The loads to wait for: without those for which another of them waits, unless the need is direct, or is one of a
    /// recursion.
    fn waits<'r>(&mut self, needs: BTreeMap<LoadId, (&'r str, bool)>) -> BTreeMap<LoadId, &'r str> {
        // Sets of answered loads are closed, so the set of an implied load adds nothing.
        let mut implied: BTreeSet<LoadId> = BTreeSet::new();
        for id in needs.keys().rev() {
            if !implied.contains(id) {
                implied.extend(&self.answered[*id]);
            }
        }
        self.answered.push(needs.keys().chain(&implied).copied().collect());
        let is_listed = |(id, (_, is_direct)): &(LoadId, (&str, bool))| {
            *is_direct || !implied.contains(id) || (self.is_recursive)(&self.body.loads[*id].fact)
        };
        let waits = needs.into_iter().filter(is_listed);
        waits.map(|(id, (reason, _))| (id, reason)).collect()
    }

    fn add(&mut self, waits_for: BTreeMap<LoadId, String>, is_early: bool) {
        let rounds = waits_for.keys().map(|id| self.loads[*id].round);
        let round = 1 + rounds.max().unwrap_or(0);
        self.loads.push(PlannedLoad { round, waits_for, guard: None, is_early });
    }
}

/// The conditions on paths, each once.
#[derive(Default)]
struct Guards {
    list: Vec<PathGuard>,
    /// For each step that was asked about, the last condition up to it.
    last: BTreeMap<StepId, Option<usize>>,
}

impl Guards {
    /// The last condition on the path that ends with a step.
    fn last_on(&mut self, last: Option<StepId>, paths: &Paths<'_>) -> Option<usize> {
        let is_new = |id: &StepId| !self.last.contains_key(id);
        let new: Vec<StepId> = paths.back_from(last).take_while(is_new).collect();
        for id in new.into_iter().rev() {
            let step = paths.step(id);
            let before = step.before.and_then(|before| self.last[&before]);
            let guard = match step.step.condition().filter(|_| !step.is_exits) {
                Some((text, holds)) => {
                    self.list.push(PathGuard { text, holds, before });
                    Some(self.list.len() - 1)
                }
                None => before,
            };
            self.last.insert(id, guard);
        }
        self.last.get(&last?).copied().flatten()
    }
}
