//! How a mapping fits its table.

use super::catalogue::{ColumnInfo, TableInfo};
use super::mapping::{Mapping, Table};
use super::source::Described;
use super::statement::Answer;
use crate::value::{Form, Kind};

/// What does not fit, in the words of the mapping.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Loads fail, for some keys at least.
    pub(super) errors: Vec<String>,
    /// Loads are right, and slow or surprising.
    pub(super) warnings: Vec<String>,
}

/// Compares a mapping with its table.
pub(super) fn compare(described: &Described, table: &TableInfo) -> Findings {
    let mut findings = Findings::default();
    let Described { mapping, key, answer, .. } = described;
    for (name, form) in mapping.key.iter().zip(key) {
        if let Some(column) = find(mapping, table, name, &mut findings) {
            key_column(column, form, &mut findings);
        }
    }
    value_columns(described, table, &mut findings);
    for (name, _) in mapping.order {
        find(mapping, table, name, &mut findings);
    }
    if findings.errors.is_empty() {
        indexes(mapping, answer, table, &mut findings);
    }
    findings
}

/// A column by its name, or an error.
fn find<'t>(
    mapping: &Mapping,
    table: &'t TableInfo,
    name: &str,
    findings: &mut Findings,
) -> Option<&'t ColumnInfo> {
    let found = table.columns.iter().find(|column| column.name == name);
    if found.is_none() {
        let (table_in_text, mut names) = (mapping.table_in_text(), String::new());
        for column in &table.columns {
            names += if names.is_empty() { "" } else { ", " };
            names += &column.name;
        }
        let error = format!("{table_in_text} has no column `{name}`; it has {names}");
        findings.errors.push(error);
    }
    found
}

/// A column of the key.
fn key_column(column: &ColumnInfo, form: &Form, findings: &mut Findings) {
    let ColumnInfo { name, type_name, .. } = column;
    type_fits(column, form, findings);
    if column.is_enum && form.type_name.is_none() {
        findings.errors.push(format!(
            "the column `{name}` is of the enum `{type_name}`, and a text cannot be compared with it; \
             write `#[value(type = \"{type_name}\")]` on the type of the key part"
        ));
    }
    let is_citext = type_name.rsplit('.').next() == Some("citext");
    if is_citext && form.type_name.is_none() {
        findings.warnings.push(format!(
            "the column `{name}` is of the type {type_name}, and a text is compared with it byte by byte, \
             without an index; write `#[value(type = \"citext\")]` on the type of the key part"
        ));
    } else if column.is_bytewise == Some(false) {
        findings.warnings.push(format!(
            "the column `{name}` compares texts that differ as equal ({type_name}); a key is answered by \
             the rows of all of them"
        ));
    }
}

/// The type of a column beside the form of its values.
fn type_fits(column: &ColumnInfo, form: &Form, findings: &mut Findings) {
    let ColumnInfo { name, type_name, kinds, .. } = column;
    if kinds.as_ref().is_some_and(|kinds| !kinds.contains(&form.kind)) {
        let expected = described_kind(form.kind);
        findings.errors.push(format!(
            "the column `{name}` is of the type {type_name}, where {expected} is expected"
        ));
    }
}

fn described_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "a truth value",
        Kind::Int => "an integer",
        Kind::Text => "a text",
        Kind::Bytes => "a sequence of bytes",
        Kind::Uuid => "a UUID",
        Kind::Timestamp => "a time with a time zone",
        Kind::LocalTimestamp => "a time without a time zone",
        Kind::Date => "a date",
        Kind::Decimal => "a decimal number",
    }
}

/// The columns of the value.
fn value_columns(described: &Described, table: &TableInfo, findings: &mut Findings) {
    let Described { mapping, answer, is_required, .. } = described;
    let (columns, is_limited) = match answer {
        Answer::Exists { not_null } => {
            if let Some(column) = not_null {
                find(mapping, table, column, findings);
            }
            return;
        }
        Answer::Rows { columns, limit } => (columns, limit.is_some()),
    };
    for (name, form) in columns {
        let Some(column) = find(mapping, table, name, findings) else { continue };
        type_fits(column, form, findings);
        if form.nullable || column.is_nullable != Some(true) {
            continue;
        }
        if columns.len() > 1 {
            findings.errors.push(format!(
                "the column `{name}` may be NULL, for which the value has no place; make it an `Option`, or \
                 the column NOT NULL"
            ));
        } else if *is_required {
            findings.warnings.push(format!(
                "the column `{name}` may be NULL, and the fact is `#[required]`: NULL is a failed load"
            ));
        } else if !is_limited {
            findings
                .warnings
                .push(format!("the column `{name}` may be NULL: such rows are left out"));
        }
    }
}

/// The indexes over the key.
fn indexes(mapping: &Mapping, answer: &Answer<'_>, table: &TableInfo, findings: &mut Findings) {
    let is_single = matches!(answer, Answer::Rows { limit: Some(_), .. });
    let (key, name) = (mapping.key.join(", "), mapping.table_in_text());
    let Some(unique) = &table.unique else {
        if is_single {
            let what = match mapping.table {
                Table::Named(_) => "a view",
                Table::Query(_) => "a query",
            };
            findings.warnings.push(format!(
                "it cannot be told of {what} whether a key has several rows: such a key fails"
            ));
        }
        return;
    };
    let in_key = |column: &String| mapping.key.contains(&column.as_str());
    let is_unique = unique.iter().any(|columns| columns.iter().all(in_key));
    if is_single && !is_unique {
        findings.errors.push(format!(
            "{name} has no unique index over ({key}), and a key with several rows fails; add one, or collect \
             all rows by `-> [column]`"
        ));
    } else if !mapping.key.is_empty()
        && !table.indexes.iter().any(|columns| leads(columns, mapping))
    {
        findings.warnings.push(format!(
            "{name} has no index that begins with ({key}): each load reads it whole"
        ));
    }
}

/// Whether an index begins with the columns of the key, in any order, or has nothing but some of them.
fn leads(columns: &[String], mapping: &Mapping) -> bool {
    let length = columns.len().min(mapping.key.len());
    columns[..length].iter().all(|column| mapping.key.contains(&column.as_str()))
}
