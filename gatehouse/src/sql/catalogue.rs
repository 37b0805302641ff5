//! A table as the catalogue of its database describes it.

use crate::value::Kind;

/// A table as the catalogue of its database describes it.
#[derive(Debug, Default)]
pub struct TableInfo {
    pub(super) columns: Vec<ColumnInfo>,
    /// The columns of each unique index, or `None` where none can be told of: a view, or a query.
    pub(super) unique: Option<Vec<Vec<String>>>,
    /// The columns of each index, unique ones included.
    pub(super) indexes: Vec<Vec<String>>,
}

/// A column.
#[derive(Debug)]
pub(super) struct ColumnInfo {
    pub(super) name: String,
    /// Its type, as the database writes it.
    pub(super) type_name: String,
    /// The kinds of values that it holds, or `None` if it holds any.
    pub(super) kinds: Option<Vec<Kind>>,
    /// Whether it is an enum, which a text is compared with only as a value of that type.
    pub(super) is_enum: bool,
    /// Whether it may be NULL, if that is known.
    pub(super) is_nullable: Option<bool>,
    /// Whether texts that differ in a byte are different in it, if that is known.
    pub(super) is_bytewise: Option<bool>,
}
