//! What gatehouse set out to reach, as ratios of medians of one run.

use std::fmt::Write;

use gatehouse_benchmarks::settings::{
    BY_HAND, CEDAR, EMPTY, OURS, OURS_LOCAL, OURS_SMALL, POLLED, PREDECESSOR, PREDECESSOR_BATCHED,
};

use crate::measurements::{Estimate, Measurements};

/// On which side of its bound a ratio is to be.
#[derive(Clone, Copy)]
enum Goal {
    AtMost(f64),
    AtLeast(f64),
}

impl Goal {
    fn is_met_by(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(bound) => ratio <= bound,
            Self::AtLeast(bound) => ratio >= bound,
        }
    }

    /// Whether it is met, and whether the whole interval says so.
    fn verdict(self, ratio: Estimate) -> &'static str {
        let sure = self.is_met_by(ratio.low) == self.is_met_by(ratio.high);
        match (self.is_met_by(ratio.value), sure) {
            (true, true) => "yes",
            (true, false) => "yes, within the spread",
            (false, false) => "no, within the spread",
            (false, true) => "**no**",
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtMost(bound) => format!("≤ {bound}×"),
            Self::AtLeast(bound) => format!("≥ {bound}×"),
        }
    }
}

/// The time of a column, with what a runtime costs that runs nothing taken off if it has one.
#[derive(Clone, Copy)]
enum Time {
    Of(&'static str),
    LessRuntime(&'static str),
}

impl Time {
    fn of(self, measured: &Measurements, workload: &str) -> Option<Estimate> {
        match self {
            Self::Of(column) => measured.get(workload, column),
            Self::LessRuntime(column) => {
                Some(measured.get(workload, column)? - measured.get(EMPTY, POLLED)?)
            }
        }
    }

    fn name(self) -> String {
        match self {
            Self::Of(column) => column.to_owned(),
            Self::LessRuntime(column) => format!("{column} less runtime"),
        }
    }
}

/// A workload, two times of it, and what the first divided by the second is to be.
const GOALS: &[(&str, Time, Time, Goal)] = {
    use Goal::{AtLeast, AtMost};
    use Time::{LessRuntime, Of};
    const FIVE_SLOW: &str = "page of 100, 5 fact types, 1 ms source";
    const TWO_SLOW: &str = "page of 100, 2 dependent facts, 1 ms source";
    &[
        ("4 local policies", Of(OURS_LOCAL), Of(BY_HAND), AtMost(1.1)),
        ("4 local policies", LessRuntime(OURS), Of(BY_HAND), AtMost(1.1)),
        ("4 local policies", LessRuntime(PREDECESSOR), Of(OURS_LOCAL), AtLeast(50.0)),
        ("4 local policies", LessRuntime(PREDECESSOR), LessRuntime(OURS), AtLeast(50.0)),
        ("4 local policies", Of(CEDAR), Of(OURS_LOCAL), AtLeast(100.0)),
        ("4 local policies", Of(CEDAR), LessRuntime(OURS), AtLeast(100.0)),
        ("1 fact, fresh session", Of(OURS), Of(BY_HAND), AtMost(1.25)),
        ("1 fact, fresh session", Of(OURS_SMALL), Of(BY_HAND), AtMost(1.25)),
        ("1 fact, fresh session", Of(PREDECESSOR), Of(OURS), AtLeast(8.0)),
        ("page of 1000, 1 fact each", Of(OURS), Of(BY_HAND), AtMost(1.25)),
        ("page of 1000, 1 fact each", Of(PREDECESSOR), Of(OURS), AtLeast(15.0)),
        ("page of 10000, 1 fact each", Of(OURS), Of(BY_HAND), AtMost(1.25)),
        ("page of 10000, 1 fact each", Of(PREDECESSOR), Of(OURS), AtLeast(15.0)),
        (FIVE_SLOW, Of(OURS), Of(BY_HAND), AtMost(1.1)),
        (FIVE_SLOW, Of(PREDECESSOR), Of(OURS), AtLeast(4.0)),
        (TWO_SLOW, Of(OURS), Of(BY_HAND), AtMost(1.1)),
        (TWO_SLOW, Of(PREDECESSOR), Of(OURS), AtLeast(50.0)),
        (TWO_SLOW, Of(PREDECESSOR_BATCHED), Of(OURS), AtLeast(50.0)),
    ]
};

/// Each goal, what was measured, and whether it is met.
pub fn table(measured: &Measurements) -> String {
    let mut text = "| work | ratio | goal | measured | met |\n|---|---|---|---|---|\n".to_owned();
    let mut met = 0;
    for (workload, left, right, goal) in GOALS {
        let ratio = || Some(left.of(measured, workload)? / right.of(measured, workload)?);
        let (ratio, verdict) = ratio().map_or_else(
            || ("not measured".to_owned(), "–"),
            |ratio| (ratio.to_string(), goal.verdict(ratio)),
        );
        met += usize::from(verdict.starts_with("yes"));
        let (left, right, goal) = (left.name(), right.name(), goal.text());
        let _ = writeln!(text, "| {workload} | {left} ÷ {right} | {goal} | {ratio} | {verdict} |");
    }
    let _ = writeln!(text, "\n{met} of {} are met.", GOALS.len());
    text
}
