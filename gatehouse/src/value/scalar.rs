//! The stored form of a value, without its type in Rust.

use std::borrow::Cow;

/// A value as a database holds it.
///
/// Times are whole microseconds. A text has no character U+0000, which PostgreSQL does not store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scalar<'v> {
    /// NULL.
    Null,
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A text.
    Text(Cow<'v, str>),
    /// Bytes.
    Bytes(Cow<'v, [u8]>),
    /// The bytes of a UUID.
    Uuid([u8; 16]),
    /// A point in time: microseconds since 1970-01-01T00:00:00 in UTC.
    Timestamp(i64),
    /// A date: days since 1970-01-01.
    Date(i32),
    /// A decimal number, as text without trailing zeros: `12.5`.
    Decimal(Cow<'v, str>),
}

impl Scalar<'_> {
    /// Its kind, or `None` for NULL.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Text(_) => Kind::Text,
            Self::Bytes(_) => Kind::Bytes,
            Self::Uuid(_) => Kind::Uuid,
            Self::Timestamp(_) => Kind::Timestamp,
            Self::Date(_) => Kind::Date,
            Self::Decimal(_) => Kind::Decimal,
        })
    }

    /// The same value, which borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Scalar<'static> {
        match self {
            Self::Null => Scalar::Null,
            Self::Bool(it) => Scalar::Bool(it),
            Self::Int(it) => Scalar::Int(it),
            Self::Text(it) => Scalar::Text(Cow::Owned(it.into_owned())),
            Self::Bytes(it) => Scalar::Bytes(Cow::Owned(it.into_owned())),
            Self::Uuid(it) => Scalar::Uuid(it),
            Self::Timestamp(it) => Scalar::Timestamp(it),
            Self::Date(it) => Scalar::Date(it),
            Self::Decimal(it) => Scalar::Decimal(Cow::Owned(it.into_owned())),
        }
    }
}

/// The kind of a stored value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// [`Scalar::Bool`]
    Bool,
    /// [`Scalar::Int`]
    Int,
    /// [`Scalar::Text`]
    Text,
    /// [`Scalar::Bytes`]
    Bytes,
    /// [`Scalar::Uuid`]
    Uuid,
    /// [`Scalar::Timestamp`], with a time zone in PostgreSQL (`timestamptz`).
    Timestamp,
    /// [`Scalar::Timestamp`], without a time zone in PostgreSQL (`timestamp`).
    LocalTimestamp,
    /// [`Scalar::Date`]
    Date,
    /// [`Scalar::Decimal`]
    Decimal,
}

/// How a database holds the values of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// The kind of the stored values.
    pub kind: Kind,
    /// The name of the type in PostgreSQL, if it is not the usual one of the kind: that of an enum, or
    /// `citext`.
    pub type_name: Option<&'static str>,
    /// Whether NULL is a value.
    pub nullable: bool,
}

impl Form {
    /// Values of `kind`, without NULL, of the usual type of PostgreSQL.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self { kind, type_name: None, nullable: false }
    }

    /// The same, as the type `name` of PostgreSQL.
    #[must_use]
    pub const fn with_type(self, name: &'static str) -> Self {
        Self { type_name: Some(name), ..self }
    }

    /// The same, with NULL as a value.
    #[must_use]
    pub const fn or_null(self) -> Self {
        Self { nullable: true, ..self }
    }
}
