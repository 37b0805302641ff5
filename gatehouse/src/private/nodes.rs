//! The keys of one derived fact in a walk, and what is known of each.

use std::any::Any;
use std::sync::Arc;

use super::derived::failed;
use crate::fact::{FactError, FactKey};
use crate::session::{Computed, Hashed, Index, MemoOf, Settled};

/// Links of derived facts that one may be deep.
pub(super) const MOST_LINKS: u32 = 64;

/// No pass, and no run.
const NEVER: u64 = u64::MAX;

/// What becomes of a fact of a cycle.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// As if never computed.
    Forgotten,
    /// To be computed again; what it came to is what the next run reads.
    Again,
    /// What it came to stands, with this height; kept for the session or not.
    Settled(u32, bool),
    /// It is too deep, whoever asks.
    TooDeep(bool),
}

/// The keys of one fact.
pub(super) struct Keys<K: FactKey> {
    index: Index,
    pub(super) nodes: Vec<Node<K>>,
    pub(super) memo: Arc<MemoOf<K>>,
}

pub(super) struct Node<K: FactKey> {
    pub(super) key: Arc<Hashed<K>>,
    pub(super) state: State,
    pub(super) settled: Option<Arc<Settled<K::Value>>>,
    /// What it came to in the run before: what its cycle reads of it.
    pub(super) guess: Option<Computed<K::Value>>,
    /// What it came to in this run.
    pub(super) result: Option<Computed<K::Value>>,
    /// Whether its cycle read the guess.
    pub(super) guessed: bool,
    /// The pass in which it was found to wait for a load, and the one in which that was asked for.
    pub(super) pending: u64,
    pub(super) asked: u64,
    /// The run in which it was too deep, and for how many frames below it.
    pub(super) too_deep: (u64, usize),
}

#[derive(Clone, Copy)]
pub(super) enum State {
    Idle,
    /// It is this frame.
    Open(usize),
    /// It was computed in this run, and is this member of a cycle.
    Done(usize),
}

impl<K: FactKey> Keys<K> {
    pub(super) fn new(memo: Arc<MemoOf<K>>) -> Self {
        Self { index: Index::default(), nodes: Vec::new(), memo }
    }

    pub(super) fn place(&mut self, key: K) -> (Arc<Hashed<K>>, usize) {
        let key = self.memo.hashed(key);
        let is_it = |at: usize| *key.key() == *self.nodes[at].key.key();
        if let Some(at) = self.index.find(key.hash(), is_it) {
            return (Arc::clone(&self.nodes[at].key), at);
        }
        let (key, at) = (Arc::new(key), self.nodes.len());
        self.index.put(key.hash(), at, 0);
        self.nodes.push(Node::new(Arc::clone(&key)));
        (key, at)
    }

    fn settle(&mut self, at: usize, computed: Computed<K::Value>, height: u32, keep: bool) {
        let node = &mut self.nodes[at];
        let settled = Arc::new(Settled { computed, height });
        if keep {
            self.memo.insert(Arc::clone(&node.key), Arc::clone(&settled));
        }
        *node = Node { settled: Some(settled), ..Node::new(Arc::clone(&node.key)) };
    }

    pub(super) fn end(keys: &mut dyn Any, at: usize, end: End) {
        let Some(keys) = keys.downcast_mut::<Self>() else { return };
        let node = &mut keys.nodes[at];
        node.state = State::Idle;
        node.guessed = false;
        let result = node.result.take();
        match (end, result) {
            (End::Again, result) => node.guess = result,
            (End::Settled(height, keep), Some(computed)) => {
                keys.settle(at, computed, height, keep);
            }
            (End::Forgotten | End::Settled(..), _) => node.guess = None,
            (End::TooDeep(keep), _) => {
                keys.settle(at, failed::<K>(FactError::too_deep()), MOST_LINKS + 1, keep);
            }
        }
    }
}

impl<K: FactKey> Node<K> {
    pub(super) fn new(key: Arc<Hashed<K>>) -> Self {
        Self {
            key,
            state: State::Idle,
            settled: None,
            guess: None,
            result: None,
            guessed: false,
            pending: NEVER,
            asked: NEVER,
            too_deep: (NEVER, 0),
        }
    }
}
