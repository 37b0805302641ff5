//! Keys and rows of an attacker, of a careless application, and of a database that compares as it likes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::prelude::*;
use gatehouse::sql::Lend;
use sqlx::Pool;
use sqlx::pool::PoolConnection;

use crate::database::{Database, Lite, Postgres, say};
use crate::values::{Amount, At, CiText, Day, EnumRole, Id, Local, Lowered, OddlyStored, Role};

fact! {
    /// The number of a text.
    pub NumberOf(text: String) -> i64;
    /// The number of a pair of texts.
    pub NumberOfPair(text: String, other: String) -> i64;
    /// The text of a number.
    pub TextOf(number: u64) -> String;
    /// The number of a number.
    pub Next(number: i64) -> i64;
    /// Whether there is a text.
    pub Known(text: String) -> bool = false;
    /// Whether there is a pair.
    pub KnownPair(number: u64, text: String) -> bool = false;
    /// Whether there is a text, which is stored in lower case.
    pub KnownLowered(text: Lowered) -> bool = false;
    /// The number of a text, which is stored in lower case.
    pub NumberOfLowered(text: Lowered, other: i64) -> i64;
}

#[derive(Sources)]
struct App<L: Lend> {
    #[rows(NumberOf = named(name) -> number)]
    #[rows(NumberOfPair = named(name, other) -> number)]
    #[rows(TextOf = named(number) -> name)]
    #[rows(Next = pairs(a) -> b)]
    #[rows(Known = named(name))]
    #[rows(KnownPair = named(number, name))]
    #[rows(KnownLowered = named(name))]
    #[rows(NumberOfLowered = named(name, number) -> number)]
    db: L,
}

/// The tables of [`App`].
const TABLES: &str = "
    CREATE TABLE named (name TEXT, other TEXT, number BIGINT);
    CREATE TABLE pairs (a BIGINT, b BIGINT);
";

/// Texts that mean something to SQL, JSON or C.
const TEXTS: [&str; 36] = [
    "",
    " ",
    "ann",
    "ann ",
    " ann",
    "ANN",
    "'",
    "''",
    "\"",
    "\\",
    "\\\\",
    "\\'",
    "a\nb",
    "a\r\n\tb\u{8}\u{c}",
    "\u{1}\u{1f}\u{7f}\u{80}",
    "; --",
    "'; DROP TABLE named; --",
    "') OR 1=1 --",
    "/* */",
    "{a,b}",
    "{\"a\": 1}",
    "[1, 2]",
    "[]",
    "null",
    "NULL",
    "true",
    "7",
    "7.0",
    "07",
    "7e0",
    "\\u0000",
    "%_",
    "$1 ?1 :a @b",
    "\u{1F600} \u{200d}\u{feff}",
    "e\u{301}",
    "\u{e9}",
];

/// Fills `named` with a row for each text: the text, the text in brackets, its number.
async fn fill<D: Database>(database: &D) {
    database.run(TABLES).await;
    let row = |(number, text): (usize, &&str)| {
        format!("({}, {}, {number})", D::text(text), D::text(&format!("<{text}>")))
    };
    let rows: Vec<_> = TEXTS.iter().enumerate().map(row).collect();
    database.run(&format!("INSERT INTO named VALUES {}", rows.join(", "))).await;
}

/// Any text is a key: alone, in a batch, as one of several parts, as a part that all keys share.
async fn any_text_is_a_key(database: &impl Database) {
    fill(database).await;
    let session = Session::new(App { db: database.pool() });
    let numbers: Vec<_> = (0..TEXTS.len()).map(|number| format!("Some({number})")).collect();
    let keys = TEXTS.map(|text| NumberOf(text.to_owned()));
    assert_eq!(answers!(&session, NumberOf(text): &keys[..]), numbers);
    let pair = |text: &str, other: &str| NumberOfPair(text.to_owned(), format!("<{other}>"));
    let keys = TEXTS.map(|text| pair(text, text));
    assert_eq!(answers!(&session, NumberOfPair(text, other): &keys[..]), numbers);
    for (text, number) in TEXTS.iter().zip(&numbers) {
        session.refresh().unwrap();
        let answers = answers!(&session, NumberOf(text): [NumberOf((*text).to_owned())]);
        assert_eq!(answers, [number.as_str()]);
        let keys = [pair(text, "other"), pair(text, text), pair(text, "'; DROP TABLE named")];
        let answers = answers!(&session, NumberOfPair(text, other): keys);
        assert_eq!(answers, ["None", number, "None"]);
    }
}

/// Any text is a value.
async fn any_text_is_a_value(database: &impl Database) {
    fill(database).await;
    let session = Session::new(App { db: database.pool() });
    let keys: Vec<_> = (0..).take(TEXTS.len()).map(TextOf).collect();
    let texts = TEXTS.map(|text| format!("{:?}", Some(text)));
    assert_eq!(answers!(&session, TextOf(number): keys), texts);
}

/// Why a key has no stored form.
fn refused(column: &str, reason: &str) -> String {
    format!("a key does not fit the column `{column}` of `named`: {reason}")
}

const TOO_LARGE: &str = "an integer is larger than `i64::MAX`, which a database does not hold";
const NO_TEXT: &str = "a text has the character U+0000, which a database does not hold";

/// Guarantee 13: a key that no database holds fails, and the others of its batch are answered.
async fn a_key_without_a_stored_form_fails_alone(database: &impl Database) {
    fill(database).await;
    let session = Session::new(App { db: database.pool() });
    let keys = [u64::MAX, 2, 1 << 63, i64::MAX as u64, 99].map(TextOf);
    let (number, text) = (refused("number", TOO_LARGE), refused("name", NO_TEXT));
    let answers = answers!(&session, TextOf(number): keys);
    assert_eq!(answers, [&number, r#"Some("ann")"#, &number, "None", "None"]);
    let keys = ["ann", "\0", "ann\0", "\0ann", "b"].map(|text| Known(text.to_owned()));
    let answers = answers!(&session, Known(text): keys);
    assert_eq!(answers, ["true", &text, &text, &text, "false"]);
    let keys = [(u64::MAX, "\0"), (2, "ann\0"), (2, "ann"), (u64::MAX, "ann"), (3, "ann")];
    let keys = keys.map(|(number, text)| KnownPair(number, text.to_owned()));
    let answers = answers!(&session, KnownPair(number, text): keys);
    assert_eq!(answers, [&number, &text, "true", &number, "false"]);
}

/// Counts the connections that it lends.
struct Counted<D: gatehouse::sql::Dialect> {
    pool: Pool<D>,
    loads: AtomicUsize,
}

impl<D: gatehouse::sql::Dialect> Lend for Counted<D> {
    type Database = D;

    async fn lend(&self) -> Result<PoolConnection<D>, sqlx::Error> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        self.pool.acquire().await
    }
}

/// Nothing is asked of the database if no key can be.
async fn no_statement_without_a_key(database: &impl Database) {
    let db = Arc::new(Counted { pool: database.pool(), loads: AtomicUsize::new(0) });
    let session = Session::new(App { db: db.clone() });
    let answers = answers!(&session, TextOf(number): [u64::MAX, u64::MAX - 1].map(TextOf));
    assert_eq!(answers, [refused("number", TOO_LARGE), refused("number", TOO_LARGE)]);
    assert_eq!(answers!(&session, Known(text): [Known("\0".into())]), [refused("name", NO_TEXT)]);
    assert_eq!(db.loads.load(Ordering::Relaxed), 0);
}

/// The least and the largest integers, as keys and as values, in each shape of a batch.
async fn integers_have_no_bounds_but_their_own(database: &impl Database) {
    database.run(TABLES).await;
    let bounds = [i64::MIN, i64::MIN + 1, -1, 0, (1 << 53) + 1, i64::MAX - 1, i64::MAX];
    let rows = bounds.map(|it| format!("({it}, {it})")).join(", ");
    // SQLite reads the number after the sign as a float.
    let rows = rows.replace("-9223372036854775808", "(-9223372036854775807 - 1)");
    database.run(&format!("INSERT INTO pairs VALUES {rows}")).await;
    let session = Session::new(App { db: database.pool() });
    let expected = bounds.map(|it| format!("Some({it})"));
    assert_eq!(answers!(&session, Next(number): bounds.map(Next)), expected);
    for (bound, expected) in bounds.into_iter().zip(expected) {
        session.refresh().unwrap();
        assert_eq!(answers!(&session, Next(number): [Next(bound)]), [expected]);
    }
    let near = [1 << 53, (1 << 53) + 2, i64::MAX - 2, i64::MIN + 2].map(Next);
    assert_eq!(answers!(&session, Next(number): near), ["None"; 4]);
}

/// Guarantee 13: keys that differ by `==` and are stored alike are each answered, whatever their type promised.
async fn keys_that_are_stored_alike_are_each_answered(database: &impl Database) {
    fill(database).await;
    let session = Session::new(App { db: database.pool() });
    let keys = ["ann", "Ann", "ANN", "bob", "BOB"].map(|it| KnownLowered(Lowered(it.to_owned())));
    let answers = answers!(&session, KnownLowered(text): keys);
    assert_eq!(answers, ["true", "true", "true", "false", "false"]);
    session.refresh().unwrap();
    let keys = ["Ann", "ANN"].map(|it| KnownLowered(Lowered(it.to_owned())));
    assert_eq!(answers!(&session, KnownLowered(text): keys), ["true", "true"]);
    let keys = ["aNN", "AnN"].map(|it| NumberOfLowered(Lowered(it.to_owned()), 2));
    assert_eq!(answers!(&session, NumberOfLowered(text, other): keys), ["Some(2)", "Some(2)"]);
}

/// Many keys are one load: no parameter for each.
async fn a_hundred_thousand_keys_are_one_load(database: &impl Database) {
    database.run(TABLES).await;
    database.run("INSERT INTO pairs VALUES (5, 6), (99999, 7)").await;
    let db = Arc::new(Counted { pool: database.pool(), loads: AtomicUsize::new(0) });
    let session = Session::new(App { db: db.clone() });
    let keys: Vec<_> = (0..100_000).map(Next).collect();
    let answers = answers!(&session, Next(number): keys);
    let found = answers.iter().enumerate().filter(|(_, answer)| *answer != "None");
    let found: Vec<_> = found.map(|(key, answer)| (key, answer.as_str())).collect();
    assert_eq!(found, [(5, "Some(6)"), (99_999, "Some(7)")]);
    assert_eq!(db.loads.load(Ordering::Relaxed), 1);
    database.run("INSERT INTO named VALUES ('t77', 'o', 3)").await;
    let keys: Vec<_> =
        (0..100_000).map(|it| NumberOfPair(format!("t{it}"), "o".to_owned())).collect();
    let answers = answers!(&session, NumberOfPair(text, other): keys);
    assert_eq!(answers.iter().filter(|answer| *answer != "None").count(), 1);
    assert_eq!(answers[77], "Some(3)");
    assert_eq!(db.loads.load(Ordering::Relaxed), 2);
}

// A database that compares more loosely than `==`.

fact! {
    /// Whether `email` is banned.
    pub Banned(email: String) -> bool = false;
    /// The number of `email`.
    pub Account(email: String) -> i64;
    /// Whether `email` is banned from `org`.
    pub BannedFrom(email: String, org: i64) -> bool = false;
}

#[derive(Sources)]
struct Mail<L: Lend> {
    #[rows(Banned = banned(email))]
    #[rows(Account = banned(email) -> number)]
    #[rows(BannedFrom = banned(email, number))]
    db: L,
}

struct Users;

impl Domain for Users {
    type Subject = String;
    type Action = ();
    type Resource = ();
    type Context = ();
}

#[policy(forbid)]
async fn banned(user: &String) -> bool {
    Banned(user.clone()).await
}

#[policy]
fn everybody(user: &String) -> bool {
    !user.is_empty()
}

static MAY_WRITE: Gate<Users, (banned, everybody)> = Gate::new();

/// Guarantee 13: Ann is banned, under whatever name the database knows her by.
async fn a_key_that_the_database_spells_otherwise_is_answered(database: &impl Database) {
    ignoring_case(database).await;
    for (user, expected) in [("Ann@example.org", "deny"), ("bob@example.org", "allow")] {
        let session = Session::new(Mail { db: database.pool() });
        let decision = MAY_WRITE.bind(&session, &user.to_owned(), &()).check(&()).await;
        assert_eq!(decision.as_str(), expected);
    }
}

/// A table whose texts are compared without their case, with one row.
async fn ignoring_case<D: Database>(database: &D) {
    if D::IS_POSTGRES {
        let collation = "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
        database.run(collation).await;
    }
    let collation = D::either("NOCASE", "loose");
    let table = "CREATE TABLE banned (email TEXT COLLATE {}, number BIGINT)";
    database.run(&table.replace("{}", collation)).await;
    database.run("INSERT INTO banned VALUES ('ann@example.org', 7)").await;
}

/// Guarantee 13: each spelling is answered, in one batch too, and with the key that was asked.
async fn each_spelling_of_a_key_is_answered(database: &impl Database) {
    ignoring_case(database).await;
    let session = Session::new(Mail { db: database.pool() });
    let spellings = ["ann@example.org", "ANN@example.org", "Ann@Example.Org", "bob@example.org"];
    let keys = spellings.map(|email| Banned(email.to_owned()));
    let answers = answers!(&session, Banned(email): keys);
    assert_eq!(answers, ["true", "true", "true", "false"]);
    let keys = spellings.map(|email| Account(email.to_owned()));
    let answers = answers!(&session, Account(email): keys);
    assert_eq!(answers, ["Some(7)", "Some(7)", "Some(7)", "None"]);
    let keys = spellings.map(|email| BannedFrom(email.to_owned(), 7));
    let answers = answers!(&session, BannedFrom(email, org): keys);
    assert_eq!(answers, ["true", "true", "true", "false"]);
    let keys = [7, 8].map(|org| BannedFrom("ANN@EXAMPLE.ORG".to_owned(), org));
    assert_eq!(answers!(&session, BannedFrom(email, org): keys), ["true", "false"]);
    // Two rows that are one for the database.
    database.run("INSERT INTO banned VALUES ('ANN@example.org', 8)").await;
    session.refresh().unwrap();
    let answers = answers!(&session, Account(email): [Account(spellings[2].to_owned())]);
    assert_eq!(
        answers,
        ["`banned` has several rows for one key of `Account`, which has one value"]
    );
}

/// `RTRIM` on SQLite; `CHAR(n)` on PostgreSQL, which pads what is stored, and not what is asked.
async fn trailing_spaces_are_what_the_column_makes_of_them<D: Database>(database: &D) {
    let email = D::either("TEXT COLLATE RTRIM", "CHAR(6)");
    database.run(&format!("CREATE TABLE banned (email {email}, number BIGINT)")).await;
    database.run("INSERT INTO banned VALUES ('ann ', 7)").await;
    let session = Session::new(Mail { db: database.pool() });
    let keys = ["ann", "ann ", "ann   ", "an", " ann"].map(|email| Banned(email.to_owned()));
    let answers = answers!(&session, Banned(email): keys);
    let spaces = D::either("true", "false");
    assert_eq!(answers, ["true", spaces, spaces, "false", "false"]);
}

fact! {
    /// Whether `email` is banned.
    pub CiBanned(email: CiText) -> bool = false;
    /// The e-mail addresses of `number`.
    pub EmailOf(number: i64) -> Vec<CiText>;
}

#[derive(Sources)]
struct CiMail {
    #[rows(CiBanned = banned(email))]
    #[rows(EmailOf = banned(number) -> [email])]
    db: sqlx::PgPool,
}

/// An extension's type, in the search path or not.
async fn citext_ignores_case(database: &Postgres) {
    let available = "SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'";
    let pool = database.pool();
    if sqlx::query_scalar::<_, i64>(available).fetch_one(&pool).await.unwrap() == 0 {
        say("without citext: the server has no such extension");
        return;
    }
    // Two tests, of two runs, may create it at once.
    let lock = "SELECT pg_advisory_xact_lock(17)";
    let create = "CREATE EXTENSION IF NOT EXISTS citext SCHEMA public";
    database.run(&format!("BEGIN; {lock}; {create}; COMMIT")).await;
    database.run("CREATE TABLE banned (email public.citext, number BIGINT)").await;
    database.run("INSERT INTO banned VALUES ('ann@example.org', 7), ('\u{1F600}', 8)").await;
    // Without the extension's schema in the search path, PostgreSQL compares it as `text`.
    for (path, spelt_otherwise) in [("public,", "true"), ("", "false")] {
        let path = format!("{}{}", path, database.schema);
        let options = database.options.clone().options([("search_path", path)]);
        let session = Session::new(CiMail { db: sqlx::PgPool::connect_lazy_with(options) });
        let emails = ["ANN@example.org", "ann@example.org", "x", ""];
        let keys = emails.map(|it| CiBanned(CiText(it.to_owned())));
        let answers = answers!(&session, CiBanned(email): keys);
        assert_eq!(answers, [spelt_otherwise, "true", "false", "false"]);
        let keys = [CiBanned(CiText("aNN@example.org".to_owned()))];
        assert_eq!(answers!(&session, CiBanned(email): keys), [spelt_otherwise]);
        let answers = answers!(&session, EmailOf(number): [7].map(EmailOf));
        assert_eq!(answers, [r#"Some([CiText("ann@example.org")])"#]);
    }
}

// Rows that are no values.

fact! {
    /// A byte.
    pub Byte(id: i64) -> u8;
    /// A natural number.
    pub Natural(id: i64) -> u64;
    /// A truth value.
    pub Truth(id: i64) -> bool;
    /// A text.
    pub Text(id: i64) -> String;
    /// Bytes.
    pub Bytes(id: i64) -> Vec<u8>;
    /// A role.
    pub RoleOf(id: i64) -> Role;
    /// A role, and a number.
    pub RoleAnd(id: i64) -> (Role, u8);
    /// Roles.
    pub Roles(of: i64) -> Vec<Role>;
}

#[derive(Sources)]
struct Odd<L: Lend> {
    #[rows(Byte = numbers(id) -> number)]
    #[rows(Natural = numbers(id) -> number)]
    #[rows(Truth = numbers(id) -> flag)]
    #[rows(Text = roles(id) -> role)]
    #[rows(Bytes = numbers(id) -> bytes)]
    #[rows(RoleOf = roles(id) -> role)]
    #[rows(RoleAnd = roles(id) -> (role, "Of whom"))]
    #[rows(Roles = roles("Of whom") -> [role order by id])]
    db: L,
}

/// Rows that do not fit fail their key, with the column and never with the value.
async fn a_row_that_does_not_fit_fails_its_key(database: &impl Database) {
    let tables = r#"
        CREATE TABLE numbers (id BIGINT, number BIGINT, flag BOOLEAN, bytes TEXT);
        CREATE TABLE roles (id BIGINT, role TEXT, "Of whom" BIGINT);
        INSERT INTO numbers VALUES (1, 255, true, 'x'), (2, 256, false, 'x'), (3, -1, NULL, NULL);
        INSERT INTO roles VALUES (1, 'reader', 1), (2, 'SECRET', 1), (3, 'editor', 300), (4, NULL, 7),
            (5, 'editor', 7), (6, 'Reader', 8);
    "#;
    database.run(tables).await;
    let session = Session::new(Odd { db: database.pool() });
    let misfit = |column: &str, table: &str, reason: &str| {
        format!("the column `{column}` of `{table}` does not fit: {reason}")
    };
    let range =
        |ty| misfit("number", "numbers", &format!("an integer is out of the range of `{ty}`"));
    let answers = answers!(&session, Byte(id): [1, 2, 3, 4].map(Byte));
    assert_eq!(answers, ["Some(255)", &range("u8"), &range("u8"), "None"]);
    let answers = answers!(&session, Natural(id): [1, 2, 3].map(Natural));
    assert_eq!(answers, ["Some(255)", "Some(256)", &range("u64")]);
    let answers = answers!(&session, Truth(id): [1, 2, 3].map(Truth));
    assert_eq!(answers, ["Some(true)", "Some(false)", "None"]);
    let text = misfit("bytes", "numbers", "a text where bytes is expected");
    let answers = answers!(&session, Bytes(id): [1, 3].map(Bytes));
    assert_eq!(answers, [&text, "None"]);
    let role = misfit("role", "roles", "a text is no `Role`");
    let answers = answers!(&session, RoleOf(id): [1, 2, 3, 4, 6].map(RoleOf));
    assert_eq!(answers, ["Some(Reader)", &role, "Some(Editor)", "None", &role]);
    let of_whom = misfit("Of whom", "roles", "an integer is out of the range of `u8`");
    let null = misfit("role", "roles", "NULL where a value is expected");
    let answers = answers!(&session, RoleAnd(id): [1, 2, 3, 4].map(RoleAnd));
    assert_eq!(answers, ["Some((Reader, 1))", &role, &of_whom, &null]);
    let answers = answers!(&session, Roles(of): [1, 7, 300, 8].map(Roles));
    assert_eq!(answers, [&role, "Some([Editor])", "Some([Editor])", &role]);
}

/// A column of SQLite may have values of any type.
async fn a_value_of_another_type_fails_its_key(database: &Lite) {
    let tables = r#"
        CREATE TABLE numbers (id BIGINT, number BIGINT, flag BOOLEAN, bytes BLOB);
        CREATE TABLE roles (id BIGINT, role TEXT, "Of whom" BIGINT);
        INSERT INTO numbers VALUES (1, 'SECRET', 2, CAST(x'ff' AS TEXT)), (2, 1.5, 'true', 'SECRET'),
            (3, x'01', 0.5, x'ff'), (4, '17', '1', 5), (5, 9e99, NULL, 1.5);
        INSERT INTO roles VALUES (1, CAST(x'ff' AS TEXT), 1), (2, x'726561646572', 2), (3, 'reader', 'x');
    "#;
    database.run(tables).await;
    let session = Session::new(Odd { db: database.pool() });
    let misfit = |column: &str, table: &str, reason: &str| {
        format!("the column `{column}` of `{table}` does not fit: {reason}")
    };
    let number = |reason| misfit("number", "numbers", reason);
    let text = number("a text where an integer is expected");
    let float = number("a floating-point number is no value");
    let bytes = number("bytes where an integer is expected");
    let answers = answers!(&session, Byte(id): [1, 2, 3, 4, 5].map(Byte));
    assert_eq!(answers, [&text, &float, &bytes, "Some(17)", &float]);
    let flag = |reason| misfit("flag", "numbers", reason);
    let answers = answers!(&session, Truth(id): [1, 2, 3, 4, 5].map(Truth));
    let two = flag("an integer other than 0 and 1 is no truth value");
    let text = flag("a text where a truth value is expected");
    let float = flag("a floating-point number is no value");
    assert_eq!(answers, [&two, &text, &float, "Some(true)", "None"]);
    let of_bytes = |reason| misfit("bytes", "numbers", reason);
    let answers = answers!(&session, Bytes(id): [1, 2, 3, 4].map(Bytes));
    let no_utf8 = of_bytes("a text is not in UTF-8");
    let text = of_bytes("a text where bytes is expected");
    let number = of_bytes("an integer where bytes is expected");
    assert_eq!(answers, [&no_utf8, &text, "Some([255])", &number]);
    let role = |reason| misfit("role", "roles", reason);
    let answers = answers!(&session, Text(id): [1, 2, 3].map(Text));
    let (no_utf8, bytes) = (role("a text is not in UTF-8"), role("bytes where a text is expected"));
    assert_eq!(answers, [&no_utf8, &bytes, r#"Some("reader")"#]);
}

fact! {
    /// Whether there is an untyped cell.
    pub InUntyped(cell: String) -> bool = false;
    /// Whether there is an untyped cell, beside another part.
    pub InUntypedPair(cell: String, other: i64) -> bool = false;
    /// Whether there is a number in an untyped cell.
    pub NumberInUntyped(cell: i64) -> bool = false;
    /// Whether there is a number in an untyped cell, beside another part.
    pub NumberInUntypedPair(cell: i64, other: i64) -> bool = false;
}

#[derive(Sources)]
struct Untyped {
    #[rows(InUntyped = untyped(cell))]
    #[rows(InUntypedPair = untyped(cell, other))]
    #[rows(NumberInUntyped = untyped(cell))]
    #[rows(NumberInUntypedPair = untyped(cell, other))]
    db: sqlx::SqlitePool,
}

/// A column without a type compares a text with texts and a number with numbers, in each shape of a batch.
async fn each_shape_of_a_batch_compares_alike(database: &Lite) {
    for (ty, texts, numbers) in [
        ("", [false, true, true], [true, false]),
        ("TEXT", [true, true, true], [true, false]),
        ("INTEGER", [true, true, true], [true, true]),
    ] {
        database.run(&format!("CREATE TABLE untyped (cell {ty}, other INTEGER)")).await;
        database.run("INSERT INTO untyped VALUES (1, 0), ('02', 0), ('x', 0)").await;
        let words = |it: bool| it.to_string();
        for shape in [&[0, 1, 2][..], &[0], &[1], &[2]] {
            let session = Session::new(Untyped { db: database.pool() });
            let expected: Vec<_> = shape.iter().map(|at| words(texts[*at])).collect();
            let key = |at: &usize| ["1", "02", "x"][*at].to_owned();
            let keys: Vec<_> = shape.iter().map(|at| InUntyped(key(at))).collect();
            assert_eq!(answers!(&session, InUntyped(cell): keys), expected, "{ty} {shape:?}");
            let keys: Vec<_> = shape.iter().map(|at| InUntypedPair(key(at), 0)).collect();
            let answers = answers!(&session, InUntypedPair(cell, other): keys);
            assert_eq!(answers, expected, "{ty} {shape:?}");
        }
        for shape in [&[0, 1][..], &[0], &[1]] {
            let session = Session::new(Untyped { db: database.pool() });
            let expected: Vec<_> = shape.iter().map(|at| words(numbers[*at])).collect();
            let key = |at: &usize| [1, 2][*at];
            let keys: Vec<_> = shape.iter().map(|at| NumberInUntyped(key(at))).collect();
            assert_eq!(answers!(&session, NumberInUntyped(cell): keys), expected, "{ty} {shape:?}");
            let keys: Vec<_> = shape.iter().map(|at| NumberInUntypedPair(key(at), 0)).collect();
            let answers = answers!(&session, NumberInUntypedPair(cell, other): keys);
            assert_eq!(answers, expected, "{ty} {shape:?}");
        }
        database.run("DROP TABLE untyped").await;
    }
}

// The types of PostgreSQL.

fact! {
    /// A number by a column of some type of integers.
    pub BySmall(key: i64) -> i64;
    pub ByInt(key: i64) -> i64;
    pub ByNumeric(key: i64) -> i64;
    pub ByDomain(key: i64) -> i64;
    pub ByEnum(key: EnumRole) -> EnumRole;
    pub ByVarchar(key: String) -> String;
    pub ByName(key: String) -> String;
    pub ByUuid(key: Id) -> Id;
    pub ByBool(key: bool) -> bool;
    pub ByAmount(key: Amount) -> Amount;
    pub FromNumeric(key: i64) -> i64;
    pub FromFloat(key: i64) -> i64;
    pub FromJson(key: i64) -> String;
    pub FromArray(key: i64) -> String;
    pub Padded(key: i64) -> String;
}

#[derive(Sources)]
struct Types {
    #[rows(BySmall = types(small) -> small)]
    #[rows(ByInt = types(int) -> int)]
    #[rows(ByNumeric = types(number) -> small)]
    #[rows(ByDomain = types("domain") -> "domain")]
    #[rows(ByEnum = types(role) -> role)]
    #[rows(ByVarchar = types("varchar") -> "varchar")]
    #[rows(ByName = types(name) -> name)]
    #[rows(ByUuid = types(uuid) -> uuid)]
    #[rows(ByBool = types(flag) -> flag)]
    #[rows(ByAmount = types(number) -> number)]
    #[rows(FromNumeric = types(small) -> number)]
    #[rows(FromFloat = types(small) -> real)]
    #[rows(FromJson = types(small) -> json)]
    #[rows(FromArray = types(small) -> list)]
    #[rows(Padded = types(small) -> padded)]
    db: sqlx::PgPool,
}

/// Key columns and value columns of each type that values have.
async fn the_types_of_postgres(database: &Postgres) {
    let table = "
        CREATE DOMAIN positive AS BIGINT CHECK (VALUE > 0);
        CREATE TYPE role AS ENUM ('editor', 'reader', 'owner');
        CREATE TABLE types (small SMALLINT, int INTEGER, number NUMERIC(10, 2), domain positive, role role,
            varchar VARCHAR(9), name NAME, uuid UUID, flag BOOLEAN, real DOUBLE PRECISION, json JSON, list TEXT[],
            padded CHAR(4));
        INSERT INTO types VALUES (7, 8, 9, 10, 'editor', 'v', 'n', '00010203-0405-0607-0809-0a0b0c0d0e0f', true,
            1, '{}', '{}', 'a');
    ";
    database.run(table).await;
    let session = Session::new(Types { db: database.pool() });
    // Neither is there an `int2` or `int4` of such a size.
    let keys = [7, i64::MAX, 1 << 16 | 7];
    let answers = answers!(&session, BySmall(key): keys.map(BySmall));
    assert_eq!(answers, ["Some(7)", "None", "None"]);
    let keys = [8, i64::MIN, 1 << 32 | 8];
    assert_eq!(answers!(&session, ByInt(key): keys.map(ByInt)), ["Some(8)", "None", "None"]);
    assert_eq!(answers!(&session, ByNumeric(key): [9, 10].map(ByNumeric)), ["Some(7)", "None"]);
    let answers = answers!(&session, ByDomain(key): [10, -1].map(ByDomain));
    assert_eq!(answers, ["Some(10)", "None"]);
    let keys = [Role::Editor, Role::Reader].map(|it| ByEnum(EnumRole(it)));
    assert_eq!(answers!(&session, ByEnum(key): keys), ["Some(EnumRole(Editor))", "None"]);
    let long = "v".repeat(10);
    let keys = ["v", &long, "w"].map(|it| ByVarchar(it.to_owned()));
    assert_eq!(answers!(&session, ByVarchar(key): keys), [r#"Some("v")"#, "None", "None"]);
    let keys = ["n", &"n".repeat(70)].map(|it| ByName(it.to_owned()));
    assert_eq!(answers!(&session, ByName(key): keys), [r#"Some("n")"#, "None"]);
    let keys = [*b"\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f", [255; 16]];
    let answers = answers!(&session, ByUuid(key): keys.map(Id).map(ByUuid));
    assert_eq!(answers, [format!("{:?}", Some(Id(keys[0]))), "None".to_owned()]);
    let answers = answers!(&session, ByBool(key): [true, false].map(ByBool));
    assert_eq!(answers, ["Some(true)", "None"]);
    let keys =
        ["9", "9.001", "-9", "12345678901234567890.123"].map(|it| ByAmount(Amount(it.into())));
    let answers = answers!(&session, ByAmount(key): keys);
    assert_eq!(answers, [r#"Some(Amount("9.00"))"#, "None", "None", "None"]);
    let other = |column| {
        format!(
            "the column `{column}` of `types` does not fit: a column is of a type of which there are no values"
        )
    };
    assert_eq!(answers!(&session, FromNumeric(key): [FromNumeric(7)]), [other("number")]);
    assert_eq!(answers!(&session, FromFloat(key): [FromFloat(7)]), [other("real")]);
    assert_eq!(answers!(&session, FromJson(key): [FromJson(7)]), [other("json")]);
    assert_eq!(answers!(&session, FromArray(key): [FromArray(7)]), [other("list")]);
    assert_eq!(answers!(&session, Padded(key): [Padded(7)]), [r#"Some("a   ")"#]);
    // A role that the enum of Rust has not.
    database.run("UPDATE types SET role = 'owner'").await;
    let keys = [Role::Editor, Role::Reader].map(|it| ByEnum(EnumRole(it)));
    session.refresh().unwrap();
    assert_eq!(answers!(&session, ByEnum(key): keys), ["None", "None"]);
}

fact! {
    /// The time of a number.
    pub AtOf(id: i64) -> At;
    pub LocalOf(id: i64) -> Local;
    pub DayOf(id: i64) -> Day;
    /// The number of a time.
    pub OfAt(at: At) -> i64;
    pub OfLocal(at: Local) -> i64;
    pub OfDay(day: Day) -> i64;
}

#[derive(Sources)]
struct Times<L: Lend> {
    #[rows(AtOf = times(id) -> at)]
    #[rows(LocalOf = times(id) -> local)]
    #[rows(DayOf = times(id) -> day)]
    #[rows(OfAt = times(at) -> id)]
    #[rows(OfLocal = times(local) -> id)]
    #[rows(OfDay = times(day) -> id)]
    db: L,
}

/// A time is the same on the way there and back.
async fn times_come_back<D: Database>(database: &D) {
    let types = D::either(
        "at BIGINT, local BIGINT, day BIGINT",
        "at TIMESTAMPTZ, local TIMESTAMP, day DATE",
    );
    database.run(&format!("CREATE TABLE times (id BIGINT, {types})")).await;
    let rows = D::either(
        "(1, 1, 2, 3), (2, -1, -2, -3), (3, 951782400000001, 951782400000002, 11016)",
        "(1, '1970-01-01T00:00:00.000001Z', '1970-01-01T00:00:00.000002', '1970-01-04'),
            (2, '1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999998', '1969-12-29'),
            (3, '2000-02-29T01:00:00.000001+01', '2000-02-29T00:00:00.000002', '2000-02-29')",
    );
    database.run(&format!("INSERT INTO times VALUES {rows}")).await;
    let session = Session::new(Times { db: database.pool() });
    let ids = [1, 2, 3];
    let at = [1, -1, 951_782_400_000_001].map(At);
    let local = [2, -2, 951_782_400_000_002].map(Local);
    let days = [3, -3, 11_016].map(Day);
    let texts = |values: [&dyn std::fmt::Debug; 3]| values.map(|it| format!("Some({it:?})"));
    let numbers = ids.map(|id| format!("Some({id})"));
    assert_eq!(answers!(&session, AtOf(id): ids.map(AtOf)), texts([&at[0], &at[1], &at[2]]));
    let answers = answers!(&session, LocalOf(id): ids.map(LocalOf));
    assert_eq!(answers, texts([&local[0], &local[1], &local[2]]));
    let answers = answers!(&session, DayOf(id): ids.map(DayOf));
    assert_eq!(answers, texts([&days[0], &days[1], &days[2]]));
    assert_eq!(answers!(&session, OfAt(at): at.map(OfAt)), numbers);
    assert_eq!(answers!(&session, OfLocal(at): local.map(OfLocal)), numbers);
    assert_eq!(answers!(&session, OfDay(day): days.map(OfDay)), numbers);
}

/// A time that PostgreSQL does not hold fails its key, and the others of the batch are answered.
async fn a_time_out_of_bounds_fails_alone<D: Database>(database: &D) {
    let types = D::either(
        "at BIGINT, local BIGINT, day BIGINT",
        "at TIMESTAMPTZ, local TIMESTAMP, day DATE",
    );
    database.run(&format!("CREATE TABLE times (id BIGINT, {types})")).await;
    let rows = D::either("(1, 0, 0, 0)", "(1, '1970-01-01Z', '1970-01-01', '1970-01-01')");
    database.run(&format!("INSERT INTO times VALUES {rows}")).await;
    let session = Session::new(Times { db: database.pool() });
    let refused = |answer: &str, column: &str, what: &str| {
        let is_refused = answer.starts_with(&format!(
            "a key does not fit the column `{column}` of `times`: {what} is "
        ));
        assert!(is_refused || answer == "None", "{answer}");
        is_refused
    };
    let bounds = [i64::MIN, -210_866_803_200_000_001, -210_866_803_200_000_000, 0, i64::MAX];
    for (answers, column) in [
        (answers!(&session, OfAt(at): bounds.map(|it| OfAt(At(it)))), "at"),
        (answers!(&session, OfLocal(at): bounds.map(|it| OfLocal(Local(it)))), "local"),
    ] {
        assert_eq!(answers[3], "Some(1)");
        let refused: Vec<_> = [0, 1, 2, 4].map(|at| refused(&answers[at], column, "a time")).into();
        assert_eq!(refused, [D::IS_POSTGRES, D::IS_POSTGRES, false, false], "{answers:?}");
    }
    let bounds = [i32::MIN, -2_440_589, -2_440_588, 0, 2_145_042_905, 2_145_042_906, i32::MAX];
    let answers = answers!(&session, OfDay(day): bounds.map(|it| OfDay(Day(it))));
    assert_eq!(answers[3], "Some(1)", "{answers:?}");
    let refused: Vec<_> =
        [0, 1, 2, 4, 5, 6].map(|at| refused(&answers[at], "day", "a date")).into();
    let pg = D::IS_POSTGRES;
    assert_eq!(refused, [pg, pg, false, false, pg, pg], "{answers:?}");
}

/// Infinite times are no values.
async fn infinite_times_do_not_fit(database: &Postgres) {
    database.run("CREATE TABLE times (id BIGINT, at TIMESTAMPTZ, local TIMESTAMP, day DATE)").await;
    let rows = "(1, 'infinity', 'infinity', 'infinity'), (2, '-infinity', '-infinity', '-infinity'),
        (3, '294276-12-31Z', '4713-01-01 BC', '5874897-12-31'), (4, '1970-01-01Z', '1970-01-01', '1970-01-01')";
    database.run(&format!("INSERT INTO times VALUES {rows}")).await;
    let session = Session::new(Times { db: database.pool() });
    let infinite =
        |column, what| format!("the column `{column}` of `times` does not fit: {what} is infinite");
    let ids = [1, 2, 4];
    let at = infinite("at", "a time");
    assert_eq!(answers!(&session, AtOf(id): ids.map(AtOf)), [&at, &at, "Some(At(0))"]);
    let local = infinite("local", "a time");
    let answers = answers!(&session, LocalOf(id): ids.map(LocalOf));
    assert_eq!(answers, [&local, &local, "Some(Local(0))"]);
    let day = infinite("day", "a date");
    assert_eq!(answers!(&session, DayOf(id): ids.map(DayOf)), [&day, &day, "Some(Day(0))"]);
    let answers = answers!(&session, DayOf(id): [DayOf(3)]);
    assert_eq!(answers, ["Some(Day(2145042905))"]);
    // The last time of PostgreSQL is later than those of `Scalar`.
    let answers = answers!(&session, AtOf(id): [AtOf(3)]);
    assert_eq!(
        answers,
        ["the column `at` of `times` does not fit: a time is too late for microseconds from 1970"]
    );
}

// Queries of a careless application.

fact! {
    /// Whether `user` is banned; the table has lost the column `type`.
    pub OfLostType(user: i64) -> bool = false;
    /// Whether `user` is banned; the table has lost the column `n`.
    pub OfLostNumber(user: i64) -> bool = false;
    /// The user; the table has lost the columns of this query.
    pub OfLostColumns(user: i64, other: i64) -> i64;
    /// Whether `user` is banned, by a query with a parameter.
    pub Anonymous(user: i64) -> bool = false;
    /// Whether `user` is banned, by a query with a numbered parameter.
    pub Numbered(user: i64) -> bool = false;
    /// Whether `user` is banned, by a query that names what a statement does.
    pub Named(user: i64) -> bool = false;
}

#[derive(Sources)]
struct Careless<L: Lend> {
    #[rows(OfLostType = "SELECT id AS user_id FROM t WHERE type = 'integer' AND key >= 0"(user_id))]
    #[rows(OfLostNumber = "SELECT id AS user_id FROM t WHERE n < 9 AND p0 > 0"(user_id))]
    #[rows(OfLostColumns = "SELECT id AS a, id AS b FROM t WHERE value <> '' OR p1 > 0"(a, b) -> a)]
    #[rows(Anonymous = "SELECT id AS user_id FROM t WHERE kind = ?"(user_id))]
    #[rows(Numbered = "SELECT id AS user_id FROM t WHERE id = $1"(user_id))]
    #[rows(Named = "WITH j AS (SELECT id AS k FROM t) SELECT k AS user_id FROM j -- done"(user_id))]
    db: L,
}

const CARELESS: &str = "
    CREATE TABLE t (id BIGINT, kind TEXT);
    INSERT INTO t VALUES (1, 'ban'), (2, 'ban');
";

/// A query sees its own tables, and not the keys: a column that is gone is an error, with any number of keys.
async fn a_query_sees_nothing_of_the_keys(database: &impl Database) {
    database.run(CARELESS).await;
    let session = Session::new(Careless { db: database.pool() });
    for keys in [vec![1], vec![2, 3], vec![4, 5, 6]] {
        let keys = || keys.iter().copied();
        let failed = vec!["its source failed"; keys().len()];
        let answers =
            answers!(&session, OfLostType(user): keys().map(OfLostType).collect::<Vec<_>>());
        assert_eq!(answers, failed);
        let answers =
            answers!(&session, OfLostNumber(user): keys().map(OfLostNumber).collect::<Vec<_>>());
        assert_eq!(answers, failed);
        let keys: Vec<_> = keys().map(|key| OfLostColumns(key, key)).collect();
        assert_eq!(answers!(&session, OfLostColumns(user, other): keys), failed);
    }
    let answers = answers!(&session, Named(user): [1, 2, 3].map(Named));
    assert_eq!(answers, ["true", "true", "false"]);
    session.refresh().unwrap();
    assert_eq!(answers!(&session, Named(user): [Named(2)]), ["true"]);
}

/// The statement of a connection may be older than a migration.
async fn a_column_that_a_query_loses_is_an_error(database: &impl Database) {
    database.run(CARELESS).await;
    database.run("ALTER TABLE t ADD COLUMN type TEXT; ALTER TABLE t ADD COLUMN key INT").await;
    database.run("UPDATE t SET type = 'integer', key = 1").await;
    let session = Session::new(Careless { db: database.pool() });
    let answers = answers!(&session, OfLostType(user): [1, 2, 3].map(OfLostType));
    assert_eq!(answers, ["true", "true", "false"]);
    database.run("ALTER TABLE t RENAME COLUMN type TO sort").await;
    session.refresh().unwrap();
    let answers = answers!(&session, OfLostType(user): [1, 2, 3].map(OfLostType));
    assert_eq!(answers, ["its source failed"; 3]);
}

/// Nobody gives a query its parameters: they are neither NULL nor those of the statement around it.
async fn a_query_with_a_parameter_fails<D: Database>(database: &D) {
    database.run(CARELESS).await;
    let facts = Arc::new(Careless { db: database.pool() });
    let session = Session::new(facts.clone());
    let (one, several) = ([Anonymous(1)], [2, 3].map(Anonymous));
    assert_eq!(answers!(&session, Anonymous(user): one), ["its source failed"]);
    assert_eq!(answers!(&session, Anonymous(user): several), ["its source failed"; 2]);
    assert_eq!(answers!(&session, Numbered(user): [Numbered(1)]), ["its source failed"]);
    assert_eq!(answers!(&session, Numbered(user): [2, 3].map(Numbered)), ["its source failed"; 2]);
    let error = facts.verify().await.expect_err("it does not fit").to_string();
    let reason = "`Numbered = \"SELECT id AS user_id FROM t WHERE id = $1\"(user_id)`: the query has a \
                  parameter, and gets no values: ";
    assert!(error.contains(reason), "{error}");
    assert!(error.contains("kind = ?\"(user_id)`: "), "{error}");
}

fact! {
    /// Whether there is a text, which is stored as its type pleases.
    pub KnownOddly(text: OddlyStored) -> bool = false;
    /// Whether there is a pair.
    pub KnownPairOddly(number: i64, text: OddlyStored) -> bool = false;
}

#[derive(Sources)]
struct OddKeys<L: Lend> {
    #[rows(KnownOddly = named(name))]
    #[rows(KnownPairOddly = named(number, name))]
    db: L,
}

/// Guarantee 13: a key whose stored form is not of the form of its type fails, and the others of its batch are
/// answered. A database would not find it, without an error.
async fn a_key_of_another_form_fails_alone(database: &impl Database) {
    fill(database).await;
    let session = Session::new(OddKeys { db: database.pool() });
    let form = refused("name", "`Value::encode` gives another form than `Value::FORM`");
    let text = refused("name", NO_TEXT);
    let odd = [OddlyStored::Number(7), OddlyStored::Null, OddlyStored::Text("ann\0x")];
    let expected = [&form, &form, &text];
    for (key, expected) in odd.into_iter().zip(expected) {
        let answers = answers!(&session, KnownOddly(text): [KnownOddly(key)]);
        assert_eq!(answers, [expected.as_str()]);
    }
    session.refresh().unwrap();
    let keys = [odd[0], OddlyStored::Text("ann"), odd[1], odd[2], OddlyStored::Text("x")];
    let expected = [&form, "true", &form, &text, "false"];
    assert_eq!(answers!(&session, KnownOddly(text): keys.map(KnownOddly)), expected);
    let keys = keys.map(|key| KnownPairOddly(2, key));
    assert_eq!(answers!(&session, KnownPairOddly(number, text): keys), expected);
}

on_each_database! {
    any_text_is_a_key
    any_text_is_a_value
    a_key_without_a_stored_form_fails_alone
    no_statement_without_a_key
    integers_have_no_bounds_but_their_own
    keys_that_are_stored_alike_are_each_answered
    a_hundred_thousand_keys_are_one_load
    a_key_that_the_database_spells_otherwise_is_answered
    each_spelling_of_a_key_is_answered
    trailing_spaces_are_what_the_column_makes_of_them
    a_key_of_another_form_fails_alone
    a_row_that_does_not_fit_fails_its_key
    a_query_sees_nothing_of_the_keys
    a_column_that_a_query_loses_is_an_error
    a_query_with_a_parameter_fails
    times_come_back
    a_time_out_of_bounds_fails_alone
}

on_sqlite! {
    a_value_of_another_type_fails_its_key
    each_shape_of_a_batch_compares_alike
}

on_postgres! {
    citext_ignores_case
    the_types_of_postgres
    infinite_times_do_not_fit
}
