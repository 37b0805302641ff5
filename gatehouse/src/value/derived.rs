//! The functions that the code of `#[derive(Value)]` calls.

use std::borrow::Cow;
use std::fmt::Debug;

use super::misfit::Misfit;
use super::scalar::Scalar;

/// The stored form of the variant with this text.
#[must_use]
pub fn variant_as_text(text: &'static str) -> Scalar<'static> {
    Scalar::Text(Cow::Borrowed(text))
}

/// The variant that `find` knows for a stored text. The enum is named in the error.
pub fn variant_of_text<V>(
    stored: Scalar<'_>,
    name: &'static str,
    find: impl FnOnce(&str) -> Option<V>,
) -> Result<V, Misfit> {
    match stored {
        Scalar::Text(text) => {
            find(&text).ok_or_else(|| Misfit::new(format!("a text is no variant of `{name}`")))
        }
        other => Err(Misfit::kind(&other, "a text")),
    }
}

/// The variant that `find` knows for a stored integer. The enum is named in the error.
pub fn variant_of_int<V>(
    stored: Scalar<'_>,
    name: &'static str,
    find: impl FnOnce(i64) -> Option<V>,
) -> Result<V, Misfit> {
    match stored {
        Scalar::Int(int) => {
            find(int).ok_or_else(|| Misfit::new(format!("an integer is no variant of `{name}`")))
        }
        other => Err(Misfit::kind(&other, "an integer")),
    }
}

/// Refuses a discriminant out of the range of an enum's `repr`.
///
/// # Panics
/// If it is: at compile time, with `text`.
#[track_caller]
pub const fn fits_repr(discriminant: i128, least: i128, greatest: i128, text: &'static str) {
    assert!(least <= discriminant && discriminant <= greatest, "{}", text);
}

/// The traits that rustc may assume of a type on which `#[derive(Value)]` has reported an error.
///
/// The lifetime makes the bound higher-ranked, which defers its check to the uses of the impl: a type without
/// these traits is no second error.
pub trait RefusedBounds<'k>: Clone + Debug + PartialEq + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Debug + PartialEq + Send + Sync + 'static> RefusedBounds<'_> for T {}
