//! The text of a statement in PostgreSQL: the keys of a load are an array for each part.

use std::fmt::Write as _;

use super::keys::Keys;
use super::mapping::Table;
use super::statement::{Answer, Statement, push_column, push_condition, push_path, push_table};
use crate::value::{Form, Kind};

/// What keeps a key with many rows from filling the memory, where a few rows of each key are enough.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// The number of all rows, which costs the least. If they are more, nothing is known of the last keys.
    OfAll,
    /// The number of rows of each key too.
    OfEach,
}

/// The text of a statement for keys.
pub(super) fn text(statement: &Statement<'_>, keys: &Keys<'_>, limit: Limit) -> String {
    let mut text = String::with_capacity(480);
    if let table @ Table::Query(_) = statement.mapping.table {
        // Outside of `LATERAL`, where a query would see the keys: a column that its tables have not, such
        // as `n`, would be one of theirs.
        text.push_str("WITH t AS NOT MATERIALIZED (SELECT * FROM ");
        push_table(&mut text, table);
        text.push_str(") ");
    }
    let are_arrays = most_rows(statement, keys).is_some();
    if are_arrays {
        text.push_str("SELECT array_agg(q.n)");
        for at in 0..statement.answer.width() {
            let _ = write!(text, ", array_agg(q.c{at})");
        }
        text.push_str(" FROM (");
    }
    push_lookup(&mut text, statement, keys, limit);
    if are_arrays {
        let _ = write!(text, " LIMIT ${}::int8) AS q", keys.parts.len() + 1);
    }
    text
}

/// The most rows of a batch, if a few of each key are enough. Such rows come back as one row of arrays, which costs
/// less than many rows.
pub(super) fn most_rows(statement: &Statement<'_>, keys: &Keys<'_>) -> Option<usize> {
    let of_key = rows_of_key(statement).filter(|_| statement.mapping.order.is_empty())?;
    (!is_single(keys)).then(|| usize::from(of_key).saturating_mul(keys.len()))
}

/// How many rows of a key are enough, if not all are wanted.
fn rows_of_key(statement: &Statement<'_>) -> Option<u8> {
    match statement.answer {
        Answer::Exists { .. } => Some(1),
        Answer::Rows { limit, .. } => limit,
    }
}

/// Appends `SELECT` with the rows of each key.
fn push_lookup(text: &mut String, statement: &Statement<'_>, keys: &Keys<'_>, limit: Limit) {
    text.push_str("SELECT ");
    text.push_str(if is_single(keys) { "1::int8" } else { "k.n" });
    for at in 0..statement.answer.width() {
        let _ = write!(text, ", r.c{at}");
    }
    text.push_str(" FROM ");
    push_keys(text, keys);
    // Its rows are looked up key by key, whatever the planner expects of the number of keys: a limit, or
    // an offset, keeps it from joining otherwise.
    text.push_str("LATERAL (SELECT ");
    push_columns(text, statement);
    text.push_str(" FROM ");
    match statement.mapping.table {
        Table::Query(_) => text.push('t'),
        table @ Table::Named(_) => push_table(text, table),
    }
    push_condition(text, statement, keys, |text, column, part| {
        push_equal(text, keys, column, part);
    });
    let is_limited = limit == Limit::OfEach || most_rows(statement, keys).is_none();
    let _ = match rows_of_key(statement) {
        // After one row there is nothing to look for, and so nothing to save.
        Some(rows) if rows == 1 || is_limited => write!(text, " LIMIT {rows}) AS r"),
        _ => write!(text, " OFFSET 0) AS r"),
    };
    for (at, (_, descending)) in statement.mapping.order.iter().enumerate() {
        let word = if at == 0 { " ORDER BY" } else { "," };
        let direction = if *descending { " DESC" } else { "" };
        let _ = write!(text, "{word} r.o{at}{direction}");
    }
}

/// Whether there is one key, which is sent without arrays.
fn is_single(keys: &Keys<'_>) -> bool {
    keys.varying().next().is_none()
}

/// Appends the arrays of the parts that vary as a table, if there are any.
fn push_keys(text: &mut String, keys: &Keys<'_>) {
    if is_single(keys) {
        return;
    }
    text.push_str("unnest(");
    for (at, part) in keys.varying().enumerate() {
        text.push_str(if at > 0 { ", " } else { "" });
        push_parameter(text, at + 1, keys.parts[part].form, "[]");
    }
    text.push_str(") WITH ORDINALITY AS k(");
    for at in 0..keys.varying().count() {
        let _ = write!(text, "p{at}, ");
    }
    text.push_str("n) CROSS JOIN ");
}

/// Appends the columns of a row: those of the value, and those of the order.
fn push_columns(text: &mut String, statement: &Statement<'_>) {
    let Answer::Rows { columns, .. } = &statement.answer else {
        text.push('1');
        return;
    };
    for (at, (column, form)) in columns.iter().enumerate() {
        text.push_str(if at > 0 { ", " } else { "" });
        push_column(text, column);
        // Digits are exact.
        text.push_str(if form.kind == Kind::Decimal { "::text" } else { "" });
        let _ = write!(text, " AS c{at}");
    }
    for (at, (column, _)) in statement.mapping.order.iter().enumerate() {
        text.push_str(", ");
        push_column(text, column);
        let _ = write!(text, " AS o{at}");
    }
}

/// Appends that a column is equal to a part of the key.
fn push_equal(text: &mut String, keys: &Keys<'_>, column: &str, part: usize) {
    let key_part = &keys.parts[part];
    let mut value = String::new();
    if let Some(at) = keys.shared().position(|shared| shared == part) {
        push_parameter(&mut value, keys.varying().count() + at + 1, key_part.form, "");
    } else {
        let at = keys.varying().position(|varying| varying == part).unwrap_or(0);
        let _ = write!(value, "k.p{at}");
    }
    let mut name = String::new();
    push_column(&mut name, column);
    let _ = if key_part.has_null {
        // `IS NOT DISTINCT FROM` finds no index.
        write!(text, "({name} = {value} OR ({name} IS NULL AND {value} IS NULL))")
    } else {
        write!(text, "{name} = {value}")
    };
}

/// Appends a parameter, or an array of them, as the type of its form.
fn push_parameter(text: &mut String, number: usize, form: Form, array: &str) {
    let _ = write!(text, "${number}::{}{array}", sent_as(form.kind));
    if let Some(name) = form.type_name {
        text.push_str("::");
        push_path(text, name.split('.'));
        text.push_str(array);
    } else if form.kind == Kind::Decimal {
        let _ = write!(text, "::numeric{array}");
    }
}

/// The type of a parameter.
fn sent_as(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Int => "int8",
        Kind::Text | Kind::Decimal => "text",
        Kind::Bytes => "bytea",
        Kind::Uuid => "uuid",
        Kind::Timestamp => "timestamptz",
        Kind::LocalTimestamp => "timestamp",
        Kind::Date => "date",
    }
}
