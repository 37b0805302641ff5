//! The facts of a walk, and what is known of each: of what type it is, and of what key.
//!
//! All that can be said without the fact's type stands in a [`Node`], so that the walk is compiled
//! once for a set of sources, and not anew for each fact of a user's.

use std::any::Any;
use std::sync::Arc;

use crate::collections::Index;
use crate::eval::derived::failed;
use crate::fact::{FactError, FactKey, MAX_DEPTH};
use crate::session::{DerivedResult, FactMemo, Final, MemoEntry};

/// Links of derived facts that one may be deep.
pub(super) const MOST_LINKS: u32 = MAX_DEPTH;

/// No pass.
const NEVER: u64 = u64::MAX;

/// A fact of a walk: a type, and a key.
pub(super) struct Node {
    /// The place of its type among the walk's, and of its key among those of the type.
    pub(super) fact: usize,
    pub(super) at: usize,
    pub(super) state: State,
    /// The frame of its cycle's root, while that runs again.
    pub(super) root: Option<usize>,
    /// Whether its cycle read the guess.
    pub(super) guessed: bool,
    /// Whether it came to a result, of this run of its cycle or of the one before.
    pub(super) has_result: bool,
    /// The pass in which it was last looked for in what the session knows.
    pub(super) looked: u64,
    /// The pass in which it was found to wait for a load, and the one in which that was asked for.
    pub(super) pending: u64,
    pub(super) asked: u64,
    /// What it waited for when it was last asked.
    pub(super) waits: Waits,
}

/// What a fact waits for that is not known yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Waits {
    Nothing,
    /// For this node alone: all else that it would read or ask for now is known. So as long as that
    /// one waits, this one does, and has nothing to ask for.
    On(usize),
    /// For a load, for several facts, or for what only a run can tell.
    Else,
}

impl Waits {
    pub(super) fn and(self, node: usize) -> Self {
        if self == Self::Nothing || self == Self::On(node) { Self::On(node) } else { Self::Else }
    }
}

#[derive(Clone, Copy)]
pub(super) enum State {
    Idle,
    /// It is this frame.
    Open(usize),
    /// It was computed in this run, and is this member of a cycle.
    Done(usize),
}

impl Node {
    pub(super) fn new(fact: usize, at: usize, pass: u64) -> Self {
        Self {
            fact,
            at,
            state: State::Idle,
            root: None,
            guessed: false,
            has_result: false,
            looked: pass,
            pending: NEVER,
            asked: NEVER,
            waits: Waits::Else,
        }
    }

    /// Whether it is known to wait for a load in `pass`, and no frame has it: nothing would come of
    /// it, were it run again.
    pub(super) fn is_pending(&self, pass: u64, is_asking: bool) -> bool {
        matches!(self.state, State::Idle)
            && self.pending == pass
            && (self.asked == pass || !is_asking)
    }

    /// It is settled. In a cycle, that can be in the pass in which it was found to wait: it may need
    /// less where the cycle is entered by another fact.
    pub(super) fn no_longer_waits(&mut self) {
        (self.pending, self.asked, self.waits) = (NEVER, NEVER, Waits::Else);
    }

    /// It waits for a load in `pass`.
    pub(super) fn wait(&mut self, pass: u64, is_asking: bool) {
        self.pending = pass;
        if is_asking {
            self.asked = pass;
        }
    }
}

/// What becomes of a fact of a cycle.
#[derive(Clone, Copy)]
pub(super) enum End {
    /// As if never computed.
    Forgotten,
    /// To be computed again; what it came to is what the next run reads.
    Again,
    /// What it came to stands, with this height; kept for the session or not.
    Final(u32, bool),
    /// It is too deep, whoever asks.
    TooDeep(bool),
}

/// The keys of one fact.
pub(super) struct Keys<K: FactKey> {
    index: Index,
    pub(super) all: Vec<Key<K>>,
    /// The places that a policy, and another fact, read last.
    last: [usize; 2],
    memo: Arc<FactMemo<K>>,
}

/// One key of a fact, and what it came to.
pub(super) struct Key<K: FactKey> {
    pub(super) node: usize,
    pub(super) entry: Arc<MemoEntry<K>>,
    /// What it came to in the run before: what its cycle reads of it. There is none while that is
    /// explored.
    pub(super) guess: Option<DerivedResult<K::Value>>,
    /// What it came to in this run.
    pub(super) result: Option<DerivedResult<K::Value>>,
}

/// Where a key was found.
pub(super) enum Place<K: FactKey> {
    /// It is this node.
    Node(usize),
    /// The session knows what it came to.
    Final(Final<K::Value>),
    /// It is the last key from now on.
    New(Arc<MemoEntry<K>>),
}

impl<K: FactKey> Keys<K> {
    pub(super) fn new(memo: Arc<FactMemo<K>>) -> Self {
        Self { index: Index::default(), all: Vec::new(), last: [0; 2], memo }
    }

    /// The place of `key`, which a fact `is_inner` reads, or a policy; it is `node` if it is new.
    ///
    /// A rule that runs again reads the same keys in the same order. So the key that was read last, and
    /// the one behind it, are compared first, and neither hashed nor looked for.
    #[inline]
    pub(super) fn place(&mut self, key: K, is_inner: bool, node: usize) -> Place<K> {
        let last = self.last[usize::from(is_inner)];
        let is_at = |at: &usize| self.all.get(*at).is_some_and(|known| *known.entry.key() == key);
        if let Some(at) = [last, last + 1].into_iter().find(is_at) {
            self.last[usize::from(is_inner)] = at;
            return Place::Node(self.all[at].node);
        }
        self.look_up(key, is_inner, node)
    }

    fn look_up(&mut self, key: K, is_inner: bool, node: usize) -> Place<K> {
        let key = self.memo.hashed(key);
        let is_key = |at: usize| *self.all[at].entry.key() == *key.key();
        if let Some(at) = self.index.find(key.hash(), is_key) {
            self.last[usize::from(is_inner)] = at;
            return Place::Node(self.all[at].node);
        }
        if let Some(entry) = self.memo.get(&key)
            && let Some(settled) = entry.settled()
        {
            return Place::Final(settled.clone());
        }
        let at = self.all.len();
        self.last[usize::from(is_inner)] = at;
        self.index.put(key.hash(), at, 0);
        let entry = Arc::new(MemoEntry::new(key));
        self.all.push(Key { node, entry: Arc::clone(&entry), guess: None, result: None });
        Place::New(entry)
    }

    /// The key at `at`. If it `is_time`, looks first whether the session knows by now what it came to.
    pub(super) fn entry(&mut self, at: usize, is_time: bool) -> &Arc<MemoEntry<K>> {
        let key = &mut self.all[at];
        if is_time && let Some(settled) = self.memo.settled(&key.entry) {
            key.entry = settled;
        }
        &key.entry
    }

    fn settle(&mut self, at: usize, computed: DerivedResult<K::Value>, height: u32, keep: bool) {
        let key = &mut self.all[at];
        key.guess = None;
        key.entry.settle(Final { computed, height });
        if keep {
            self.memo.insert(Arc::clone(&key.entry));
        }
    }

    pub(super) fn end(keys: &mut dyn Any, at: usize, end: End) {
        let Some(keys) = keys.downcast_mut::<Self>() else { return };
        let key = &mut keys.all[at];
        let result = key.result.take();
        match (end, result) {
            (End::Again, result) => key.guess = result,
            (End::Final(height, keep), Some(computed)) => {
                keys.settle(at, computed, height, keep);
            }
            (End::Forgotten | End::Final(..), _) => key.guess = None,
            (End::TooDeep(keep), _) => {
                keys.settle(at, failed::<K>(FactError::too_deep()), MOST_LINKS + 1, keep);
            }
        }
    }
}
