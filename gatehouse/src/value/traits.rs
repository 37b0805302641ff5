//! The traits of values.

use std::fmt::Debug;

use super::misfit::Misfit;
use super::scalar::{Form, Scalar};

/// A type of which a database holds values: in a column, or as a part of a key.
///
/// [`#[derive(Value)]`](derive@super::Value) implements it for newtypes and for enums without fields; one `use`
/// imports the trait and the derive. The library implements it for integers, `bool`, `String`, bytes and
/// `Option`s of values, and behind features for the types of `uuid`, `chrono`, `time` and `rust_decimal`.
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
/// What a database does not hold is an error, and never rounded: a time that is finer than a microsecond, a
/// leap second of `chrono`, a date before 24 November of 4714 BC (where PostgreSQL begins), an integer over
/// `i64::MAX`, a text with U+0000.
///
/// # Equality
/// Two values are equal by `==` exactly if their stored forms are equal: an implementation promises it.
/// Otherwise a database would find other rows for a key than the rules mean. So a float is no value. The
/// derive keeps the promise for a type with `#[derive(PartialEq)]`; it cannot see what a `PartialEq` that is
/// written by hand compares.
///
/// # Examples
/// A newtype is stored like its field:
/// ```
/// use gatehouse::value::{Scalar, Value};
///
/// #[derive(Clone, Debug, PartialEq, Value)]
/// struct UserId(u64);
///
/// assert_eq!(UserId(7).encode(), Ok(Scalar::Int(7)));
/// assert_eq!(UserId::decode(Scalar::Int(7)), Ok(UserId(7)));
/// // A column of a database has no larger integers.
/// assert!(UserId(u64::MAX).encode().is_err());
/// ```
///
/// An enum is stored as text, or as an integer with `#[value(repr = "i16")]`:
/// ```
/// use gatehouse::value::{Finite, Scalar, Value};
///
/// #[derive(Clone, Debug, PartialEq, Value)]
/// #[value(rename_all = "snake_case")]
/// enum Role {
///     Viewer,
///     #[value(rename = "writer")]
///     Editor,
/// }
///
/// assert_eq!(Role::Editor.encode(), Ok(Scalar::Text("writer".into())));
/// assert_eq!(Role::decode(Scalar::Text("viewer".into())), Ok(Role::Viewer));
/// let misfit = Role::decode(Scalar::Text("root".into())).unwrap_err();
/// assert_eq!(misfit.to_string(), "a text is no variant of `Role`");
/// assert_eq!(Role::ALL, [Role::Viewer, Role::Editor]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no value that a database holds",
    label = "not a `gatehouse::value::Value`",
    note = "on a type of your own, a newtype or an enum without fields, write `#[derive(Value)]`",
    note = "a float is no value: use an integer or a decimal; the types of `uuid`, `chrono`, `time` and `rust_decimal` are values with the feature of that name",
    note = "in `#[rows(…)]`, all rows of a key are `-> [column]`, and several columns are `-> (column, column)` or `-> Struct {{ field, field: column }}`"
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
/// `#[derive(Value)]` is written on, in the order of declaration.
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
