//! Which derived facts of a block are summarized together: their costs are one constant, in which they refer
//! to each other by index.
//!
//! A fact that loads no other derived fact of the block needs none: its cost is that of its own plan. Nor has a
//! fact one that another `cfg` may replace: its name says which one is meant, and only rustc knows that.

use std::collections::BTreeMap;

use syn::Ident;

use super::ast::Block;
use super::dependencies::{Component, Dependencies};
use super::derived::Derived;

/// The derived facts of a block with their summaries.
#[derive(Default)]
pub(super) struct Summaries {
    /// The summary of each fact that has one, by its name.
    by_name: BTreeMap<String, Place>,
    summaries: Vec<Summary>,
}

/// Facts that are summarized together.
#[derive(Default)]
pub(super) struct Summary {
    /// Each after those that it depends on; facts that depend on each other are neighbours.
    pub(super) facts: Vec<SummarizedFact>,
}

pub(super) struct SummarizedFact {
    /// Its index in the block.
    pub(super) at: usize,
    pub(super) name: Ident,
    /// The index in the summary of the first fact of its component.
    pub(super) component: usize,
}

/// A place in the summaries.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    summary: usize,
    /// The index of the fact in the summary.
    pub(super) index: usize,
}

impl Summaries {
    /// Parts the facts, of which those with an error are not `derived`.
    pub(super) fn of(
        block: &Block,
        dependencies: &Dependencies,
        derived: &BTreeMap<usize, Derived<'_>>,
    ) -> Self {
        let facts = derived.keys().map(|at| (*at, &block.facts[*at]));
        let unconditional = facts.filter(|(_, fact)| !fact.is_conditional());
        let facts = unconditional.map(|(at, fact)| (fact.name.to_string(), at)).collect();
        let mut layout = Layout { facts, levels: Vec::new(), by_level: BTreeMap::new() };
        for (id, component) in dependencies.components.iter().enumerate() {
            layout.add(id, component);
        }
        let summaries: Vec<Summary> = layout.by_level.into_values().collect();
        let mut by_name = BTreeMap::new();
        for (summary, Summary { facts }) in summaries.iter().enumerate() {
            for (index, fact) in facts.iter().enumerate() {
                by_name.insert(fact.name.to_string(), Place { summary, index });
            }
        }
        Self { by_name, summaries }
    }

    /// The place of the fact `name`.
    pub(super) fn place(&self, name: &Ident) -> Option<Place> {
        self.by_name.get(&name.to_string()).copied()
    }

    /// The summary that has `place`.
    pub(super) fn summary(&self, place: Place) -> &Summary {
        &self.summaries[place.summary]
    }

    /// The fact whose impl has the constant.
    pub(super) fn leader(&self, place: Place) -> &Ident {
        &self.summary(place).facts[0].name
    }

    /// The index of the fact `name`, if the one at `place` refers to it by that.
    pub(super) fn index_of(&self, name: &Ident, place: Place) -> Option<usize> {
        let of = self.place(name)?;
        (of.summary == place.summary).then_some(of.index)
    }
}

/// A fact refers to one of another summary by its path, so summaries must not refer to each other in a circle.
/// Therefore they have levels: a summary refers to lower ones only.
struct Layout {
    /// The facts that can be in a summary, by their names.
    facts: BTreeMap<String, usize>,
    /// For each component so far: whether it is in a summary, and the level of that, or the least that may refer to it.
    levels: Vec<(bool, usize)>,
    by_level: BTreeMap<usize, Summary>,
}

impl Layout {
    fn add(&mut self, id: usize, component: &Component) {
        debug_assert_eq!(id, self.levels.len());
        let at = |name: &Ident| self.facts.get(&name.to_string()).copied();
        let facts: Option<Vec<usize>> = component.facts.iter().map(at).collect();
        let facts = facts.filter(|facts| facts.len() > 1 || !component.loads.is_empty());
        let mut level = 0;
        for (other, is_by_name) in &component.loads {
            let (is_summarized, of_other) = self.levels[*other];
            let is_by_index = is_summarized && *is_by_name && facts.is_some();
            level = level.max(of_other + usize::from(is_summarized && !is_by_index));
        }
        self.levels.push((facts.is_some(), level));
        let Some(facts) = facts else { return };
        let summary = self.by_level.entry(level).or_default();
        let first = summary.facts.len();
        let names = component.facts.iter().cloned();
        summary.facts.extend(facts.into_iter().zip(names).map(|(at, name)| SummarizedFact {
            at,
            name,
            component: first,
        }));
    }
}
