//! The walk through derived facts of one evaluation: what is open, what is solved, how deep it is.
//!
//! The facts that are being computed are a stack of *frames*. A fact that is asked for while it is
//! open closes a *cycle*: all frames from there on belong together. Such a cycle is solved as a
//! whole, as Tarjan finds strongly connected components: the lowest frame of it (its *root*) runs
//! again, and with it every fact that was ever found to be in the cycle. What a run reads of its own
//! cycle is what that came to in the run before (false at first), until none rises. As results only
//! rise, from false over failed to true, that is at most twice for each fact. Then all of them are
//! *settled*, and never run again on the session.
//!
//! # Depth
//! A settled result has a height: how many links of derived facts stand below it, where each fact of
//! a cycle is a link, and all that any run has read counts. Beyond [`MOST_LINKS`] it is an error. So
//! height depends on the facts alone: the first run reads the same whichever fact of the cycle it
//! begins with, and each later one no less than the facts demand. A stack beyond the limit proves it
//! of its lowest fact only, which alone is settled as an error then.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::Arc;

use super::cx::{Cx, Stop};
use super::derived::{Derived, failed, run_again};
use super::nodes::{End, Keys, MOST_LINKS, State};
use super::watch::Watch;
use crate::fact::{FactError, FactKey};
use crate::session::{Computed, Hashed};
use crate::source::Sources;

/// Runs of one cycle: a pure one needs two for each of its facts, and no more than `MOST_LINKS` can
/// be in one that counts.
const MOST_RUNS: u32 = 4 * MOST_LINKS;

/// What an evaluation knows of derived facts. Nothing is allocated before the first one.
pub(crate) struct Walk<P: Sources, W: Watch> {
    facts: BTreeMap<TypeId, Box<dyn Any + Send>>,
    frames: Vec<Frame<P, W>>,
    /// Facts that were computed in a cycle which is not solved yet.
    members: Vec<Member<P, W>>,
    /// Counts the executor's passes.
    pass: u64,
    /// Counts the runs of cycles.
    run: u64,
    /// Counts what was read of cycles that are not solved yet.
    guesses: u64,
}

impl<P: Sources, W: Watch> Default for Walk<P, W> {
    fn default() -> Self {
        let (facts, frames, members) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { facts, frames, members, pass: 0, run: 0, guesses: 0 }
    }
}

/// A fact that is being computed.
struct Frame<P: Sources, W: Watch> {
    member: Member<P, W>,
    /// The members from here on came after it.
    members: usize,
    /// The lowest frame that it leads back to.
    low: usize,
    /// Runs of the cycle that it is the root of.
    runs: u32,
    /// The facts of that cycle, as far as the runs before have found them.
    cycle: Vec<Member<P, W>>,
    seen: Seen,
}

/// What was met while a fact was computed.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// Links that it is from the deepest settled fact that was read.
    links: u32,
    /// Something was too deep.
    too_deep: bool,
    /// A result rose above what was read of it.
    rose: bool,
    /// A result fell: a rule that is not pure.
    fell: bool,
}

impl Seen {
    fn and(self, other: Self) -> Self {
        Self {
            links: self.links.max(other.links),
            too_deep: self.too_deep || other.too_deep,
            rose: self.rose || other.rose,
            fell: self.fell || other.fell,
        }
    }
}

/// One fact of the walk, whatever its type.
pub(super) struct Member<P: Sources, W: Watch> {
    fact: TypeId,
    at: usize,
    end: fn(&mut dyn Any, usize, End),
    run: fn(&mut Cx<P, W>, usize) -> Result<(), Stop>,
}

impl<P: Sources, W: Watch> Member<P, W> {
    fn new<K: Derived<P>>(at: usize) -> Self {
        Self { fact: TypeId::of::<K>(), at, end: Keys::<K>::end, run: run_again::<P, W, K> }
    }

    /// Runs it, if it has not been in this run of its cycle.
    pub(super) fn run(self, cx: &mut Cx<P, W>) -> Result<(), Stop> {
        (self.run)(cx, self.at)
    }
}

impl<P: Sources, W: Watch> Clone for Member<P, W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: Sources, W: Watch> Copy for Member<P, W> {}

/// What is known of a fact when it is asked for.
pub(super) enum Found<V> {
    Known(Computed<V>),
    /// It waits for a load.
    Pending,
    /// It is in a cycle with the one that asks: what it came to in the run before.
    InCycle(Option<Computed<V>>),
    New,
}

/// What closing a fact comes to.
pub(super) enum Closed<V> {
    Known(Computed<V>),
    /// It is in a cycle with a fact below: what it came to in the run before.
    InCycle(Option<Computed<V>>),
    /// It is the root of a cycle that must run once more, and open again.
    Again,
}

impl<P: Sources, W: Watch> Cx<P, W> {
    /// The place of `key` in the walk.
    pub(super) fn walked<K: FactKey>(&mut self, key: K) -> (Arc<Hashed<K>>, usize) {
        let id = TypeId::of::<K>();
        if !self.walk().facts.contains_key(&id) {
            let memo = self.generation().map(|generation| generation.memo.of::<K>());
            let keys = Keys::new(memo.unwrap_or_default());
            self.walk().facts.insert(id, Box::new(keys));
        }
        self.walk().keys::<K>().place(key)
    }
}

impl<P: Sources, W: Watch> Walk<P, W> {
    /// The next pass of the executor: what was pending may be known.
    pub(super) fn begin_pass(&mut self) {
        self.pass += 1;
        self.run += 1;
    }

    /// How many facts are being computed.
    pub(super) fn links(&self) -> usize {
        self.frames.len()
    }

    /// How often a fact was read that is not settled, but guessed.
    pub(super) fn guesses(&self) -> u64 {
        self.guesses
    }

    /// Forgets all that was begun above `links`: it panicked.
    pub(super) fn unwind(&mut self, links: usize) {
        while self.frames.len() > links {
            self.leave(End::Forgotten);
        }
    }

    fn keys<K: FactKey>(&mut self) -> &mut Keys<K> {
        let keys = self.facts.get_mut(&TypeId::of::<K>());
        let keys = keys.and_then(|keys| keys.downcast_mut());
        keys.expect("every key of a walk was given its place")
    }

    /// The key at `at`.
    pub(super) fn key<K: FactKey>(&mut self, at: usize) -> Arc<Hashed<K>> {
        Arc::clone(&self.keys::<K>().nodes[at].key)
    }

    /// What is known of the fact at `at`, which another one, or a policy, reads.
    pub(super) fn find<K: FactKey>(&mut self, at: usize, is_asking: bool) -> Found<K::Value> {
        let pass = self.pass;
        let keys = self.keys::<K>();
        let node = &mut keys.nodes[at];
        if let State::Open(_) | State::Done(_) = node.state {
            node.guessed = true;
            let (state, guess) = (node.state, node.guess.clone());
            self.guesses += 1;
            self.leads_back(state);
            return Found::InCycle(guess);
        }
        if node.settled.is_none() {
            node.settled = keys.memo.get(&node.key);
        }
        if let Some(settled) = node.settled.clone() {
            self.saw(settled.height);
            return Found::Known(settled.computed.clone());
        }
        if node.pending == pass && (node.asked == pass || !is_asking) {
            return Found::Pending;
        }
        Found::New
    }

    /// The topmost fact reads one of its own cycle.
    fn leads_back(&mut self, state: State) {
        let frame = match state {
            State::Open(frame) => frame,
            // The highest frame that was there when the member came is in its cycle.
            State::Done(member) => {
                self.frames.partition_point(|frame| frame.members <= member).saturating_sub(1)
            }
            State::Idle => return,
        };
        if let Some(top) = self.frames.last_mut() {
            top.low = top.low.min(frame);
        }
    }

    /// A settled fact of this height was read.
    fn saw(&mut self, height: u32) {
        let links = height + 1;
        self.note(Seen { links, too_deep: links > MOST_LINKS, ..Seen::default() });
    }

    /// Begins to compute a fact; `false` if it is too deep.
    pub(super) fn open<K: Derived<P>>(&mut self, at: usize) -> bool {
        let (frame, run) = (self.frames.len(), self.run);
        let node = &mut self.keys::<K>().nodes[at];
        let (deep_run, deep_frame) = node.too_deep;
        if frame > MOST_LINKS as usize || (deep_run == run && deep_frame <= frame) {
            self.note(Seen { too_deep: true, ..Seen::default() });
            return false;
        }
        node.state = State::Open(frame);
        let (low, members, cycle) = (self.frames.len(), self.members.len(), Vec::new());
        let (member, seen) = (Member::new::<K>(at), Seen::default());
        self.frames.push(Frame { member, members, low, runs: 0, cycle, seen });
        true
    }

    /// One of the facts of the topmost frame's cycle that the runs before have found, and that this
    /// one has not come to yet.
    pub(super) fn next_of_cycle(&mut self) -> Option<Member<P, W>> {
        self.frames.last_mut()?.cycle.pop()
    }

    /// A fact waits for a load; so does every cycle that it is in.
    pub(super) fn close_pending<K: FactKey>(&mut self, at: usize, is_asking: bool) {
        self.leave(End::Forgotten);
        let pass = self.pass;
        let node = &mut self.keys::<K>().nodes[at];
        node.pending = pass;
        if is_asking {
            node.asked = pass;
        }
    }

    /// A fact came to a result.
    pub(super) fn close<K: FactKey>(
        &mut self,
        at: usize,
        computed: Computed<K::Value>,
        is_true: fn(&K::Value) -> bool,
        keep: bool,
    ) -> Closed<K::Value> {
        let rank = |computed: &Computed<K::Value>| match computed {
            Ok(value) if is_true(value) => 2,
            Ok(_) => 0,
            Err(_) => 1,
        };
        let Some(top) = self.frames.last() else { return Closed::Known(computed) };
        let (low, frame) = (top.low, self.frames.len() - 1);
        let in_cycle = low < frame;
        let node = &mut self.keys::<K>().nodes[at];
        let (before, after) = (node.guess.as_ref().map_or(0, rank), rank(&computed));
        node.result = Some(computed.clone());
        let guess = node.guess.clone();
        if in_cycle || node.guessed {
            let (rose, fell) = (after > before, after < before);
            self.note(Seen { rose, fell, ..Seen::default() });
        }
        if in_cycle {
            let member = self.members.len();
            self.keys::<K>().nodes[at].state = State::Done(member);
            self.guesses += 1;
            self.join(low);
            return Closed::InCycle(guess);
        }
        self.close_root::<K>(at, computed, keep)
    }

    /// Adds to what the topmost fact has met.
    fn note(&mut self, seen: Seen) {
        if let Some(top) = self.frames.last_mut() {
            top.seen = top.seen.and(seen);
        }
    }

    /// The topmost fact is in a cycle with one below it: it waits for that one's end.
    fn join(&mut self, low: usize) {
        let Some(Frame { member, seen, .. }) = self.frames.pop() else { return };
        self.members.push(member);
        self.note(seen);
        if let Some(below) = self.frames.last_mut() {
            below.low = below.low.min(low);
        }
    }

    /// The topmost fact stands alone, or is the root of a cycle.
    fn close_root<K: FactKey>(
        &mut self,
        at: usize,
        computed: Computed<K::Value>,
        keep: bool,
    ) -> Closed<K::Value> {
        let Some(top) = self.frames.last() else { return Closed::Known(computed) };
        let (seen, runs, members) = (top.seen, top.runs, top.members);
        let frame = self.frames.len() - 1;
        let others = u32::try_from(self.members.len() - members).unwrap_or(u32::MAX);
        let height = seen.links.saturating_add(others);
        if height > MOST_LINKS {
            self.leave(End::TooDeep(keep));
            self.saw(MOST_LINKS + 1);
            return Closed::Known(failed::<K>(FactError::too_deep()));
        }
        if seen.too_deep {
            self.leave(End::Forgotten);
            if frame > 0 {
                // For those below it is too deep; by itself it may not be.
                let run = self.run;
                self.keys::<K>().nodes[at].too_deep = (run, frame);
                self.note(Seen { too_deep: true, ..Seen::default() });
            } else {
                Keys::<K>::end(self.keys::<K>(), at, End::TooDeep(keep));
            }
            return Closed::Known(failed::<K>(FactError::too_deep()));
        }
        if seen.fell || seen.rose && runs == MOST_RUNS {
            self.leave(End::Forgotten);
            return Closed::Known(failed::<K>(FactError::impure()));
        }
        if seen.rose {
            self.run_again::<K>(at);
            return Closed::Again;
        }
        self.leave(End::Settled(height, keep));
        self.saw(height);
        Closed::Known(computed)
    }

    /// Begins the next run of the topmost frame's cycle.
    fn run_again<K: FactKey>(&mut self, at: usize) {
        let frame = self.frames.len() - 1;
        let Some(top) = self.frames.last_mut() else { return };
        top.cycle = self.members.drain(top.members..).collect();
        top.runs += 1;
        top.seen = Seen { links: top.seen.links, ..Seen::default() };
        let again: Vec<Member<P, W>> = top.cycle.iter().copied().chain([top.member]).collect();
        for member in again {
            self.end(member, End::Again);
        }
        self.run += 1;
        self.keys::<K>().nodes[at].state = State::Open(frame);
    }

    /// Takes the topmost frame off, and says what becomes of its fact and of its cycle.
    fn leave(&mut self, end: End) {
        let Some(Frame { member, members, cycle, .. }) = self.frames.pop() else { return };
        // What an earlier run found and this one did not come to has no result that stands.
        for member in cycle {
            self.end(member, End::Forgotten);
        }
        let cycle: Vec<Member<P, W>> = self.members.drain(members..).chain([member]).collect();
        for member in cycle {
            self.end(member, end);
        }
    }

    fn end(&mut self, member: Member<P, W>, end: End) {
        if let Some(keys) = self.facts.get_mut(&member.fact) {
            (member.end)(&mut **keys, member.at, end);
        }
    }
}
