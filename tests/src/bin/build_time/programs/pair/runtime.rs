//! What somebody who writes all of this by hand begins with: a cache that knows failures, and
//! three-valued logic.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::hash::Hash;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use crate::Session;
use crate::domain::{Action, Document, Outage, User};

/// Who asks for what.
pub struct Request<'r> {
    pub user: &'r User,
    pub action: Action,
    pub doc: &'r Document,
}

/// A key, and what its values mean.
pub trait Fact: Clone + Eq + Hash + Send + Sync + 'static {
    type Value: Clone + Send + Sync + 'static;
    type Output;
    const REQUIRED: bool = false;
    fn output(found: Option<Self::Value>) -> Self::Output;
}

/// What loads a fact.
pub trait Source<K: Fact> {
    async fn load(&self, keys: &[K]) -> Result<HashMap<K, K::Value>, Outage>;
}

/// What is known of a fact.
pub struct Table<K: Fact>(Mutex<HashMap<K, Result<Option<K::Value>, Outage>>>);

impl<K: Fact> Default for Table<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// A fact that the session has a table and a source for.
pub trait Stored: Fact {
    fn table(session: &Session) -> &Table<Self>;
    fn source(session: &Session) -> &impl Source<Self>;
}

impl Session {
    /// What is known of a key, or what its source says.
    pub async fn get<K: Stored>(&self, key: K) -> Result<K::Output, Outage> {
        let table = || K::table(self).0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = table().get(&key).cloned();
        let found = match known {
            Some(known) => known,
            None => {
                let loaded = K::source(self).load(std::slice::from_ref(&key)).await;
                let found = loaded.and_then(|mut loaded| match loaded.remove(&key) {
                    None if K::REQUIRED => Err(Outage),
                    found => Ok(found),
                });
                table().insert(key, found.clone());
                found
            }
        };
        found.map(K::output)
    }
}

/// What a policy comes to.
pub type Verdict = Result<bool, Outage>;

/// True if one is known true, though the other failed. Both are asked at once.
pub async fn or(left: impl Future<Output = Verdict>, right: impl Future<Output = Verdict>) -> Verdict {
    match join(left, right).await {
        (Ok(true), _) | (_, Ok(true)) => Ok(true),
        (Err(outage), _) | (_, Err(outage)) => Err(outage),
        _ => Ok(false),
    }
}

/// False if one is known false, though the other failed. Both are asked at once.
pub async fn and(left: impl Future<Output = Verdict>, right: impl Future<Output = Verdict>) -> Verdict {
    match join(left, right).await {
        (Ok(false), _) | (_, Ok(false)) => Ok(false),
        (Err(outage), _) | (_, Err(outage)) => Err(outage),
        _ => Ok(true),
    }
}

/// Both, side by side.
pub async fn join<A, B>(left: impl Future<Output = A>, right: impl Future<Output = B>) -> (A, B) {
    let (mut left, mut right) = (pin!(left), pin!(right));
    let (mut a, mut b) = (None, None);
    poll_fn(move |cx| {
        if a.is_none() {
            a = match left.as_mut().poll(cx) {
                Poll::Ready(output) => Some(output),
                Poll::Pending => None,
            };
        }
        if b.is_none() {
            b = match right.as_mut().poll(cx) {
                Poll::Ready(output) => Some(output),
                Poll::Pending => None,
            };
        }
        match (a.take(), b.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            (some_a, some_b) => {
                (a, b) = (some_a, some_b);
                Poll::Pending
            }
        }
    })
    .await
}

/// What the policies of a gate came to.
#[derive(Default)]
pub struct Tally {
    permits: (bool, bool),
    forbids: (bool, bool),
}

impl Tally {
    pub fn permit(&mut self, verdict: Verdict) {
        note(&mut self.permits, verdict);
    }

    pub fn forbid(&mut self, verdict: Verdict) {
        note(&mut self.forbids, verdict);
    }

    /// The decision.
    pub fn decision(&self) -> &'static str {
        match (self.forbids, self.permits) {
            ((true, _), _) | (_, (false, false)) => "deny",
            ((_, true), _) => "indeterminate",
            (_, (true, _)) => "allow",
            _ => "indeterminate",
        }
    }
}

fn note((applies, unknown): &mut (bool, bool), verdict: Verdict) {
    match verdict {
        Ok(verdict) => *applies |= verdict,
        Err(Outage) => *unknown = true,
    }
}
