//! Why a value has no stored form, or a stored form no value.

use std::borrow::Cow;
use std::fmt;

use super::scalar::Scalar;

/// A value that has no stored form, or a stored form that is no value of a type.
///
/// Its text says what was expected, and never the value.
///
/// ```
/// use gatehouse::value::{Scalar, Value};
///
/// let misfit = u8::decode(Scalar::Int(300)).unwrap_err();
/// assert_eq!(misfit.to_string(), "an integer is out of the range of `u8`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit(Reason);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    /// NULL, where NULL is no value.
    Null,
    /// Anything else.
    Other(Cow<'static, str>),
}

impl Misfit {
    /// For the reason in `text`, which is shown to everybody: it must not have the value in it. It is a
    /// clause, such as "a text is no e-mail address".
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Reason::Other(text.into()))
    }

    /// A text has a character that a database does not hold.
    pub(crate) fn null_character() -> Self {
        Self::new("a text has the character U+0000, which a database does not hold")
    }

    /// `found` is of another kind than `expected`.
    #[must_use]
    pub fn kind(found: &Scalar<'_>, expected: &'static str) -> Self {
        let found = match found {
            Scalar::Null => return Self(Reason::Null),
            Scalar::Bool(_) => "a truth value",
            Scalar::Int(_) => "an integer",
            Scalar::Text(_) => "a text",
            Scalar::Bytes(_) => "bytes",
            Scalar::Uuid(_) => "a UUID",
            Scalar::Timestamp(_) => "a time",
            Scalar::Date(_) => "a date",
            Scalar::Decimal(_) => "a decimal number",
        };
        Self::new(format!("{found} where {expected} is expected"))
    }

    /// Whether the stored form is NULL, which is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0 == Reason::Null
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Reason::Null => "NULL where a value is expected",
            Reason::Other(text) => text,
        })
    }
}

impl std::error::Error for Misfit {}
