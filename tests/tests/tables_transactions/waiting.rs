//! Loads that take a while on the caller's connection: one after the other, dropped, kept, and late.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::future::join;
use gatehouse::prelude::*;
use gatehouse::sql::{self, TakeError};
use gatehouse_tests::soon;

use crate::database::{Database, Server};
use crate::lent::{App, OWNER, Owner, SLOW, TABLES, decided};

/// Polls a future once, which is pending.
async fn begin<T>(future: &mut Pin<Box<impl Future<Output = T>>>) {
    let is_pending = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending())).await;
    assert!(is_pending);
}

/// The tables, and the view that takes a while.
async fn set_up<D: Database>(database: &D) {
    database.run(TABLES).await;
    database.run(D::SLOW).await;
    database.run("INSERT INTO document VALUES (1, 1), (2, 1)").await;
}

/// A check that waits uses the transaction; one that was dropped does not, and the transaction goes on.
async fn a_transaction_is_usable_after_a_dropped_check<D: Database>(database: &D) {
    set_up(database).await;
    let pool = database.pool(1);
    let session = Session::new(App { db: pool.clone() });
    let mut transaction = pool.begin().await.unwrap();
    D::execute(&mut transaction, "INSERT INTO document VALUES (3, 1)").await.unwrap();
    let lent = sql::within(&session, |facts| &facts.db, transaction);
    let access = SLOW.bind(&session, &1, &());
    let mut check = Box::pin(access.check(&1));
    begin(&mut check).await;
    assert_eq!(lent.take().err(), Some(TakeError::LoadsInFlight));
    drop(check);
    // Another load comes before the end of the statement that nobody waits for.
    assert_eq!(decided(&session, 3).await, "allow");
    let mut check = Box::pin(access.check(&1));
    begin(&mut check).await;
    drop(check);
    let mut transaction = lent.take().unwrap();
    soon(D::execute(&mut transaction, "INSERT INTO document VALUES (4, 1)")).await.unwrap();
    transaction.commit().await.unwrap();
    let session = Session::new(App { db: pool });
    assert_eq!([decided(&session, 3).await, decided(&session, 4).await], ["allow"; 2]);
}

/// Evaluations of one session, in one task and in several, share the connection.
async fn evaluations_share_the_connection<D: Database>(database: &D) {
    set_up(database).await;
    let pool = database.pool(1);
    let session = Session::new(App { db: pool.clone() });
    let lent = sql::within(&session, |facts| &facts.db, pool.begin().await.unwrap());
    let (slow, owner) = (SLOW.bind(&session, &1, &()), OWNER.bind(&session, &1, &()));
    let first = slow.check(&1);
    let second = owner.check(&1);
    let (first, second) = soon(join(first, second)).await;
    assert!(first.is_allow() && second.is_allow());
    session.refresh().unwrap();
    // The facts of these are not in one batch: each is asked for while the others are loaded.
    let one_by_one = async {
        for document in [1, 2, 3] {
            let _ = soon(session.fact(Owner(document))).await.unwrap();
        }
    };
    let (_, ()) = soon(join(SLOW.bind(&session, &1, &()).check(&1), one_by_one)).await;
    lent.take().unwrap().commit().await.unwrap();
}

/// Guarantee 8: on a lent connection, too, a check that is kept and not polled holds up no other.
async fn a_parked_check_holds_up_nobody<D: Database>(database: &D) {
    set_up(database).await;
    let pool = database.pool(1);
    let session = Session::new(App { db: pool.clone() });
    let lent = sql::within(&session, |facts| &facts.db, pool.begin().await.unwrap());
    let access = SLOW.bind(&session, &1, &());
    let mut parked = Box::pin(access.check(&1));
    begin(&mut parked).await;
    assert_eq!(decided(&session, 1).await, "allow");
    assert!(soon(parked).await.is_allow());
    lent.take().unwrap().commit().await.unwrap();
}

/// A lock that is held on a table that the rules read.
async fn lock(database: &Server) -> sqlx::PgConnection {
    let mut other = database.connection().await;
    Server::execute(&mut other, "BEGIN; LOCK TABLE ban IN ACCESS EXCLUSIVE MODE").await.unwrap();
    other
}

/// A load that waits for a lock is dropped; the transaction goes on when the lock is free.
async fn a_load_that_waits_for_a_lock_can_be_dropped(database: &Server) {
    set_up(database).await;
    let pool = database.pool(1);
    let session = Session::new(App { db: pool.clone() });
    let mut transaction = pool.begin().await.unwrap();
    Server::execute(&mut transaction, "INSERT INTO document VALUES (3, 1)").await.unwrap();
    let lent = sql::within(&session, |facts| &facts.db, transaction);
    let mut other = lock(database).await;
    let access = OWNER.bind(&session, &1, &());
    let waits = tokio::time::timeout(Duration::from_millis(200), access.check(&3)).await;
    assert!(waits.is_err());
    let mut transaction = lent.take().unwrap();
    Server::execute(&mut other, "COMMIT").await.unwrap();
    soon(Server::execute(&mut transaction, "INSERT INTO document VALUES (4, 1)")).await.unwrap();
    transaction.commit().await.unwrap();
    let session = Session::new(App { db: pool });
    assert_eq!([decided(&session, 3).await, decided(&session, 4).await], ["allow"; 2]);
}

/// A lock that is held: the deadline of the session ends the wait, on the pool and on a lent connection, and
/// both can be used afterwards.
async fn a_lock_that_is_held_ends_at_the_deadline(database: &Server) {
    set_up(database).await;
    let pool = database.pool(1);
    let in_time = || {
        let at = Instant::now() + Duration::from_millis(200);
        let sleep = tokio::time::sleep_until(at.into());
        Session::new(App { db: pool.clone() }).with_deadline_at(at, sleep)
    };
    let mut other = lock(database).await;
    assert_eq!(decided(&in_time(), 1).await, "indeterminate");
    Server::execute(&mut other, "COMMIT").await.unwrap();
    assert_eq!(decided(&Session::new(App { db: pool.clone() }), 1).await, "allow");
    let session = in_time();
    let lent = sql::within(&session, |facts| &facts.db, pool.begin().await.unwrap());
    let mut other = lock(database).await;
    assert_eq!(decided(&session, 1).await, "indeterminate");
    let mut transaction = lent.take().unwrap();
    Server::execute(&mut other, "COMMIT").await.unwrap();
    soon(Server::execute(&mut transaction, "INSERT INTO ban VALUES (1)")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(decided(&Session::new(App { db: pool }), 1).await, "deny");
}

on_each_database! {
    a_transaction_is_usable_after_a_dropped_check
    evaluations_share_the_connection
    a_parked_check_holds_up_nobody
}

on_postgres! {
    a_load_that_waits_for_a_lock_can_be_dropped
    a_lock_that_is_held_ends_at_the_deadline
}
