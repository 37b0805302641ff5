//! Faults of a database: whatever goes wrong is no value, and is over when the database is well again.

use std::future::pending;
use std::time::{Duration, Instant};

use futures::future::join_all;
use gatehouse::prelude::*;
use gatehouse::sql::Lend;
use gatehouse_tests::soon;
use sqlx::pool::PoolOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Pool};
use tokio::time::sleep;

use crate::database::{Database, Lite, Postgres};

fact! {
    /// Whether `user` is suspended.
    pub Suspended(user: i64) -> bool = false;
    /// The role of `user` in a document.
    pub Role(user: i64, document: i64) -> i64;
    /// The documents that are open to everybody.
    pub Open() -> Vec<i64> = Vec::new();
    /// The owner of a document.
    pub Owner(document: i64) -> i64;
    /// Whether `user` is one of few, after a while.
    pub Slow(user: i64) -> bool = false;
}

#[derive(Sources)]
struct App<L: Lend> {
    #[rows(Suspended = suspension(user_id))]
    #[rows(Role = member(user_id, document) -> role)]
    #[rows(Open = open() -> [document])]
    #[rows(Owner = document(id) -> owner)]
    db: L,
}

/// The tables of [`App`]: user 1 is a member of each document, user 2 is suspended.
const TABLES: &str = "
    CREATE TABLE suspension (user_id BIGINT);
    CREATE TABLE member (user_id BIGINT, document BIGINT, role BIGINT);
    CREATE TABLE open (document BIGINT);
    CREATE TABLE document (id BIGINT, owner BIGINT);
    CREATE TABLE nap (seconds FLOAT);
    INSERT INTO suspension VALUES (2);
    INSERT INTO nap VALUES (600);
    INSERT INTO member VALUES (1, 1, 5), (1, 2, 5), (2, 1, 5);
    INSERT INTO document VALUES (1, 7), (2, 1);
";

struct Documents;

impl Domain for Documents {
    type Subject = i64;
    type Action = ();
    type Resource = i64;
    type Context = ();
}

/// No row means that the user is free: a load that failed must not be taken for that.
#[policy(forbid)]
async fn suspended(user: &i64) -> bool {
    Suspended(*user).await
}

#[policy(forbid)]
fn nobody(user: &i64) -> bool {
    *user == 0
}

#[policy]
async fn member(user: &i64, document: &i64) -> bool {
    Role(*user, *document).await? > 4
}

#[policy]
async fn open(document: &i64) -> bool {
    Open().await.contains(document)
}

#[policy]
async fn owner(user: &i64, document: &i64) -> bool {
    Owner(*document).await? == *user
}

/// Everybody who is not suspended: allows at once if a failure is taken for "no row".
#[policy]
fn anybody(user: &i64) -> bool {
    *user < 100
}

static GATE: Gate<Documents, (suspended, nobody, member, open, owner)> = Gate::new();
static UNLESS_SUSPENDED: Gate<Documents, (suspended, nobody, anybody)> = Gate::new();

/// What both gates decide for users 1 and 0 and document 1, of whom nobody ever may be 0.
async fn decided<L: Lend>(session: &Session<App<L>>) -> [&'static str; 3] {
    let of = |gate: Decision| gate.as_str();
    soon(async {
        [
            of(GATE.bind(session, &1, &()).check(&1).await),
            of(UNLESS_SUSPENDED.bind(session, &1, &()).check(&1).await),
            of(UNLESS_SUSPENDED.bind(session, &0, &()).check(&1).await),
        ]
    })
    .await
}

const WELL: [&str; 3] = ["allow", "allow", "deny"];
const FAULTY: [&str; 3] = ["indeterminate", "indeterminate", "deny"];

fn session<L: Lend>(db: L) -> Session<App<L>> {
    Session::new(App { db })
}

/// Connections: as many as that, which are soon given up.
async fn pool<D: Database>(database: &D, connections: u32) -> Pool<D::Sql> {
    let options = PoolOptions::new().max_connections(connections);
    database.pool_with(options.acquire_timeout(Duration::from_millis(200))).await
}

async fn a_closed_pool_is_indeterminate(database: &impl Database) {
    database.run(TABLES).await;
    let closed = pool(database, 1).await;
    assert_eq!(decided(&session(closed.clone())).await, WELL);
    closed.close().await;
    assert_eq!(decided(&session(closed)).await, FAULTY);
    assert_eq!(decided(&session(pool(database, 1).await)).await, WELL);
}

async fn an_empty_pool_is_indeterminate(database: &impl Database) {
    database.run(TABLES).await;
    let pool = pool(database, 1).await;
    let taken = pool.acquire().await.expect("a connection");
    assert_eq!(decided(&session(pool.clone())).await, FAULTY);
    drop(taken);
    assert_eq!(decided(&session(pool)).await, WELL);
}

/// The same connection asks before, meanwhile and after.
async fn a_table_that_is_dropped_meanwhile_is_indeterminate(database: &impl Database) {
    database.run(TABLES).await;
    let pool = pool(database, 1).await;
    assert_eq!(decided(&session(pool.clone())).await, WELL);
    database.run("DROP TABLE suspension").await;
    assert_eq!(decided(&session(pool.clone())).await, FAULTY);
    database.run("CREATE TABLE suspension (since BIGINT, user_id BIGINT)").await;
    assert_eq!(decided(&session(pool)).await, WELL);
}

/// SQLite takes an unknown name in quotes for a text, in some places.
async fn a_column_that_is_renamed_is_indeterminate(database: &impl Database) {
    database.run(TABLES).await;
    let pool = pool(database, 1).await;
    assert_eq!(decided(&session(pool.clone())).await, WELL);
    let without_role = ["indeterminate", "allow", "deny"];
    for (table, column, faulty, owner) in [
        ("suspension", "user_id", FAULTY, "indeterminate"),
        ("member", "document", without_role, "allow"),
        ("member", "role", without_role, "allow"),
        ("open", "document", WELL, "allow"),
        ("document", "owner", WELL, "indeterminate"),
    ] {
        database.run(&format!("ALTER TABLE {table} RENAME COLUMN {column} TO other")).await;
        assert_eq!(decided(&session(pool.clone())).await, faulty, "{table}.{column}");
        let decision = GATE.bind(&session(pool.clone()), &7, &()).check(&1).await;
        assert_eq!(decision.as_str(), owner, "{table}.{column}");
        database.run(&format!("ALTER TABLE {table} RENAME COLUMN other TO {column}")).await;
        assert_eq!(decided(&session(pool.clone())).await, WELL, "{table}.{column}");
    }
}

/// PostgreSQL refuses to run a prepared statement whose result has other types now.
async fn a_column_of_another_type_is_read_again<D: Database>(database: &D) {
    database.run(TABLES).await;
    let pool = pool(database, 1).await;
    assert_eq!(decided(&session(pool.clone())).await, WELL);
    let change = "ALTER TABLE member ALTER COLUMN role TYPE SMALLINT";
    let change = D::either("ALTER TABLE member ADD COLUMN other BIGINT", change);
    database.run(change).await;
    assert_eq!(decided(&session(pool.clone())).await, WELL);
    database
        .run("DROP TABLE member; CREATE TABLE member (user_id INT, document INT, role INT)")
        .await;
    database.run("INSERT INTO member VALUES (1, 1, 5)").await;
    assert_eq!(decided(&session(pool)).await, WELL);
}

/// A lock that somebody holds: the session's deadline ends the wait.
async fn locked(
    session: impl Fn() -> Session<App<Pool<<Postgres as Database>::Sql>>>,
) -> [&'static str; 3] {
    decided(&session().with_deadline(sleep(Duration::from_millis(200)))).await
}

async fn a_lock_that_is_held_ends_at_the_deadline(database: &Postgres) {
    database.run(TABLES).await;
    let mut other = database.pool().acquire().await.expect("a connection");
    let mut transaction = other.begin().await.expect("a transaction");
    let lock = "LOCK TABLE suspension, member IN ACCESS EXCLUSIVE MODE";
    sqlx::query(lock).execute(&mut *transaction).await.expect("a lock");
    let pool = pool(database, 2).await;
    assert_eq!(locked(|| session(pool.clone())).await, FAULTY);
    assert_eq!(locked(|| session(pool.clone())).await, FAULTY);
    transaction.rollback().await.expect("an end");
    let session = session(pool);
    assert_eq!(decided(&session).await, WELL);
}

async fn an_exclusive_lock_ends_at_the_deadline(database: &Lite) {
    database.run(TABLES).await;
    let mut other = database.pool().acquire().await.expect("a connection");
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut *other).await.expect("a lock");
    let pool = database.pool();
    let waiting = session(pool.clone()).with_deadline(sleep(Duration::from_millis(200)));
    assert_eq!(decided(&waiting).await, FAULTY);
    sqlx::query("ROLLBACK").execute(&mut *other).await.expect("an end");
    assert_eq!(decided(&session(pool)).await, WELL);
}

/// Without a deadline, SQLite itself gives up.
async fn a_busy_database_is_indeterminate(database: &Lite) {
    database.run(TABLES).await;
    let mut other = database.pool().acquire().await.expect("a connection");
    let pool = database.pool_with(PoolOptions::new().max_connections(1)).await;
    let impatient = "PRAGMA busy_timeout = 10";
    sqlx::query(impatient).execute(&pool).await.expect("an impatient connection");
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut *other).await.expect("a lock");
    assert_eq!(decided(&session(pool.clone())).await, FAULTY);
    sqlx::query("ROLLBACK").execute(&mut *other).await.expect("an end");
    assert_eq!(decided(&session(pool)).await, WELL);
}

/// Connections that a test can name, to end them.
fn named_pool(database: &Postgres, options: PoolOptions<sqlx::Postgres>) -> PgPool {
    options.connect_lazy_with(database.options.clone().application_name(&database.schema))
}

/// Ends the connections of [`named_pool`], as soon as one of them waits for a lock or is idle.
async fn kill(database: &Postgres, state: &str) {
    let kill = format!(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
        WHERE application_name = '{}' AND {state}",
        database.schema
    );
    let pool = database.pool();
    loop {
        let killed: i64 =
            sqlx::query_scalar(AssertSqlSafe(&*kill)).fetch_one(&pool).await.expect("a number");
        if killed > 0 {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

async fn a_connection_that_is_killed_in_a_load_is_indeterminate(database: &Postgres) {
    database.run(TABLES).await;
    let pool = named_pool(database, PoolOptions::new().max_connections(1));
    let mut other = database.pool().acquire().await.expect("a connection");
    let mut transaction = other.begin().await.expect("a transaction");
    let lock = "LOCK TABLE suspension IN ACCESS EXCLUSIVE MODE";
    sqlx::query(lock).execute(&mut *transaction).await.expect("a lock");
    let waiting = session(pool.clone());
    let access = UNLESS_SUSPENDED.bind(&waiting, &1, &());
    let both = async { tokio::join!(access.check(&1), kill(database, "wait_event_type = 'Lock'")) };
    let (decision, ()) = soon(both).await;
    let text = "indeterminate: `suspended` could not be decided: `Suspended`: its source failed";
    assert_eq!(decision.to_string(), text);
    transaction.rollback().await.expect("an end");
    assert_eq!(decided(&session(pool)).await, WELL);
}

/// A pool that does not look at a connection before it lends it learns of its end from a load.
async fn a_connection_that_is_killed_between_loads_is_replaced(database: &Postgres) {
    database.run(TABLES).await;
    for looks in [true, false] {
        let options = PoolOptions::new().max_connections(1).test_before_acquire(looks);
        let pool = named_pool(database, options);
        assert_eq!(decided(&session(pool.clone())).await, WELL);
        soon(kill(database, "state = 'idle'")).await;
        let next = decided(&session(pool.clone())).await;
        assert!(next == WELL || !looks && next[0] == "indeterminate", "{next:?}");
        assert_eq!(decided(&session(pool)).await, WELL);
    }
}

#[derive(Sources)]
struct Sleepy<L: Lend> {
    #[rows(Slow = "SELECT user_id FROM suspension, nap, pg_sleep(seconds) WHERE user_id > 0" (user_id))]
    #[rows(Suspended = suspension(user_id))]
    db: L,
}

#[policy(forbid)]
async fn slow(user: &i64) -> bool {
    Slow(*user).await
}

static UNLESS_SLOW: Gate<Documents, (slow, nobody, anybody)> = Gate::new();

async fn a_statement_that_takes_too_long_is_indeterminate(database: &Postgres) {
    database.run(TABLES).await;
    let impatient = database.options.clone().options([("statement_timeout", "100ms")]);
    let pool: PgPool = PoolOptions::new().max_connections(1).connect_lazy_with(impatient);
    let session = Session::new(Sleepy { db: pool.clone() });
    let decision = soon(UNLESS_SLOW.bind(&session, &1, &()).check(&1)).await;
    let text = "indeterminate: `slow` could not be decided: `Slow`: its source failed";
    assert_eq!(decision.to_string(), text);
    assert!(soon(UNLESS_SLOW.bind(&session, &0, &()).check(&1)).await.is_deny());
    assert_eq!(decided(&self::session(pool)).await, WELL);
}

/// A statement that runs at the deadline: the session ends, and the pool of one is used again.
async fn a_statement_that_runs_at_the_deadline_is_indeterminate(database: &Postgres) {
    database.run(TABLES).await;
    // The rest of the statement is waited for, by whoever needs the connection.
    let options = database.options.clone().options([("statement_timeout", "2s")]);
    let pool: PgPool = PoolOptions::new().max_connections(1).connect_lazy_with(options);
    let session =
        Session::new(Sleepy { db: pool.clone() }).with_deadline(sleep(Duration::from_millis(200)));
    let decision = soon(UNLESS_SLOW.bind(&session, &1, &()).check(&1)).await;
    let text = "indeterminate: `slow` could not be decided: `Slow`: the session's deadline passed";
    assert_eq!(decision.to_string(), text);
    assert_eq!(decided(&self::session(pool)).await, WELL);
}

/// A pool of one connection: the server looks at such intervals whether it is closed.
fn pool_of_one(database: &Postgres, interval: &str) -> PgPool {
    let options =
        database.options.clone().options([("client_connection_check_interval", interval)]);
    // A load that is dropped while sqlx tests a connection before it lends it loses the connection to sqlx.
    let pool = PoolOptions::new().max_connections(1).test_before_acquire(false);
    pool.connect_lazy_with(options)
}

/// The process of the server that serves a pool of one connection.
async fn process(pool: &PgPool) -> i32 {
    let process = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(pool);
    soon(process).await.expect("a process")
}

/// Waits until the server has no process that fits, or has one.
async fn until(database: &Postgres, process: i32, fits: &str, is_there: bool) {
    let found = format!("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND {fits})");
    let pool = database.pool();
    loop {
        let found = sqlx::query_scalar::<_, bool>(AssertSqlSafe(&*found)).bind(process);
        if found.fetch_one(&pool).await.expect("an answer") == is_there {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

/// Drops a load that takes as long as a nap, by a deadline or with its session, when it has run for a while.
async fn drop_a_slow_load<L: Lend>(database: &Postgres, db: L, process: i32, by_deadline: bool) {
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let session = Session::new(Sleepy { db }).with_deadline(async { drop(ended.await) });
    let access = UNLESS_SLOW.bind(&session, &1, &());
    let mut check = std::pin::pin!(access.check(&1));
    let running = async {
        until(database, process, "wait_event = 'PgSleep'", true).await;
        sleep(Duration::from_millis(150)).await;
    };
    tokio::select! {
        decision = &mut check => panic!("{decision}"),
        () = running => {}
    }
    if by_deadline {
        end.send(()).expect("a deadline");
        let decision = soon(check).await;
        assert!(decision.is_indeterminate(), "{decision}");
    }
}

async fn a_slow_statement_ends_with_its_load(database: &Postgres) {
    database.run(TABLES).await;
    let pool = pool_of_one(database, "20ms");
    for by_deadline in [true, false] {
        let before = process(&pool).await;
        soon(drop_a_slow_load(database, pool.clone(), before, by_deadline)).await;
        // The only place of the pool is free.
        assert_eq!(decided(&self::session(pool.clone())).await, WELL);
        soon(until(database, before, "true", false)).await;
    }
}

/// A statement that waits for a lock ends as one that runs; at the deadline, however soon that is.
async fn a_statement_that_waits_for_a_lock_ends_with_its_load(database: &Postgres) {
    database.run(TABLES).await;
    let pool = pool_of_one(database, "20ms");
    let before = process(&pool).await;
    let mut other = database.pool().acquire().await.expect("a connection");
    let mut transaction = other.begin().await.expect("a transaction");
    let lock = "LOCK TABLE suspension IN ACCESS EXCLUSIVE MODE";
    sqlx::query(lock).execute(&mut *transaction).await.expect("a lock");
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let now = Instant::now();
    let waiting = session(pool.clone()).with_deadline_at(now, async { drop(ended.await) });
    let access = UNLESS_SUSPENDED.bind(&waiting, &1, &());
    let at_the_lock = async {
        until(database, before, "wait_event_type = 'Lock'", true).await;
        end.send(()).expect("a deadline");
    };
    let (decision, ()) = soon(async { tokio::join!(access.check(&1), at_the_lock) }).await;
    assert!(decision.is_indeterminate(), "{decision}");
    assert_ne!(process(&pool).await, before);
    soon(until(database, before, "true", false)).await;
    transaction.rollback().await.expect("an end");
    assert_eq!(decided(&session(pool)).await, WELL);
}

/// Connections of a pool, for which a type of the user's answers.
struct Answering {
    pool: PgPool,
    ends_statements: bool,
}

impl Lend for Answering {
    type Database = sqlx::Postgres;

    async fn lend(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, sqlx::Error> {
        self.pool.acquire().await
    }

    fn ends_statements(&self) -> bool {
        self.ends_statements && self.pool.ends_statements()
    }
}

/// Without the setting, or if a type of the user's does not say so, as many statements run as the pool has places.
async fn a_connection_is_closed_only_if_that_ends_its_statement(database: &Postgres) {
    database.run(TABLES).await;
    database.run("UPDATE nap SET seconds = 3").await;
    for (interval, ends_statements) in [("0", true), ("20ms", false), ("20ms", true)] {
        let pool = pool_of_one(database, interval);
        let before = process(&pool).await;
        let db = Answering { pool: pool.clone(), ends_statements };
        soon(drop_a_slow_load(database, db, before, true)).await;
        let is_kept = process(&pool).await == before;
        assert_eq!(is_kept, interval == "0" || !ends_statements, "{interval} {ends_statements}");
        assert_eq!(decided(&session(pool)).await, WELL);
    }
}

/// A load that is dropped while a quick statement runs: that happens each time a check is decided without it.
async fn a_quick_statement_keeps_its_connection(database: &Postgres) {
    database.run(TABLES).await;
    let pool = pool_of_one(database, "20ms");
    let before = process(&pool).await;
    for polls in 1..6 {
        let begun = Instant::now();
        let session = session(pool.clone());
        let access = GATE.bind(&session, &1, &());
        let mut check = Box::pin(access.check(&1));
        for _ in 0..polls {
            let _ = futures::poll!(check.as_mut());
            tokio::task::yield_now().await;
        }
        drop(check);
        if begun.elapsed() > Duration::from_millis(90) {
            // On a machine with much else to do, it was slow.
            break;
        }
        assert_eq!(process(&pool).await, before);
    }
}

/// One connection serves a round of four facts, evaluations side by side, and sessions side by side.
async fn a_pool_of_one_connection_does_not_hang(database: &impl Database) {
    database.run(TABLES).await;
    let options = PoolOptions::new().max_connections(1);
    let pool = database.pool_with(options).await;
    let checks = async {
        let session = session(pool.clone());
        let (ann, bob) = (GATE.bind(&session, &1, &()), GATE.bind(&session, &2, &()));
        let documents = [1, 2, 3];
        let both = futures::join!(ann.check_all(&documents), bob.check_all(&documents));
        let words = |decisions: Vec<Decision>| -> Vec<_> {
            decisions.iter().map(Decision::as_str).collect()
        };
        (words(both.0), words(both.1))
    };
    let expected = (vec!["allow", "allow", "deny"], vec!["deny"; 3]);
    assert_eq!(soon(checks).await, expected);
    let many = (0..20).map(|_| async {
        let session = session(pool.clone());
        decided(&session).await
    });
    assert_eq!(soon(join_all(many)).await, [WELL; 20]);
}

/// An evaluation that is dropped while it waits gives its connection back.
async fn a_dropped_check_gives_its_connection_back(database: &impl Database) {
    database.run(TABLES).await;
    let pool = database.pool_with(PoolOptions::new().max_connections(1)).await;
    for polls in 1..8 {
        let session = session(pool.clone());
        let access = GATE.bind(&session, &1, &());
        let mut check = Box::pin(access.check(&1));
        for _ in 0..polls {
            if futures::poll!(check.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(check);
        assert_eq!(decided(&self::session(pool.clone())).await, WELL);
        // A session that was left in the middle of a load decides as well.
        assert_eq!(decided(&session).await, WELL);
    }
}

/// A connection that never comes: the deadline ends the wait.
async fn a_connection_that_never_comes_ends_at_the_deadline(database: &impl Database) {
    /// Lends none.
    struct Never<D>(std::marker::PhantomData<fn() -> D>);

    impl<D: gatehouse::sql::Dialect> Lend for Never<D> {
        type Database = D;

        async fn lend(&self) -> Result<sqlx::pool::PoolConnection<D>, sqlx::Error> {
            pending().await
        }
    }

    fn never<D: Database>(_: &D) -> Never<D::Sql> {
        Never(std::marker::PhantomData)
    }

    let waiting = session(never(database)).with_deadline(sleep(Duration::from_millis(20)));
    assert_eq!(decided(&waiting).await, FAULTY);
}

on_each_database! {
    a_closed_pool_is_indeterminate
    an_empty_pool_is_indeterminate
    a_table_that_is_dropped_meanwhile_is_indeterminate
    a_column_that_is_renamed_is_indeterminate
    a_column_of_another_type_is_read_again
    a_pool_of_one_connection_does_not_hang
    a_dropped_check_gives_its_connection_back
    a_connection_that_never_comes_ends_at_the_deadline
}

on_sqlite! {
    an_exclusive_lock_ends_at_the_deadline
    a_busy_database_is_indeterminate
}

on_postgres! {
    a_lock_that_is_held_ends_at_the_deadline
    a_connection_that_is_killed_in_a_load_is_indeterminate
    a_connection_that_is_killed_between_loads_is_replaced
    a_statement_that_takes_too_long_is_indeterminate
    a_statement_that_runs_at_the_deadline_is_indeterminate
    a_slow_statement_ends_with_its_load
    a_statement_that_waits_for_a_lock_ends_with_its_load
    a_connection_is_closed_only_if_that_ends_its_statement
    a_quick_statement_keeps_its_connection
}
