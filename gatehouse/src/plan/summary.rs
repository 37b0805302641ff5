//! The derived facts of one `fact!` block, computed together: one constant has the costs of all of them.
//!
//! If the cost of each fact were a constant that names those of the facts that it loads, the compiler would
//! evaluate a chain of facts by recursion, and its depth is limited. Here the facts of a block refer to
//! each other by index, so only a load of a fact from elsewhere names another constant.

use super::cost::Cost;
use super::load::Wait;
use super::rounds::schedule;
use super::rule::PlannedLoad;

/// What the facts that load a derived fact need to know of it.
#[derive(Clone, Copy, Debug)]
pub struct FactSummary {
    /// The cost of reading it.
    pub cost: Cost,
    /// Whether no tokens of its body can panic, nor of any body that it reads.
    pub is_total: bool,
    /// Whether it is computed from something that is shown nowhere.
    pub is_sensitive: bool,
}

impl FactSummary {
    /// A fact in the body of a fact that it depends on: the summary of that fact includes its own.
    const RECURSION: Self = Self { cost: Cost::RECURSION, is_total: true, is_sensitive: false };
}

/// The summaries of derived facts of one block. The first of them implements it.
pub trait BlockSummary {
    /// Facts that others depend on come before those, and facts that depend on each other are neighbours.
    const FACTS: &'static [FactSummary];
}

/// A derived fact, as its summary needs it.
#[derive(Clone, Copy, Debug)]
pub struct SummarizedFact {
    component: usize,
    loads: &'static [SummarizedLoad],
    is_total: bool,
    is_sensitive: bool,
}

impl SummarizedFact {
    /// `component` is the index of the first of the facts that it depends on and that depend on it, or its own. `is_total`
    /// and `is_sensitive` are about the fact alone, without what it loads.
    #[must_use]
    pub const fn new(
        component: usize,
        loads: &'static [SummarizedLoad],
        is_total: bool,
        is_sensitive: bool,
    ) -> Self {
        Self { component, loads, is_total, is_sensitive }
    }
}

/// A load in the body of a [`SummarizedFact`].
#[derive(Clone, Copy, Debug)]
pub struct SummarizedLoad {
    of: Loaded,
    waits_for: &'static [Wait],
}

#[derive(Clone, Copy, Debug)]
enum Loaded {
    /// A fact that has its own summary.
    Outer(FactSummary),
    /// The fact with this index.
    Inner(usize),
}

impl SummarizedLoad {
    /// A load of a fact that is not among those that are summarized.
    pub(crate) const fn outer(summary: FactSummary, waits_for: &'static [Wait]) -> Self {
        Self { of: Loaded::Outer(summary), waits_for }
    }

    /// A load of the fact with the index `fact`.
    #[must_use]
    pub const fn inner(fact: usize, waits_for: &'static [Wait]) -> Self {
        Self { of: Loaded::Inner(fact), waits_for }
    }
}

/// The summaries of `facts`, each of which has at most `LOADS` loads.
#[must_use]
pub const fn summaries<const LOADS: usize, const FACTS: usize>(
    facts: [SummarizedFact; FACTS],
) -> [FactSummary; FACTS] {
    let mut summaries = [FactSummary::RECURSION; FACTS];
    let mut first = 0;
    while first < FACTS {
        let (summary, end) = of_component::<LOADS, FACTS>(&facts, first, &summaries);
        let mut at = first;
        while at < end {
            summaries[at] = summary;
            at += 1;
        }
        first = end;
    }
    summaries
}

/// The summary of each fact of the component that begins at `first`, and the index behind the last of them. `known` has
/// the summaries of the facts before.
const fn of_component<const LOADS: usize, const FACTS: usize>(
    facts: &[SummarizedFact; FACTS],
    first: usize,
    known: &[FactSummary; FACTS],
) -> (FactSummary, usize) {
    let (mut cost, mut is_recursive) = (Cost::NOTHING, false);
    let (mut is_total, mut is_sensitive) = (true, false);
    let mut at = first;
    while at < FACTS && facts[at].component == first {
        let fact = &facts[at];
        is_total = is_total && fact.is_total;
        is_sensitive = is_sensitive || fact.is_sensitive;
        let (mut loads, mut i) = ([PlannedLoad::UNKNOWN; LOADS], 0);
        while i < fact.loads.len() {
            let SummarizedLoad { of, waits_for } = fact.loads[i];
            let loaded = match of {
                Loaded::Outer(outer) => outer,
                Loaded::Inner(inner) if facts[inner].component == first => {
                    is_recursive = true;
                    FactSummary::RECURSION
                }
                Loaded::Inner(inner) => known[inner],
            };
            is_total = is_total && loaded.is_total;
            is_sensitive = is_sensitive || loaded.is_sensitive;
            (loads[i].cost, loads[i].waits_for) = (loaded.cost, waits_for);
            i += 1;
        }
        let (loads, _) = loads.split_at_mut(fact.loads.len());
        schedule(loads);
        cost = cost.beside(Cost::of_loads(loads));
        at += 1;
    }
    // Without a recursion, the component is one fact.
    let cost = if is_recursive { cost.repeated() } else { cost };
    (FactSummary { cost, is_total, is_sensitive }, at)
}
