//! What is asked of a table, in no particular dialect, and the parts of SQL that all dialects share.

use super::keys::Keys;
use super::mapping::{Mapping, Table};
use crate::value::Form;

/// What a load asks of a table.
pub struct Statement<'m> {
    pub(super) mapping: &'m Mapping,
    pub(super) answer: Answer<'m>,
}

/// What is asked about each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<'m> {
    /// Whether it has a row; one in which this column is not NULL, if there is one.
    Exists { not_null: Option<&'m str> },
    /// Its rows, or the first few of them.
    Rows { columns: Vec<(&'m str, Form)>, limit: Option<u8> },
}

impl Answer<'_> {
    /// The number of columns of a row, without the number of the key.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::Exists { .. } => 0,
            Self::Rows { columns, .. } => columns.len(),
        }
    }
}

/// Appends an identifier in quotes.
pub(super) fn push_name(text: &mut String, name: &str) {
    text.push('"');
    for character in name.chars() {
        if character == '"' {
            text.push('"');
        }
        text.push(character);
    }
    text.push('"');
}

/// Appends a name of several parts, such as `"auth"."role"`.
pub(super) fn push_path<'n>(text: &mut String, names: impl IntoIterator<Item = &'n str>) {
    for (at, name) in names.into_iter().enumerate() {
        if at > 0 {
            text.push('.');
        }
        push_name(text, name);
    }
}

/// Appends a column of the table, which is called `t` in every statement.
///
/// With its table, because SQLite takes an unknown column in quotes for a text.
pub(super) fn push_column(text: &mut String, name: &str) {
    text.push_str("t.");
    push_name(text, name);
}

/// Appends the table, as `t`.
pub(super) fn push_table(text: &mut String, table: Table) {
    match table {
        Table::Named(name) => push_path(text, name.iter().copied()),
        // On lines of its own, because it may end in a comment.
        Table::Query(query) => {
            text.push_str("(\n");
            text.push_str(query);
            text.push_str("\n)");
        }
    }
    text.push_str(" AS t");
}

/// Appends ` WHERE …`: the columns of the key are the parts of a key, whose SQL `push_part` appends.
pub(super) fn push_condition(
    text: &mut String,
    Statement { mapping, answer }: &Statement<'_>,
    keys: &Keys<'_>,
    mut push_equal: impl FnMut(&mut String, &str, usize),
) {
    let mut word = " WHERE ";
    for (part, column) in mapping.key.iter().take(keys.parts.len()).enumerate() {
        text.push_str(word);
        push_equal(text, column, part);
        word = " AND ";
    }
    if let Answer::Exists { not_null: Some(column) } = answer {
        text.push_str(word);
        push_column(text, column);
        text.push_str(" IS NOT NULL");
    }
}
