//! A session whose loads use the caller's connection, from when it is lent to when it is taken back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::prelude::*;
use gatehouse::sql::{self, Dialect, Lend, TakeError};
use gatehouse_tests::soon;
use sqlx::Pool;
use sqlx::pool::PoolConnection;

use crate::database::{Database, Server};

fact! {
    /// Whether `user` is banned.
    pub Banned(user: i64) -> bool = false;
    /// The owner of a document.
    pub Owner(document: i64) -> i64;
    /// Whether `user` is one of few, after some tenths of a second.
    pub Slow(user: i64) -> bool = false;
}

/// The tables of [`App`].
pub const TABLES: &str = "
    CREATE TABLE ban (user_id BIGINT PRIMARY KEY);
    CREATE TABLE document (id BIGINT PRIMARY KEY, owner BIGINT NOT NULL);
";

#[derive(Sources)]
pub struct App<L: Lend> {
    #[rows(Banned = ban(user_id))]
    #[rows(Owner = document(id) -> owner)]
    #[rows(Slow = slow(user_id))]
    pub db: L,
}

pub struct Documents;

impl Domain for Documents {
    type Subject = i64;
    type Action = ();
    type Resource = i64;
    type Context = ();
}

#[policy(forbid)]
pub async fn banned(user: &i64) -> bool {
    Banned(*user).await
}

#[policy]
pub async fn owner(user: &i64, document: &i64) -> bool {
    Owner(*document).await? == *user
}

#[policy]
pub async fn slow(user: &i64) -> bool {
    Slow(*user).await
}

pub static OWNER: Gate<Documents, (banned, owner)> = Gate::new();
pub static SLOW: Gate<Documents, slow> = Gate::new();

/// Lends connections of a pool, and counts them.
pub struct Watched<D: Dialect> {
    pool: Pool<D>,
    lent: AtomicUsize,
}

impl<D: Dialect> Watched<D> {
    pub fn new(pool: Pool<D>) -> Self {
        Self { pool, lent: AtomicUsize::new(0) }
    }

    /// The number of loads that used the pool.
    pub fn lent(&self) -> usize {
        self.lent.load(Ordering::Relaxed)
    }
}

impl<D: Dialect> Lend for Watched<D> {
    type Database = D;

    async fn lend(&self) -> Result<PoolConnection<D>, sqlx::Error> {
        self.lent.fetch_add(1, Ordering::Relaxed);
        self.pool.acquire().await
    }
}

/// What user 1 may do with a document.
pub async fn decided<L: Lend>(session: &Session<App<L>>, document: i64) -> &'static str {
    soon(OWNER.bind(session, &1, &()).check(&document)).await.as_str()
}

/// The rules see what the transaction has written, and nobody else does, until it is committed.
async fn a_session_sees_the_writes_of_its_transaction<D: Database>(database: &D) {
    database.run(TABLES).await;
    let pool = database.pool(3);
    let facts = Arc::new(App { db: pool.clone() });
    let mut transaction = pool.begin().await.unwrap();
    D::execute(&mut transaction, "INSERT INTO document VALUES (1, 1)").await.unwrap();
    let session = Session::new(Arc::clone(&facts));
    let lent = sql::within(&session, |facts| &facts.db, transaction);
    assert_eq!(decided(&session, 1).await, "allow");
    assert_eq!(decided(&Session::new(Arc::clone(&facts)), 1).await, "deny");
    let mut transaction = lent.take().unwrap();
    D::execute(&mut transaction, "INSERT INTO document VALUES (2, 1)").await.unwrap();
    transaction.commit().await.unwrap();
    let later = Session::new(facts);
    assert_eq!([decided(&later, 1).await, decided(&later, 2).await], ["allow"; 2]);
}

/// Guarantee 9: a connection that was taken back is not replaced by one of the pool: what is not known yet fails.
async fn loads_after_take_fail<D: Database>(database: &D) {
    database.run(TABLES).await;
    database.run("INSERT INTO document VALUES (1, 1), (2, 1)").await;
    let facts = Arc::new(App { db: Watched::new(database.pool(2)) });
    let session = Session::new(Arc::clone(&facts));
    let transaction = facts.db.pool.begin().await.unwrap();
    let lent = sql::within(&session, |facts| &facts.db, transaction);
    assert_eq!(decided(&session, 1).await, "allow");
    let transaction = lent.take().unwrap();
    assert_eq!(lent.take().err(), Some(TakeError::Taken));
    // What is known stays known.
    assert_eq!(decided(&session, 1).await, "allow");
    let decision = soon(OWNER.bind(&session, &1, &()).check(&2)).await;
    let text = "indeterminate: `owner` could not be decided: `Owner`: the connection that was lent to \
the session was taken back";
    assert_eq!(decision.to_string(), text);
    drop(transaction);
    session.refresh().unwrap();
    assert_eq!(decided(&session, 1).await, "indeterminate");
    // Another connection can be lent.
    let transaction = facts.db.pool.begin().await.unwrap();
    let _lent = sql::within(&session, |facts| &facts.db, transaction);
    session.refresh().unwrap();
    assert_eq!(decided(&session, 2).await, "allow");
    assert_eq!(facts.db.lent(), 0);
}

/// A transaction that nobody takes back ends with the session, and its writes with it.
async fn a_transaction_that_is_not_taken_back_is_rolled_back<D: Database>(database: &D) {
    database.run(TABLES).await;
    let pool = database.pool(2);
    let session = Session::new(App { db: pool.clone() });
    let mut transaction = pool.begin().await.unwrap();
    D::execute(&mut transaction, "INSERT INTO document VALUES (1, 1)").await.unwrap();
    drop(sql::within(&session, |facts| &facts.db, transaction));
    assert_eq!(decided(&session, 1).await, "allow");
    drop(session);
    assert_eq!(decided(&Session::new(App { db: pool.clone() }), 1).await, "deny");
    database.run("INSERT INTO document VALUES (1, 1)").await;
}

/// Whatever gives a connection can be lent, and comes back as what it was.
async fn connections_of_every_kind_can_be_lent<D: Database>(database: &D) {
    database.run(TABLES).await;
    database.run("INSERT INTO document VALUES (1, 1)").await;
    let facts = Arc::new(App { db: Watched::new(database.pool(2)) });
    let session = Session::new(Arc::clone(&facts));

    let lent = sql::within(&session, |facts| &facts.db, Box::new(database.connection().await));
    assert_eq!(decided(&session, 1).await, "allow");
    let mut connection: Box<_> = lent.take().unwrap();
    D::execute(&mut connection, "SELECT 1").await.unwrap();

    session.refresh().unwrap();
    let connection = facts.db.pool.acquire().await.unwrap();
    let lent = sql::within(&session, |facts| &facts.db, connection);
    assert_eq!(decided(&session, 1).await, "allow");
    let connection: PoolConnection<D::Sql> = lent.take().unwrap();
    drop(connection);

    session.refresh().unwrap();
    let lent = sql::within(&session, |facts| &facts.db, facts.db.pool.begin().await.unwrap());
    assert_eq!(decided(&session, 1).await, "allow");
    let transaction: sqlx::Transaction<'static, D::Sql> = lent.take().unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(facts.db.lent(), 0);
}

/// All facts of a round load on the transaction that has the only connection of the pool, for one
/// resource and for a page.
async fn a_pool_of_one_connection_does_not_hang<D: Database>(database: &D) {
    database.run(TABLES).await;
    database.run("INSERT INTO document VALUES (1, 1), (2, 1), (3, 2)").await;
    let pool = database.pool(1);
    let session = Session::new(App { db: pool.clone() });
    let lent = sql::within(&session, |facts| &facts.db, pool.begin().await.unwrap());
    assert_eq!(decided(&session, 1).await, "allow");
    session.refresh().unwrap();
    let access = OWNER.bind(&session, &1, &());
    let page = soon(access.check_all([1, 2, 3])).await;
    let words: Vec<_> = page.iter().map(Decision::as_str).collect();
    assert_eq!(words, ["allow", "allow", "deny"]);
    assert!(soon(session.fact(Owner(4))).await.unwrap().is_none());
    lent.take().unwrap().commit().await.unwrap();
    assert_eq!(decided(&Session::new(App { db: pool }), 1).await, "allow");
}

/// Facts that the session knows are not read again, and what it is told is not read at all.
async fn known_facts_are_not_read_from_the_transaction<D: Database>(database: &D) {
    database.run(TABLES).await;
    let pool = database.pool(2);
    let session = Session::new(App { db: pool.clone() });
    assert_eq!(decided(&session, 1).await, "deny");
    let mut transaction = pool.begin().await.unwrap();
    let write = "INSERT INTO document VALUES (1, 1), (2, 2)";
    D::execute(&mut transaction, write).await.unwrap();
    let _lent = sql::within(&session, |facts| &facts.db, transaction);
    assert_eq!(decided(&session, 1).await, "deny");
    session.know(Owner(2), 1).unwrap();
    assert_eq!(decided(&session, 2).await, "allow");
    session.refresh().unwrap();
    assert_eq!([decided(&session, 1).await, decided(&session, 2).await], ["allow", "deny"]);
}

/// A plan that a migration has made stale aborts the transaction: the error says so, and not what follows.
async fn a_stale_plan_is_the_error_that_is_seen(database: &Server) {
    database.run(TABLES).await;
    database.run("INSERT INTO document VALUES (1, 1)").await;
    let pool = database.pool(1);
    assert_eq!(decided(&Session::new(App { db: pool.clone() }), 1).await, "allow");
    let mut connection = database.connection().await;
    let migration = "ALTER TABLE document ALTER owner TYPE INTEGER";
    Server::execute(&mut connection, migration).await.unwrap();
    let session = Session::new(App { db: pool.clone() });
    let lent = sql::within(&session, |facts| &facts.db, pool.begin().await.unwrap());
    let error = soon(session.fact(Owner(1))).await.unwrap_err();
    let error = error.error.source().unwrap().to_string();
    assert!(error.contains("cached plan must not change result type"), "{error}");
    lent.take().unwrap().rollback().await.unwrap();
    assert_eq!(decided(&Session::new(App { db: pool }), 1).await, "allow");
}

/// Row-level security and settings of the transaction hold for the rules.
async fn settings_of_the_transaction_hold(database: &Server) {
    database.run(TABLES).await;
    let schema = &database.schema;
    database
        .run(
            "INSERT INTO document VALUES (1, 1), (2, 1);
            ALTER TABLE document ENABLE ROW LEVEL SECURITY;
            CREATE POLICY tenant ON document USING (id = current_setting('app.tenant')::bigint);",
        )
        .await;
    let pool = database.pool(2);
    let mut transaction = pool.begin().await.unwrap();
    // The owner of a table passes by its security; the role ends with the transaction.
    let settings = format!(
        "CREATE ROLE {schema}; GRANT USAGE ON SCHEMA {schema} TO {schema};
        GRANT SELECT ON document, ban TO {schema};
        SET LOCAL ROLE {schema}; SET LOCAL app.tenant = '2'"
    );
    Server::execute(&mut transaction, &settings).await.unwrap();
    let session = Session::new(App { db: pool.clone() });
    let lent = sql::within(&session, |facts| &facts.db, transaction);
    assert_eq!([decided(&session, 1).await, decided(&session, 2).await], ["deny", "allow"]);
    lent.take().unwrap().rollback().await.unwrap();
    let session = Session::new(App { db: pool });
    assert_eq!([decided(&session, 1).await, decided(&session, 2).await], ["allow"; 2]);
}

on_each_database! {
    a_session_sees_the_writes_of_its_transaction
    loads_after_take_fail
    a_transaction_that_is_not_taken_back_is_rolled_back
    connections_of_every_kind_can_be_lent
    a_pool_of_one_connection_does_not_hang
    known_facts_are_not_read_from_the_transaction
}

on_postgres! {
    a_stale_plan_is_the_error_that_is_seen
    settings_of_the_transaction_hold
}
