//! The data: a SQLite database in a temporary directory, and the facts in its tables.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::prelude::*;
use gatehouse::sql::Lend;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{Row, Sqlite, SqlitePool};

use crate::policies::{Document, OrgRole, Shared, Suspended};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Where the facts of this application come from: the tables and their columns.
#[derive(Sources)]
pub struct AppFacts {
    #[rows(Suspended = suspension(user))]
    #[rows(OrgRole = member(user, org) -> role)]
    #[rows(Shared = share(user, document))]
    pub db: Database,
}

/// A handle to the database that counts the loads, each of which is one query.
#[derive(Clone)]
pub struct Database {
    pool: SqlitePool,
    loads: Arc<AtomicUsize>,
}

impl Lend for Database {
    type Database = Sqlite;

    async fn lend(&self) -> Result<PoolConnection<Sqlite>> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        self.pool.acquire().await
    }
}

impl Database {
    /// Opens `documents.db` in `directory`, with a few thousand rows.
    pub async fn create(directory: &Path) -> Result<Self> {
        let file = directory.join("documents.db");
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await?;
        let db = Self { pool, loads: Arc::default() };
        db.fill().await?;
        Ok(db)
    }

    /// How many queries there were since this was last asked.
    pub fn take_queries(&self) -> usize {
        self.loads.swap(0, Ordering::Relaxed)
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
    "CREATE TABLE member (user INTEGER, org INTEGER, role TEXT NOT NULL, PRIMARY KEY (user, org))",
    "CREATE TABLE suspension (user INTEGER PRIMARY KEY)",
    "CREATE TABLE share (user INTEGER, document INTEGER, PRIMARY KEY (user, document))",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
     INSERT INTO document SELECT i, 'Document ' || i, 1 + i * 7 % 12, 1 + i * 13 % 40, i % 29 = 0 FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 479)
     INSERT INTO member SELECT 1 + i % 40, 1 + i / 40, iif(i % 3 = 0, 'editor', 'viewer')
     FROM n WHERE i * 11 % 17 < 6",
    "INSERT INTO suspension VALUES (4), (17), (23)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
     INSERT INTO share SELECT 1 + i * 19 % 40, i FROM n WHERE i % 5 = 0",
];
