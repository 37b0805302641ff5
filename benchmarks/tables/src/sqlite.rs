//! SQLite, in a file.

use std::fmt::Write as _;
use std::path::Path;

use gatehouse::prelude::*;
use gatehouse::private::Stored;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, SqlitePool};

use crate::data::{Batch, COUNT, Level, ROWS};
use crate::measure::Side;

#[derive(Sources)]
pub struct App {
    #[rows(Level = share(usr, document) -> level)]
    db: SqlitePool,
}

/// The statements that are written by hand.
#[derive(Clone, Copy)]
pub enum Form {
    /// A list of values, whose text depends on the number of keys.
    Values,
    /// An array of pairs in JSON.
    Json,
    /// The user, and an array of documents in JSON.
    OneUser,
}

impl App {
    /// Fills a database in `folder`.
    pub async fn create(folder: &Path) -> Result<Self, sqlx::Error> {
        let file = SqliteConnectOptions::new().filename(folder.join("share.db"));
        let options = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
        let db = options.connect_with(file.create_if_missing(true)).await?;
        let rows = format!(
            "CREATE TABLE share (usr INTEGER, document INTEGER, level INTEGER NOT NULL, \
                 PRIMARY KEY (usr, document)) WITHOUT ROWID; \
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {COUNT}) \
             INSERT INTO share {ROWS} ORDER BY 1, 2; ANALYZE"
        );
        sqlx::raw_sql(AssertSqlSafe(rows)).execute(&db).await?;
        Ok(Self { db })
    }

    async fn values(&self, keys: &[Level]) -> Result<Vec<(i64, i64, i64)>, sqlx::Error> {
        let start = "SELECT usr, document, level FROM share WHERE (usr, document) IN (VALUES ";
        let mut text = String::from(start);
        for at in 0..keys.len() {
            text.push_str(if at > 0 { ",(?,?)" } else { "(?,?)" });
        }
        text.push(')');
        let mut query = sqlx::query_as(AssertSqlSafe(text));
        for key in keys {
            query = query.bind(key.usr).bind(key.document);
        }
        query.fetch_all(&self.db).await
    }

    async fn json(&self, keys: &[Level]) -> Result<Vec<(i64, i64, i64)>, sqlx::Error> {
        let json = array(keys, |json, key| write!(json, "[{},{}]", key.usr, key.document));
        let text = "SELECT usr, document, level FROM share WHERE (usr, document) IN \
                    (SELECT value->>0, value->>1 FROM json_each(?1))";
        sqlx::query_as(text).bind(json).fetch_all(&self.db).await
    }

    async fn one_user(&self, keys: &[Level]) -> Result<Vec<(i64, i64, i64)>, sqlx::Error> {
        let json = array(keys, |json, key| write!(json, "{}", key.document));
        let text = "SELECT usr, document, level FROM share WHERE usr = ?1 AND document IN \
                    (SELECT value FROM json_each(?2))";
        sqlx::query_as(text).bind(keys[0].usr).bind(json).fetch_all(&self.db).await
    }
}

/// The keys as an array in JSON.
fn array(keys: &[Level], push: impl Fn(&mut String, &Level) -> std::fmt::Result) -> String {
    let mut json = String::with_capacity(keys.len() * 16 + 2);
    for (at, key) in keys.iter().enumerate() {
        json.push(if at > 0 { ',' } else { '[' });
        push(&mut json, key).expect("a string takes any text");
    }
    json.push(']');
    json
}

impl Side for App {
    const NAME: &str = "SQLite";
    type Form = Form;

    fn forms(batch: Batch) -> &'static [Form] {
        match batch {
            Batch::Random => &[Form::Values, Form::Json],
            Batch::OneUser => &[Form::OneUser, Form::Values],
        }
    }

    fn name(form: Form) -> &'static str {
        match form {
            Form::Values => "`IN (VALUES …)`",
            Form::Json => "`IN (SELECT … json_each)`",
            Form::OneUser => "`usr = ? AND document IN (SELECT … json_each)`",
        }
    }

    async fn ours(&self, keys: &[Level]) -> Loaded<Level> {
        <Level as Stored<Self>>::source(self).load(keys).await.expect("a database")
    }

    async fn by_hand(&self, form: Form, keys: &[Level]) -> Loaded<Level> {
        let rows = match form {
            Form::Values => self.values(keys).await,
            Form::Json => self.json(keys).await,
            Form::OneUser => self.one_user(keys).await,
        };
        let rows = rows.expect("a database").into_iter();
        rows.map(|(usr, document, level)| (Level(usr, document), level)).collect()
    }
}
