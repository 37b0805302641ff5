//! Coverage as an LCOV tracefile.

use std::fmt::Write;

use lcov::Report;
use lcov::report::section::{Key, Value, branch, function, line};

use super::report::{Body, CoverageReport, Covered};

impl CoverageReport {
    /// The report as an [LCOV tracefile](https://manpages.debian.org/geninfo), which editors, `genhtml`
    /// and services for coverage read.
    ///
    /// A policy or derived fact is a function, a condition a line with two branches (for an arm, one), of
    /// which the first is true. What was seen has the count 1, however often it was: what is recorded is
    /// that it was. Source files have the names that the compiler gave them, which begin at the
    /// workspace.
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
    /// let lcov = Coverage::seen().of([GATE.plan()]).to_lcov();
    /// assert!(lcov.contains("\nFNDA:0,root\n"));
    /// assert!(lcov.ends_with("\nend_of_record\n"));
    /// ```
    #[must_use]
    pub fn to_lcov(&self) -> String {
        let mut report = Report::new();
        for body in &self.bodies {
            let source_file = body.location.file.into();
            let key = Key { test_name: String::new(), source_file };
            add(report.sections.entry(key).or_default(), body);
        }
        report.into_records().fold(String::new(), |mut text, record| {
            // Writing to a `String` does not fail.
            let _ = writeln!(text, "{record}");
            text
        })
    }
}

fn add(file: &mut Value, body: &Body) {
    let (start, name) = (body.location.line, body.name.to_owned());
    let mut function = function::Key { name };
    if file.functions.contains_key(&function) {
        // Of another module of the file.
        function.name = format!("{}:{start}", body.name);
    }
    let ran = u64::from(body.ran);
    file.functions.insert(function, function::Value { start_line: Some(start), count: ran });
    add_line(file, start, ran);
    for covered in &body.conditions {
        add_condition(file, covered);
    }
}

fn add_condition(file: &mut Value, covered: &Covered) {
    let (line, ways) = (covered.condition.line, covered.ways);
    let is_seen = ways.yes || ways.no;
    add_line(file, line, u64::from(is_seen));
    // A number of its own among the conditions of the line.
    let of_line = file.branches.keys().filter(|key| key.line == line);
    let block = of_line.map(|key| key.block + 1).max().unwrap_or(0);
    let branches = if covered.is_arm() { &[ways.yes][..] } else { &[ways.yes, ways.no] };
    for (branch, seen) in (0..).zip(branches) {
        let taken = is_seen.then_some(u64::from(*seen));
        file.branches.insert(branch::Key { line, block, branch }, branch::Value { taken });
    }
}

/// A line is seen if anything on it is.
fn add_line(file: &mut Value, line: u32, count: u64) {
    let line = file.lines.entry(line::Key { line }).or_default();
    line.count = line.count.max(count);
}
