//! Rules on facts: collect the keys, each once; ask the store; make a map; go through the page again.

use std::collections::{HashMap, HashSet};

use crate::data::{Document, Relation, Store, User};

type Pair = (u32, u32);

/// The pairs of user and thing, each once.
fn pairs(user: &User, things: impl Iterator<Item = u32>) -> Vec<Pair> {
    let pairs: HashSet<Pair> = things.map(|thing| (user.id, thing)).collect();
    pairs.into_iter().collect()
}

/// One call of the store.
async fn load(store: &Store, relation: Relation, pairs: &[Pair]) -> HashMap<Pair, bool> {
    store.call().await;
    pairs.iter().map(|&(user, thing)| ((user, thing), store.holds(relation, user, thing))).collect()
}

/// Whether Ann is a member, for one document: there is nothing to collect.
#[inline(never)]
pub async fn one_fact(store: &Store, user: &User, doc: &Document) -> bool {
    store.call().await;
    store.holds(Relation::Member, user.id, doc.org)
}

/// The documents of the organisations that the user is a member of.
#[inline(never)]
pub async fn page<'d>(store: &Store, user: &User, docs: &'d [Document]) -> Vec<&'d Document> {
    let pairs = pairs(user, docs.iter().map(|doc| doc.org));
    let members = load(store, Relation::Member, &pairs).await;
    docs.iter().filter(|doc| members.get(&(user.id, doc.org)) == Some(&true)).collect()
}
