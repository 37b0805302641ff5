//! Rules on facts: collect the keys, each once; ask the store; make a map; go through the page again.

use std::collections::{HashMap, HashSet};

use futures::{future::join_all, join};

use crate::data::{Document, Relation, Store, User};

type Pair = (u32, u32);

/// Each key once.
fn distinct<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) -> Vec<K> {
    let keys: HashSet<K> = keys.collect();
    keys.into_iter().collect()
}

/// One call of the store.
async fn related(store: &Store, relation: Relation, pairs: &[Pair]) -> HashMap<Pair, bool> {
    store.call().await;
    pairs.iter().map(|&(user, thing)| ((user, thing), store.holds(relation, user, thing))).collect()
}

/// One call of the store for one key: there is nothing to collect.
async fn is_related(store: &Store, relation: Relation, user: &User, doc: &Document) -> bool {
    store.call().await;
    store.holds(relation, user.id, relation.thing(doc))
}

/// One check: members read.
#[inline(never)]
pub async fn one_fact(store: &Store, user: &User, doc: &Document) -> bool {
    is_related(store, Relation::Member, user, doc).await
}

/// One check: whoever is related in one of five ways reads. Five calls, side by side.
#[inline(never)]
pub async fn five_facts(store: &Store, user: &User, doc: &Document) -> bool {
    let (member, guest, editor, reviewer, auditor) = join!(
        is_related(store, Relation::Member, user, doc),
        is_related(store, Relation::Guest, user, doc),
        is_related(store, Relation::Editor, user, doc),
        is_related(store, Relation::Reviewer, user, doc),
        is_related(store, Relation::Auditor, user, doc),
    );
    member || guest || editor || reviewer || auditor
}

/// What a request has loaded already, where one keeps it by hand.
#[derive(Debug, Default)]
pub struct Warm([HashMap<Pair, bool>; Relation::OF_DOCUMENTS.len()]);

impl Warm {
    /// All that is to know of `doc`.
    #[must_use]
    pub fn new(store: &Store, user: &User, doc: &Document) -> Self {
        Self(Relation::OF_DOCUMENTS.map(|relation| {
            let thing = relation.thing(doc);
            HashMap::from([((user.id, thing), store.holds(relation, user.id, thing))])
        }))
    }

    fn has(&self, relation: Relation, user: &User, doc: &Document) -> bool {
        self.0[relation as usize].get(&(user.id, relation.thing(doc))) == Some(&true)
    }

    /// One check: members read.
    #[inline(never)]
    #[must_use]
    pub fn one_fact(&self, user: &User, doc: &Document) -> bool {
        self.has(Relation::Member, user, doc)
    }

    /// One check: whoever is related in one of five ways reads.
    #[inline(never)]
    #[must_use]
    pub fn five_facts(&self, user: &User, doc: &Document) -> bool {
        Relation::OF_DOCUMENTS.into_iter().any(|relation| self.has(relation, user, doc))
    }
}

/// A page: members of its organisation read a document.
#[inline(never)]
pub async fn page<'d>(store: &Store, user: &User, docs: &'d [Document]) -> Vec<&'d Document> {
    let pairs = distinct(docs.iter().map(|doc| (user.id, doc.org)));
    let members = related(store, Relation::Member, &pairs).await;
    docs.iter().filter(|doc| members.get(&(user.id, doc.org)) == Some(&true)).collect()
}

/// A page: whoever is related in one of five ways reads. Five calls, side by side.
#[inline(never)]
pub async fn five_fact_page<'d>(
    store: &Store,
    user: &User,
    docs: &'d [Document],
) -> Vec<&'d Document> {
    let known = join_all(Relation::OF_DOCUMENTS.map(|relation| async move {
        let pairs = distinct(docs.iter().map(|doc| (user.id, relation.thing(doc))));
        (relation, related(store, relation, &pairs).await)
    }));
    let known = known.await;
    let may_read = |doc: &Document| {
        known
            .iter()
            .any(|(relation, pairs)| pairs.get(&(user.id, relation.thing(doc))) == Some(&true))
    };
    docs.iter().filter(|doc| may_read(doc)).collect()
}

/// A page: members of the organisation of its project read a document. Two calls, one after the other.
#[inline(never)]
pub async fn dependent_page<'d>(
    store: &Store,
    user: &User,
    docs: &'d [Document],
) -> Vec<&'d Document> {
    let projects = distinct(docs.iter().map(|doc| doc.project));
    store.call().await;
    let orgs: HashMap<u32, u32> =
        projects.into_iter().filter_map(|it| Some((it, store.org_of(it)?))).collect();
    let pairs = distinct(orgs.values().map(|org| (user.id, *org)));
    let members = related(store, Relation::Member, &pairs).await;
    let may_read = |doc: &Document| {
        let org = orgs.get(&doc.project)?;
        members.get(&(user.id, *org)).copied()
    };
    docs.iter().filter(|doc| may_read(doc) == Some(true)).collect()
}
