//! Every form of a mapping, and NULL in each.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::prelude::*;
use gatehouse::sql::{Dialect, Lend};
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::{Pool, Sqlite};

use crate::database::{Database, Lite, Postgres};

fact! {
    /// Whether `user` is suspended.
    pub Suspended(user: i64) -> bool = false;
    /// The role of `user` in `org`.
    pub OrgRole(user: i64, org: String) -> i64;
    /// The role of `user` in `org`, if there is one.
    pub Nullable(user: i64, org: String) -> Option<i64>;
    /// Whether `user` is banned from `org`.
    pub Banned(user: i64, org: String) -> bool = false;
    /// The membership of `user` in `org`.
    pub Member(user: i64, org: String) -> (i64, Option<i64>);
    /// The membership of `user` in `org`.
    pub MemberOf(user: i64, org: String) -> Membership;
    /// The orgs of `user`, by role.
    pub OrgsOf(user: i64) -> Vec<String>;
    /// The roles of `user`.
    pub RolesOf(user: i64) -> Vec<i64>;
    /// The roles of `user`.
    pub NullableRolesOf(user: i64) -> Vec<Option<i64>>;
    /// The memberships of `user`.
    pub MembershipsOf(user: i64) -> Vec<Membership>;
    /// The orgs of `user`, with the role.
    pub PairsOf(user: i64) -> Vec<(String, i64)>;
    /// Whether `user` is banned from no org.
    pub Free(user: i64) -> bool = false;
    /// Whether anybody is a member.
    pub Any() -> bool = false;
    /// All users that are suspended.
    pub AllSuspended() -> Vec<i64> = Vec::new();
    /// The only user that is suspended.
    pub OnlySuspended() -> i64;
}

/// A row of `member`.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "tests look at its text")]
pub struct Membership {
    pub role: i64,
    pub banned: Option<i64>,
}

#[derive(Sources)]
struct App<L: Lend> {
    #[rows(Suspended = suspension(user_id))]
    #[rows(OrgRole = member(user_id, org) -> role)]
    #[rows(Nullable = member(user_id, org) -> role)]
    #[rows(Banned = member(user_id, org) if banned_at)]
    #[rows(Member = member(user_id, org) -> (role, banned_at))]
    #[rows(MemberOf = member(user_id, org) -> Membership { banned: banned_at, role })]
    #[rows(OrgsOf = member(user_id) -> [org order by role desc, org])]
    #[rows(RolesOf = member(user_id) -> [role order by role])]
    #[rows(NullableRolesOf = member(user_id) -> [role order by org])]
    #[rows(MembershipsOf = member(user_id) -> [Membership { role, banned: banned_at } order by org desc])]
    #[rows(PairsOf = member(user_id) -> [(org, role) order by org asc])]
    #[rows(Free = "SELECT user_id FROM member WHERE banned_at IS NULL -- a '; at the end" (user_id))]
    #[rows(Any = member())]
    #[rows(AllSuspended = suspension() -> [user_id order by user_id desc])]
    #[rows(OnlySuspended = suspension() -> user_id)]
    db: L,
}

/// The tables of [`App`].
const TABLES: &str = "
    CREATE TABLE suspension (user_id BIGINT);
    CREATE TABLE member (user_id BIGINT, org TEXT, role BIGINT, banned_at BIGINT);
";

/// Keys of a fact that has the parts `user` and `org`.
macro_rules! member_keys {
    ($fact:ident: $($user:literal $org:literal),*) => { [$($fact($user, $org.to_owned())),*] };
}

async fn session<D: Database>(database: &D, rows: &str) -> Session<App<Pool<D::Sql>>> {
    database.run(TABLES).await;
    database.run(rows).await;
    Session::new(App { db: database.pool() })
}

/// A key that has a row, however many, is true; another one is missing.
async fn presence_is_true(database: &impl Database) {
    let session = session(database, "INSERT INTO suspension VALUES (1), (1), (3), (NULL)").await;
    let answers = answers!(&session, Suspended(user): [1, 2, 3, 0].map(Suspended));
    assert_eq!(answers, ["true", "false", "true", "false"]);
}

/// Guarantee 13: one key, keys of which a part is shared, keys of which none is, each of which is a statement of its
/// own.
async fn each_shape_of_a_batch_answers_each_key(database: &impl Database) {
    let rows = "INSERT INTO member VALUES (1, 'a', 10), (1, 'b', 11), (2, 'a', 12), (3, 'c', 13)";
    let session =
        session(database, &rows.replace("),", ", NULL),").replace("13)", "13, NULL)")).await;
    let batches: [(&[OrgRole], &[&str]); 7] = [
        (&member_keys!(OrgRole: 1 "a"), &["Some(10)"]),
        (&member_keys!(OrgRole: 1 "x"), &["None"]),
        (&member_keys!(OrgRole: 1 "x", 1 "b", 1 "a"), &["None", "Some(11)", "Some(10)"]),
        (&member_keys!(OrgRole: 2 "a", 9 "a", 1 "a"), &["Some(12)", "None", "Some(10)"]),
        (&member_keys!(OrgRole: 3 "c", 1 "b", 2 "b"), &["Some(13)", "Some(11)", "None"]),
        (&member_keys!(OrgRole: 1 "a", 1 "b", 2 "a"), &["Some(10)", "Some(11)", "Some(12)"]),
        (&member_keys!(OrgRole: 8 "x", 7 "y"), &["None", "None"]),
    ];
    for (keys, expected) in batches {
        session.refresh().unwrap();
        assert_eq!(answers!(&session, OrgRole(user, org): keys), expected);
    }
}

/// NULL is no value, and an `Option` has it as a value.
async fn null_is_missing_or_none(database: &impl Database) {
    let rows = "INSERT INTO member VALUES (1, 'a', NULL, NULL), (1, 'b', 2, NULL)";
    let session = session(database, rows).await;
    let answers =
        answers!(&session, OrgRole(user, org): member_keys!(OrgRole: 1 "a", 1 "b", 1 "c"));
    assert_eq!(answers, ["None", "Some(2)", "None"]);
    let answers =
        answers!(&session, Nullable(user, org): member_keys!(Nullable: 1 "a", 1 "b", 1 "c"));
    assert_eq!(answers, ["Some(None)", "Some(Some(2))", "None"]);
}

/// Guarantee 13: a fact of one value is not read from one of two rows, and the other keys of the batch are answered.
async fn two_rows_fail_their_key_alone(database: &impl Database) {
    let rows = "INSERT INTO member VALUES (1, 'a', 2, NULL), (1, 'a', 2, NULL), (1, 'b', NULL, 3),
        (1, 'b', 5, 3), (1, 'c', NULL, NULL), (1, 'c', NULL, NULL), (1, 'd', 6, NULL)";
    let session = session(database, rows).await;
    let several = "`member` has several rows for one key of `OrgRole`, which has one value";
    let keys = member_keys!(OrgRole: 1 "a", 1 "b", 1 "c", 1 "d", 1 "e");
    let answers = answers!(&session, OrgRole(user, org): keys);
    assert_eq!(answers, [several, several, several, "Some(6)", "None"]);
    session.refresh().unwrap();
    let answers = answers!(&session, OrgRole(user, org): member_keys!(OrgRole: 1 "b"));
    assert_eq!(answers, [several]);
    let answers = answers!(&session, Member(user, org): member_keys!(Member: 1 "a", 1 "d"));
    assert_eq!(answers, [&*several.replace("OrgRole", "Member"), "Some((6, None))"]);
}

/// `if column`: a row in which the column is not NULL, however many there are.
async fn a_set_column_is_true(database: &impl Database) {
    let rows = "INSERT INTO member VALUES (1, 'a', 2, NULL), (1, 'b', 2, 0), (1, 'c', 2, NULL),
        (1, 'c', 2, 7), (1, 'c', NULL, 8)";
    let session = session(database, rows).await;
    let keys = member_keys!(Banned: 1 "a", 1 "b", 1 "c", 1 "d");
    let answers = answers!(&session, Banned(user, org): keys);
    assert_eq!(answers, ["false", "true", "true", "false"]);
    session.refresh().unwrap();
    let one = answers!(&session, Banned(user, org): member_keys!(Banned: 1 "a"));
    assert_eq!(one, ["false"]);
}

/// A column of a tuple or a struct is no missing value: NULL in it fails the key, unless it is an `Option`.
async fn several_columns_are_a_tuple_or_a_struct(database: &impl Database) {
    let rows = "INSERT INTO member VALUES (1, 'a', 2, NULL), (1, 'b', 3, 4), (1, 'c', NULL, 5)";
    let session = session(database, rows).await;
    let null = "the column `role` of `member` does not fit: NULL where a value is expected";
    let keys = member_keys!(Member: 1 "a", 1 "b", 1 "c", 1 "d");
    let answers = answers!(&session, Member(user, org): keys);
    assert_eq!(answers, ["Some((2, None))", "Some((3, Some(4)))", null, "None"]);
    let keys = member_keys!(MemberOf: 1 "a", 1 "b", 1 "c", 1 "d");
    let answers = answers!(&session, MemberOf(user, org): keys);
    let row = |role, banned| format!("{:?}", Some(Membership { role, banned }));
    assert_eq!(answers, [&*row(2, None), &*row(3, Some(4)), null, "None"]);
}

/// `[column]`: each row is an element, in the order that the mapping says; duplicates stay.
async fn all_rows_are_a_vec(database: &impl Database) {
    let rows = "INSERT INTO member VALUES (1, 'b', 2, NULL), (2, 'x', 5, 1), (1, 'a', 2, NULL), (1, 'c', 9, 4),
        (1, 'a', 2, NULL), (1, 'd', -1, NULL), (2, 'y', 5, NULL)";
    let session = session(database, rows).await;
    let answers = answers!(&session, OrgsOf(user): [2, 3, 1].map(OrgsOf));
    assert_eq!(answers, [r#"Some(["x", "y"])"#, "None", r#"Some(["c", "a", "a", "b", "d"])"#]);
    let answers = answers!(&session, PairsOf(user): [1, 2].map(PairsOf));
    let ann = r#"Some([("a", 2), ("a", 2), ("b", 2), ("c", 9), ("d", -1)])"#;
    assert_eq!(answers, [ann, r#"Some([("x", 5), ("y", 5)])"#]);
    let answers = answers!(&session, MembershipsOf(user): [2].map(MembershipsOf));
    let rows = [Membership { role: 5, banned: None }, Membership { role: 5, banned: Some(1) }];
    assert_eq!(answers, [format!("{:?}", Some(rows))]);
}

/// NULL is no element, and a key that has nothing but NULL is missing; `Option`s have NULL as an element.
async fn null_is_no_element(database: &impl Database) {
    let rows =
        "INSERT INTO member VALUES (1, 'a', NULL, NULL), (1, 'b', 4, NULL), (2, 'a', NULL, NULL),
        (2, 'b', NULL, NULL), (3, NULL, 1, NULL)";
    let session = session(database, rows).await;
    let answers = answers!(&session, RolesOf(user): [1, 2, 4].map(RolesOf));
    assert_eq!(answers, ["Some([4])", "None", "None"]);
    let answers = answers!(&session, NullableRolesOf(user): [1, 2, 4].map(NullableRolesOf));
    assert_eq!(answers, ["Some([None, Some(4)])", "Some([None, None])", "None"]);
    let answers = answers!(&session, PairsOf(user): [1, 3, 4].map(PairsOf));
    let null = |column| {
        format!("the column `{column}` of `member` does not fit: NULL where a value is expected")
    };
    assert_eq!(answers, [null("role"), null("org"), "None".to_owned()]);
}

async fn a_fact_without_key_parts_is_the_table(database: &impl Database) {
    let session = session(database, "INSERT INTO suspension VALUES (4), (NULL), (6)").await;
    assert_eq!(answers!(&session, AllSuspended(): [AllSuspended()]), ["[6, 4]"]);
    assert_eq!(answers!(&session, Any(): [Any()]), ["false"]);
    let several =
        "`suspension` has several rows for one key of `OnlySuspended`, which has one value";
    assert_eq!(answers!(&session, OnlySuspended(): [OnlySuspended()]), [several]);
    database.run("DELETE FROM suspension WHERE user_id = 4 OR user_id IS NULL").await;
    database.run("INSERT INTO member VALUES (NULL, NULL, NULL, NULL)").await;
    session.refresh().unwrap();
    assert_eq!(answers!(&session, OnlySuspended(): [OnlySuspended()]), ["Some(6)"]);
    assert_eq!(answers!(&session, Any(): [Any()]), ["true"]);
    database.run("DELETE FROM suspension").await;
    session.refresh().unwrap();
    assert_eq!(answers!(&session, AllSuspended(): [AllSuspended()]), ["[]"]);
    assert_eq!(answers!(&session, OnlySuspended(): [OnlySuspended()]), ["None"]);
}

/// A query may end in a comment, and have quotes.
async fn a_query_is_a_table(database: &impl Database) {
    let rows = "INSERT INTO member VALUES (1, 'a', 2, 5), (1, 'b', 2, NULL), (2, 'a', 2, 6)";
    let session = session(database, rows).await;
    let answers = answers!(&session, Free(user): [1, 2, 3].map(Free));
    assert_eq!(answers, ["true", "false", "false"]);
    session.refresh().unwrap();
    assert_eq!(answers!(&session, Free(user): [Free(2)]), ["false"]);
}

async fn a_view_is_a_table(database: &impl Database) {
    database.run("CREATE TABLE ban (who BIGINT, until BIGINT)").await;
    database.run("CREATE VIEW suspension AS SELECT who AS user_id FROM ban WHERE until > 10").await;
    database.run("INSERT INTO ban VALUES (1, 9), (2, 11)").await;
    let session = Session::new(App { db: database.pool() });
    let answers = answers!(&session, Suspended(user): [1, 2].map(Suspended));
    assert_eq!(answers, ["false", "true"]);
}

fact! {
    /// The lead of a team in a folder, either of which may be none.
    pub Lead(team: Option<i64>, folder: Option<String>) -> i64;
    /// Whether there is a row with this text, or without one.
    pub HasText(text: Option<String>) -> bool = false;
    /// Whether there are these bytes, or a row without any.
    pub HasBytes(bytes: Option<Vec<u8>>) -> bool = false;
}

#[derive(Sources)]
struct Leads<L: Lend> {
    #[rows(Lead = lead(team, folder) -> user_id)]
    #[rows(HasText = lead(folder))]
    #[rows(HasBytes = lead(bytes))]
    db: L,
}

/// `None` in a key is the row whose column is NULL, beside other keys of the batch, shared or alone.
async fn none_in_a_key_finds_null(database: &impl Database) {
    let bytes = "CREATE TABLE lead (team BIGINT, folder TEXT, bytes {type}, user_id BIGINT)";
    database.run(&bytes.replace("{type}", database_bytes(database))).await;
    let rows = "INSERT INTO lead VALUES (NULL, NULL, NULL, 1), (NULL, 'f', {b}, 2), (7, NULL, {e}, 3), (7, 'f', NULL, 4)";
    let (b, e) = (bytes_of(database, &[0, 255]), bytes_of(database, &[]));
    database.run(&rows.replace("{b}", &b).replace("{e}", &e)).await;
    let session = Session::new(Leads { db: database.pool() });
    let key = |team, folder: Option<&str>| Lead(team, folder.map(str::to_owned));
    let rows = [key(None, None), key(None, Some("f")), key(Some(7), None), key(Some(7), Some("f"))];
    let found = |numbers: &[usize]| -> Vec<_> {
        numbers.iter().map(|number| format!("Some({})", number + 1)).collect()
    };
    for numbers in [&[0, 1, 2, 3][..], &[0, 1], &[2, 3], &[0, 2], &[1, 3], &[0], &[1], &[2], &[3]] {
        session.refresh().unwrap();
        let keys: Vec<_> = numbers.iter().map(|number| rows[*number].clone()).collect();
        assert_eq!(answers!(&session, Lead(team, folder): keys), found(numbers));
    }
    let keys = [key(Some(8), None), key(None, Some("g")), key(Some(8), Some(""))];
    assert_eq!(answers!(&session, Lead(team, folder): keys), ["None", "None", "None"]);
    let keys = [None, Some("f"), Some("")].map(|it| HasText(it.map(str::to_owned)));
    assert_eq!(answers!(&session, HasText(text): keys), ["true", "true", "false"]);
    let keys = [None, Some(vec![]), Some(vec![0, 255]), Some(vec![0])].map(HasBytes);
    assert_eq!(answers!(&session, HasBytes(bytes): keys), ["true", "true", "true", "false"]);
    session.refresh().unwrap();
    assert_eq!(answers!(&session, HasBytes(bytes): [HasBytes(Some(vec![]))]), ["true"]);
}

/// The type of bytes.
fn database_bytes<D: Database>(_: &D) -> &'static str {
    D::either("BLOB", "BYTEA")
}

/// Bytes in SQL.
fn bytes_of<D: Database>(_: &D, bytes: &[u8]) -> String {
    D::bytes(bytes)
}

fact! {
    /// The number of three parts.
    pub Three(a: i64, b: String, c: bool) -> i64;
    /// The number of twelve parts.
    pub Twelve(a: i64, b: String, c: bool, d: i32, e: Vec<u8>, f: u16, g: i8, h: Box<str>, i: u64, j: Arc<str>,
        k: Option<i64>, l: i16) -> i64;
}

#[derive(Sources)]
struct Parts<L: Lend> {
    #[rows(Three = wide(a, b, c) -> number)]
    #[rows(Twelve = wide(a, b, c, d, e, f, g, h, i, j, k, l) -> number)]
    db: L,
}

/// Each part is compared with its own column.
async fn three_and_twelve_parts(database: &impl Database) {
    let table = "CREATE TABLE wide (a BIGINT, b TEXT, c BOOLEAN, d INTEGER, e {type}, f INTEGER, g SMALLINT, h TEXT,
        i BIGINT, j TEXT, k BIGINT, l SMALLINT, number BIGINT)";
    database.run(&table.replace("{type}", database_bytes(database))).await;
    let bytes = bytes_of(database, b"e");
    let row = |a: i64, j: &str, number: i64| {
        format!("({a}, 'b', true, 4, {bytes}, 6, 7, 'h', 9, '{j}', NULL, 12, {number})")
    };
    let rows = [row(1, "j", 100), row(1, "x", 101), row(2, "j", 102)].join(", ");
    database.run(&format!("INSERT INTO wide VALUES {rows}")).await;
    let session = Session::new(Parts { db: database.pool() });
    let key = |a, j: &str, l| {
        Twelve(a, "b".into(), true, 4, b"e".to_vec(), 6, 7, "h".into(), 9, j.into(), None, l)
    };
    let keys =
        [key(1, "j", 12), key(1, "x", 12), key(2, "j", 12), key(2, "j", 13), key(3, "j", 12)];
    let answers = answers!(&session, Twelve(a, b, c, d, e, f, g, h, i, j, k, l): &keys[..]);
    assert_eq!(answers, ["Some(100)", "Some(101)", "Some(102)", "None", "None"]);
    for (key, answer) in keys.iter().zip(answers) {
        session.refresh().unwrap();
        let keys = [key.clone()];
        assert_eq!(answers!(&session, Twelve(a, b, c, d, e, f, g, h, i, j, k, l): keys), [answer]);
    }
    let keys = [(2, true), (2, false), (3, true)].map(|(a, c)| Three(a, "b".into(), c));
    assert_eq!(answers!(&session, Three(a, b, c): keys), ["Some(102)", "None", "None"]);
}

fact! {
    /// Reserved words as names.
    pub Reserved(group: i64, select: String) -> (i64, String);
    /// Names with quotes.
    pub Quoted(key: i64) -> Vec<i64>;
    /// Names that statements have too.
    pub Common(key: i64, value: i64) -> (i64, i64, i64, i64);
}

#[derive(Sources)]
struct Words<L: Lend> {
    #[rows(Reserved = order("Group", select) -> (r#type, "Order Date"))]
    #[rows(Quoted = "SELECT * FROM \"we\"\"ird; --\"" ("a\"b") -> ["c'd\" $1 ?1 %s{}" order by "c'd\" $1 ?1 %s{}" desc])]
    #[rows(Common = t(key, value) -> (k, j, r, n))]
    db: L,
}

/// Names are quoted, however they are written.
async fn names_may_be_reserved_or_have_quotes(database: &impl Database) {
    let tables = r#"
        CREATE TABLE "order" ("Group" BIGINT, "select" TEXT, "type" BIGINT, "Order Date" TEXT);
        CREATE TABLE "we""ird; --" ("a""b" BIGINT, "c'd"" $1 ?1 %s{}" BIGINT);
        CREATE TABLE t (key BIGINT, value BIGINT, k BIGINT, j BIGINT, r BIGINT, n BIGINT);
        INSERT INTO "order" VALUES (1, 'x', 2, 'today'), (1, 'y', 3, 'never');
        INSERT INTO "we""ird; --" VALUES (1, 5), (2, 6), (1, 7);
        INSERT INTO t VALUES (1, 2, 3, 4, 5, 6), (2, 1, 7, 8, 9, 10);
    "#;
    database.run(tables).await;
    let session = Session::new(Words { db: database.pool() });
    let keys = ["x", "y", "z"].map(|it| Reserved(1, it.to_owned()));
    let answers = answers!(&session, Reserved(group, select): keys);
    assert_eq!(answers, [r#"Some((2, "today"))"#, r#"Some((3, "never"))"#, "None"]);
    let answers = answers!(&session, Quoted(key): [1, 2, 3].map(Quoted));
    assert_eq!(answers, ["Some([7, 5])", "Some([6])", "None"]);
    let answers =
        answers!(&session, Common(key, value): [Common(1, 2), Common(2, 1), Common(2, 2)]);
    assert_eq!(answers, ["Some((3, 4, 5, 6))", "Some((7, 8, 9, 10))", "None"]);
}

fact! {
    /// Whether there is a schema of this name.
    pub IsSchema(name: String) -> bool = false;
    /// Whether `user` is in a table of the main schema.
    pub InMain(user: i64) -> bool = false;
}

#[derive(Sources)]
struct OtherSchema {
    #[rows(IsSchema = information_schema.schemata("schema_name"))]
    db: sqlx::PgPool,
}

#[derive(Sources)]
struct MainSchema<L: Lend<Database = Sqlite>> {
    #[rows(InMain = main.user(id))]
    db: L,
}

/// A table of a schema that is not in the search path.
async fn a_table_may_be_in_another_schema(database: &Postgres) {
    database.run("CREATE TABLE schemata (schema_name TEXT)").await;
    let session = Session::new(OtherSchema { db: database.pool() });
    let keys = [&*database.schema, "no such schema"].map(|it| IsSchema(it.to_owned()));
    assert_eq!(answers!(&session, IsSchema(name): keys), ["true", "false"]);
}

/// A set of sources that is generic, and for SQLite alone.
async fn a_generic_set_may_be_for_one_database(database: &Lite) {
    database.run(r#"CREATE TABLE "user" (id BIGINT); INSERT INTO "user" VALUES (7)"#).await;
    let session = Session::new(MainSchema { db: database.pool() });
    let answers = answers!(&session, InMain(user): [6, 7].map(InMain));
    assert_eq!(answers, ["false", "true"]);
}

/// Lends connections of a pool, and counts them.
struct Counted<D: Dialect> {
    pool: Pool<D>,
    loads: AtomicUsize,
}

impl<D: Dialect> Lend for Counted<D> {
    type Database = D;

    async fn lend(&self) -> Result<PoolConnection<D>, sqlx::Error> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        self.pool.acquire().await
    }
}

/// A field may be an `Arc`, a type that lends, or both.
async fn a_field_may_lend(database: &impl Database) {
    database.run(TABLES).await;
    database.run("INSERT INTO suspension VALUES (1)").await;
    let db = Arc::new(Counted { pool: database.pool(), loads: AtomicUsize::new(0) });
    let session = Session::new(App { db: db.clone() });
    let answers = answers!(&session, Suspended(user): [1, 2].map(Suspended));
    assert_eq!(answers, ["true", "false"]);
    assert_eq!(db.loads.load(Ordering::Relaxed), 1);
    let session = Session::new(App { db: Arc::new(database.pool()) });
    let answers = answers!(&session, Suspended(user): [1, 2].map(Suspended));
    assert_eq!(answers, ["true", "false"]);
}

/// A pool that connects at the first load will do.
async fn a_pool_may_be_lazy(database: &impl Database) {
    database.run(TABLES).await;
    database.run("INSERT INTO suspension VALUES (1)").await;
    let db = database.pool_with(PoolOptions::new().max_connections(1)).await;
    let session = Session::new(Arc::new(App { db }));
    let answers = answers!(&session, Suspended(user): [1, 2].map(Suspended));
    assert_eq!(answers, ["true", "false"]);
}

on_each_database! {
    presence_is_true
    each_shape_of_a_batch_answers_each_key
    null_is_missing_or_none
    two_rows_fail_their_key_alone
    a_set_column_is_true
    several_columns_are_a_tuple_or_a_struct
    all_rows_are_a_vec
    null_is_no_element
    a_fact_without_key_parts_is_the_table
    a_query_is_a_table
    a_view_is_a_table
    none_in_a_key_finds_null
    three_and_twelve_parts
    names_may_be_reserved_or_have_quotes
    a_field_may_lend
    a_pool_may_be_lazy
}

on_postgres! {
    a_table_may_be_in_another_schema
}

on_sqlite! {
    a_generic_set_may_be_for_one_database
}
