//! The rows of PostgreSQL, and rows as arrays.

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgRow, PgTypeInfo, PgTypeKind, PgValueFormat, PgValueRef};
use sqlx::{Column as _, Row as _, TypeInfo as _, ValueRef as _};

use super::rows::{Cell, Rows};
use crate::value::{Misfit, Scalar};

/// Microseconds from 1970 to 2000, from which PostgreSQL counts.
pub(super) const MICROSECONDS_TO_2000: i64 = 946_684_800_000_000;

/// Days from 1970 to 2000.
pub(super) const DAYS_TO_2000: i32 = 10_957;

/// Adds a row: its first column is the number of the key in `order`, from one.
pub(super) fn push_row(
    rows: &mut Rows,
    row: &PgRow,
    order: &[usize],
    width: usize,
) -> Result<(), sqlx::Error> {
    let number: i64 = row.try_get(0)?;
    rows.begin(position(order, number));
    for at in 1..=width {
        let value = row.try_get_raw(at)?;
        let of_column = ColumnType::of(row.column(at).type_info());
        rows.push(of_column.cell(bytes_of(&value)?).map_err(sqlx::Error::Decode)?);
    }
    Ok(())
}

/// Adds the rows whose columns are arrays: the first column has the numbers of the keys in `order`, from one.
pub(super) fn push_arrays(
    rows: &mut Rows,
    row: &PgRow,
    order: &[usize],
    width: usize,
) -> Result<(), sqlx::Error> {
    let mut numbers = Array::of(row, 0)?;
    let columns = (1..=width).map(|at| Array::of(row, at));
    let mut columns = columns.collect::<Result<Vec<_>, _>>()?;
    while !numbers.is_empty() {
        let Ok(Scalar::Int(number)) = numbers.next()? else {
            return Err(unreadable("a row has no number"));
        };
        rows.begin(position(order, number));
        for column in &mut columns {
            rows.push(column.next()?);
        }
    }
    if columns.iter().all(Array::is_empty) {
        Ok(())
    } else {
        Err(unreadable("the columns are not of the same length"))
    }
}

/// The position of the key with a number, or that of no key.
fn position(order: &[usize], number: i64) -> usize {
    let at = usize::try_from(number - 1).unwrap_or(usize::MAX);
    order.get(at).copied().unwrap_or(usize::MAX)
}

/// The rest of a column that is an array.
struct Array<'r> {
    /// The number of elements.
    len: usize,
    of_element: ColumnType,
    /// The elements, each after its length; `None` if they are arrays, which are no values.
    elements: Option<&'r [u8]>,
}

impl<'r> Array<'r> {
    /// A column of a row.
    fn of(row: &'r PgRow, at: usize) -> Result<Self, sqlx::Error> {
        let of_element = match row.column(at).type_info().kind() {
            PgTypeKind::Array(of_element) => ColumnType::of(of_element),
            _ => ColumnType::Other,
        };
        Self::new(of_element, bytes_of(&row.try_get_raw(at)?)?)
    }

    /// An array as PostgreSQL sends it; that of no elements is NULL.
    fn new(of_element: ColumnType, value: Option<&'r [u8]>) -> Result<Self, sqlx::Error> {
        let Some(mut bytes) = value else {
            return Ok(Self { len: 0, of_element, elements: None });
        };
        // The number of dimensions, whether there are NULLs, the type; then, for the only dimension, the length and
        // the first index.
        let header = [(); 5].map(|()| take_int(&mut bytes));
        let [Some(dimensions), Some(_), Some(_), Some(len), Some(_)] = header else {
            return Err(unreadable("an array has no header"));
        };
        let len = usize::try_from(len).map_err(|_| unreadable("an array has no length"))?;
        Ok(Self { len, of_element, elements: (dimensions == 1).then_some(bytes) })
    }

    fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes the next element.
    fn next(&mut self) -> Result<Cell, sqlx::Error> {
        let ended = || unreadable("the columns are not of the same length");
        self.len = self.len.checked_sub(1).ok_or_else(ended)?;
        let Some(elements) = &mut self.elements else { return Ok(Err(no_values())) };
        let length = take_int(elements).ok_or_else(ended)?;
        let value = match usize::try_from(length) {
            // NULL is of the length -1.
            Err(_) => None,
            Ok(length) => Some(elements.split_off(..length).ok_or_else(ended)?),
        };
        self.of_element.cell(value).map_err(sqlx::Error::Decode)
    }
}

/// Takes a number of four bytes.
fn take_int(bytes: &mut &[u8]) -> Option<i32> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(i32::from_be_bytes(*number))
}

/// What came back is not what was asked for.
fn unreadable(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

/// The bytes of a value, or `None` for NULL.
fn bytes_of<'r>(value: &PgValueRef<'r>) -> Result<Option<&'r [u8]>, sqlx::Error> {
    if value.is_null() {
        return Ok(None);
    }
    if value.format() != PgValueFormat::Binary {
        return Err(unreadable("a value is not in the binary format"));
    }
    value.as_bytes().map(Some).map_err(sqlx::Error::Decode)
}

/// How the values of a column are read, by its type in the database.
#[derive(Clone, Copy)]
enum ColumnType {
    Bool,
    Int2,
    Int4,
    Int8,
    Bytes,
    Uuid,
    Timestamp,
    Date,
    Text,
    Other,
}

impl ColumnType {
    fn of(info: &PgTypeInfo) -> Self {
        let (name, is_enum) = plain_type(info);
        match name {
            "BOOL" => Self::Bool,
            "INT2" => Self::Int2,
            "INT4" => Self::Int4,
            "INT8" => Self::Int8,
            "BYTEA" => Self::Bytes,
            "UUID" => Self::Uuid,
            "TIMESTAMPTZ" | "TIMESTAMP" => Self::Timestamp,
            "DATE" => Self::Date,
            "TEXT" | "VARCHAR" | "CHAR" | "NAME" => Self::Text,
            _ if is_enum || is_citext(name) => Self::Text,
            _ => Self::Other,
        }
    }

    /// What is stored; `None` is NULL.
    fn cell(self, value: Option<&[u8]>) -> Result<Cell, BoxDynError> {
        let Some(value) = value else { return Ok(Ok(Scalar::Null)) };
        Ok(Ok(match self {
            Self::Bool => Scalar::Bool(value != [0]),
            Self::Int2 => Scalar::Int(i16::from_be_bytes(value.try_into()?).into()),
            Self::Int4 => Scalar::Int(i32::from_be_bytes(value.try_into()?).into()),
            Self::Int8 => Scalar::Int(i64::from_be_bytes(value.try_into()?)),
            Self::Bytes => Scalar::Bytes(value.to_vec().into()),
            Self::Uuid => Scalar::Uuid(value.try_into()?),
            Self::Timestamp => return Ok(timestamp(i64::from_be_bytes(value.try_into()?))),
            Self::Date => return Ok(date(i32::from_be_bytes(value.try_into()?))),
            Self::Text => Scalar::Text(str::from_utf8(value)?.to_owned().into()),
            Self::Other => return Ok(Err(no_values())),
        }))
    }
}

fn no_values() -> Misfit {
    Misfit::new("a column is of a type of which there are no values")
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

#[cfg(test)]
mod tests {
    use super::*;

    /// An array of numbers of two bytes, as it is sent.
    fn sent(dimensions: i32, elements: &[Option<i16>]) -> Vec<u8> {
        let len = i32::try_from(elements.len()).unwrap();
        let mut bytes = [dimensions, 1, 21, len, 1].map(i32::to_be_bytes).concat();
        for element in elements {
            bytes.extend(element.map_or(-1, |_| 2_i32).to_be_bytes());
            bytes.extend(element.iter().flat_map(|it| it.to_be_bytes()));
        }
        bytes
    }

    fn read(value: Option<&[u8]>) -> Result<Vec<Cell>, sqlx::Error> {
        let mut array = Array::new(ColumnType::Int2, value)?;
        let mut cells = Vec::new();
        while !array.is_empty() {
            cells.push(array.next()?);
        }
        Ok(cells)
    }

    #[test]
    fn arrays_are_read() {
        let bytes = sent(1, &[Some(7), None, Some(-1)]);
        let cells = read(Some(&bytes)).unwrap();
        assert_eq!(cells, [Ok(Scalar::Int(7)), Ok(Scalar::Null), Ok(Scalar::Int(-1))]);
        assert!(read(None).unwrap().is_empty());
        // The arrays of a column of arrays are no values; they are as many as the first dimension says.
        let cells = read(Some(&sent(2, &[Some(7), Some(8)]))).unwrap();
        assert_eq!(cells, [Err(no_values()), Err(no_values())]);
    }

    #[test]
    fn a_part_of_an_array_is_an_error() {
        let bytes = sent(1, &[Some(7), Some(8)]);
        for length in 0..bytes.len() {
            assert!(read(Some(&bytes[..length])).is_err(), "{length}");
        }
        let mut other = bytes.clone();
        other[12] = 0xff;
        assert!(read(Some(&other)).is_err(), "a negative length");
        let mut read = Array::new(ColumnType::Int2, Some(&bytes)).unwrap();
        assert!(read.next().is_ok() && read.next().is_ok() && read.next().is_err());
        assert!(
            Array::new(ColumnType::Int8, Some(&bytes)).unwrap().next().is_err(),
            "another size"
        );
    }
}
