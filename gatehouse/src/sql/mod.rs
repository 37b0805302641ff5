//! Facts that are rows of tables, in SQLite and PostgreSQL.
//!
//! `#[rows(Fact = table(key columns) -> value)]` on a field of `#[derive(Sources)]` maps a fact to a table;
//! the field is a `SqlitePool` or a `PgPool`, or a type of yours that [lends](Lend) connections of one.
//! The page [`facts_from_tables`](crate::facts_from_tables) has all forms.

// - `mapping`: a fact's table and columns, as written; `query`: queries in the place of tables;
// - `lend`: what lends a connection;
// - `keys`: the keys of a load in their stored form;
// - `statement`: what is asked of a table; `dialect`: in which words, `sqlite` and `postgres` (with
//   `postgres_text`, `postgres_arguments` and `postgres_rows`: the text, what is sent and what comes back);
// - `fetch`: running it on a connection, which is `in_use` meanwhile; `rows`: the rows that come back; `value`: what
//   they are in Rust;
// - `source`: a table as the source of a fact; `shared_statement`: facts that share a statement; `within`: its loads
//   on the caller's connection;
// - `verify`: mappings beside the schema of a database; `catalogue`: a table as the database describes it,
//   `sqlite_catalogue`, `postgres_catalogue`: reading it; `schema`: how a mapping fits a table.

mod catalogue;
mod dialect;
mod fetch;
mod in_use;
mod keys;
mod lend;
mod mapping;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "postgres")]
mod postgres_arguments;
#[cfg(feature = "postgres")]
mod postgres_catalogue;
#[cfg(feature = "postgres")]
mod postgres_rows;
#[cfg(feature = "postgres")]
mod postgres_text;
mod query;
mod rows;
mod schema;
mod shared_statement;
mod source;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(feature = "sqlite")]
mod sqlite_catalogue;
mod statement;
mod value;
mod verify;
mod within;

pub use self::dialect::Dialect;
pub use self::lend::Lend;
pub use self::verify::{Mismatch, Verified, Verify, VerifyError};
pub use self::within::{LentConnection, TakeError, within};
// Public because generated code has them. Nobody writes them.
#[doc(hidden)]
pub use self::{
    lend::lent,
    mapping::{Mapping, Table},
    rows::Cells,
    source::{TableFact, table},
    verify::Verifier,
};
