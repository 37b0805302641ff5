//! A connection is lent in place of one field of the sources.

use std::sync::Arc;

use gatehouse::prelude::*;
use gatehouse::sql::{self, Lend};
use gatehouse_tests::soon;

use crate::database::Database;
use crate::lent::{App, Banned, OWNER, Owner, TABLES, Watched, decided};

/// Two databases, of one type.
#[derive(Sources)]
struct Two<L: Lend> {
    #[rows(Banned = ban(user_id))]
    bans: L,
    #[rows(Owner = document(id) -> owner)]
    documents: L,
}

/// Only the loads of the field that was named use what is lent, if another one is of the same type.
async fn other_fields_use_their_own_connections<D: Database>(database: &D) {
    database.run(TABLES).await;
    let pool = database.pool(3);
    let watched = || Watched::new(pool.clone());
    let facts = Arc::new(Two { bans: watched(), documents: watched() });
    let session = Session::new(Arc::clone(&facts));
    let mut transaction = pool.begin().await.unwrap();
    let write = "INSERT INTO document VALUES (1, 1), (2, 1); INSERT INTO ban VALUES (1)";
    D::execute(&mut transaction, write).await.unwrap();
    let lent = sql::within(&session, |facts| &facts.documents, transaction);
    // Its own connection does not see the ban.
    assert!(soon(OWNER.bind(&session, &1, &()).check(&1)).await.is_allow());
    assert_eq!((facts.bans.lent(), facts.documents.lent()), (1, 0));
    // The other field gets another one; the first is not given up.
    let other = Box::new(database.connection().await);
    let other = sql::within(&session, |facts| &facts.bans, other);
    assert!(soon(OWNER.bind(&session, &1, &()).check(&2)).await.is_allow());
    assert!(!soon(session.fact(Banned(2))).await.unwrap());
    assert_eq!((facts.bans.lent(), facts.documents.lent()), (1, 0));
    assert!(lent.take().is_ok() && other.take().is_ok());
}

/// Of two connections that are lent in place of one field, the last counts; the other stays the caller's.
async fn the_last_connection_counts<D: Database>(database: &D) {
    database.run(TABLES).await;
    let pool = database.pool(3);
    let session = Session::new(App { db: pool.clone() });
    let first = sql::within(&session, |facts| &facts.db, pool.begin().await.unwrap());
    let mut transaction = pool.begin().await.unwrap();
    D::execute(&mut transaction, "INSERT INTO document VALUES (1, 1)").await.unwrap();
    let last = sql::within(&session, |facts| &facts.db, transaction);
    assert_eq!(decided(&session, 1).await, "allow");
    drop(last.take().unwrap());
    session.refresh().unwrap();
    // Not the first one instead.
    assert_eq!(decided(&session, 1).await, "indeterminate");
    assert!(first.take().is_ok());
}

/// A connection is lent in place of a field, and sources that replace the present ones have another field.
async fn replaced_sources_do_not_use_it<D: Database>(database: &D) {
    database.run(TABLES).await;
    let pool = database.pool(3);
    let session = Session::new(App { db: pool.clone() });
    let mut transaction = pool.begin().await.unwrap();
    D::execute(&mut transaction, "INSERT INTO document VALUES (1, 1)").await.unwrap();
    let _lent = sql::within(&session, |facts| &facts.db, transaction);
    assert_eq!(decided(&session, 1).await, "allow");
    // A refresh keeps the sources.
    session.refresh().unwrap();
    assert_eq!(decided(&session.clone(), 1).await, "allow");
    for _ in 0..20 {
        session.replace_sources(App { db: pool.clone() }).unwrap();
        assert_eq!(decided(&session, 1).await, "deny");
    }
}

/// A field that is behind a pointer is none of the sources: nothing is loaded, and nothing read elsewhere.
async fn what_a_field_points_to_cannot_be_lent_for<D: Database>(database: &D) {
    database.run(TABLES).await;
    database.run("INSERT INTO document VALUES (1, 1)").await;
    let watched = Arc::new(Watched::new(database.pool(2)));
    let session = Session::new(App { db: Arc::clone(&watched) });
    let connection = Box::new(database.connection().await);
    let lent = sql::within(&session, |facts| &*facts.db, connection);
    let decision = soon(OWNER.bind(&session, &1, &()).check(&1)).await;
    assert!(decision.is_indeterminate(), "{decision}");
    assert!(decision.to_string().ends_with("not in place of a field of its sources"), "{decision}");
    assert!(lent.take().is_ok());
    assert_eq!(watched.lent(), 0);
    // The pointer itself is a field.
    let session = Session::new(App { db: Arc::clone(&watched) });
    let connection = Box::new(database.connection().await);
    let _lent = sql::within(&session, |facts| &facts.db, connection);
    assert_eq!(decided(&session, 1).await, "allow");
    assert_eq!(watched.lent(), 0);
}

on_each_database! {
    other_fields_use_their_own_connections
    the_last_connection_counts
    replaced_sources_do_not_use_it
    what_a_field_points_to_cannot_be_lent_for
}
