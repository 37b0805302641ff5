//! The databases of the tests: each test has one of its own.

use std::fmt::Write as _;
use std::io::{Write as _, stderr};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use gatehouse::sql::Dialect;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool, Pool, Sqlite, SqlitePool};
use tempfile::TempDir;

/// The variable of the environment that has the URL of a PostgreSQL server.
const VARIABLE: &str = "GATEHOUSE_POSTGRES";

/// An empty database of a test.
pub trait Database {
    /// Its kind.
    type Sql: Dialect;

    /// Whether it is PostgreSQL.
    const IS_POSTGRES: bool;

    /// Connections to it.
    fn pool(&self) -> Pool<Self::Sql>;

    /// Connections to it, with options of their own.
    async fn pool_with(&self, options: PoolOptions<Self::Sql>) -> Pool<Self::Sql>;

    /// Runs statements.
    async fn run(&self, sql: &str);

    /// Bytes in SQL.
    fn bytes(bytes: &[u8]) -> String {
        let mut digits = String::new();
        for byte in bytes {
            let _ = write!(digits, "{byte:02x}");
        }
        if Self::IS_POSTGRES { format!("'\\x{digits}'::bytea") } else { format!("x'{digits}'") }
    }

    /// A text in SQL.
    fn text(text: &str) -> String {
        format!("'{}'", text.replace('\'', "''"))
    }

    /// What SQLite calls `sqlite`, and PostgreSQL `postgres`.
    fn either<'t>(sqlite: &'t str, postgres: &'t str) -> &'t str {
        if Self::IS_POSTGRES { postgres } else { sqlite }
    }
}

/// A file with a SQLite database.
pub struct Lite {
    folder: TempDir,
    pool: SqlitePool,
    /// One connection: another one may have a schema of before, and refuse an `INSERT` for that.
    setup: SqlitePool,
}

impl Lite {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let pool = |size| {
            PoolOptions::new().max_connections(size).connect_lazy_with(Self::options(&folder))
        };
        let (pool, setup) = (pool(4), pool(1));
        Self { folder, pool, setup }
    }

    fn options(folder: &TempDir) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(folder.path().join("test.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Memory)
            .synchronous(SqliteSynchronous::Off)
    }
}

impl Database for Lite {
    type Sql = Sqlite;

    const IS_POSTGRES: bool = false;

    fn pool(&self) -> SqlitePool {
        self.pool.clone()
    }

    async fn pool_with(&self, options: PoolOptions<Sqlite>) -> SqlitePool {
        options.connect_lazy_with(Self::options(&self.folder))
    }

    async fn run(&self, sql: &str) {
        let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&self.setup).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// A schema in a PostgreSQL database.
pub struct Postgres {
    /// The options of connections that look for names in the schema.
    pub options: PgConnectOptions,
    /// The name of the schema.
    pub schema: String,
    pool: PgPool,
}

impl Postgres {
    async fn new(url: &str) -> Self {
        static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
        let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
        let schema = format!("gatehouse_test_{}_{number}", std::process::id());
        let options: PgConnectOptions =
            url.parse().unwrap_or_else(|error| panic!("{VARIABLE}: {error}"));
        let mut connection = PgConnection::connect_with(&options)
            .await
            .unwrap_or_else(|error| panic!("{VARIABLE}={url}: {error}"));
        execute(&mut connection, &format!("CREATE SCHEMA {schema}")).await;
        let options = options.options([("search_path", &schema)]);
        let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(options.clone());
        Self { options, schema, pool }
    }

    /// Drops the schema; a test that failed may have left a lock.
    async fn end(self) {
        let closed = tokio::time::timeout(Duration::from_secs(5), self.pool.close()).await;
        let mut connection = PgConnection::connect_with(&self.options).await.expect("a connection");
        let drop = format!("SET lock_timeout = '5s'; DROP SCHEMA {} CASCADE", self.schema);
        let dropped = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await;
        if closed.is_err() || dropped.is_err() {
            say(&format!("the schema {} was left behind", self.schema));
        }
    }
}

impl Database for Postgres {
    type Sql = sqlx::Postgres;

    const IS_POSTGRES: bool = true;

    fn pool(&self) -> PgPool {
        self.pool.clone()
    }

    async fn pool_with(&self, options: PgPoolOptions) -> PgPool {
        options.connect_lazy_with(self.options.clone())
    }

    async fn run(&self, sql: &str) {
        let mut connection = self.pool.acquire().await.expect("a connection");
        execute(&mut connection, sql).await;
    }
}

async fn execute(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Runs a test on SQLite.
pub async fn on_sqlite<T>(test: impl AsyncFnOnce(&Lite) -> T) -> T {
    test(&Lite::new()).await
}

/// Runs a test on PostgreSQL, if there is a server.
pub async fn on_postgres<T>(test: impl AsyncFnOnce(&Postgres) -> T) -> Option<T> {
    let Ok(url) = std::env::var(VARIABLE) else {
        static SAID: Once = Once::new();
        SAID.call_once(|| say(&format!("on SQLite only: {VARIABLE} has no URL of a server")));
        return None;
    };
    let database = Postgres::new(&url).await;
    let result = AssertUnwindSafe(test(&database)).catch_unwind().await;
    database.end().await;
    Some(result.unwrap_or_else(|panic| resume_unwind(panic)))
}

/// Writes a line where the harness of tests does not hold it back.
pub fn say(line: &str) {
    let _ = writeln!(stderr(), "tables: {line}");
}

/// Makes two tests of each function: `name::sqlite` and `name::postgres`.
macro_rules! on_each_database {
    ($($test:ident)*) => {$(
        mod $test {
            #[tokio::test]
            async fn sqlite() {
                crate::database::on_sqlite(async |database| super::$test(database).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                crate::database::on_postgres(async |database| super::$test(database).await).await;
            }
        }
    )*};
}

/// Makes a test of each function, on PostgreSQL alone: `name::postgres`.
macro_rules! on_postgres {
    ($($test:ident)*) => {$(
        mod $test {
            #[tokio::test]
            async fn postgres() {
                crate::database::on_postgres(async |database| super::$test(database).await).await;
            }
        }
    )*};
}

/// Makes a test of each function, on SQLite alone: `name::sqlite`.
macro_rules! on_sqlite {
    ($($test:ident)*) => {$(
        mod $test {
            #[tokio::test]
            async fn sqlite() {
                crate::database::on_sqlite(async |database| super::$test(database).await).await;
            }
        }
    )*};
}
