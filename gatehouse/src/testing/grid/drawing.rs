//! A grid with what was decided, in the form in which it was written.

use std::fmt;

use super::text::{Cell, Grid};
use crate::decision::Decision;
use crate::testing::assertion::Outcome;
use crate::testing::report::write;

/// The most decisions that are told one by one, below the grid that shows all.
const MOST_TOLD: usize = 20;

/// A grid, the decisions, and those that are not as expected.
pub(super) struct Drawing<'d, F> {
    pub(super) grid: &'d Grid,
    pub(super) decided: &'d F,
    pub(super) wrong: &'d [&'d Cell],
    /// All that is known of the first wrong decision.
    pub(super) report: String,
}

impl<'d, F: Fn(&Cell) -> &'d Decision> fmt::Display for Drawing<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wrong, all) = (self.wrong.len(), self.grid.cells().count());
        writeln!(f, "{wrong} of {all} decisions are not as expected (expected→decided):\n")?;
        self.rows(f)?;
        writeln!(f)?;
        for cell in self.wrong.iter().take(MOST_TOLD) {
            writeln!(f, "{}: expected {}; {}", cell.name, cell.expected, (self.decided)(cell))?;
        }
        if wrong > MOST_TOLD {
            writeln!(f, "… and {} more", wrong - MOST_TOLD)?;
        }
        write!(f, "\nThe first of them, {}:\n{}", self.wrong[0].name, self.report)
    }
}

impl<'d, F: Fn(&Cell) -> &'d Decision> Drawing<'_, F> {
    fn rows(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Grid { columns, rows } = self.grid;
        let labels = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or_default();
        let line = |label: &str, cells: Vec<String>| {
            let mut line = format!("  {label:labels$}");
            for (cell, column) in cells.iter().zip(columns) {
                write(&mut line, format_args!("  {cell:width$}", width = width(column)));
            }
            line.trim_end().to_owned()
        };
        writeln!(f, "{}", line("", columns.clone()))?;
        for row in rows {
            let cells = row.cells.iter().map(|cell| self.cell(cell)).collect();
            writeln!(f, "{}", line(&row.label, cells))?;
        }
        Ok(())
    }

    /// `A` where it is as expected, `A→D` where it is not.
    fn cell(&self, cell: &Cell) -> String {
        let decided = Outcome::of((self.decided)(cell));
        if decided == cell.expected {
            return decided.letter().to_string();
        }
        format!("{}→{}", cell.expected.letter(), decided.letter())
    }
}

/// The width of a column: its name, or a mismatch.
fn width(column: &str) -> usize {
    column.chars().count().max("A→D".chars().count())
}
