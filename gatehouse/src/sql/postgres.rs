//! PostgreSQL: the keys of a load are an array for each part.

use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres};

use super::catalogue::TableInfo;
use super::dialect::{Dialect, Words};
use super::keys::Keys;
use super::mapping::Table;
use super::postgres_arguments::arguments;
use super::postgres_catalogue;
use super::postgres_rows::push_row;
use super::rows::Rows;
use super::statement::{Answer, Statement, push_column, push_condition, push_path, push_table};
use crate::value::{Form, Kind, Misfit, Scalar};

impl Dialect for Postgres {}

/// The first day of PostgreSQL's calendar, 4713-11-24 before our era, in days from 1970.
const FIRST_DAY: i32 = -2_440_588;

/// The last day of PostgreSQL's calendar, 5874897-12-31, in days from 1970.
const LAST_DAY: i32 = 2_145_042_905;

impl Words for Postgres {
    fn holds(scalar: &Scalar<'_>) -> Result<(), Misfit> {
        let first = i64::from(FIRST_DAY) * 86_400_000_000;
        match scalar {
            Scalar::Timestamp(it) if *it < first => {
                Err(Misfit::new("a time is before those that PostgreSQL holds"))
            }
            Scalar::Date(it) if *it < FIRST_DAY => {
                Err(Misfit::new("a date is before those that PostgreSQL holds"))
            }
            Scalar::Date(it) if *it > LAST_DAY => {
                Err(Misfit::new("a date is after those that PostgreSQL holds"))
            }
            _ => Ok(()),
        }
    }

    fn text(statement: &Statement<'_>, keys: &Keys<'_>) -> String {
        let mut text = String::with_capacity(320);
        let order = statement.mapping.order;
        if let table @ Table::Query(_) = statement.mapping.table {
            // Outside of `LATERAL`, where a query would see the keys: a column that its tables have not, such
            // as `n`, would be one of theirs.
            text.push_str("WITH t AS NOT MATERIALIZED (SELECT * FROM ");
            push_table(&mut text, table);
            text.push_str(") ");
        }
        text.push_str("SELECT ");
        text.push_str(if is_single(keys) { "1::int8" } else { "k.n" });
        for at in 0..statement.answer.width() {
            let _ = write!(text, ", r.c{at}");
        }
        text.push_str(" FROM ");
        push_keys(&mut text, keys);
        // Its rows are looked up key by key, whatever the planner expects of the number of keys: a limit, or
        // an offset, keeps it from joining otherwise.
        text.push_str("LATERAL (SELECT ");
        push_columns(&mut text, statement);
        text.push_str(" FROM ");
        match statement.mapping.table {
            Table::Query(_) => text.push('t'),
            table @ Table::Named(_) => push_table(&mut text, table),
        }
        push_condition(&mut text, statement, keys, |text, column, part| {
            push_equal(text, keys, column, part);
        });
        match statement.answer {
            Answer::Exists { .. } => text.push_str(" LIMIT 1"),
            Answer::Rows { limit: Some(limit), .. } => {
                let _ = write!(text, " LIMIT {limit}");
            }
            Answer::Rows { limit: None, .. } => text.push_str(" OFFSET 0"),
        }
        text.push_str(") AS r");
        for (at, (_, descending)) in order.iter().enumerate() {
            let word = if at == 0 { " ORDER BY" } else { "," };
            let direction = if *descending { " DESC" } else { "" };
            let _ = write!(text, "{word} r.o{at}{direction}");
        }
        text
    }

    async fn fetch(
        connection: &mut PgConnection,
        text: String,
        statement: &Statement<'_>,
        keys: &Keys<'_>,
    ) -> Result<Rows, sqlx::Error> {
        if let Table::Query(query) = statement.mapping.table {
            postgres_catalogue::check_query(connection, query).await?;
        }
        let fetched = rows(connection, text, statement, keys).await;
        if !fetched.as_ref().is_err_and(is_stale) {
            return fetched;
        }
        // A migration has changed the type of a column: each load of this connection would fail from now on.
        connection.clear_cached_statements().await?;
        // In a transaction, which the error has aborted, the second one says nothing.
        rows(connection, Self::text(statement, keys), statement, keys).await.or(fetched)
    }

    async fn table_info(
        connection: &mut PgConnection,
        table: Table,
    ) -> Result<Option<TableInfo>, sqlx::Error> {
        postgres_catalogue::table_info(connection, table).await
    }
}

/// The rows of a statement.
async fn rows(
    connection: &mut PgConnection,
    text: String,
    statement: &Statement<'_>,
    keys: &Keys<'_>,
) -> Result<Rows, sqlx::Error> {
    let arguments = arguments(keys).map_err(sqlx::Error::Encode)?;
    let width = statement.answer.width();
    let mut rows = Rows::new(width);
    let query = sqlx::query_with::<Postgres, _>(AssertSqlSafe(text), arguments);
    let mut stream = query.fetch(connection);
    while let Some(row) = stream.try_next().await? {
        push_row(&mut rows, &row, width)?;
    }
    Ok(rows)
}

/// Whether a prepared statement is refused because the types of its columns are others now ("cached plan must
/// not change result type").
fn is_stale(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "0A000")
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
