//! Lending connections.

use std::sync::Arc;

use sqlx::Pool;
use sqlx::pool::PoolConnection;

use super::dialect::Dialect;

/// Lends connections to the loads of facts from tables: a pool, or a type of yours around one, that counts,
/// or chooses a replica.
///
/// ```
/// # #[cfg(feature = "sqlite")] mod example {
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use gatehouse::sql::Lend;
/// use sqlx::pool::PoolConnection;
/// use sqlx::{Sqlite, SqlitePool};
///
/// /// Counts the loads.
/// struct Counted { pool: SqlitePool, loads: AtomicUsize }
///
/// impl Lend for Counted {
///     type Database = Sqlite;
///     async fn lend(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
///         self.loads.fetch_add(1, Ordering::Relaxed);
///         self.pool.acquire().await
///     }
/// }
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` lends no connections to a database",
    label = "neither a pool of sqlx nor a `gatehouse::sql::Lend`",
    note = "a field with `#[rows(…)]` is a `SqlitePool` (feature `sqlite`), a `PgPool` (feature `postgres`), or a type with `impl gatehouse::sql::Lend`",
    note = "if the field is a source of its own, write `#[loads(Fact)]`"
)]
pub trait Lend: Send + Sync + 'static {
    /// The database: `sqlx::Sqlite` or `sqlx::Postgres`.
    type Database: Dialect;

    /// A connection for one load. It is given back when the load has ended or nobody waits for it any more.
    ///
    /// # Errors
    /// Any error of sqlx: the load has failed then.
    fn lend(
        &self,
    ) -> impl Future<Output = Result<PoolConnection<Self::Database>, sqlx::Error>> + Send;

    /// Whether the server ends the statement of a connection that is closed. If so, a connection is closed whose
    /// load is dropped while a slow statement runs; otherwise the pool has it back when the statement has ended.
    ///
    /// A pool of PostgreSQL says yes if its options set `client_connection_check_interval`. A type of yours says
    /// no, unless it asks its pool: `self.pool.ends_statements()`.
    fn ends_statements(&self) -> bool {
        false
    }
}

impl<D: Dialect> Lend for Pool<D> {
    type Database = D;

    async fn lend(&self) -> Result<PoolConnection<D>, sqlx::Error> {
        self.acquire().await
    }

    fn ends_statements(&self) -> bool {
        D::ends_statements(&self.connect_options())
    }
}

impl<L: Lend> Lend for Arc<L> {
    type Database = L::Database;

    async fn lend(&self) -> Result<PoolConnection<L::Database>, sqlx::Error> {
        L::lend(self).await
    }

    fn ends_statements(&self) -> bool {
        L::ends_statements(self)
    }
}

/// What lends connections, as the source of a table holds it.
#[derive(Debug)]
pub struct Lender<'s, L>(&'s L);

/// A [`Lender`].
pub trait Lends: Send + Sync {
    /// What lends.
    type Lend: Lend;

    /// What lends.
    fn lend(&self) -> &Self::Lend;
}

impl<L: Lend> Lends for Lender<'_, L> {
    type Lend = L;

    fn lend(&self) -> &L {
        self.0
    }
}

/// The lender of a [`Lend`], found by its database. A type that lends nothing has an error where it is
/// written; it has no database and so no lender, and what is built on that has no error of its own.
pub trait LenderOf {
    /// The lender.
    type Lender<'s, L: 's>;

    /// The lender.
    fn lender<L>(lend: &L) -> Self::Lender<'_, L>;
}

impl<D: Dialect> LenderOf for D {
    type Lender<'s, L: 's> = Lender<'s, L>;

    fn lender<L>(lend: &L) -> Lender<'_, L> {
        Lender(lend)
    }
}

/// What a field lends.
pub fn lent<L: Lend>(field: &L) -> <L::Database as LenderOf>::Lender<'_, L> {
    <L::Database as LenderOf>::lender(field)
}
