//! Values of types that tests declare.

use std::hash::Hash;

use gatehouse::value::{Form, Kind, Misfit, Scalar, Value};

/// A role, as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    Reader,
    Editor,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Editor => "editor",
        }
    }

    fn of(stored: &Scalar<'_>) -> Result<Self, Misfit> {
        match stored {
            Scalar::Text(text) if text == "reader" => Ok(Self::Reader),
            Scalar::Text(text) if text == "editor" => Ok(Self::Editor),
            Scalar::Text(_) => Err(Misfit::new("a text is no `Role`")),
            other => Err(Misfit::kind(other, "a text")),
        }
    }
}

impl Value for Role {
    const FORM: Form = Form::new(Kind::Text);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(Scalar::Text(self.as_str().into()))
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        Self::of(&stored)
    }
}

/// A role, as the enum `role` of PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnumRole(pub Role);

impl Value for EnumRole {
    const FORM: Form = Form::new(Kind::Text).with_type("role");

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(Scalar::Text(self.0.as_str().into()))
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        Role::of(&stored).map(Self)
    }
}

/// A text of a type of PostgreSQL that ignores case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CiText(pub String);

impl Value for CiText {
    const FORM: Form = Form::new(Kind::Text).with_type("public.citext");

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        self.0.encode()
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        String::decode(stored).map(Self)
    }
}

/// A text that is stored in lower case, and compared as it is: it breaks the promise of [`Value`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lowered(pub String);

impl Value for Lowered {
    const FORM: Form = Form::new(Kind::Text);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(Scalar::Text(self.0.to_lowercase().into()))
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        String::decode(stored).map(Self)
    }
}

/// A text by its form, and what it likes to be when it is stored: it breaks the promise of [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OddlyStored {
    Text(&'static str),
    Number(i64),
    Null,
}

impl Value for OddlyStored {
    const FORM: Form = Form::new(Kind::Text);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(match self {
            Self::Text(text) => Scalar::Text((*text).into()),
            Self::Number(number) => Scalar::Int(*number),
            Self::Null => Scalar::Null,
        })
    }

    fn decode(_: Scalar<'_>) -> Result<Self, Misfit> {
        Ok(Self::Null)
    }
}

/// Declares a type of values around what a [`Scalar`] has inside.
macro_rules! scalars {
    ($($(#[$doc:meta])* $name:ident($inner:ty): $kind:ident $scalar:ident or $lite:ident, $name_in_text:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub $inner);

        impl Value for $name {
            const FORM: Form = Form::new(Kind::$kind);

            fn encode(&self) -> Result<Scalar<'_>, Misfit> {
                Ok(Scalar::$scalar(self.0))
            }

            fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
                match stored {
                    Scalar::$scalar(it) => Ok(Self(it)),
                    Scalar::$lite(it) => match it.try_into() {
                        Ok(it) => Ok(Self(it)),
                        Err(_) => Err(Misfit::new(concat!("it is no ", $name_in_text))),
                    },
                    other => Err(Misfit::kind(&other, $name_in_text)),
                }
            }
        }
    )*};
}
scalars! {
    /// Microseconds since 1970 in UTC.
    At(i64): Timestamp Timestamp or Int, "time";
    /// Microseconds since 1970 in no time zone.
    Local(i64): LocalTimestamp Timestamp or Int, "time";
    /// Days since 1970.
    Day(i32): Date Date or Int, "date";
}

/// A UUID.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(pub [u8; 16]);

impl Value for Id {
    const FORM: Form = Form::new(Kind::Uuid);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(Scalar::Uuid(self.0))
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        let misfit = Misfit::kind(&stored, "a UUID");
        match stored {
            Scalar::Uuid(it) => Ok(Self(it)),
            Scalar::Bytes(it) => it.as_ref().try_into().map(Self).map_err(|_| misfit),
            _ => Err(misfit),
        }
    }
}

/// A decimal number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Amount(pub String);

impl Value for Amount {
    const FORM: Form = Form::new(Kind::Decimal);

    fn encode(&self) -> Result<Scalar<'_>, Misfit> {
        Ok(Scalar::Decimal(self.0.as_str().into()))
    }

    fn decode(stored: Scalar<'_>) -> Result<Self, Misfit> {
        match stored {
            Scalar::Text(it) | Scalar::Decimal(it) => Ok(Self(it.into_owned())),
            other => Err(Misfit::kind(&other, "a decimal number")),
        }
    }
}
