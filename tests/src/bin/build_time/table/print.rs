//! The table, as text.

use std::collections::{BTreeMap, BTreeSet};

use super::goal::{Measure, as_f64};
use super::measure::Counts;
use super::rows::Row;
use crate::counting::{Count, Counted, Lines};

/// Prints a row: what was counted of each program, what it comes to, the goal, and seconds.
pub fn print_row(row: &Row, counts: &[Counts]) {
    println!("\n{} (`{}`)\n", row.about, row.name);
    let labels: Vec<_> = row.programs.iter().map(|program| program.label.as_str()).collect();
    let measure = if labels.len() == 2 { row.measure.to_string() } else { String::new() };
    println!("| counted | {} | {measure} | goal | seconds |", labels.join(" | "));
    println!("|---|{}--:|---|--:|", "--:|".repeat(labels.len()));
    for (at, count) in row.counts.iter().enumerate() {
        let of_each: Vec<_> = counts.iter().map(|counts| &counts[at]).collect();
        println!("| {count} | {} |", cells(row, *count, &of_each).join(" | "));
    }
}

/// The cells of a line: one for each program, what they come to, the goal, and seconds.
fn cells(row: &Row, count: Count, counts: &[&Result<Counted, String>]) -> Vec<String> {
    let mut cells: Vec<_> = counts.iter().map(|counted| words(count, counted)).collect();
    let measured = measured(row, count, counts);
    cells.push(measured.map_or(String::new(), |measured| in_words(row, count, measured)));
    let failed = counts.iter().any(|counted| counted.is_err());
    cells.push(goal(row, count, measured, failed));
    let seconds = counts.iter().filter_map(|counted| counted.as_ref().ok()?.time);
    let seconds = seconds.map(|time| format!("{:.2}", time.as_secs_f64()));
    cells.push(seconds.collect::<Vec<_>>().join(" / "));
    cells
}

/// What the counts of a row come to: of one program, its count.
fn measured(row: &Row, count: Count, counts: &[&Result<Counted, String>]) -> Option<f64> {
    let numbers: Option<Vec<u64>> =
        counts.iter().map(|counted| counted.as_ref().ok()?.number).collect();
    match numbers?.as_slice() {
        [number] => Some(as_f64(*number)),
        [small, large] if count != Count::RecursionLimit => {
            row.measure.of([row.programs[0].size, row.programs[1].size], [*small, *large])
        }
        _ => None,
    }
}

fn in_words(row: &Row, count: Count, measured: f64) -> String {
    match row.measure {
        _ if row.programs.len() == 1 => String::new(),
        Measure::Ratio | Measure::Degree => format!("{measured:.2}"),
        // What is less than a unit is no number of lines.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Measure::Each => number_in_words(count, measured.max(0.0) as u64),
    }
}

/// A goal, and whether it is met: not by what does not compile.
fn goal(row: &Row, count: Count, measured: Option<f64>, failed: bool) -> String {
    let Some(goal) = row.goals.iter().find(|goal| goal.count == count) else {
        return String::new();
    };
    let outcome = match measured {
        Some(measured) if measured <= goal.at_most => "met",
        None if !failed => "not measured",
        _ => "missed",
    };
    format!("{}, {outcome}", goal.at_most)
}

fn words(count: Count, counted: &Result<Counted, String>) -> String {
    match counted {
        Err(why) => why.lines().find(|line| line.contains("error")).unwrap_or(why).to_owned(),
        Ok(Counted { number: None, .. }) => "needs valgrind".to_owned(),
        Ok(Counted { number: Some(number), .. }) => number_in_words(count, *number),
    }
}

/// A count as people read it: instructions in millions.
fn number_in_words(count: Count, number: u64) -> String {
    match (count, number) {
        (Count::RecursionLimit, 0) => "no".to_owned(),
        (Count::RecursionLimit, _) => "yes".to_owned(),
        _ if count.is_of_instructions() => format!("{} M", grouped(number / 1_000_000)),
        _ => grouped(number),
    }
}

/// `1234567`: `1 234 567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// Prints which functions the lines of LLVM's language are of, by groups, for two programs.
pub fn print_groups(row: &Row, groups: &[BTreeMap<String, Lines>]) {
    let labels: Vec<_> = row.programs.iter().map(|program| program.label.as_str()).collect();
    println!("\n| LLVM lines (functions), debug | {} |", labels.join(" | "));
    println!("|---|{}", "--:|".repeat(labels.len()));
    for (name, lines) in by_lines(groups) {
        let words =
            |lines: &Lines| format!("{} ({})", grouped(lines.lines), grouped(lines.functions));
        let words: Vec<_> = lines.iter().map(words).collect();
        println!("| {name} | {} |", words.join(" | "));
    }
}

/// The groups with the lines of each program, the largest of the last program first. Those of less
/// than a hundredth of each program are together, at the end.
fn by_lines(groups: &[BTreeMap<String, Lines>]) -> Vec<(&str, Vec<Lines>)> {
    let all = |groups: &BTreeMap<_, Lines>| groups.values().map(|of| of.lines).sum::<u64>();
    let is_small =
        |lines: &[Lines]| lines.iter().zip(groups).all(|(of, groups)| 100 * of.lines < all(groups));
    let names: BTreeSet<&String> = groups.iter().flat_map(BTreeMap::keys).collect();
    let mut large = Vec::new();
    let mut others = vec![Lines::default(); groups.len()];
    for name in names {
        let of = |groups: &BTreeMap<String, Lines>| groups.get(name).copied().unwrap_or_default();
        let lines: Vec<Lines> = groups.iter().map(of).collect();
        if is_small(&lines) {
            others.iter_mut().zip(&lines).for_each(|(others, of)| {
                others.lines += of.lines;
                others.functions += of.functions;
            });
        } else {
            large.push((name.as_str(), lines));
        }
    }
    large.sort_by_key(|(_, lines)| std::cmp::Reverse(lines.last().map(|lines| lines.lines)));
    large.push(("others", others));
    large
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::programs::ring;
    use crate::table::goal::Goal;

    fn row() -> Row {
        Row {
            name: "ring",
            about: "a ring",
            programs: [25, 100].map(ring).into(),
            counts: vec![Count::Tokens, Count::Check],
            measure: Measure::Ratio,
            goals: vec![Goal { count: Count::Check, at_most: 4.4 }],
            groups: false,
        }
    }

    fn counted(number: u64) -> Counted {
        Counted { number: Some(number), time: None }
    }

    #[test]
    fn a_line_has_counts_what_they_come_to_the_goal_and_seconds() {
        let of = |count, one, other| cells(&row(), count, &[&Ok(one), &Ok(other)]).join(" | ");
        assert_eq!(of(Count::Tokens, counted(1_000), counted(4_000)), "1 000 | 4 000 | 4.00 |  | ");
        let timed = |number, time| {
            let time = Some(Duration::from_millis(time));
            Counted { time, ..counted(number) }
        };
        assert_eq!(
            of(Count::Check, timed(10_000_000, 100), timed(45_000_000, 510)),
            "10 M | 45 M | 4.50 | 4.4, missed | 0.10 / 0.51"
        );
        assert_eq!(
            of(Count::Check, counted(10_000_000), counted(44_000_000)),
            "10 M | 44 M | 4.40 | 4.4, met | "
        );
    }

    #[test]
    fn what_does_not_compile_misses_its_goal() {
        let fails = Err("exit status: 1\nerror: expected `,`\n".to_owned());
        assert_eq!(
            cells(&row(), Count::Check, &[&Ok(counted(7_000_000)), &fails]),
            ["7 M", "error: expected `,`", "", "4.4, missed", ""]
        );
        let none = Ok(Counted { number: None, time: None });
        assert_eq!(
            cells(&row(), Count::Check, &[&none, &none]),
            ["needs valgrind", "needs valgrind", "", "4.4, not measured", ""]
        );
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1 000"), (1_234_567, "1 234 567")] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn small_groups_are_together_and_last() {
        let of = |lines| Lines { functions: 1, lines };
        let groups = |all: &[(&str, u64)]| {
            all.iter().map(|(name, lines)| ((*name).to_owned(), of(*lines))).collect()
        };
        let one = groups(&[("core", 50), ("std", 5), ("a", 9_000)]);
        let other = groups(&[("core", 50), ("alloc", 6), ("a", 1_000), ("b", 9_000)]);
        let none = Lines::default();
        assert_eq!(
            by_lines(&[one, other]),
            [
                ("b", vec![none, of(9_000)]),
                ("a", vec![of(9_000), of(1_000)]),
                (
                    "others",
                    vec![Lines { functions: 2, lines: 55 }, Lines { functions: 2, lines: 56 }]
                ),
            ]
        );
    }
}
