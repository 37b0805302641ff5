//! A set of sources as the user wrote it.

use proc_macro2::Span;
use proc_macro2::extra::DelimSpan;
use syn::{Generics, Ident, LitStr, Member, Path, Type};

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
    /// The field's type: the source, or what lends connections to the rows.
    pub source: Type,
    /// How the field loads it.
    pub by: By,
}

/// How a field loads a fact.
pub(super) enum By {
    /// It is a source.
    Itself,
    /// It lends connections to the table that the fact is in.
    Rows(Box<Rows>),
    /// That has an error.
    Refused,
}

/// The rows of a fact: `table(key columns) -> value`.
pub(super) struct Rows {
    /// The mapping as written, with the fact.
    pub text: String,
    /// The table.
    pub table: Table,
    /// The columns of the key.
    pub key: Vec<Column>,
    /// The parentheses around them.
    pub key_span: DelimSpan,
    /// The value.
    pub value: Value,
    /// The columns by which the rows of a key are ordered; `true` for descending order.
    pub order: Vec<(Column, bool)>,
}

/// A table.
pub(super) enum Table {
    /// A table or view by its name, after that of its schema if it is in one.
    Named(Vec<Column>),
    /// A query.
    Query(LitStr),
}

impl Table {
    /// Its last token.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Named(names) => names.last().map_or_else(Span::call_site, |name| name.span),
            Self::Query(query) => query.span(),
        }
    }
}

/// The value of a fact.
pub(super) enum Value {
    /// A row makes the fact true.
    Presence,
    /// A row in which this column is not NULL makes the fact true.
    IsSet(Column),
    /// What is in the only row of a key.
    Single(Row),
    /// What is in each row of a key.
    All(Row),
}

/// The value of a row.
pub(super) enum Row {
    /// A column.
    Column(Column),
    /// A tuple of columns, in these parentheses.
    Tuple(DelimSpan, Vec<Column>),
    /// A struct, with a column for each field in these braces.
    Struct(Path, DelimSpan, Vec<(Ident, Column)>),
}

impl Row {
    /// Its columns, in order.
    pub(super) fn columns(&self) -> Vec<&Column> {
        match self {
            Self::Column(column) => vec![column],
            Self::Tuple(_, columns) => columns.iter().collect(),
            Self::Struct(_, _, fields) => fields.iter().map(|(_, column)| column).collect(),
        }
    }
}

/// A name in the database.
pub(super) struct Column {
    /// The name.
    pub name: String,
    /// The user's token.
    pub span: Span,
}
