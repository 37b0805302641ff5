//! The mapping of a fact to a table.

/// The mapping of a fact to a table, as `#[rows(…)]` has it.
#[derive(Debug)]
pub struct Mapping {
    /// The mapping as written.
    pub text: &'static str,
    /// The name of the fact.
    pub fact: &'static str,
    /// The table.
    pub table: Table,
    /// The columns of the key, one for each key part.
    pub key: &'static [&'static str],
    /// The columns of the value.
    pub value: &'static [&'static str],
    /// The columns by which the rows of a key are ordered; `true` for descending order.
    pub order: &'static [(&'static str, bool)],
    /// Whether other facts of the field are in the same table, by the same columns of the key.
    pub is_shared: bool,
}

/// The rows of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// A table or view: its name, with that of its schema before it.
    Named(&'static [&'static str]),
    /// The rows of a query.
    Query(&'static str),
}

impl Mapping {
    /// The table in messages: `` `member` ``, or "the query of `Grant`".
    pub(super) fn table_in_text(&self) -> String {
        match self.table {
            Table::Named(name) => format!("`{}`", name.join(".")),
            Table::Query(_) => format!("the query of `{}`", self.fact),
        }
    }
}
