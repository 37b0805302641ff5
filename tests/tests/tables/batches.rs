//! Batches of many keys, keys of many rows, and columns of every type in a batch.

use gatehouse::prelude::*;
use gatehouse::sql::Lend;

use crate::database::{Database, Postgres};
use crate::values::{CiText, EnumRole};

fact! {
    /// The number of a key.
    pub Next(key: i64) -> i64;
    /// The numbers of a key, as a tuple.
    pub Both(key: i64) -> (i64, Option<i64>);
    /// Whether a key has a row.
    pub Known(key: i64) -> bool = false;
    /// Whether a key has a row with another number.
    pub HasOther(key: i64) -> bool = false;
    /// All numbers of a key.
    pub All(key: i64) -> Vec<i64>;
    /// The number of a pair, whose parts may be none.
    pub OfPair(one: Option<i64>, other: Option<String>) -> i64;
}

#[derive(Sources)]
struct App<L: Lend> {
    #[rows(Next = numbers(key) -> number)]
    #[rows(Both = numbers(key) -> (number, other))]
    #[rows(Known = numbers(key))]
    #[rows(HasOther = numbers(key) if other)]
    #[rows(All = numbers(key) -> [number order by number])]
    #[rows(OfPair = pairs(one, other) -> number)]
    db: L,
}

const SEVERAL: &str = "`numbers` has several rows for one key of `Next`, which has one value";

/// Rows of a key that no fact of one value wants, before and behind the only rows of other keys.
async fn a_key_of_many_rows_hides_no_other(database: &impl Database) {
    database.run("CREATE TABLE numbers (key BIGINT, number BIGINT, other BIGINT)").await;
    let rows: Vec<_> = (0..500).map(|at| format!("(3, {at}, NULL)")).collect();
    database.run(&format!("INSERT INTO numbers VALUES {}", rows.join(", "))).await;
    database.run("INSERT INTO numbers VALUES (2, 20, 1), (4, 40, NULL), (6, 60, 2)").await;
    let session = Session::new(App { db: database.pool() });
    let keys = [6, 2, 5, 3, 4];
    let answers = answers!(&session, Next(key): keys.map(Next));
    assert_eq!(answers, ["Some(60)", "Some(20)", "None", SEVERAL, "Some(40)"]);
    let answers = answers!(&session, Both(key): keys.map(Both));
    let several = SEVERAL.replace("Next", "Both");
    let expected =
        ["Some((60, Some(2)))", "Some((20, Some(1)))", "None", &several, "Some((40, None))"];
    assert_eq!(answers, expected);
    let answers = answers!(&session, Known(key): keys.map(Known));
    assert_eq!(answers, ["true", "true", "false", "true", "true"]);
    let answers = answers!(&session, HasOther(key): keys.map(HasOther));
    assert_eq!(answers, ["true", "true", "false", "false", "false"]);
    let answers = answers!(&session, All(key): [4, 3, 5].map(All));
    assert_eq!(answers[..1], ["Some([40])"]);
    assert_eq!(answers[2], "None");
    assert_eq!(answers[1].matches(',').count(), 499);
}

/// Each key has as many rows as are enough to see that it has several.
async fn two_rows_of_each_key_are_seen(database: &impl Database) {
    database.run("CREATE TABLE numbers (key BIGINT, number BIGINT, other BIGINT)").await;
    database.run("INSERT INTO numbers VALUES (1, 1, 1), (1, 2, 2), (2, 1, 1), (2, 2, 2)").await;
    let session = Session::new(App { db: database.pool() });
    assert_eq!(answers!(&session, Next(key): [1, 2].map(Next)), [SEVERAL; 2]);
    database.run("INSERT INTO numbers VALUES (1, 3, 3)").await;
    session.refresh().unwrap();
    assert_eq!(answers!(&session, Next(key): [1, 2].map(Next)), [SEVERAL; 2]);
    session.refresh().unwrap();
    assert_eq!(answers!(&session, Next(key): [1, 2, 3].map(Next)), [SEVERAL, SEVERAL, "None"]);
}

/// Many keys in no order, some of which have NULL.
async fn none_is_a_key_among_many(database: &impl Database) {
    database.run("CREATE TABLE pairs (one BIGINT, other TEXT, number BIGINT)").await;
    let word = |at: i64| (at % 3 != 0).then(|| format!("a long word, and its number {at}"));
    let part = |at: i64| (at % 5 != 0).then_some(at);
    let order: Vec<i64> = (0..300).map(|at| at * 137 % 300).collect();
    let row = |at: &i64| {
        let one = part(*at).map_or("NULL".to_owned(), |it| it.to_string());
        let other = word(*at).map_or("NULL".to_owned(), |it| format!("'{it}'"));
        format!("({one}, {other}, {at})")
    };
    // A pair of two NULLs has several numbers.
    let rows: Vec<_> = order.iter().filter(|at| *at % 15 != 0).map(row).collect();
    database.run(&format!("INSERT INTO pairs VALUES {}", rows.join(", "))).await;
    let session = Session::new(App { db: database.pool() });
    let keys: Vec<_> = order.iter().map(|at| OfPair(part(*at), word(*at))).collect();
    let answers = answers!(&session, OfPair(one, other): keys);
    for (at, answer) in order.iter().zip(answers) {
        let expected = if at % 15 == 0 { "None".to_owned() } else { format!("Some({at})") };
        assert_eq!(answer, expected);
    }
}

/// A view that counts the rows that are read of it shows that a key with a hundred thousand has a few read.
async fn the_rows_of_a_key_are_not_all_read(database: &Postgres) {
    let tables = "
        CREATE TABLE stored (key BIGINT, other BIGINT);
        INSERT INTO stored SELECT 1, 1 FROM generate_series(1, 100000);
        INSERT INTO stored VALUES (2, 7), (3, 8);
        CREATE INDEX ON stored (key);
        CREATE SEQUENCE reads;
        CREATE VIEW numbers AS SELECT key, nextval('reads') AS number, other FROM stored;
    ";
    database.run(tables).await;
    let session = Session::new(App { db: database.pool() });
    let answers = answers!(&session, Next(key): [1, 2, 3].map(Next));
    assert_eq!(answers[0], SEVERAL);
    assert!(answers[1..].iter().all(|answer| answer.starts_with("Some(")), "{answers:?}");
    let answers = answers!(&session, Known(key): [1, 2, 4].map(Known));
    assert_eq!(answers, ["true", "true", "false"]);
    let read: i64 = sqlx::query_scalar("SELECT nextval('reads')")
        .fetch_one(&database.pool())
        .await
        .expect("a number");
    assert!(read < 100, "{read} rows were read");
}

fact! {
    pub Role(key: i64) -> EnumRole;
    pub Email(key: i64) -> CiText;
    pub Word(key: i64) -> String;
    pub Amount(key: i64) -> i64;
    pub Json(key: i64) -> String;
    pub List(key: i64) -> String;
    pub Words(key: i64) -> String;
}

#[derive(Sources)]
struct Types {
    #[rows(Role = types(key) -> role)]
    #[rows(Email = types(key) -> email)]
    #[rows(Word = types(key) -> word)]
    #[rows(Amount = types(key) -> amount)]
    #[rows(Json = types(key) -> json)]
    #[rows(List = types(key) -> list)]
    #[rows(Words = types(key) -> words)]
    db: sqlx::PgPool,
}

/// A column of a type of the user's, or of a type of which there are no values.
async fn a_batch_reads_each_type(database: &Postgres) {
    // Another test, of another run, may create it at once.
    let lock = "SELECT pg_advisory_xact_lock(17)";
    let citext = "CREATE EXTENSION IF NOT EXISTS citext SCHEMA public";
    database.run(&format!("BEGIN; {lock}; {citext}; COMMIT")).await;
    let tables = "
        CREATE TYPE role AS ENUM ('reader', 'editor');
        CREATE DOMAIN word AS TEXT CHECK (VALUE <> 'x');
        CREATE DOMAIN long_word AS word CHECK (length(VALUE) > 3);
        CREATE DOMAIN words AS TEXT[];
        CREATE TABLE types (key BIGINT, role role, email public.citext, word long_word, amount NUMERIC, json JSON,
            list TEXT[], words words);
        INSERT INTO types VALUES (1, 'editor', 'Ann@example.org', 'word', 1, '{}', '{a, b}', '{a}'),
            (2, NULL, NULL, NULL, NULL, NULL, '{c, d}', NULL), (3, 'reader', '', 'words', 2, '1', '{e, f}', '{}');
    ";
    database.run(tables).await;
    let session = Session::new(Types { db: database.pool() });
    let keys = [3, 1, 4, 2];
    let answers = answers!(&session, Role(key): keys.map(Role));
    assert_eq!(answers, ["Some(EnumRole(Reader))", "Some(EnumRole(Editor))", "None", "None"]);
    let answers = answers!(&session, Email(key): keys.map(Email));
    let ann = r#"Some(CiText("Ann@example.org"))"#;
    assert_eq!(answers, [r#"Some(CiText(""))"#, ann, "None", "None"]);
    let answers = answers!(&session, Word(key): keys.map(Word));
    assert_eq!(answers, [r#"Some("words")"#, r#"Some("word")"#, "None", "None"]);
    let no_value = |column| {
        let reason = "a column is of a type of which there are no values";
        format!("the column `{column}` of `types` does not fit: {reason}")
    };
    let (amount, json) = (no_value("amount"), no_value("json"));
    let answers = answers!(&session, Amount(key): keys.map(Amount));
    assert_eq!(answers, [&amount, &amount, "None", "None"]);
    let answers = answers!(&session, Json(key): keys.map(Json));
    assert_eq!(answers, [&json, &json, "None", "None"]);
    let answers = answers!(&session, List(key): keys.map(List));
    assert_eq!(answers, [&no_value("list"), &no_value("list"), "None", &no_value("list")]);
    // Arrays of different lengths are no array of arrays: the batch fails.
    let answers = answers!(&session, Words(key): keys.map(Words));
    assert_eq!(answers, ["its source failed"; 4]);
}

on_each_database! {
    a_key_of_many_rows_hides_no_other
    two_rows_of_each_key_are_seen
    none_is_a_key_among_many
}

on_postgres! {
    the_rows_of_a_key_are_not_all_read
    a_batch_reads_each_type
}
