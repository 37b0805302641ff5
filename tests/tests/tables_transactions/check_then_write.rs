//! A check and the write that it allows, in one transaction, while somebody else revokes the right.

use std::sync::Arc;
use std::time::Duration;

use gatehouse::prelude::*;
use gatehouse::sql::{self};
use gatehouse_tests::soon;
use sqlx::{PgConnection, PgPool, PgTransaction};
use tokio::time::timeout;

use crate::database::{Database, Server};
use crate::lent::{App, TABLES, decided};

/// User 1 and a document of theirs; the posts of users.
const ROWS: &str = "
    CREATE TABLE account (id BIGINT PRIMARY KEY);
    CREATE TABLE post (user_id BIGINT);
    INSERT INTO account VALUES (1);
    INSERT INTO document VALUES (1, 1);
";

const LOCK: &str = "SELECT id FROM account WHERE id = 1 FOR UPDATE";
const POST: &str = "INSERT INTO post VALUES (1)";
const BAN: &str = "INSERT INTO ban VALUES (1)";

/// Whoever is banned loses their posts.
const BAN_AND_TIDY_UP: &str = "INSERT INTO ban VALUES (1); DELETE FROM post WHERE user_id = 1";

async fn set_up(database: &Server) -> PgPool {
    database.run(TABLES).await;
    database.run(ROWS).await;
    database.pool(2)
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    soon(Server::execute(connection, sql)).await
}

/// A transaction that begins with this statement.
async fn transaction(pool: &PgPool, first: &str) -> PgTransaction<'static> {
    let mut transaction = pool.begin().await.unwrap();
    execute(&mut transaction, first).await.unwrap();
    transaction
}

/// The decision within a transaction, and the transaction.
async fn checked(
    pool: &PgPool,
    transaction: PgTransaction<'static>,
) -> (&'static str, PgTransaction<'static>) {
    let session = Session::new(Arc::new(App { db: pool.clone() }));
    let lent = sql::within(&session, |facts| &facts.db, transaction);
    let decision = decided(&session, 1).await;
    (decision, lent.take().unwrap())
}

/// Checks, lets `ban` commit, and writes: all at this isolation.
async fn ban_in_between(pool: &PgPool, isolation: &str, ban: &str) -> Result<(), sqlx::Error> {
    let begin = format!("SET TRANSACTION ISOLATION LEVEL {isolation}");
    let (decision, mut writer) = checked(pool, transaction(pool, &begin).await).await;
    assert_eq!(decision, "allow");
    let mut moderator = transaction(pool, &begin).await;
    execute(&mut moderator, ban).await.unwrap();
    moderator.commit().await.unwrap();
    execute(&mut writer, POST).await?;
    soon(writer.commit()).await
}

/// The number of posts by user 1, who is banned.
async fn posts_of_the_banned(pool: &PgPool) -> i64 {
    let count = "SELECT count(*) FROM post JOIN ban ON ban.user_id = post.user_id";
    sqlx::query_scalar(count).fetch_one(pool).await.unwrap()
}

/// READ COMMITTED alone does not hold what was checked: the post is there, beside the ban.
async fn a_ban_is_not_caught_under_read_committed(database: &Server) {
    let pool = set_up(database).await;
    for isolation in ["READ COMMITTED", "REPEATABLE READ"] {
        ban_in_between(&pool, isolation, BAN_AND_TIDY_UP).await.unwrap();
        assert_eq!(posts_of_the_banned(&pool).await, 1, "{isolation}");
        database.run("DELETE FROM post; DELETE FROM ban").await;
    }
}

/// Under SERIALIZABLE the write, or its commit, fails, where the ban reads what the write changes.
async fn a_ban_is_caught_under_serializable(database: &Server) {
    let pool = set_up(database).await;
    let error = ban_in_between(&pool, "SERIALIZABLE", BAN_AND_TIDY_UP).await.unwrap_err();
    let code =
        error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap().into_owned();
    assert_eq!(code, "40001");
    assert_eq!(posts_of_the_banned(&pool).await, 0);
    // The request is tried again, and is denied.
    let (decision, _) = checked(&pool, pool.begin().await.unwrap()).await;
    assert_eq!(decision, "deny");
}

/// A ban that reads nothing of what is written can come after the write, in an order of its own: this is no
/// conflict under SERIALIZABLE.
async fn a_ban_that_reads_nothing_is_after_the_write(database: &Server) {
    let pool = set_up(database).await;
    ban_in_between(&pool, "SERIALIZABLE", BAN).await.unwrap();
    assert_eq!(posts_of_the_banned(&pool).await, 1);
}

/// With a lock on a row that the ban locks, too, the ban waits until what was checked is written.
async fn a_row_lock_keeps_a_ban_behind_the_write(database: &Server) {
    let pool = set_up(database).await;
    let (decision, mut writer) = checked(&pool, transaction(&pool, LOCK).await).await;
    assert_eq!(decision, "allow");
    let mut moderator = pool.begin().await.unwrap();
    let mut ban = Box::pin(async {
        Server::execute(&mut moderator, LOCK).await?;
        Server::execute(&mut moderator, BAN_AND_TIDY_UP).await?;
        moderator.commit().await
    });
    assert!(timeout(Duration::from_millis(200), &mut ban).await.is_err());
    execute(&mut writer, POST).await.unwrap();
    writer.commit().await.unwrap();
    soon(ban).await.unwrap();
    // The ban has seen the post.
    assert_eq!(posts_of_the_banned(&pool).await, 0);
}

/// A ban that has the lock first is seen by the check, which waits for it.
async fn a_row_lock_keeps_the_check_behind_a_ban(database: &Server) {
    let pool = set_up(database).await;
    let mut moderator = transaction(&pool, LOCK).await;
    let writer = async {
        let writer = transaction(&pool, LOCK).await;
        checked(&pool, writer).await.0
    };
    let ban = async {
        execute(&mut moderator, BAN).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        moderator.commit().await.unwrap();
    };
    let (decision, ()) = soon(futures::future::join(writer, ban)).await;
    assert_eq!(decision, "deny");
}

on_postgres! {
    a_ban_is_not_caught_under_read_committed
    a_ban_is_caught_under_serializable
    a_ban_that_reads_nothing_is_after_the_write
    a_row_lock_keeps_a_ban_behind_the_write
    a_row_lock_keeps_the_check_behind_a_ban
}
