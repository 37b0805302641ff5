//! Facts of one table and key, which share a statement in a round.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt as _;
use gatehouse::prelude::*;
use gatehouse::sql::Lend;
use sqlx::pool::PoolConnection;
use tokio::sync::Semaphore;

use crate::database::Database;

fact! {
    /// Whether `person` moderates `community`.
    pub Moderator(person: i64, community: i64) -> bool = false;
    /// Whether `person` is banned from `community`.
    pub Banned(person: i64, community: i64) -> bool = false;
    /// Whether anything is known of `person` in `community`.
    pub Known(person: i64, community: i64) -> bool = false;
    /// How `person` follows `community`.
    pub Follow(person: i64, community: i64) -> i64;
    /// How `person` follows `community`, and since when that person moderates it.
    pub Both(person: i64, community: i64) -> (Option<i64>, Option<i64>);
    /// The same table by another key.
    pub Communities(person: i64) -> Vec<i64>;
    /// The same table and key on another field.
    pub Elsewhere(person: i64, community: i64) -> i64;
}

#[derive(Sources)]
struct App<L: Lend> {
    #[rows(Moderator = actions(person, community) if moderator_at)]
    #[rows(Banned = actions(person, community) if banned_at)]
    #[rows(Known = actions(person, community))]
    #[rows(Follow = actions(person, community) -> state)]
    #[rows(Both = actions(person, community) -> (state, moderator_at))]
    #[rows(Communities = actions(person) -> [community])]
    db: L,
    #[rows(Elsewhere = actions(person, community) -> state)]
    other: L,
}

const TABLES: &str = "
    CREATE TABLE actions (
        person BIGINT, community BIGINT, state BIGINT, moderator_at BIGINT, banned_at BIGINT,
        PRIMARY KEY (person, community));
    INSERT INTO actions VALUES
        (1, 10, 1, NULL, NULL), (1, 11, NULL, 5, NULL), (1, 12, 2, 6, 7), (1, 13, NULL, NULL, NULL),
        (2, 10, 9, 9, 9);
";

/// Counts the loads that were lent a connection, and lends while there are permits.
struct Counted<L> {
    inner: L,
    count: AtomicUsize,
    permits: Semaphore,
}

impl<L: Lend> Counted<L> {
    fn new(inner: L) -> Arc<Self> {
        let (count, permits) = (AtomicUsize::new(0), Semaphore::new(Semaphore::MAX_PERMITS));
        Arc::new(Self { inner, count, permits })
    }

    fn count(&self) -> usize {
        self.count.swap(0, Ordering::Relaxed)
    }
}

impl<L: Lend> Lend for Counted<L> {
    type Database = L::Database;

    async fn lend(&self) -> Result<PoolConnection<L::Database>, sqlx::Error> {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.permits.acquire().await.expect("open").forget();
        self.inner.lend().await
    }
}

struct Pages;
impl Domain for Pages {
    type Subject = i64;
    type Action = i64;
    type Resource = i64;
    type Context = ();
}

/// What each fact is, in digits.
#[policy]
async fn everything(person: &i64, community: &i64) -> bool {
    let (moderator, banned) =
        (Moderator(*person, *community).await, Banned(*person, *community).await);
    let (known, follow) = (Known(*person, *community).await, Follow(*person, *community).await);
    let both = Both(*person, *community).await;
    let expected = match (person, community) {
        (1, 10) => (false, false, true, Some(1), Some((Some(1), None))),
        (1, 11) => (true, false, true, None, Some((None, Some(5)))),
        (1, 12) => (true, true, true, Some(2), Some((Some(2), Some(6)))),
        (1, 13) => (false, false, true, None, Some((None, None))),
        (2, 10) => (true, true, true, Some(9), Some((Some(9), Some(9)))),
        _ => (false, false, false, None, None),
    };
    (moderator, banned, known, follow, both) == expected
}

/// Facts of two keys, of another key of the table, and of another field.
#[policy]
async fn neighbours(person: &i64, other: &i64, community: &i64) -> bool {
    let (here, there) = (Moderator(*person, *community).await, Follow(*person, *other).await);
    let all = Communities(*person).await.unwrap_or_default();
    let elsewhere = Elsewhere(*person, *other).await;
    let expected = (matches!(community, 11 | 12), Some(2), Some(2));
    (here, there, elsewhere) == expected && all.len() == 4
}

/// Two facts of one key.
#[policy]
async fn two(person: &i64, community: &i64) -> bool {
    Moderator(*person, *community).await || Follow(*person, *community).await.is_some()
}

/// One of them.
#[policy]
async fn one(person: &i64, community: &i64) -> bool {
    Follow(*person, *community).await == Some(1)
}

static EVERYTHING: Gate<Pages, everything> = Gate::new();
static NEIGHBOURS: Gate<Pages, neighbours> = Gate::new();
static TWO: Gate<Pages, two> = Gate::new();
static ONE: Gate<Pages, one> = Gate::new();

async fn five_facts_are_one_statement<D: Database>(database: &D) {
    database.run(TABLES).await;
    let db = Counted::new(database.pool());
    let facts = Arc::new(App { db: db.clone(), other: db.clone() });
    for (person, communities) in [(1, 10..20), (2, 9..12), (3, 10..11)] {
        let session = Session::new(facts.clone());
        let communities: Vec<i64> = communities.collect();
        let decisions = EVERYTHING.bind(&session, &person, &0).check_all(&communities).await;
        for (community, decision) in communities.iter().zip(&decisions) {
            assert!(decision.is_allow(), "{person} {community}: {decision}");
        }
        assert_eq!(db.count(), 1);
    }
}

async fn other_keys_and_tables_keep_theirs<D: Database>(database: &D) {
    database.run(TABLES).await;
    let db = Counted::new(database.pool());
    let facts = Arc::new(App { db: db.clone(), other: db.clone() });
    let session = Session::new(facts);
    let decisions = NEIGHBOURS.bind(&session, &1, &12).check_all(&[10, 11, 12, 13]).await;
    assert!(decisions.iter().all(Decision::is_allow), "{decisions:?}");
    // One of `Moderator` and `Follow`, one of the other key, and one of the other field.
    assert_eq!(db.count(), 3);
}

async fn a_statement_that_fails_fails_all<D: Database>(database: &D) {
    database.run("CREATE TABLE actions (person BIGINT, community BIGINT)").await;
    let db = Counted::new(database.pool());
    let session = Session::new(App { db: db.clone(), other: db.clone() });
    let decision = TWO.bind(&session, &1, &0).check(&10).await;
    assert!(decision.is_indeterminate(), "{decision}");
    assert_eq!(db.count(), 1);
}

/// The load that asks for all is dropped with its check; the other load asks again.
async fn a_dropped_leader_leaves_nobody_waiting<D: Database>(database: &D) {
    database.run(TABLES).await;
    let db = Counted::new(database.pool());
    db.permits.forget_permits(Semaphore::MAX_PERMITS);
    let session = Session::new(App { db: db.clone(), other: db.clone() });
    let both = TWO.bind(&session, &1, &0);
    let follow = ONE.bind(&session, &1, &0);
    let mut first = Box::pin(both.check(&10));
    let mut second = Box::pin(follow.check(&10));
    while db.count.load(Ordering::Relaxed) == 0 {
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
    }
    drop(first);
    db.permits.add_permits(10);
    let decision = second.await;
    assert!(decision.is_allow(), "{decision}");
}

on_each_database! {
    five_facts_are_one_statement
    other_keys_and_tables_keep_theirs
    a_statement_that_fails_fails_all
    a_dropped_leader_leaves_nobody_waiting
}
