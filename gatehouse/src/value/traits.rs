//! The traits of values.

use std::fmt::Debug;

use super::misfit::Misfit;
use super::scalar::{Form, Scalar};

/// A type of which a database holds values: in a column, or as a part of a key.
///
/// `#[derive(Value)]` implements it for newtypes and for enums without fields. The
/// library implements it for integers, `bool`, `String`, bytes and `Option`s of values, and behind features
/// for the types of `uuid`, `chrono`, `time` and `rust_decimal`.
///
/// | in Rust | in SQLite | in PostgreSQL |
/// |---|---|---|
/// | `bool` | integer, 0 or 1 | `bool` |
/// | integers | integer | `int2`, `int4`, `int8` |
/// | `String` | text | `text`, `varchar`, `citext` |
/// | `Vec<u8>` | blob | `bytea` |
/// | a newtype | as its field | as its field |
/// | an enum | text, or integer (`repr`) | text, integer or enum (`type`) |
/// | `Option<T>` | as `T`, or NULL | as `T`, or NULL |
/// | `uuid::Uuid` | blob of 16 bytes | `uuid` |
/// | date and time of `chrono` and `time` | integer, microseconds since 1970 in UTC | `timestamptz`, `timestamp` |
/// | date of `chrono` and `time` | integer, days since 1970 | `date` |
/// | `rust_decimal::Decimal` | text, without trailing zeros | `numeric` |
///
/// # Equality
/// Two values are equal by `==` exactly if their stored forms are equal: an implementation promises it.
/// Otherwise a database would find other rows for a key than the rules mean. So a float is no value.
///
/// # Examples
/// ```
/// use gatehouse::value::{Scalar, Value};
///
/// assert_eq!(7_u64.encode(), Ok(Scalar::Int(7)));
/// assert_eq!(u64::decode(Scalar::Int(7)), Ok(7));
/// // A column of a database has no larger integers.
/// assert!(u64::MAX.encode().is_err());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value that a database holds",
    label = "not a `gatehouse::value::Value`",
    note = "on a type of your own, a newtype or an enum without fields, write `#[derive(Value)]`",
    note = "a float is no value: use an integer or a decimal; the types of `uuid`, `chrono`, `time` and `rust_decimal` are values with the feature of that name",
    note = "for all rows of a key write the column in brackets: `-> [column]`"
)]
pub trait Value: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// The stored form of its values.
    const FORM: Form;

    /// The stored form of the value.
    ///
    /// # Errors
    /// [`Misfit`] if the value has none: a database has no such integer, say.
    fn encode(&self) -> Result<Scalar<'_>, Misfit>;

    /// The value of a stored form.
    ///
    /// # Errors
    /// [`Misfit`] if there is no such value.
    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit>;
}

/// A value whose type has few values, all of which are known: `bool`, and each enum that
/// `#[derive(Value)]` is written on.
///
/// ```
/// use gatehouse::value::Finite;
///
/// assert_eq!(bool::ALL, [false, true]);
/// ```
#[diagnostic::on_unimplemented(
    message = "not all values of `{Self}` are known",
    label = "neither `bool` nor an enum with `#[derive(Value)]`"
)]
pub trait Finite: Value {
    /// Each value once, in the order of declaration.
    const ALL: &'static [Self];
}
