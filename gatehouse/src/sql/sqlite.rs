//! SQLite: the keys of a load are one parameter, an array in JSON.

use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use sqlx::error::BoxDynError;
use sqlx::sqlite::{SqliteArguments, SqliteRow, SqliteValueRef};
use sqlx::{
    Arguments as _, AssertSqlSafe, Decode, Row as _, Sqlite, SqliteConnection, TypeInfo as _,
    ValueRef as _,
};

use super::catalogue::TableInfo;
use super::dialect::{Dialect, Words};
use super::keys::Keys;
use super::mapping::Table;
use super::rows::{Cell, Rows};
use super::sqlite_catalogue;
use super::statement::{Answer, Statement, push_column, push_condition, push_name, push_table};
use crate::value::{Kind, Misfit, Scalar};

impl Dialect for Sqlite {}

impl Words for Sqlite {
    fn text(statement: &Statement<'_>, keys: &Keys<'_>) -> String {
        let mut text = String::with_capacity(256);
        let number = if is_single(keys) { "0" } else { names(statement).key };
        text.push_str("SELECT ");
        text.push_str(number);
        match &statement.answer {
            Answer::Exists { .. } => {
                push_keys(&mut text, statement, keys);
                text.push_str(" WHERE EXISTS (SELECT 1 FROM ");
                push_rows(&mut text, statement, keys);
                text.push(')');
            }
            Answer::Rows { columns, limit } => {
                for (column, _) in columns {
                    text.push_str(", ");
                    push_column(&mut text, column);
                }
                // The keys come first, whatever the planner expects of the table.
                push_keys(&mut text, statement, keys);
                text.push_str(if is_single(keys) { " FROM " } else { " CROSS JOIN " });
                push_rows(&mut text, statement, keys);
                push_order(&mut text, statement.mapping.order);
                if let (true, Some(limit)) = (is_single(keys), limit) {
                    let _ = write!(text, " LIMIT {limit}");
                }
            }
        }
        text
    }

    async fn fetch(
        connection: &mut SqliteConnection,
        text: String,
        statement: &Statement<'_>,
        keys: &Keys<'_>,
    ) -> Result<Rows, sqlx::Error> {
        if let Table::Query(query) = statement.mapping.table {
            sqlite_catalogue::check_query(connection, query).await?;
        }
        let order = keys.order();
        let arguments = arguments(keys, &order)?;
        let width = statement.answer.width();
        let mut rows = Rows::new(width);
        let query = sqlx::query_with::<Sqlite, _>(AssertSqlSafe(text), arguments);
        let mut stream = query.fetch(connection);
        while let Some(row) = stream.try_next().await? {
            push_row(&mut rows, &row, &order, width)?;
        }
        Ok(rows)
    }

    async fn table_info(
        connection: &mut SqliteConnection,
        table: Table,
    ) -> Result<Option<TableInfo>, sqlx::Error> {
        sqlite_catalogue::table_info(connection, table).await
    }
}

/// The table of the keys, and its columns.
struct Names {
    table: &'static str,
    key: &'static str,
    value: &'static str,
}

fn names(statement: &Statement<'_>) -> Names {
    match statement.mapping.table {
        Table::Named(_) => Names { table: "json_each(?1) AS j", key: "j.key", value: "j.value" },
        // A query inside `EXISTS` sees the keys: a column that its tables have not, such as `type` or `id`,
        // would be one of theirs. So they have names that nobody writes.
        Table::Query(_) => Names {
            table: "(SELECT key AS \"gatehouse key\", value AS \"gatehouse value\" \
                    FROM json_each(?1)) AS j",
            key: "j.\"gatehouse key\"",
            value: "j.\"gatehouse value\"",
        },
    }
}

/// Whether there is one key, which is sent without an array.
fn is_single(keys: &Keys<'_>) -> bool {
    keys.varying().next().is_none()
}

/// Appends the array of keys as a table, if there is one.
fn push_keys(text: &mut String, statement: &Statement<'_>, keys: &Keys<'_>) {
    if !is_single(keys) {
        text.push_str(" FROM ");
        text.push_str(names(statement).table);
    }
}

/// Appends the rows of a key: the table, and the condition.
fn push_rows(text: &mut String, statement: &Statement<'_>, keys: &Keys<'_>) {
    push_table(text, statement.mapping.table);
    push_condition(text, statement, keys, |text, column, part| {
        push_column(text, column);
        text.push_str(if keys.parts[part].has_null { " IS " } else { " = " });
        push_part(text, names(statement).value, keys, part);
    });
}

/// Appends a part of the key: a parameter of its own, or what the array has.
fn push_part(text: &mut String, array: &str, keys: &Keys<'_>, part: usize) {
    let is_bytes = is_bytes(keys.parts[part].form.kind);
    if let Some(at) = keys.shared().position(|shared| shared == part) {
        let first = if is_single(keys) { 1 } else { 2 };
        let _ = write!(text, "?{}", first + at);
        return;
    }
    let at = keys.varying().position(|varying| varying == part).unwrap_or(0);
    text.push_str(if is_bytes { "unhex(" } else { "" });
    if keys.varying().nth(1).is_none() {
        // The sign takes the affinity of a column from it: it is compared as a parameter is.
        text.push_str(if is_bytes { "" } else { "+" });
        text.push_str(array);
    } else {
        let _ = write!(text, "({array}->>{at})");
    }
    text.push_str(if is_bytes { ")" } else { "" });
}

/// Whether values are blobs, which JSON has not: they are sent in hexadecimal digits.
fn is_bytes(kind: Kind) -> bool {
    matches!(kind, Kind::Bytes | Kind::Uuid)
}

/// Appends ` ORDER BY …`.
fn push_order(text: &mut String, order: &[(&str, bool)]) {
    for (at, (column, descending)) in order.iter().enumerate() {
        text.push_str(if at == 0 { " ORDER BY t." } else { ", t." });
        push_name(text, column);
        text.push_str(if *descending { " DESC" } else { "" });
    }
}

/// The array of the parts that vary, then each shared part.
fn arguments(keys: &Keys<'_>, order: &[usize]) -> Result<SqliteArguments, sqlx::Error> {
    let mut arguments = SqliteArguments::default();
    let mut result = Ok(());
    if !is_single(keys) {
        result = arguments.add(array(keys, order));
    }
    for part in keys.shared() {
        let scalar = keys.column(part).next().unwrap_or(&Scalar::Null);
        let added = match scalar {
            Scalar::Null => arguments.add(None::<i64>),
            Scalar::Bool(it) => arguments.add(*it),
            Scalar::Int(it) | Scalar::Timestamp(it) => arguments.add(*it),
            Scalar::Date(it) => arguments.add(*it),
            Scalar::Text(it) | Scalar::Decimal(it) => arguments.add(it.as_ref().to_owned()),
            Scalar::Bytes(it) => arguments.add(it.as_ref().to_owned()),
            Scalar::Uuid(it) => arguments.add(it.to_vec()),
        };
        result = result.and(added);
    }
    result.map_err(sqlx::Error::Encode)?;
    Ok(arguments)
}

/// The parts that vary, as JSON: an element for each key, which is an array if there are several parts.
fn array(keys: &Keys<'_>, order: &[usize]) -> String {
    let varying: Vec<_> = keys.varying().collect();
    let mut json = String::with_capacity(keys.len() * 16 + 2);
    for (number, position) in order.iter().enumerate() {
        json.push(if number > 0 { ',' } else { '[' });
        let cells = keys.cells(*position);
        if let [part] = varying.as_slice() {
            push_json(&mut json, &cells[*part]);
            continue;
        }
        for (at, part) in varying.iter().enumerate() {
            json.push(if at > 0 { ',' } else { '[' });
            push_json(&mut json, &cells[*part]);
        }
        json.push(']');
    }
    json.push(']');
    json
}

/// Appends a value as JSON.
fn push_json(json: &mut String, scalar: &Scalar<'_>) {
    match scalar {
        Scalar::Null => json.push_str("null"),
        Scalar::Bool(it) => json.push(if *it { '1' } else { '0' }),
        Scalar::Int(it) | Scalar::Timestamp(it) => push_display(json, it),
        Scalar::Date(it) => push_display(json, it),
        Scalar::Text(it) | Scalar::Decimal(it) => {
            push_display(json, serde_json::Value::from(&**it));
        }
        Scalar::Bytes(it) => push_hex(json, it),
        Scalar::Uuid(it) => push_hex(json, it),
    }
}

fn push_display(json: &mut String, value: impl std::fmt::Display) {
    let _ = write!(json, "{value}");
}

fn push_hex(json: &mut String, bytes: &[u8]) {
    json.push('"');
    for byte in bytes {
        let _ = write!(json, "{byte:02x}");
    }
    json.push('"');
}

/// Adds a row: its first column is the number of the key in the order in which it was sent.
fn push_row(
    rows: &mut Rows,
    row: &SqliteRow,
    order: &[usize],
    width: usize,
) -> Result<(), sqlx::Error> {
    let number: i64 = row.try_get(0)?;
    let position = usize::try_from(number).ok().and_then(|number| order.get(number));
    rows.begin(position.copied().unwrap_or(usize::MAX));
    for at in 1..=width {
        rows.push(cell(row.try_get_raw(at)?).map_err(sqlx::Error::Decode)?);
    }
    Ok(())
}

/// The stored value, by the type of the value itself: a column of SQLite may have values of any.
fn cell(value: SqliteValueRef<'_>) -> Result<Cell, BoxDynError> {
    if value.is_null() {
        return Ok(Ok(Scalar::Null));
    }
    let of_value = value.type_info().into_owned();
    Ok(Ok(match of_value.name() {
        "INTEGER" => Scalar::Int(Decode::<Sqlite>::decode(value)?),
        "TEXT" => match <&str as Decode<Sqlite>>::decode(value) {
            Ok(text) => Scalar::Text(text.to_owned().into()),
            Err(_) => return Ok(Err(Misfit::new("a text is not in UTF-8"))),
        },
        "BLOB" => Scalar::Bytes(<Vec<u8> as Decode<Sqlite>>::decode(value)?.into()),
        _ => return Ok(Err(Misfit::new("a floating-point number is no value"))),
    }))
}
