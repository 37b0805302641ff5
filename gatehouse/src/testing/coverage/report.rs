//! The report: the ways that were seen of a list of policies, and those that were not.

use std::fmt;

use super::recorded::Coverage;
use crate::observe::coverage::{Place, Seen, Ways, on_one_line};
use crate::plan::{Condition, ConditionKind, GatePlan, Plan};
use crate::plan::{Effect, Location};

/// Which ways of the conditions of some gates' policies a test run has seen: made by [`Coverage::of`].
///
/// `Display` lists each policy and derived fact, with the ways that were not seen;
/// [`to_lcov`](Self::to_lcov) writes the same for tools that show coverage beside the source.
#[derive(Clone, Debug)]
pub struct CoverageReport {
    pub(super) bodies: Vec<Body>,
    problems: Vec<String>,
}

/// A policy or a derived fact.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// `permit`, `forbid` or `fact`.
    what: &'static str,
    pub(super) name: &'static str,
    pub(super) location: Location,
    /// Whether it ran at all.
    pub(super) ran: bool,
    pub(super) conditions: Vec<Covered>,
}

/// A condition, and what was seen of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covered {
    pub(super) condition: &'static Condition,
    pub(super) ways: Ways,
}

impl Coverage {
    /// The report on the policies of gates, and on the derived facts that they read. A policy that is
    /// in several of the gates is in the report once.
    ///
    /// ```
    /// # use gatehouse::prelude::*;
    /// # use gatehouse::testing::Coverage;
    /// # struct Users;
    /// # impl Domain for Users {
    /// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
    /// # }
    /// # #[policy] fn root(user: &u64) -> bool { *user == 0 }
    /// # static GATE: Gate<Users, root> = Gate::new();
    /// # static ADMIN: Gate<Users, root> = Gate::new();
    /// println!("{}", Coverage::seen().of([GATE.plan(), ADMIN.plan()]));
    /// ```
    #[must_use]
    pub fn of(&self, gates: impl IntoIterator<Item = GatePlan>) -> CoverageReport {
        CoverageReport::new(self, gates)
    }
}

impl CoverageReport {
    fn new(coverage: &Coverage, gates: impl IntoIterator<Item = GatePlan>) -> Self {
        let Coverage { seen, problems } = coverage;
        let mut report = Self { bodies: Vec::new(), problems: problems.clone() };
        let mut derived = Vec::new();
        for plan in gates {
            for policy in plan.policies() {
                let what = match policy.effect {
                    Effect::Permit => "permit",
                    Effect::Forbid => "forbid",
                };
                report.add(seen, (what, policy.name), policy.location, &policy.plan);
            }
            derived.extend_from_slice(plan.derived());
        }
        for fact in derived {
            report.add(seen, ("fact", fact.name), fact.location, &fact.plan);
        }
        report
    }

    fn add(
        &mut self,
        seen: &Seen,
        (what, name): (&'static str, &'static str),
        location: Location,
        plan: &Plan,
    ) {
        if self.bodies.iter().any(|body| body.name == name && body.location == location) {
            return;
        }
        let place = Place::body(name, location);
        let covered = |(id, condition): (u32, &'static Condition)| Covered {
            condition,
            ways: seen.at(&place.condition(id, condition)),
        };
        let mut conditions: Vec<_> = (0..).zip(plan.conditions).map(covered).collect();
        conditions.sort_by_key(|it| (it.condition.line, it.condition.column));
        let ran = seen.at(&place).yes;
        self.bodies.push(Body { what, name, location, ran, conditions });
    }

    /// The same without one condition, given as it is written: one that no test can bring to come out
    /// both ways, such as one that is the same in a whole build.
    ///
    /// # Panics
    /// If the policy or derived fact `of`, by its name, has no such condition in this report.
    ///
    /// ```
    /// # use gatehouse::prelude::*;
    /// # use gatehouse::testing::Coverage;
    /// # struct Users;
    /// # impl Domain for Users {
    /// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
    /// # }
    /// fn in_debug_build() -> bool { cfg!(debug_assertions) }
    ///
    /// #[policy]
    /// fn debugger(user: &u64) -> bool { *user < 5 && in_debug_build() }
    /// # static GATE: Gate<Users, debugger> = Gate::new();
    ///
    /// let report = Coverage::seen().of([GATE.plan()]);
    /// assert_eq!(report.ways(), 4);
    /// assert_eq!(report.without("debugger", "in_debug_build()").ways(), 2);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn without(mut self, of: &str, condition: &str) -> Self {
        let mut has_it = false;
        for body in self.bodies.iter_mut().filter(|body| body.name == of) {
            let all = body.conditions.len();
            body.conditions.retain(|covered| covered.condition.text != condition);
            has_it |= body.conditions.len() < all;
        }
        assert!(has_it, "`{of}` has no condition `{condition}`\n{self}");
        self
    }

    /// How many ways there are to see.
    pub fn ways(&self) -> usize {
        self.bodies.iter().map(Body::ways).sum()
    }

    /// How many of them were seen.
    pub fn seen(&self) -> usize {
        self.bodies.iter().map(Body::seen).sum()
    }

    /// How much was seen, from 0 to 100; 0 if there is nothing to see.
    pub fn percent(&self) -> f64 {
        percent(self.seen(), self.ways())
    }

    /// Fails a test that has seen too little.
    ///
    /// # Panics
    /// With the report, if it was less than `percent`, or if there is nothing to see.
    ///
    /// ```should_panic
    /// # use gatehouse::prelude::*;
    /// # use gatehouse::testing::Coverage;
    /// # struct Users;
    /// # impl Domain for Users {
    /// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
    /// # }
    /// # #[policy] fn root(user: &u64) -> bool { *user == 0 }
    /// # static GATE: Gate<Users, root> = Gate::new();
    /// // Nobody has asked this gate.
    /// Coverage::seen().of([GATE.plan()]).assert_at_least(90);
    /// ```
    #[track_caller]
    pub fn assert_at_least(&self, percent: impl Into<f64>) {
        let percent = percent.into();
        let is_enough = self.ways() > 0 && self.percent() >= percent;
        assert!(is_enough, "the policy coverage is less than {percent} %\n{self}");
    }
}

#[allow(clippy::cast_precision_loss, reason = "nobody has 2^52 conditions")]
fn percent(seen: usize, ways: usize) -> f64 {
    if ways == 0 { 0.0 } else { 100.0 * seen as f64 / ways as f64 }
}

impl Body {
    fn ways(&self) -> usize {
        match &*self.conditions {
            [] => 1,
            conditions => conditions.iter().map(Covered::ways).sum(),
        }
    }

    fn seen(&self) -> usize {
        match &*self.conditions {
            [] => usize::from(self.ran),
            conditions => conditions.iter().map(Covered::seen).sum(),
        }
    }

    fn title(&self) -> String {
        format!("{} {}", self.what, self.name)
    }

    fn share(&self) -> String {
        format!("{} of {}", self.seen(), self.ways())
    }

    /// The ways that were not seen, each with its text, if it has one, and its place.
    fn gaps(&self) -> Vec<[String; 3]> {
        if !self.ran {
            return vec![["never ran".to_owned(), String::new(), String::new()]];
        }
        let gap = |covered: &Covered| {
            let Condition { text, line, column, .. } = *covered.condition;
            let place = format!("{}:{line}:{column}", self.location.file);
            Some([covered.gap()?, on_one_line(text).into_owned(), place])
        };
        self.conditions.iter().filter_map(gap).collect()
    }
}

impl Covered {
    /// Whether it has one way only.
    pub(super) fn is_arm(&self) -> bool {
        self.condition.kind == ConditionKind::Arm
    }

    fn ways(&self) -> usize {
        if self.is_arm() { 1 } else { 2 }
    }

    fn seen(&self) -> usize {
        usize::from(self.ways.yes) + usize::from(self.ways.no && !self.is_arm())
    }

    /// The ways that were not seen, in words.
    fn gap(&self) -> Option<String> {
        let (yes, no) = match self.condition.kind {
            ConditionKind::Truth => ("true", "false"),
            ConditionKind::Present => ("present", "missing"),
            ConditionKind::Pattern => ("matched", "unmatched"),
            ConditionKind::Arm => return (!self.ways.yes).then(|| "never taken".to_owned()),
        };
        match (self.ways.yes, self.ways.no) {
            (true, true) => None,
            (true, false) => Some(format!("never {no}")),
            (false, true) => Some(format!("never {yes}")),
            (false, false) => Some(format!("never {yes} or {no}")),
        }
    }
}

/// Longer ones stick out: one long condition should not push all places off the screen.
const WIDEST: usize = 48;

/// The width of a column.
fn width<'t>(column: impl Iterator<Item = &'t str>) -> usize {
    column.map(|text| text.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0)
}

impl fmt::Display for CoverageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seen, ways) = (self.seen(), self.ways());
        // Rounded down: only what is covered wholly is 100 %.
        let percent = (100 * seen).checked_div(ways).unwrap_or(0);
        writeln!(f, "policy coverage: {seen} of {ways} ways ({percent} %)")?;
        let blank = if self.bodies.is_empty() { "" } else { "\n" };
        f.write_str(blank)?;
        let titles: Vec<_> = self.bodies.iter().map(Body::title).collect();
        let shares: Vec<_> = self.bodies.iter().map(Body::share).collect();
        let gaps: Vec<_> = self.bodies.iter().map(Body::gaps).collect();
        let gap_column = |at: usize| width(gaps.iter().flatten().map(|gap| gap[at].as_str()));
        let title_width = width(titles.iter().map(String::as_str));
        let share_width = width(shares.iter().map(String::as_str));
        let (gap_width, text_width) = (gap_column(0), gap_column(1));
        for (i, body) in self.bodies.iter().enumerate() {
            let (title, share, location) = (&titles[i], &shares[i], body.location);
            writeln!(f, "  {title:title_width$}  {share:>share_width$}  {location}")?;
            for [gap, text, place] in &gaps[i] {
                let line = format!("{gap:gap_width$}  {text:text_width$}  {place}");
                writeln!(f, "      {}", line.trim_end())?;
            }
        }
        let blank = if self.problems.is_empty() { "" } else { "\n" };
        f.write_str(blank)?;
        self.problems.iter().try_for_each(|problem| writeln!(f, "note: {problem}"))
    }
}
