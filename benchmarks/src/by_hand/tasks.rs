//! Several tasks of one request, which share what they loaded.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use crate::data::{Document, Relation, Store, User};

/// What the tasks share: who is a member, as far as it was asked.
#[derive(Debug, Default)]
pub struct Shared(Mutex<HashMap<(u32, u32), bool>>);

/// A page on shared facts. Two tasks that ask for the same key at the same time both load it.
///
/// # Panics
/// If another task panicked.
pub async fn page(shared: &Shared, store: &Store, user: &User, docs: &[Document]) -> usize {
    let pairs: HashSet<_> = docs.iter().map(|doc| (user.id, doc.org)).collect();
    let unknown: Vec<_> = {
        let known = shared.0.lock().unwrap();
        pairs.into_iter().filter(|pair| !known.contains_key(pair)).collect()
    };
    if !unknown.is_empty() {
        store.call().await;
        let member = |&(user, org): &(u32, u32)| store.holds(Relation::Member, user, org);
        let rows: Vec<_> = unknown.iter().map(|pair| (*pair, member(pair))).collect();
        shared.0.lock().unwrap().extend(rows);
    }
    let known = shared.0.lock().unwrap();
    docs.iter().filter(|doc| known.get(&(user.id, doc.org)) == Some(&true)).count()
}
