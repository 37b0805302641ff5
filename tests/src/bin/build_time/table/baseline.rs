//! The counts that were committed, and how others differ from them.

use std::fmt::{self, Write as _};

use super::goal::as_f64;
use super::measure::Counts;
use super::rows::Row;
use crate::counting::Count;

/// A count of a program of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub row: String,
    pub program: String,
    pub count: Count,
    pub number: u64,
}

/// The committed counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The compiler that they are of.
    pub compiler: String,
    pub entries: Vec<Entry>,
}

/// A count that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    row: String,
    program: String,
    count: Count,
    was: Option<u64>,
    is: Option<u64>,
}

impl Baseline {
    /// What was counted. Fails if a count is not there.
    pub fn new(compiler: String, rows: &[Row], counts: &[Vec<Counts>]) -> Result<Self, String> {
        let mut entries = Vec::new();
        for (row, of_row) in rows.iter().zip(counts) {
            for (program, of_program) in row.programs.iter().zip(of_row) {
                for (count, number) in row.counts.iter().zip(of_program) {
                    let fails =
                        |why: &str| format!("`{}`, {}: {count}: {why}", row.name, program.label);
                    let number = number.as_ref().map_err(|why| fails(why))?.number;
                    let number = number.ok_or_else(|| fails("needs valgrind"))?;
                    entries.push(Entry {
                        row: row.name.to_owned(),
                        program: program.label.clone(),
                        count: *count,
                        number,
                    });
                }
            }
        }
        Ok(Self { compiler, entries })
    }

    /// Reads what [`Baseline`] writes.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut baseline = Self::default();
        for line in text.lines() {
            if let Some(comment) = line.strip_prefix('#') {
                if let Some(compiler) = comment.strip_prefix(" compiler: ") {
                    compiler.clone_into(&mut baseline.compiler);
                }
            } else if !line.is_empty() {
                let entry = entry(line).ok_or(format!("no count: `{line}`"))?;
                baseline.entries.push(entry);
            }
        }
        Ok(baseline)
    }
}

/// `or 50 tokens 12345`
fn entry(line: &str) -> Option<Entry> {
    let words: Vec<_> = line.split_whitespace().collect();
    let [row, program, count, number] = words.try_into().ok()?;
    Some(Entry {
        row: row.to_owned(),
        program: program.to_owned(),
        count: Count::named(count)?,
        number: number.parse().ok()?,
    })
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "# What builds cost: `cargo build-time --compare` compares with it, `cargo build-time --update` writes it.\n",
        )?;
        writeln!(f, "# compiler: {}", self.compiler)?;
        for Entry { row, program, count, number } in &self.entries {
            writeln!(f, "{row} {program} {} {number}", count.name())?;
        }
        Ok(())
    }
}

/// How counts differ from those of a baseline, each by more than it may, less ones too: a baseline
/// that is too high hides a later growth. `compared` says which counts were made at all.
pub fn differences(
    was: &Baseline,
    is: &Baseline,
    compared: impl Fn(&Entry) -> bool,
) -> Vec<Difference> {
    let same = |one: &Entry, other: &Entry| {
        (&one.row, &one.program, one.count) == (&other.row, &other.program, other.count)
    };
    let mut differences = Vec::new();
    let mut add = |entry: &Entry, was: Option<u64>, is: Option<u64>| {
        let Entry { row, program, count, .. } = entry.clone();
        differences.push(Difference { row, program, count, was, is });
    };
    for old in was.entries.iter().filter(|entry| compared(entry)) {
        let new = is.entries.iter().find(|new| same(old, new)).map(|new| new.number);
        if new.is_none_or(|new| !is_within(old.count, old.number, new)) {
            add(old, Some(old.number), new);
        }
    }
    for new in is.entries.iter().filter(|entry| compared(entry)) {
        if !was.entries.iter().any(|old| same(old, new)) {
            add(new, None, Some(new.number));
        }
    }
    differences
}

fn is_within(count: Count, was: u64, is: u64) -> bool {
    as_f64(was.abs_diff(is)) <= count.tolerance() * as_f64(was)
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, program, count, was, is } = self;
        write!(f, "`{row}`, {program}: {count}: ")?;
        match (was, is) {
            (Some(was), Some(is)) => {
                let change = 100.0 * (as_f64(*is) / as_f64(*was) - 1.0);
                let mut by = String::new();
                if change.is_finite() {
                    write!(
                        by,
                        " ({change:+.1} %, and {:.0} % are allowed)",
                        100.0 * count.tolerance()
                    )?;
                }
                write!(f, "was {was}, is {is}{by}")
            }
            (Some(was), None) => write!(f, "was {was}, is not counted"),
            (None, is) => write!(f, "is {}, and is not in the baseline", is.unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counting::Profile;

    fn entry(row: &str, count: Count, number: u64) -> Entry {
        Entry { row: row.to_owned(), program: "50".to_owned(), count, number }
    }

    fn baseline(entries: &[Entry]) -> Baseline {
        Baseline { compiler: "rustc 1.95.0".to_owned(), entries: entries.to_vec() }
    }

    fn said(was: &[Entry], is: &[Entry]) -> Vec<String> {
        let all = differences(&baseline(was), &baseline(is), |_| true);
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let all = Count::ALL.map(|count| entry("or", count, 7));
        let baseline = baseline(&all);
        assert_eq!(Baseline::parse(&baseline.to_string()), Ok(baseline));
        assert_eq!(Baseline::parse("or 50 tokens"), Err("no count: `or 50 tokens`".to_owned()));
        assert_eq!(Baseline::parse("or 50 hours 1"), Err("no count: `or 50 hours 1`".to_owned()));
    }

    #[test]
    fn each_count_has_its_tolerance() {
        let of = |count, was, is| said(&[entry("or", count, was)], &[entry("or", count, is)]);
        assert_eq!(of(Count::Tokens, 100, 100), [""; 0]);
        assert_eq!(
            of(Count::Tokens, 100, 101),
            ["`or`, 50: tokens: was 100, is 101 (+1.0 %, and 0 % are allowed)"]
        );
        assert_eq!(of(Count::Lines(Profile::Debug), 100, 102), [""; 0]);
        assert_eq!(
            of(Count::Lines(Profile::Debug), 100, 97),
            ["`or`, 50: LLVM lines, debug: was 100, is 97 (-3.0 %, and 2 % are allowed)"]
        );
        assert_eq!(of(Count::Check, 100, 104), [""; 0]);
        assert_eq!(
            of(Count::RecursionLimit, 0, 1),
            ["`or`, 50: needs a `recursion_limit`: was 0, is 1"]
        );
    }

    #[test]
    fn a_count_that_one_side_lacks_differs() {
        let tokens = entry("or", Count::Tokens, 5);
        let said_of = |was: &[Entry], is: &[Entry]| said(was, is).join("\n");
        assert_eq!(
            said_of(std::slice::from_ref(&tokens), &[]),
            "`or`, 50: tokens: was 5, is not counted"
        );
        assert_eq!(said_of(&[], &[tokens]), "`or`, 50: tokens: is 5, and is not in the baseline");
    }

    #[test]
    fn what_was_not_counted_is_not_compared() {
        let was = baseline(&[entry("or", Count::Tokens, 5), entry("or", Count::Check, 5)]);
        let is = baseline(&[entry("or", Count::Tokens, 5)]);
        assert_eq!(differences(&was, &is, |entry| !entry.count.is_of_instructions()), []);
    }
}
