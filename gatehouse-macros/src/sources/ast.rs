//! A set of sources as the user wrote it.

use syn::{Generics, Ident, Member, Path, Type};

use crate::crate_path::CratePath;

/// A struct with `#[derive(Sources)]`.
pub(super) struct Sources {
    /// The path of the library.
    pub library: CratePath,
    /// Its name.
    pub name: Ident,
    /// Its generics.
    pub generics: Generics,
    /// The loaded facts, in the order of the fields.
    pub loads: Vec<Load>,
}

/// One fact, and the field that loads it.
pub(super) struct Load {
    /// The fact.
    pub fact: Path,
    /// The field.
    pub field: Member,
    /// The field's type: the source.
    pub source: Type,
}
