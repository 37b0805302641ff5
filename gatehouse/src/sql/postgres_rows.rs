//! The rows of PostgreSQL.

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgRow, PgTypeInfo, PgTypeKind, PgValueFormat, PgValueRef};
use sqlx::{Row as _, TypeInfo as _, ValueRef as _};

use super::rows::{Cell, Rows};
use crate::value::{Misfit, Scalar};

/// Microseconds from 1970 to 2000, from which PostgreSQL counts.
pub(super) const MICROSECONDS_TO_2000: i64 = 946_684_800_000_000;

/// Days from 1970 to 2000.
pub(super) const DAYS_TO_2000: i32 = 10_957;

/// Adds a row: its first column is the number of the key, from one.
pub(super) fn push_row(rows: &mut Rows, row: &PgRow, width: usize) -> Result<(), sqlx::Error> {
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
