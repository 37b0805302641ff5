//! A `fact!` block as the user wrote it.

use proc_macro2::Group;
use syn::{Attribute, Expr, Generics, Ident, Type, Visibility};

use crate::conditional;
use crate::crate_path::CratePath;
use crate::text;

/// All of one `fact!`.
pub(super) struct Block {
    /// Where the library is.
    pub library: CratePath,
    /// The facts, in order.
    pub facts: Vec<Fact>,
}

/// One declared fact.
pub(super) struct Fact {
    /// Its attributes, without `required`.
    pub attrs: Vec<Attribute>,
    /// Every `#[required]` on it.
    pub required: Vec<Attribute>,
    /// Whether it is `#[sensitive]`: its values are shown nowhere.
    pub sensitive: bool,
    /// Who may name it.
    pub vis: Visibility,
    /// Its name.
    pub name: Ident,
    /// `<…>` after the name, which is refused.
    pub generics: Generics,
    /// Its key.
    pub parts: Vec<Part>,
    /// The type of its value; `None` where it is absent or refused.
    pub value: Option<Type>,
    /// What follows the value.
    pub ending: Ending,
}

impl Fact {
    /// Whether it stands under a condition, so that another one of its name may exist.
    pub(super) fn is_conditional(&self) -> bool {
        self.attrs.iter().any(|attr| conditional::is(attr, "cfg"))
    }
}

/// One part of a key.
pub(super) struct Part {
    /// Its doc comments.
    pub attrs: Vec<Attribute>,
    /// Whether it is `#[sensitive]`: it is shown nowhere.
    pub sensitive: bool,
    /// Its name; `None` where it is absent or refused.
    pub name: Option<Ident>,
    /// Its type; `None` where it is absent or refused.
    pub ty: Option<Type>,
}

/// What follows the type of a fact's value.
pub(super) enum Ending {
    /// `;`
    Plain,
    /// `= expr;`
    Default(Expr),
    /// `{ … }`
    Body(Group),
}

impl Ending {
    /// Stands for a default that was refused: the fact has one.
    pub(super) fn refused_default() -> Self {
        Self::Default(syn::parse_quote!(::core::unreachable!()))
    }
}

/// Whether a type is `bool`, as far as its tokens tell.
pub(super) fn is_bool(ty: &Type) -> bool {
    text::is_named(ty, "bool")
}

/// Whether a type is an `Option`, as far as its tokens tell.
pub(super) fn is_option(ty: &Type) -> bool {
    text::is_named(ty, "Option")
}
