//! The data: a SQLite database in a temporary directory, and the sources that ask it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::prelude::*;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool};

use crate::policies::{Document, OrgRole, Role, Shared, Suspended};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A handle to the database that counts its queries.
#[derive(Clone)]
pub struct Database {
    pool: SqlitePool,
    queries: Arc<AtomicUsize>,
}

/// Where the facts of this application come from.
#[derive(Sources)]
pub struct AppFacts {
    #[loads(Suspended, OrgRole, Shared)]
    pub db: Database,
}

/// SQLite takes 32 766 parameters in a query, and a key here has at most two.
const MAX_KEYS: usize = 16_000;

// Each source makes one query for all keys of a round: the keys are a list of values, and the
// table that knows answers for those that it has. A key is answered as it was asked, and whole numbers
// come back from SQLite as they went in; `FactSource` has what to do where a text may not.

impl FactSource<Suspended> for Database {
    async fn load(&self, keys: &[Suspended]) -> std::result::Result<Loaded<Suspended>, FactError> {
        let users = keys.iter().map(|key| [key.user]);
        let rows = self.rows("SELECT user FROM suspension WHERE (user) IN ", users).await?;
        Ok(rows.iter().map(|row| (Suspended(row.get("user")), true)).collect())
    }

    fn max_batch_size(&self) -> usize {
        MAX_KEYS
    }
}

impl FactSource<OrgRole> for Database {
    async fn load(&self, keys: &[OrgRole]) -> std::result::Result<Loaded<OrgRole>, FactError> {
        let pairs = keys.iter().map(|key| [key.user, key.org]);
        let rows =
            self.rows("SELECT user, org, editor FROM member WHERE (user, org) IN ", pairs).await?;
        let role = |row: &SqliteRow| if row.get("editor") { Role::Editor } else { Role::Viewer };
        Ok(rows.iter().map(|row| (OrgRole(row.get("user"), row.get("org")), role(row))).collect())
    }

    fn max_batch_size(&self) -> usize {
        MAX_KEYS
    }
}

impl FactSource<Shared> for Database {
    async fn load(&self, keys: &[Shared]) -> std::result::Result<Loaded<Shared>, FactError> {
        let pairs = keys.iter().map(|key| [key.user, key.document]);
        let rows =
            self.rows("SELECT user, document FROM share WHERE (user, document) IN ", pairs).await?;
        Ok(rows.iter().map(|row| (Shared(row.get("user"), row.get("document")), true)).collect())
    }

    fn max_batch_size(&self) -> usize {
        MAX_KEYS
    }
}

impl Database {
    /// Opens `documents.db` in `directory`, with a few thousand rows.
    pub async fn create(directory: &Path) -> Result<Self> {
        let file = directory.join("documents.db");
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await?;
        let db = Self { pool, queries: Arc::default() };
        db.fill().await?;
        Ok(db)
    }

    /// How many queries there were since this was last asked.
    pub fn take_queries(&self) -> usize {
        self.queries.swap(0, Ordering::Relaxed)
    }

    /// The first `count` documents.
    pub async fn documents(&self, count: u32) -> Result<Vec<Document>> {
        let rows =
            sqlx::query("SELECT id, title, org, owner, public FROM document ORDER BY id LIMIT ?")
                .bind(count)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.iter().map(document).collect())
    }

    /// Runs a statement that no rule knows of: what an operator might do by accident.
    pub async fn execute(&self, statement: &'static str) -> Result<()> {
        sqlx::query(statement).execute(&self.pool).await.map(drop)
    }

    async fn rows<const N: usize>(
        &self,
        select: &'static str,
        keys: impl Iterator<Item = [i64; N]>,
    ) -> Result<Vec<SqliteRow>> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        let mut query = QueryBuilder::<Sqlite>::new(select);
        query.push("(");
        query.push_values(keys, |mut row, key| {
            for part in key {
                row.push_bind(part);
            }
        });
        query.push(")").build().fetch_all(&self.pool).await
    }

    /// 40 users, 12 organisations, 4 000 documents.
    async fn fill(&self) -> Result<()> {
        for statement in SCHEMA {
            self.execute(statement).await?;
        }
        Ok(())
    }
}

fn document(row: &SqliteRow) -> Document {
    Document {
        id: row.get("id"),
        title: row.get("title"),
        org: row.get("org"),
        owner: row.get("owner"),
        public: row.get("public"),
    }
}

/// The tables, and their rows: numbers that look scattered and are the same every time.
const SCHEMA: [&str; 8] = [
    "CREATE TABLE document (id INTEGER PRIMARY KEY, title TEXT, org INTEGER, owner INTEGER, public INTEGER)",
    "CREATE TABLE member (user INTEGER, org INTEGER, editor INTEGER, PRIMARY KEY (user, org))",
    "CREATE TABLE suspension (user INTEGER PRIMARY KEY)",
    "CREATE TABLE share (user INTEGER, document INTEGER, PRIMARY KEY (user, document))",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
     INSERT INTO document SELECT i, 'Document ' || i, 1 + i * 7 % 12, 1 + i * 13 % 40, i % 29 = 0 FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 479)
     INSERT INTO member SELECT 1 + i % 40, 1 + i / 40, i % 3 = 0 FROM n WHERE i * 11 % 17 < 6",
    "INSERT INTO suspension VALUES (4), (17), (23)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
     INSERT INTO share SELECT 1 + i * 19 % 40, i FROM n WHERE i % 5 = 0",
];
