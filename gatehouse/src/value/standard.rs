//! The values of the standard library.

use std::borrow::Cow;
use std::sync::Arc;

use super::misfit::Misfit;
use super::scalar::{Form, Kind, Scalar};
use super::traits::{Finite, Value};

impl Value for bool {
    const FORM: Form = Form::new(Kind::Bool);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(Scalar::Bool(*self))
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        match stored {
            Scalar::Bool(it) => Ok(it),
            // SQLite has no truth values.
            Scalar::Int(it @ (0 | 1)) => Ok(it == 1),
            Scalar::Int(_) => Err(Misfit::new("an integer other than 0 and 1 is no truth value")),
            other => Err(Misfit::kind(&other, "a truth value")),
        }
    }
}

impl Finite for bool {
    const ALL: &'static [Self] = &[false, true];
}

/// Implements [`Value`] for integers.
macro_rules! integers {
    ($($integer:ident)*) => {$(
        impl Value for $integer {
            const FORM: Form = Form::new(Kind::Int);

            fn encode(&self) -> Result<Scalar<'_>, Misfit> {
                i64::try_from(*self).map(Scalar::Int).map_err(|_| {
                    Misfit::new("an integer is larger than `i64::MAX`, which a database does not hold")
                })
            }

            fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
                match stored {
                    Scalar::Int(it) => it.try_into().map_err(|_| {
                        let name = stringify!($integer);
                        Misfit::new(format!("an integer is out of the range of `{name}`"))
                    }),
                    other => Err(Misfit::kind(&other, "an integer")),
                }
            }
        }
    )*};
}
integers! { i8 i16 i32 i64 u8 u16 u32 u64 isize usize }

/// Implements [`Value`] for texts.
macro_rules! texts {
    ($($text:ty)*) => {$(
        impl Value for $text {
            const FORM: Form = Form::new(Kind::Text);

            fn encode(&self) -> Result<Scalar<'_>, Misfit> {
                text(self)
            }

            fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
                match stored {
                    Scalar::Text(text) => Ok(text.into_owned().into()),
                    other => Err(Misfit::kind(&other, "a text")),
                }
            }
        }
    )*};
}
texts! { String Box<str> Arc<str> }

/// A text, unless it has a character that a database does not hold.
fn text(text: &str) -> Result<Scalar<'_>, Misfit> {
    if text.contains('\0') {
        return Err(Misfit::null_character());
    }
    Ok(Scalar::Text(Cow::Borrowed(text)))
}

impl Value for Vec<u8> {
    const FORM: Form = Form::new(Kind::Bytes);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(Scalar::Bytes(Cow::Borrowed(self)))
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        match stored {
            Scalar::Bytes(bytes) => Ok(bytes.into_owned()),
            other => Err(Misfit::kind(&other, "bytes")),
        }
    }
}

/// A nullable value. `Option<Option<T>>` is none: it has two values for NULL.
impl<T: Value> Value for Option<T> {
    const FORM: Form = {
        assert!(
            !T::FORM.nullable,
            "an `Option` of an `Option` is no value: NULL would be two values"
        );
        T::FORM.or_null()
    };

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        self.as_ref().map_or(Ok(Scalar::Null), T::encode)
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        match stored {
            Scalar::Null => Ok(None),
            stored => T::decode(stored).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<V: Value>(value: V) {
        let stored = value.encode().unwrap().into_owned();
        assert!(stored.kind().is_none_or(|kind| kind == V::FORM.kind));
        assert_eq!(V::decode(stored), Ok(value));
    }

    #[test]
    fn values_come_back() {
        [false, true].into_iter().for_each(round_trip);
        [i64::MIN, -1, 0, i64::MAX].into_iter().for_each(round_trip);
        [u64::MIN, i64::MAX.cast_unsigned()].into_iter().for_each(round_trip);
        [u8::MIN, u8::MAX].into_iter().for_each(round_trip);
        let texts = ["", "Ann", "'; DROP TABLE member; --", "ß\u{1F600}"];
        texts.into_iter().map(str::to_owned).for_each(round_trip);
        round_trip(vec![0_u8, 255]);
        [None, Some(0_i32), Some(-7)].into_iter().for_each(round_trip);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert!(u64::MAX.encode().is_err());
        assert!("a\0".to_owned().encode().is_err());
        assert!(Some("\0".to_owned()).encode().is_err());
        assert!(u8::decode(Scalar::Int(256)).is_err());
        assert!(u64::decode(Scalar::Int(-1)).is_err());
        assert!(bool::decode(Scalar::Int(2)).is_err());
        assert!(i64::decode(Scalar::Text("7".into())).is_err());
        assert!(String::decode(Scalar::Int(7)).is_err());
        assert!(i64::decode(Scalar::Null).unwrap_err().is_null());
    }
}
