//! PostgreSQL: the keys of a load are an array for each part.

use std::fmt::Write as _;

use futures_util::TryStreamExt as _;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{
    PgArgumentBuffer, PgArguments, PgHasArrayType, PgRow, PgTypeInfo, PgTypeKind, PgValueFormat,
    PgValueRef,
};
use sqlx::{
    Arguments as _, AssertSqlSafe, Connection as _, Encode, PgConnection, Postgres, Row as _, Type,
    TypeInfo as _, ValueRef as _,
};

use super::catalogue::TableInfo;
use super::dialect::{Dialect, Words};
use super::keys::Keys;
use super::mapping::Table;
use super::postgres_catalogue;
use super::rows::{Cell, Rows};
use super::statement::{Answer, Statement, push_column, push_condition, push_path, push_table};
use crate::value::{Form, Kind, Misfit, Scalar};

impl Dialect for Postgres {}

/// Microseconds from 1970 to 2000, from which PostgreSQL counts.
const MICROSECONDS_TO_2000: i64 = 946_684_800_000_000;

/// Days from 1970 to 2000.
const DAYS_TO_2000: i32 = 10_957;

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

/// An array for each part that varies, then each shared part.
fn arguments(keys: &Keys<'_>) -> Result<PgArguments, BoxDynError> {
    let mut arguments = PgArguments::default();
    for part in keys.varying() {
        add_array(&mut arguments, keys, part)?;
    }
    for part in keys.shared() {
        let scalar = keys.column(part).next().unwrap_or(&Scalar::Null);
        add_one(&mut arguments, keys.parts[part].form.kind, scalar)?;
    }
    Ok(arguments)
}

/// Calls `$then` with what turns a scalar of a kind into an `Option` of the type that is sent.
macro_rules! by_kind {
    ($kind:expr, $then:ident) => {
        match $kind {
            Kind::Bool => $then!(|Scalar::Bool(it)| *it),
            Kind::Int => $then!(|Scalar::Int(it)| *it),
            Kind::Text => $then!(|Scalar::Text(it)| it.as_ref()),
            Kind::Decimal => $then!(|Scalar::Decimal(it)| it.as_ref()),
            Kind::Bytes => $then!(|Scalar::Bytes(it)| it.as_ref()),
            Kind::Uuid => $then!(|Scalar::Uuid(it)| Uuid(*it)),
            Kind::Timestamp => $then!(|Scalar::Timestamp(it)| Timestamp(*it)),
            Kind::LocalTimestamp => $then!(|Scalar::Timestamp(it)| LocalTimestamp(*it)),
            Kind::Date => $then!(|Scalar::Date(it)| Date(*it)),
        }
    };
}

/// Adds a part of all keys.
fn add_array(arguments: &mut PgArguments, keys: &Keys<'_>, part: usize) -> Result<(), BoxDynError> {
    macro_rules! add {
        (|$pattern:pat_param| $value:expr) => {{
            let column = keys.column(part).map(|scalar| match scalar {
                $pattern => Some($value),
                _ => None,
            });
            arguments.add(column.collect::<Vec<_>>())
        }};
    }
    by_kind!(keys.parts[part].form.kind, add)
}

/// Adds a part that is the same in all keys.
fn add_one(
    arguments: &mut PgArguments,
    kind: Kind,
    scalar: &Scalar<'_>,
) -> Result<(), BoxDynError> {
    macro_rules! add {
        (|$pattern:pat_param| $value:expr) => {
            arguments.add(match scalar {
                $pattern => Some($value),
                _ => None,
            })
        };
    }
    by_kind!(kind, add)
}

/// Declares a type that is sent and received as a number or bytes of its own: it needs no other crate.
macro_rules! sent {
    ($($(#[$doc:meta])* $name:ident($inner:ty) $oid:literal $array:literal: $bytes:expr;)*) => {$(
        $(#[$doc])*
        struct $name($inner);

        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                PgTypeInfo::with_oid(sqlx::postgres::types::Oid($oid))
            }
        }

        impl PgHasArrayType for $name {
            fn array_type_info() -> PgTypeInfo {
                PgTypeInfo::with_oid(sqlx::postgres::types::Oid($array))
            }
        }

        impl Encode<'_, Postgres> for $name {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                let bytes: fn($inner) -> _ = $bytes;
                buffer.extend_from_slice(&bytes(self.0));
                Ok(IsNull::No)
            }
        }
    )*};
}
sent! {
    /// The bytes of a UUID.
    Uuid([u8; 16]) 2950 2951: |it| it;
    /// Microseconds since 1970.
    Timestamp(i64) 1184 1185: |it| it.saturating_sub(MICROSECONDS_TO_2000).to_be_bytes();
    /// Microseconds since 1970, without a time zone.
    LocalTimestamp(i64) 1114 1115: |it| it.saturating_sub(MICROSECONDS_TO_2000).to_be_bytes();
    /// Days since 1970.
    Date(i32) 1082 1182: |it| it.saturating_sub(DAYS_TO_2000).to_be_bytes();
}

/// Adds a row: its first column is the number of the key, from one.
fn push_row(rows: &mut Rows, row: &PgRow, width: usize) -> Result<(), sqlx::Error> {
    let number: i64 = row.try_get(0)?;
    rows.begin(usize::try_from(number - 1).unwrap_or(usize::MAX));
    for at in 1..=width {
        rows.push(cell(&row.try_get_raw(at)?).map_err(sqlx::Error::Decode)?);
    }
    Ok(())
}

/// The stored value, by the type that the database says.
fn cell(value: &PgValueRef<'_>) -> Result<Cell, BoxDynError> {
    if value.is_null() {
        return Ok(Ok(Scalar::Null));
    }
    if value.format() != PgValueFormat::Binary {
        return Err("a value is not in the binary format".into());
    }
    let of_value = value.type_info().into_owned();
    let (name, is_enum) = plain_type(&of_value);
    Ok(Ok(match name {
        "BOOL" => Scalar::Bool(bytes::<1>(value)? != [0]),
        "INT2" => Scalar::Int(i16::from_be_bytes(bytes(value)?).into()),
        "INT4" => Scalar::Int(i32::from_be_bytes(bytes(value)?).into()),
        "INT8" => Scalar::Int(i64::from_be_bytes(bytes(value)?)),
        "BYTEA" => Scalar::Bytes(value.as_bytes()?.to_vec().into()),
        "UUID" => Scalar::Uuid(bytes(value)?),
        "TIMESTAMPTZ" | "TIMESTAMP" => return Ok(timestamp(i64::from_be_bytes(bytes(value)?))),
        "DATE" => return Ok(date(i32::from_be_bytes(bytes(value)?))),
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" => text(value)?,
        _ if is_enum || is_citext(name) => text(value)?,
        _ => return Ok(Err(Misfit::new("a column is of a type of which there are no values"))),
    }))
}

/// The name of a type, that of the type below a domain, and whether it is an enum.
fn plain_type(info: &PgTypeInfo) -> (&str, bool) {
    match info.kind() {
        PgTypeKind::Domain(below) => plain_type(below),
        PgTypeKind::Enum(_) => (info.name(), true),
        _ => (info.name(), false),
    }
}

/// Whether a type is `citext`, whose name has that of its schema if this is in no search path.
fn is_citext(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|name| name.eq_ignore_ascii_case("citext"))
}

fn text(value: &PgValueRef<'_>) -> Result<Scalar<'static>, BoxDynError> {
    Ok(Scalar::Text(value.as_str()?.to_owned().into()))
}

/// A time, from microseconds since 2000. The infinite ones are the least and the largest number.
fn timestamp(since_2000: i64) -> Cell {
    if matches!(since_2000, i64::MIN | i64::MAX) {
        return Err(Misfit::new("a time is infinite"));
    }
    let since_1970 = since_2000.checked_add(MICROSECONDS_TO_2000);
    since_1970
        .map(Scalar::Timestamp)
        .ok_or_else(|| Misfit::new("a time is too late for microseconds from 1970"))
}

/// A date, from days since 2000. The infinite ones are the least and the largest number.
fn date(since_2000: i32) -> Cell {
    let since_1970 = since_2000.checked_add(DAYS_TO_2000);
    let finite = since_1970.filter(|_| since_2000 != i32::MIN);
    finite.map(Scalar::Date).ok_or_else(|| Misfit::new("a date is infinite"))
}

/// The bytes of a value of fixed size.
fn bytes<const N: usize>(value: &PgValueRef<'_>) -> Result<[u8; N], BoxDynError> {
    Ok(value.as_bytes()?.try_into()?)
}
