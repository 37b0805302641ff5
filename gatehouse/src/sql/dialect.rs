//! A database that facts can be loaded from.

use sqlx::Connection;

use super::catalogue::TableInfo;
use super::keys::Keys;
use super::mapping::Table;
use super::rows::Rows;
use super::statement::Statement;
use crate::value::{Misfit, Scalar};

/// A database that facts can be loaded from: `sqlx::Sqlite` with the feature `sqlite`, `sqlx::Postgres` with
/// the feature `postgres`. No other type implements it.
pub trait Dialect: sqlx::Database + Words {}

/// How a database is asked. Not to be implemented by others.
pub trait Words: sqlx::Database {
    /// Whether the database holds a value: dates have bounds.
    #[doc(hidden)]
    fn holds(scalar: &Scalar<'_>) -> Result<(), Misfit> {
        let _ = scalar;
        Ok(())
    }

    /// Whether connections with these options end their statement when they are closed.
    #[doc(hidden)]
    fn ends_statements(options: &<Self::Connection as Connection>::Options) -> bool {
        let _ = options;
        false
    }

    /// The text of a statement for keys, and nothing of their values.
    #[doc(hidden)]
    fn text(statement: &Statement<'_>, keys: &Keys<'_>) -> String;

    /// The rows of a statement for keys, in any order of the keys.
    #[doc(hidden)]
    fn fetch(
        connection: &mut Self::Connection,
        text: String,
        statement: &Statement<'_>,
        keys: &Keys<'_>,
    ) -> impl Future<Output = Result<Rows, sqlx::Error>> + Send;

    /// A table as the catalogue describes it, if it exists.
    #[doc(hidden)]
    fn table_info(
        connection: &mut Self::Connection,
        table: Table,
    ) -> impl Future<Output = Result<Option<TableInfo>, sqlx::Error>> + Send;
}
