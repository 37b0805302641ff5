//! The databases of the tests: each test has one of its own.

use std::io::{Write as _, stderr};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt as _;
use gatehouse::sql::Dialect;
use sqlx::pool::PoolOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection as _, Pool, Postgres, Sqlite};
use sqlx::{PgConnection, SqliteConnection};
use tempfile::TempDir;

/// The variable of the environment that has the URL of a PostgreSQL server.
const VARIABLE: &str = "GATEHOUSE_POSTGRES";

/// A connection to a database.
pub type Connection<D> = <<D as Database>::Sql as sqlx::Database>::Connection;

/// An empty database of a test.
pub trait Database {
    /// Its kind.
    type Sql: Dialect;

    /// A view `slow`, which has user 1 after some tenths of a second.
    const SLOW: &str;

    /// At most so many connections to it.
    fn pool(&self, connections: u32) -> Pool<Self::Sql>;

    /// A connection of its own.
    async fn connection(&self) -> Connection<Self>;

    /// Runs statements.
    async fn execute(connection: &mut Connection<Self>, sql: &str) -> Result<(), sqlx::Error>;

    /// Runs statements on a connection of their own.
    async fn run(&self, sql: &str) {
        let mut connection = self.connection().await;
        let done = Self::execute(&mut connection, sql).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// A file with a SQLite database.
pub struct Lite(TempDir);

impl Lite {
    fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(self.0.path().join("test.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Off)
    }
}

impl Database for Lite {
    type Sql = Sqlite;

    const SLOW: &str = "CREATE VIEW slow AS WITH RECURSIVE n(i) AS
        (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT min(i) AS user_id FROM n";

    fn pool(&self, connections: u32) -> Pool<Sqlite> {
        PoolOptions::new().max_connections(connections).connect_lazy_with(self.options())
    }

    async fn connection(&self) -> SqliteConnection {
        SqliteConnection::connect_with(&self.options()).await.expect("a connection")
    }

    async fn execute(connection: &mut SqliteConnection, sql: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(drop)
    }
}

/// A schema in a PostgreSQL database.
pub struct Server {
    /// The name of the schema.
    pub schema: String,
    options: PgConnectOptions,
}

impl Server {
    async fn new(url: &str) -> Self {
        static SCHEMAS: AtomicUsize = AtomicUsize::new(0);
        let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
        let schema = format!("gatehouse_lent_{}_{number}", std::process::id());
        let options: PgConnectOptions =
            url.parse().unwrap_or_else(|error| panic!("{VARIABLE}: {error}"));
        let options = options.options([("search_path", &schema)]);
        let server = Self { schema, options };
        server.run(&format!("CREATE SCHEMA {}", server.schema)).await;
        server
    }
}

impl Database for Server {
    type Sql = Postgres;

    const SLOW: &str =
        "CREATE VIEW slow AS SELECT 1::bigint AS user_id FROM (SELECT pg_sleep(0.3)) AS s";

    fn pool(&self, connections: u32) -> Pool<Postgres> {
        PoolOptions::new().max_connections(connections).connect_lazy_with(self.options.clone())
    }

    async fn connection(&self) -> PgConnection {
        let connected = PgConnection::connect_with(&self.options).await;
        connected.unwrap_or_else(|error| panic!("{VARIABLE}: {error}"))
    }

    async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(drop)
    }
}

/// Runs a test on SQLite.
pub async fn on_sqlite(test: impl AsyncFnOnce(&Lite)) {
    test(&Lite(tempfile::tempdir().expect("a folder"))).await;
}

/// Runs a test on PostgreSQL, if there is a server.
pub async fn on_postgres(test: impl AsyncFnOnce(&Server)) {
    let Ok(url) = std::env::var(VARIABLE) else {
        static SAID: Once = Once::new();
        // Where the harness of tests does not hold it back.
        SAID.call_once(|| {
            let line = "tables_transactions: on SQLite only: no URL of a server in";
            let _ = writeln!(stderr(), "{line} {VARIABLE}");
        });
        return;
    };
    let server = Server::new(&url).await;
    let result = AssertUnwindSafe(test(&server)).catch_unwind().await;
    // A test that failed may have left a lock.
    let drop = format!("SET lock_timeout = '5s'; DROP SCHEMA {} CASCADE", server.schema);
    let dropped = Server::execute(&mut server.connection().await, &drop).await;
    if let Err(panic) = result {
        resume_unwind(panic);
    }
    dropped.expect("the schema is dropped");
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
