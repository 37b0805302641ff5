//! The rows: which programs, what is counted of them, and the goals.

use super::goal::{Goal, Measure};
use crate::counting::{Count, Profile};
use crate::programs::{self, Program, pair};

/// A row: a program of two sizes, or one that must compile.
pub struct Row {
    /// Its name on the command line and in the baseline.
    pub name: &'static str,
    /// What its programs are.
    pub about: &'static str,
    /// A smaller one and a larger one, or one.
    pub programs: Vec<Program>,
    pub counts: Vec<Count>,
    /// What the counts of the two come to.
    pub measure: Measure,
    pub goals: Vec<Goal>,
    /// Whether it says where the lines of LLVM's language come from.
    pub groups: bool,
}

/// How large programs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// As the goals have them.
    Full,
    /// What a change is compared with. Builds under valgrind take too long for it: lines stand for
    /// them.
    Small,
}

const TEXT: [Count; 2] = [Count::Tokens, Count::Lines(Profile::Debug)];

/// All rows. A full program beside one by hand has so many modules.
pub fn rows(scale: Scale, modules: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(of_one_rule(scale));
    rows.extend(of_derived_facts(scale));
    rows.push(by_hand(scale, modules));
    rows.push(gates(scale));
    rows
}

impl Scale {
    fn of<T>(self, full: T, small: T) -> T {
        match self {
            Self::Full => full,
            Self::Small => small,
        }
    }
}

/// Rules whose size grows.
fn of_one_rule(scale: Scale) -> [Row; 3] {
    let [few, many] = scale.of([20, 80], [6, 24]);
    let of_two =
        |name, about, program: fn(usize) -> Program, sizes: [usize; 2], measure, at_most| Row {
            name,
            about,
            programs: sizes.map(program).into(),
            counts: [TEXT.as_slice(), &[Count::Check]].concat(),
            measure,
            goals: vec![Goal { count: Count::Check, at_most }],
            groups: false,
        };
    [
        of_two(
            "or",
            "four rules of `||`, by the loads of each",
            programs::alternatives,
            scale.of([50, 200], [10, 40]),
            Measure::Ratio,
            4.4,
        ),
        of_two(
            "match",
            "nested `match`, by its loads",
            programs::nested_match,
            [few, many],
            Measure::Degree,
            1.3,
        ),
        of_two(
            "if",
            "nested `if`, by its loads",
            programs::nested_if,
            [few, many],
            Measure::Degree,
            1.3,
        ),
    ]
}

fn of_derived_facts(scale: Scale) -> [Row; 3] {
    let compiles = |name, about, program| Row {
        name,
        about,
        programs: vec![program],
        counts: vec![Count::RecursionLimit],
        measure: Measure::Ratio,
        goals: vec![Goal { count: Count::RecursionLimit, at_most: 0.0 }],
        groups: false,
    };
    let goal = |count| Goal { count, at_most: 5.0 };
    [
        Row {
            name: "ring",
            about: "one ring of derived facts, by their number",
            programs: scale.of([25, 100], [6, 24]).map(programs::ring).into(),
            counts: [TEXT.as_slice(), &[Count::Expand, Count::Check]].concat(),
            measure: Measure::Ratio,
            goals: vec![goal(Count::Expand), goal(Count::Check)],
            groups: false,
        },
        compiles("chain-100", "a chain of 100 derived facts compiles", programs::chain(100)),
        compiles(
            "ring-400",
            "a ring of 400 derived facts compiles",
            programs::ring(scale.of(400, 60)),
        ),
    ]
}

fn by_hand(scale: Scale, modules: usize) -> Row {
    let modules = scale.of(modules, 1);
    let goals = [
        Goal { count: Count::Check, at_most: 1.35 },
        Goal { count: Count::Build(Profile::Debug), at_most: 1.3 },
    ];
    let goals = scale.of(&goals[..], &goals[..1]);
    Row {
        name: "by-hand",
        about: "20 facts and 20 policies in each module, beside the same by hand",
        programs: vec![pair::by_hand(modules), pair::with_macros(modules)],
        counts: [TEXT.as_slice(), &goals.iter().map(|goal| goal.count).collect::<Vec<_>>()]
            .concat(),
        measure: Measure::Ratio,
        goals: goals.to_vec(),
        groups: true,
    }
}

/// The goals are half of the lines that a gate added before they were set: 3 335, and 4 288 in
/// release.
fn gates(scale: Scale) -> Row {
    let facts = scale.of(51, 9);
    let builds = [
        Count::Lines(Profile::Release),
        Count::Build(Profile::Debug),
        Count::Build(Profile::Release),
    ];
    let builds = scale.of(&builds[..], &builds[..1]);
    Row {
        name: "gates",
        about: "a gate for each of the facts, beside one gate over all of them",
        programs: vec![programs::gates(facts, 1), programs::gates(facts, facts)],
        counts: [TEXT.as_slice(), builds].concat(),
        measure: Measure::Each,
        goals: vec![
            Goal { count: Count::Lines(Profile::Debug), at_most: 1_667.0 },
            Goal { count: Count::Lines(Profile::Release), at_most: 2_144.0 },
        ],
        groups: true,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_scale_has_the_same_rows_and_a_goal_is_counted() {
        let [full, small] = [Scale::Full, Scale::Small].map(|scale| rows(scale, 2));
        let names = |rows: &[Row]| rows.iter().map(|row| row.name).collect::<Vec<_>>();
        assert_eq!(names(&full), names(&small));
        assert_eq!(names(&full).into_iter().collect::<BTreeSet<_>>().len(), full.len());
        for row in full.iter().chain(&small) {
            let counted = |goal: &Goal| row.counts.contains(&goal.count);
            assert!(row.goals.iter().all(counted), "{}", row.name);
            // The baseline has a word for each program.
            assert!(
                row.programs.iter().all(|program| !program.label.contains(' ')),
                "{}",
                row.name
            );
        }
    }

    #[test]
    fn small_programs_are_smaller() {
        let text =
            |program: &Program| program.files.iter().map(|(_, text)| text.len()).sum::<usize>();
        for (full, small) in rows(Scale::Full, 2).iter().zip(&rows(Scale::Small, 2)) {
            for (full, small) in full.programs.iter().zip(&small.programs) {
                // What must compile has one size, where that is quick.
                assert!(text(small) <= text(full), "{}", small.label);
            }
        }
    }
}
