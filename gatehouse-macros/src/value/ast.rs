//! A value's type as the user wrote it.

use syn::{Expr, Fields, Generics, Ident, LitStr, Token};

use crate::crate_path::CratePath;

/// A type with `#[derive(Value)]`.
pub(super) struct Item {
    /// The options on the type.
    pub options: Options,
    /// Whether something deprecated is in it, for which the user's lint is to be silent.
    pub is_deprecated: bool,
    /// Its name.
    pub name: Ident,
    /// Its generics: all are refused.
    pub generics: Generics,
    /// Its fields, or its variants.
    pub body: Body,
}

/// The fields or variants of a type.
pub(super) enum Body {
    /// A struct: a newtype, if it has one field.
    Struct(Fields, Vec<Options>),
    /// An enum.
    Enum(Vec<Variant>),
    /// A union, which is refused.
    Union(Token![union]),
}

/// A variant.
pub(super) struct Variant {
    /// The options on the variant.
    pub options: Options,
    /// Its name.
    pub name: Ident,
    /// Its fields: all are refused.
    pub fields: Fields,
    /// Its explicit discriminant.
    pub discriminant: Option<Expr>,
}

/// The options of all `#[value(…)]` at one place.
#[derive(Default)]
pub(super) struct Options {
    /// `crate = path`
    pub library: Option<(Token![crate], CratePath)>,
    /// Each other option once, in the order of the user's.
    pub settings: Vec<Setting>,
}

/// `option = "text"`
pub(super) struct Setting {
    /// The option as the user wrote it.
    pub name: Ident,
    /// The text.
    pub text: LitStr,
    /// What the option is about.
    pub option: Name,
}

/// The options that have a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// `type`
    Type,
    /// `repr`
    Repr,
    /// `rename_all`
    RenameAll,
    /// `rename`
    Rename,
}

impl Options {
    /// The setting of `option`.
    pub(super) fn get(&self, option: Name) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.option == option)
    }

    /// The text of `option`.
    pub(super) fn text(&self, option: Name) -> Option<String> {
        self.get(option).map(|setting| setting.text.value())
    }
}
