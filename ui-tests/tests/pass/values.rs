//! Names of the user's and of the derive's code do not meet, whatever the lints are.
#![deny(warnings, clippy::all, clippy::pedantic, missing_docs, unsafe_code, unused_qualifications)]
#![no_implicit_prelude]
#![allow(clippy::upper_case_acronyms, non_camel_case_types)]

use ::gatehouse::value::{Finite, Value};
use ::std::clone::Clone;
use ::std::cmp::PartialEq;
use ::std::fmt::Debug;
use ::std::{assert_eq, stringify};

/// Names that generated code could mean.
pub mod core {}
/// Another.
pub mod std {}
/// Another.
pub struct Option;
/// Another.
pub struct Result;
/// Another.
pub struct Ok;
/// Another.
pub struct Err;
/// Another.
pub struct Some;
/// Another.
pub struct None;
/// Another.
pub struct Form;
/// Another.
pub struct Scalar;
/// Another.
pub struct i64;
/// Another.
pub struct i128;
/// Another.
pub struct i8;

/// Variants that are named like what the derive writes.
#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = "i8")]
#[non_exhaustive]
#[deprecated = "for the test"]
pub enum Names {
    /// Like a constant.
    ALL,
    /// Like another.
    FORM,
    /// Like a variant of `Result`.
    Ok,
    /// Like another.
    Err = { 3 + 4 },
    /// Like a variant of `Option`.
    Some,
    /// Like another.
    None,
    /// Like a type.
    Scalar,
    /// A keyword.
    r#type,
    /// Deprecated.
    #[deprecated]
    Old,
}

/// The same, as texts.
#[derive(Clone, Debug, PartialEq, Value)]
pub enum Texts {
    /// Like a constant.
    ALL,
    /// Like a variant of `Result`.
    Ok,
    /// A keyword.
    r#match,
    /// Not in this build.
    #[cfg(any())]
    Never,
    /// In this build.
    #[cfg_attr(all(), value(rename = "in"))]
    Always,
}

/// A field that is named like the derive's local.
#[derive(Clone, Debug, PartialEq, Value)]
pub struct Email {
    __field: ::std::string::String,
}

/// Private inside.
#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = "citext")]
pub struct r#struct(Email)
where
    Email: Clone;

/// Deprecated inside.
#[allow(deprecated)]
#[derive(Clone, Debug, PartialEq, Value)]
pub struct Inside(Names);

/// Nothing deprecated inside: there is nothing to allow.
#[forbid(warnings)]
pub mod forbidding {
    use ::gatehouse::value::Value;
    use ::std::clone::Clone;
    use ::std::cmp::PartialEq;
    use ::std::fmt::Debug;
    use ::std::string::String;

    /// A text.
    #[derive(Clone, Debug, PartialEq, Value)]
    pub struct Name(String);

    /// Two integers.
    #[derive(Clone, Debug, PartialEq, Value)]
    #[value(repr = "u8")]
    pub enum Level {
        /// The least.
        Least,
        /// The greatest.
        Greatest = 1 + 1,
    }
}

macro_rules! values {
    ($name:ident, $ty:ty, $text:literal, $($variant:ident = $discriminant:expr),*) => {
        mod made {
            use ::gatehouse::value::Value;
            use ::std::clone::Clone;
            use ::std::cmp::PartialEq;
            use ::std::fmt::Debug;

            #[derive(Clone, Debug, PartialEq, Value)]
            #[value(type = $text)]
            pub(crate) struct $name(pub(crate) $ty);

            #[derive(Clone, Debug, PartialEq, Value)]
            #[value(repr = "u8")]
            pub(crate) enum Made { $($variant = $discriminant),* }

            #[derive(Clone, Debug, PartialEq, Value)]
            pub(crate) enum Renamed { #[value(rename = $text)] One }
        }
    };
}
values!(Id, ::std::primitive::u64, "int8", A = 1 + 1, B = 255);

pub fn main() {
    /// In a function.
    #[derive(Clone, Debug, PartialEq, Value)]
    enum Local {
        One,
    }
    assert_eq!(Local::ALL, [Local::One]);
    assert_eq!(stringify!(ALL), "ALL");
    assert_eq!(<Texts as Finite>::ALL, [Texts::ALL, Texts::Ok, Texts::r#match, Texts::Always]);
    let stored = ::gatehouse::value::Scalar::Text(::std::borrow::Cow::Borrowed("in"));
    assert_eq!(Texts::decode(stored), ::std::result::Result::Ok(Texts::Always));
    let stored = r#struct(Email { __field: ::std::string::String::new() });
    assert_eq!(stored.encode().map(|it| it.kind()), stored.0.encode().map(|it| it.kind()));
    assert_eq!(r#struct::FORM.type_name, Email::FORM.with_type("citext").type_name);
    assert_eq!(made::Id(7).encode(), ::std::result::Result::Ok(::gatehouse::value::Scalar::Int(7)));
    assert_eq!(made::Made::ALL, [made::Made::A, made::Made::B]);
    assert_eq!(made::Renamed::One.encode(), ::std::result::Result::Ok(::gatehouse::value::Scalar::Text(::std::borrow::Cow::Borrowed("int8"))));
}
