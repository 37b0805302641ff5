//! PostgreSQL, in a schema of its own.

use gatehouse::prelude::*;
use gatehouse::private::Stored;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};

use crate::data::{Batch, COUNT, Level, ROWS};
use crate::measure::Side;

#[derive(Sources)]
pub struct App {
    #[rows(Level = bench.share(usr, document) -> level)]
    db: PgPool,
}

/// The statements that are written by hand.
#[derive(Clone, Copy)]
pub enum Form {
    /// The keys as a table, joined.
    Join,
    /// The keys as a table, each looked up.
    Lateral,
    /// The user, and an array of documents.
    OneUser,
}

impl Form {
    const fn text(self) -> &'static str {
        match self {
            Self::Join => {
                "SELECT s.usr, s.document, s.level FROM unnest($1::int8[], $2::int8[]) AS k(u, d) \
                 JOIN bench.share AS s ON s.usr = k.u AND s.document = k.d"
            }
            Self::Lateral => {
                "SELECT r.usr, r.document, r.level FROM unnest($1::int8[], $2::int8[]) AS k(u, d) \
                 CROSS JOIN LATERAL (SELECT s.usr, s.document, s.level FROM bench.share AS s \
                 WHERE s.usr = k.u AND s.document = k.d LIMIT 1) AS r"
            }
            Self::OneUser => {
                "SELECT usr, document, level FROM bench.share WHERE usr = $1 AND document = ANY($2)"
            }
        }
    }
}

impl App {
    /// Fills a table on the server at `url`.
    pub async fn create(url: &str) -> Result<Self, sqlx::Error> {
        let options = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
        let db = options.connect(url).await?;
        let fill = format!(
            "DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench; \
             CREATE TABLE bench.share (usr INT8, document INT8, level INT8 NOT NULL, \
                 PRIMARY KEY (usr, document)); \
             WITH n(i) AS (SELECT * FROM generate_series(0::int8, {COUNT} - 1)) \
             INSERT INTO bench.share {ROWS}; ANALYZE bench.share"
        );
        sqlx::raw_sql(AssertSqlSafe(fill)).execute(&db).await?;
        Ok(Self { db })
    }

    /// Drops the table.
    pub async fn drop(self) -> Result<(), sqlx::Error> {
        sqlx::raw_sql("DROP SCHEMA bench CASCADE").execute(&self.db).await?;
        Ok(())
    }
}

impl Side for App {
    const NAME: &str = "PostgreSQL";
    type Form = Form;

    fn forms(batch: Batch) -> &'static [Form] {
        match batch {
            Batch::Random => &[Form::Join, Form::Lateral],
            Batch::OneUser => &[Form::OneUser],
        }
    }

    fn name(form: Form) -> &'static str {
        match form {
            Form::Join => "`unnest` and a join",
            Form::Lateral => "`unnest` and `LATERAL`",
            Form::OneUser => "`usr = $1 AND document = ANY($2)`",
        }
    }

    async fn ours(&self, keys: &[Level]) -> Loaded<Level> {
        <Level as Stored<Self>>::source(self).load(keys).await.expect("a database")
    }

    async fn by_hand(&self, form: Form, keys: &[Level]) -> Loaded<Level> {
        let documents: Vec<i64> = keys.iter().map(|key| key.document).collect();
        let query = sqlx::query_as(form.text());
        let query = match form {
            Form::OneUser => query.bind(keys[0].usr).bind(documents),
            Form::Join | Form::Lateral => {
                let users: Vec<i64> = keys.iter().map(|key| key.usr).collect();
                query.bind(users).bind(documents)
            }
        };
        let rows: Vec<(i64, i64, i64)> = query.fetch_all(&self.db).await.expect("a database");
        let rows = rows.into_iter();
        rows.map(|(usr, document, level)| (Level(usr, document), level)).collect()
    }
}
