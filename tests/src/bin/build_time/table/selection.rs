//! Which rows and counts are asked for.

use super::rows::Row;
use crate::counting::Count;

/// Rows and counts that are asked for.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Names of rows; all without any.
    pub rows: Vec<String>,
    /// The counts; all without any.
    pub counts: Vec<Count>,
    /// Whether instructions are left out.
    pub without_instructions: bool,
}

impl Selection {
    /// Whether a count of a row is asked for.
    pub fn has(&self, row: &str, count: Count) -> bool {
        let has_row = self.rows.is_empty() || self.rows.iter().any(|name| name == row);
        let has_count = self.counts.is_empty() || self.counts.contains(&count);
        has_row && has_count && !(self.without_instructions && count.is_of_instructions())
    }

    /// The rows with the counts that are asked for. Fails if a name is no row's.
    pub fn of(&self, mut rows: Vec<Row>) -> Result<Vec<Row>, String> {
        let names: Vec<_> = rows.iter().map(|row| row.name).collect();
        if let Some(other) = self.rows.iter().find(|name| !names.contains(&name.as_str())) {
            return Err(format!("`{other}` is no row: the rows are {}", names.join(", ")));
        }
        for row in &mut rows {
            row.counts.retain(|count| self.has(row.name, *count));
        }
        rows.retain(|row| !row.counts.is_empty());
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{Scale, rows};

    fn selected(selection: &Selection) -> Result<Vec<(&'static str, Vec<Count>)>, String> {
        let rows = selection.of(rows(Scale::Small, 1))?;
        Ok(rows.into_iter().map(|row| (row.name, row.counts)).collect())
    }

    #[test]
    fn rows_and_counts_are_selected_by_name() {
        let ring = Selection {
            rows: vec!["ring".to_owned()],
            counts: vec![Count::Check, Count::RecursionLimit],
            ..Selection::default()
        };
        assert_eq!(selected(&ring), Ok(vec![("ring", vec![Count::Check])]));
        let text = Selection { without_instructions: true, ..Selection::default() };
        let counts = selected(&text).expect("no row is named");
        assert!(counts.iter().all(|(_, counts)| !counts.contains(&Count::Check)));
        assert_eq!(counts.len(), rows(Scale::Small, 1).len());
    }

    #[test]
    fn a_name_that_is_no_row_is_refused() {
        let none = Selection { rows: vec!["rin".to_owned()], ..Selection::default() };
        let error = selected(&none).expect_err("there is no such row");
        assert!(error.starts_with("`rin` is no row: the rows are or, match,"), "{error}");
    }
}
