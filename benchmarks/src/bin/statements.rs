//! `cargo statements`: facts from tables beside the best statements that are written by hand with sqlx, over a
//! million rows, on SQLite, and on PostgreSQL if `GATEHOUSE_POSTGRES` is the URL of a server.
//!
//! Both sides use the same pool of one connection, in turns, and build what they return from the rows.

use std::hint::black_box;
use std::time::{Duration, Instant};

use gatehouse::prelude::*;
use gatehouse::private::Stored;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Row as _, SqlitePool};

fact! {
    /// The level at which `document` is shared with `usr`.
    pub Level(usr: i64, document: i64) -> i64;
}

#[derive(Sources)]
struct Lite {
    #[rows(Level = share(usr, document) -> level)]
    db: SqlitePool,
}

#[derive(Sources)]
struct Postgres {
    #[rows(Level = gatehouse_bench.share(usr, document) -> level)]
    db: PgPool,
}

/// A row, or a key: a user and a document.
type Pair = (i64, i64);

/// What a load by hand returns.
type Found = Vec<(Pair, i64)>;

const USERS: i64 = 20_000;
const PER_USER: i64 = 50;
const DOCUMENTS: i64 = 1_000_000;
const SIZES: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// The document of a row.
const fn document(usr: i64, at: i64) -> i64 {
    (usr * 7_919 + at * 15_485_863) % DOCUMENTS
}

/// Numbers that look random, and are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % end
    }

    /// Distinct keys, half of which have a row. All are of one user if `is_shared`.
    fn keys(&mut self, count: usize, is_shared: bool) -> Vec<Pair> {
        let one = self.below(USERS);
        let mut keys = std::collections::BTreeSet::new();
        while keys.len() < count {
            let usr = if is_shared { one } else { self.below(USERS) };
            let hits = keys.len() % 2 == 0 && (!is_shared || keys.len() < 50);
            let document =
                if hits { document(usr, self.below(PER_USER)) } else { self.below(DOCUMENTS) };
            keys.insert((usr, document));
        }
        let mut keys: Vec<_> = keys.into_iter().collect();
        for at in (1..keys.len()).rev() {
            let other =
                usize::try_from(self.below(i64::try_from(at).expect("few") + 1)).expect("positive");
            keys.swap(at, other);
        }
        keys
    }
}

/// One way to load keys.
trait Way {
    async fn load(&self, keys: &[Pair]) -> usize;
}

/// Gatehouse.
struct Ours<P>(P);

impl<P: Sources> Way for Ours<P>
where
    Level: Stored<P>,
{
    async fn load(&self, keys: &[Pair]) -> usize {
        let keys: Vec<_> = keys.iter().map(|(usr, document)| Level(*usr, *document)).collect();
        let loaded = Level::source(&self.0).load(&keys).await.expect("a database");
        usize::from(!black_box(loaded).is_empty())
    }
}

/// A statement on SQLite with an array of keys in JSON, or of the documents of one user.
struct LiteJson {
    db: SqlitePool,
    is_shared: bool,
}

impl Way for LiteJson {
    async fn load(&self, keys: &[Pair]) -> usize {
        let mut json = String::with_capacity(keys.len() * 16);
        json.push('[');
        for (at, (usr, document)) in keys.iter().enumerate() {
            use std::fmt::Write as _;
            let comma = if at > 0 { "," } else { "" };
            let _ = if self.is_shared {
                write!(json, "{comma}{document}")
            } else {
                write!(json, "{comma}[{usr},{document}]")
            };
        }
        json.push(']');
        let query = if self.is_shared {
            let text = "SELECT usr, document, level FROM share WHERE usr = ? \
                        AND document IN (SELECT value FROM json_each(?))";
            sqlx::query(text).bind(keys[0].0).bind(json)
        } else {
            let text = "SELECT usr, document, level FROM share WHERE (usr, document) IN \
                        (SELECT value->>0, value->>1 FROM json_each(?))";
            sqlx::query(text).bind(json)
        };
        let rows = query.fetch_all(&self.db).await.expect("a database");
        let found: Found = rows.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect();
        black_box(found).len()
    }
}

/// A statement on SQLite with a list of values.
struct LiteValues {
    db: SqlitePool,
}

impl Way for LiteValues {
    async fn load(&self, keys: &[Pair]) -> usize {
        let mut text = String::from(
            "SELECT usr, document, level FROM share WHERE (usr, document) IN (VALUES ",
        );
        for at in 0..keys.len() {
            text.push_str(if at > 0 { ",(?,?)" } else { "(?,?)" });
        }
        text.push(')');
        let mut query = sqlx::query(AssertSqlSafe(text));
        for (usr, document) in keys {
            query = query.bind(usr).bind(document);
        }
        let rows = query.fetch_all(&self.db).await.expect("a database");
        let found: Found = rows.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect();
        black_box(found).len()
    }
}

/// A statement on PostgreSQL: its text, and whether it has the user apart.
struct Arrays {
    db: PgPool,
    text: &'static str,
    is_shared: bool,
}

impl Way for Arrays {
    async fn load(&self, keys: &[Pair]) -> usize {
        let documents: Vec<i64> = keys.iter().map(|key| key.1).collect();
        let query = if self.is_shared {
            sqlx::query(self.text).bind(keys[0].0).bind(documents)
        } else {
            let users: Vec<i64> = keys.iter().map(|key| key.0).collect();
            sqlx::query(self.text).bind(users).bind(documents)
        };
        let rows = query.fetch_all(&self.db).await.expect("a database");
        let found: Found = rows.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect();
        black_box(found).len()
    }
}

/// The times of a way, shortest first.
struct Times(Vec<Duration>);

impl Times {
    fn median(&self) -> f64 {
        self.0[self.0.len() / 2].as_secs_f64() * 1e6
    }

    fn least(&self) -> f64 {
        self.0[0].as_secs_f64() * 1e6
    }
}

async fn timed(way: &impl Way, keys: &[Pair], into: &mut Vec<Duration>) {
    let started = Instant::now();
    black_box(way.load(keys).await);
    into.push(started.elapsed());
}

/// A row of the table: ours beside two ways by hand, in turns.
async fn row(
    name: &str,
    is_shared: bool,
    size: usize,
    ours: &impl Way,
    hand: (&impl Way, &impl Way),
) {
    let repetitions = (40_000 / size).clamp(40, 2_000);
    let mut numbers = Numbers(size as u64 + u64::from(is_shared));
    let mut times = [const { Vec::new() }; 3];
    for at in 0..repetitions {
        let keys = numbers.keys(size, is_shared);
        // What was first last time is last now.
        for turn in 0..3 {
            match (at + turn) % 3 {
                0 => timed(ours, &keys, &mut times[0]).await,
                1 => timed(hand.0, &keys, &mut times[1]).await,
                _ => timed(hand.1, &keys, &mut times[2]).await,
            }
        }
    }
    let [ours, one, other] = times.map(|mut times| {
        times.sort();
        Times(times)
    });
    let best = if one.median() < other.median() { &one } else { &other };
    println!(
        "| {name} | {} | {size} | {:.0} | {:.0} | {:.0} | {:.2} | {:.2} |",
        if is_shared { "of one user" } else { "random" },
        ours.median(),
        one.median(),
        other.median(),
        ours.median() / best.median(),
        ours.least() / one.least().min(other.least()),
    );
}

async fn sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("share.db");
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let db =
        SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("SQLite");
    let fill = format!(
        "CREATE TABLE share (usr INTEGER, document INTEGER, level INTEGER, PRIMARY KEY (usr, document)) \
         WITHOUT ROWID; \
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
         INSERT OR IGNORE INTO share SELECT i / {PER_USER}, \
         (i / {PER_USER} * 7919 + i % {PER_USER} * 15485863) % {DOCUMENTS}, i % 4 FROM n; ANALYZE",
        USERS * PER_USER - 1,
    );
    sqlx::raw_sql(AssertSqlSafe(fill)).execute(&db).await.expect("rows");
    let ours = Ours(Lite { db: db.clone() });
    for size in SIZES {
        let hand = (&LiteValues { db: db.clone() }, &LiteJson { db: db.clone(), is_shared: false });
        row("SQLite", false, size, &ours, hand).await;
    }
    for size in SIZES {
        let hand = (&LiteValues { db: db.clone() }, &LiteJson { db: db.clone(), is_shared: true });
        row("SQLite", true, size, &ours, hand).await;
    }
}

async fn postgres(url: &str) {
    let db = PgPoolOptions::new().max_connections(1).connect(url).await.expect("PostgreSQL");
    let fill = format!(
        "DROP SCHEMA IF EXISTS gatehouse_bench CASCADE; CREATE SCHEMA gatehouse_bench; \
         CREATE TABLE gatehouse_bench.share \
         (usr BIGINT, document BIGINT, level BIGINT, PRIMARY KEY (usr, document)); \
         INSERT INTO gatehouse_bench.share SELECT i / {PER_USER}, \
         (i / {PER_USER} * 7919 + i % {PER_USER} * 15485863) % {DOCUMENTS}, i % 4 \
         FROM generate_series(0::int8, {}) AS n(i) ON CONFLICT DO NOTHING; \
         ANALYZE gatehouse_bench.share",
        USERS * PER_USER - 1,
    );
    sqlx::raw_sql(AssertSqlSafe(fill)).execute(&db).await.expect("rows");
    let ours = Ours(Postgres { db: db.clone() });
    let arrays = |text, is_shared| Arrays { db: db.clone(), text, is_shared };
    for size in SIZES {
        let join = "SELECT s.usr, s.document, s.level FROM unnest($1::int8[], $2::int8[]) AS k(u, d) \
                    JOIN gatehouse_bench.share AS s ON s.usr = k.u AND s.document = k.d";
        let lateral = "SELECT r.* FROM unnest($1::int8[], $2::int8[]) AS k(u, d) CROSS JOIN LATERAL \
                       (SELECT s.usr, s.document, s.level FROM gatehouse_bench.share AS s \
                       WHERE s.usr = k.u AND s.document = k.d LIMIT 1) AS r";
        row("PostgreSQL", false, size, &ours, (&arrays(join, false), &arrays(lateral, false)))
            .await;
    }
    for size in SIZES {
        let any = "SELECT usr, document, level FROM gatehouse_bench.share \
                   WHERE usr = $1 AND document = ANY($2)";
        let join = "SELECT s.usr, s.document, s.level FROM unnest($2::int8[]) AS k(d) \
                    JOIN gatehouse_bench.share AS s ON s.usr = $1 AND s.document = k.d";
        row("PostgreSQL", true, size, &ours, (&arrays(any, true), &arrays(join, true))).await;
    }
    sqlx::query("DROP SCHEMA gatehouse_bench CASCADE").execute(&db).await.expect("dropped");
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!(
        "| database | keys | number | gatehouse, µs | by hand, µs | by hand, µs | median ÷ best by hand | least ÷ least |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    sqlite().await;
    if let Ok(url) = std::env::var("GATEHOUSE_POSTGRES") {
        postgres(&url).await;
    }
}
