//! Gatehouse beside the same rules written by hand: `cargo bench`.
//!
//! By hand is the limit: a plain function for local rules; for a page, the keys collected, one call,
//! a map, and a second pass. Machines differ; compare the two lines of a group, in one run.
#![allow(missing_docs)]

use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use futures::executor::block_on;
use gatehouse::prelude::*;

struct User {
    id: u32,
    admin: bool,
}

struct Document {
    owner: u32,
    org: u32,
    public: bool,
    archived: bool,
}

struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

fact! {
    /// Whether `user` is a member of `org`.
    Member(user: u32, org: u32) -> bool = false;
}

#[policy(forbid)]
fn archived(_: _, doc: &Document) -> bool {
    doc.archived
}

#[policy]
fn admin(user: &User) -> bool {
    user.admin
}

#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

#[policy]
fn public(_: _, doc: &Document) -> bool {
    doc.public
}

#[policy]
async fn member(user: &User, doc: &Document) -> bool {
    Member(user.id, doc.org).await
}

/// Members, in memory: what is measured is everything but the database.
struct Members(HashSet<(u32, u32)>);

impl FactSource<Member> for Members {
    async fn load(&self, keys: &[Member]) -> Result<Loaded<Member>, FactError> {
        let known = |key: &Member| self.0.contains(&(key.user, key.org));
        Ok(keys.iter().map(|key| (key.clone(), known(key))).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Member)]
    members: Members,
}

fn facts() -> Arc<Facts> {
    let members = (0..100_000).filter(|org| org % 2 == 0).map(|org| (1, org)).collect();
    Arc::new(Facts { members: Members(members) })
}

fn document(i: u32) -> Document {
    Document { owner: 2, org: i, public: false, archived: false }
}

static LOCAL: Gate<Documents, (archived, admin, owner, public)> = Gate::new();
static MEMBER: Gate<Documents, member> = Gate::new();

fn local(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("four local rules, one check");
    let user = User { id: 1, admin: false };
    let doc = Document { public: true, ..document(1) };
    let by_hand = |user: &User, doc: &Document| {
        !doc.archived && (user.admin || doc.owner == user.id || doc.public)
    };
    group.bench_function("by hand", |bench| {
        bench.iter(|| by_hand(black_box(&user), black_box(&doc)));
    });
    let session = Session::new(facts());
    group.bench_function("gatehouse, check_local", |bench| {
        bench.iter(|| {
            LOCAL.bind(&session, black_box(&user), &()).check_local(black_box(&doc)).is_allow()
        });
    });
    group.bench_function("gatehouse, check", |bench| {
        bench.iter(|| {
            let access = LOCAL.bind(&session, black_box(&user), &());
            block_on(access.check(black_box(&doc))).is_allow()
        });
    });
    group.finish();
}

/// What `Members` would be without gatehouse.
fn load_by_hand(facts: &Facts, keys: &[(u32, u32)]) -> HashMap<(u32, u32), bool> {
    keys.iter().map(|key| (*key, facts.members.0.contains(key))).collect()
}

fn page_by_hand(facts: &Facts, user: &User, docs: &[Document]) -> usize {
    let keys: HashSet<_> = docs.iter().map(|doc| (user.id, doc.org)).collect();
    let keys: Vec<_> = keys.into_iter().collect();
    let members = load_by_hand(facts, &keys);
    docs.iter().filter(|doc| members.get(&(user.id, doc.org)) == Some(&true)).count()
}

fn pages(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("one in-memory fact, session included");
    let (facts, user) = (facts(), User { id: 1, admin: false });
    for size in [1, 1000, 10_000] {
        let docs: Vec<_> = (0..size).map(document).collect();
        let page = |docs: &[Document]| {
            let session = Session::new(facts.clone());
            let access = MEMBER.bind(&session, &user, &());
            block_on(access.check_all(docs)).iter().filter(|it| it.is_allow()).count()
        };
        assert_eq!(page(&docs), page_by_hand(&facts, &user, &docs));
        group.bench_with_input(BenchmarkId::new("by hand", size), &docs, |bench, docs| {
            bench.iter(|| page_by_hand(&facts, &user, black_box(docs)));
        });
        group.bench_with_input(BenchmarkId::new("gatehouse", size), &docs, |bench, docs| {
            bench.iter(|| page(black_box(docs)));
        });
    }
    group.finish();
}

criterion_group!(benches, local, pages);
criterion_main!(benches);
