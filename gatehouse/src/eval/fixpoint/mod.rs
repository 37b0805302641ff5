//! The walk through derived facts of one evaluation: what is open, what is solved, how deep it is.
//!
//! The facts that are being computed are a stack of *frames*. A fact that is asked for while it is
//! open closes a *cycle*: all frames from there on belong together. Such a cycle is solved as a
//! whole, as Tarjan finds strongly connected components: the lowest frame of it (its *root*) runs
//! again, and with it every fact of the cycle. What a run reads of its own cycle is what that came to
//! in the run before, until none rises. As results only rise, from false over failed to true, that is
//! at most twice for each fact. Then all of them are *settled*, and never run again on the session.
//!
//! The first run *explores*: what it reads of its own cycle is unknown, which to a body is a failure. So
//! each fact reads whatever it could read in a later run, and the cycle is found whole, though an
//! operand of `&&` would not be looked at before another one is true. What comes to a value all the
//! same has it for good; the others are false in the second run.
//!
//! # Depth
//! A settled result has a height: how many links of derived facts stand below it, where each fact of
//! a cycle is a link, and all that it read counts. Beyond [`MOST_LINKS`] it is an error.
//!
//! That depends on the facts alone. What a fact reads of others is settled, or of its own cycle and
//! unknown while that is explored: so the facts say what it reads, and with that what its cycle is,
//! wherever that is entered. What a later run reads is part of that, and changes neither.
//!
//! A stack beyond the limit has cut something short, and only its lowest fact is known to stand on so
//! many links: that one is an error, and what was found above it is forgotten, but for what was settled
//! without it.
//!
//! # Waiting
//! A fact that waits for a load is run again in each pass, and when it is asked, but for two cases.
//! It was in this pass. Or all that it waited for when it was last asked was one other fact, and that
//! one waits in this pass too: a run would read what it read then, and stop where it stopped. So a
//! page whose items lie under one folder costs a run for each of them before the folder is reached,
//! and another one when it is known, however long that takes. The same holds for the policies of a
//! resource. What read a guess, or something that was too deep, is no such case: what it asks for
//! depends on the frames below it.

mod nodes;

use std::any::{Any, TypeId};
use std::sync::Arc;

use self::nodes::{End, Key, Keys, MOST_LINKS, Node, Place, State, Waits};
use crate::eval::cx::Cx;
use crate::eval::derived::{Derived, failed, run_again};
use crate::eval::observer::Observer;
use crate::eval::stop::Stop;
use crate::fact::{FactError, FactKey};
use crate::session::Sources;
use crate::session::{DerivedResult, MemoEntry};

/// Runs of one cycle: a pure one needs two for each of its facts, beside the first and the last, and no
/// more than `MOST_LINKS` and one can be in one that counts.
const MOST_RUNS: u32 = 4 * MOST_LINKS;

/// What an evaluation knows of derived facts. Nothing is allocated before the first one.
pub(crate) struct Walk<P: Sources, W: Observer> {
    /// A few, so that to look through them is fastest.
    facts: Vec<Fact<P, W>>,
    nodes: Vec<Node>,
    /// What each resource of the evaluation waited for when it was last asked for.
    resources: Vec<Waits>,
    /// What the present one waits for.
    resource: Waits,
    frames: Vec<Frame>,
    /// Nodes that were computed in a cycle which is not solved yet.
    members: Vec<usize>,
    /// Counts the executor's passes.
    pass: u64,
    /// Counts what was read of cycles that are not solved yet.
    guesses: u64,
}

impl<P: Sources, W: Observer> Default for Walk<P, W> {
    fn default() -> Self {
        Self {
            facts: Vec::new(),
            nodes: Vec::new(),
            resources: Vec::new(),
            resource: Waits::Nothing,
            frames: Vec::new(),
            members: Vec::new(),
            pass: 0,
            guesses: 0,
        }
    }
}

/// One type of facts.
struct Fact<P: Sources, W: Observer> {
    id: TypeId,
    /// The [`Keys`] of the type.
    keys: Box<dyn Any + Send>,
    end: fn(&mut dyn Any, usize, End),
    run: Run<P, W>,
}

/// Runs a node, if it has not been in this run of its cycle.
type Run<P, W> = fn(&mut Cx<P, W>, usize) -> Result<(), Stop>;

/// A fact that is being computed.
struct Frame {
    node: usize,
    /// The members from here on came after it.
    members: usize,
    /// The lowest frame that it leads back to.
    low: usize,
    /// Runs of the cycle that it is the root of.
    runs: u32,
    /// The facts of that cycle, as far as the runs before have found them.
    cycle: Vec<usize>,
    seen: Seen,
    waits: Waits,
    /// How often a guess had been read before.
    guesses: u64,
}

/// What was met while a fact was computed.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// Links that it is from the deepest settled fact that was read.
    links: u32,
    /// The stack was too deep to go on.
    too_deep: bool,
    /// A result rose above what was read of it, or has to be seen in another run.
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

/// What is known of a fact when it is asked for.
pub(super) enum Found<K: FactKey> {
    Known(DerivedResult<K::Value>),
    /// It waits for a load.
    Pending,
    /// It is in a cycle with the one that asks: what it came to in the run before, if there was one.
    InCycle(Option<DerivedResult<K::Value>>),
    /// It is this node, and to be computed.
    New(usize, Arc<MemoEntry<K>>),
}

/// What closing a fact comes to.
pub(super) enum Closed<V> {
    Known(DerivedResult<V>),
    /// It is in a cycle with a fact below: what it came to in the run before, if there was one.
    InCycle(Option<DerivedResult<V>>),
    /// It is the root of a cycle that must run once more, and open again.
    Again,
}

/// The same, without the result.
enum Outcome {
    Stands,
    TooDeep,
    Impure,
    InCycle,
    Again,
}

impl<P: Sources, W: Observer> Cx<P, W> {
    /// What is known of `key`, which another fact, or a policy, reads.
    pub(super) fn find<K: Derived<P>>(&mut self, key: K) -> Found<K> {
        self.count_read();
        let (fact, is_asking) = (self.fact::<K>(), self.is_asking());
        let walk = self.walk();
        let (node, pass, is_inner) = (walk.nodes.len(), walk.pass, !walk.frames.is_empty());
        let keys = walk.keys::<K>(fact);
        match keys.place(key, is_inner, node) {
            Place::Node(node) => walk.find::<K>(node, is_asking),
            Place::Final(settled) => {
                walk.saw(settled.height);
                Found::Known(settled.computed)
            }
            Place::New(entry) => {
                let at = keys.all.len() - 1;
                walk.nodes.push(Node::new(fact, at, pass));
                Found::New(node, entry)
            }
        }
    }

    /// The place of the type `K` in the walk.
    fn fact<K: Derived<P>>(&mut self) -> usize {
        let id = TypeId::of::<K>();
        let known = self.walk().facts.iter().position(|fact| fact.id == id);
        known.unwrap_or_else(|| self.new_fact::<K>(id))
    }

    #[cold]
    fn new_fact<K: Derived<P>>(&mut self, id: TypeId) -> usize {
        let memo = self.generation().map(|generation| generation.memo.of::<K>());
        let keys = Box::new(Keys::<K>::new(memo.unwrap_or_default()));
        let facts = &mut self.walk().facts;
        facts.push(Fact { id, keys, end: Keys::<K>::end, run: run_again::<P, W, K> });
        facts.len() - 1
    }
}

impl<P: Sources, W: Observer> Walk<P, W> {
    /// The next pass of the executor: what was pending may be known.
    pub(super) fn begin_pass(&mut self) {
        self.pass += 1;
    }

    /// How many facts are being computed.
    pub(super) fn links(&self) -> usize {
        self.frames.len()
    }

    /// How often a fact was read that is not settled, but guessed.
    pub(super) fn guesses(&self) -> u64 {
        self.guesses
    }

    /// Forgets all that was begun above `links`: it panicked. What it had read was read all the same.
    pub(super) fn unwind(&mut self, links: usize) {
        while self.frames.len() > links
            && let Some(top) = self.frames.last()
        {
            let (seen, low) = (Seen { rose: false, fell: false, ..top.seen }, top.low);
            self.leave(End::Forgotten);
            self.note(seen);
            self.lead_back(low);
        }
    }

    fn keys<K: FactKey>(&mut self, fact: usize) -> &mut Keys<K> {
        let keys = self.facts[fact].keys.downcast_mut();
        keys.expect("every fact of a walk has keys of its type")
    }

    fn key<K: FactKey>(&mut self, node: usize) -> &mut Key<K> {
        let Node { fact, at, .. } = self.nodes[node];
        &mut self.keys(fact).all[at]
    }

    /// What is known of `node`, which another one, or a policy, reads.
    pub(super) fn find<K: FactKey>(&mut self, node: usize, is_asking: bool) -> Found<K> {
        let (pass, known) = (self.pass, &mut self.nodes[node]);
        if let State::Open(_) | State::Done(_) = known.state {
            known.guessed = true;
            let state = known.state;
            self.guesses += 1;
            self.leads_back(state);
            return Found::InCycle(self.key::<K>(node).guess.clone());
        }
        if self.waits(node, is_asking) {
            self.read_pending(node);
            return Found::Pending;
        }
        let Node { fact, at, looked, .. } = &mut self.nodes[node];
        let is_time = std::mem::replace(looked, pass) != pass;
        let (fact, at) = (*fact, *at);
        let entry = self.keys::<K>(fact).entry(at, is_time);
        match entry.settled() {
            Some(settled) => {
                let (height, computed) = (settled.height, settled.computed.clone());
                self.saw(height);
                Found::Known(computed)
            }
            None => Found::New(node, Arc::clone(entry)),
        }
    }

    /// Whether a run of `node` would come to nothing but that it waits, and all that it would ask for
    /// is asked for, if it `is_asking`.
    fn waits(&mut self, node: usize, is_asking: bool) -> bool {
        let (pass, mut links, mut last) = (self.pass, self.frames.len(), node);
        while !self.nodes[last].is_pending(pass, is_asking) {
            let (State::Idle, Waits::On(next)) = (self.nodes[last].state, self.nodes[last].waits)
            else {
                return false;
            };
            // So many frames would be opened, and there must be room for them.
            if links > MOST_LINKS as usize {
                return false;
            }
            (last, links) = (next, links + 1);
        }
        let mut at = node;
        while at != last {
            self.nodes[at].wait(pass, is_asking);
            let Waits::On(next) = self.nodes[at].waits else { break };
            at = next;
        }
        true
    }

    /// The topmost fact, or the resource, waits for `node`.
    fn read_pending(&mut self, node: usize) {
        let waits = self.frames.last_mut().map_or(&mut self.resource, |top| &mut top.waits);
        *waits = waits.and(node);
    }

    /// The topmost fact, or the resource, waits for a load.
    pub(super) fn read_unknown(&mut self) {
        *self.frames.last_mut().map_or(&mut self.resource, |top| &mut top.waits) = Waits::Else;
    }

    /// Whether resource number `resource` would come no further, were its policies run again.
    pub(super) fn resource_waits(&mut self, resource: usize) -> bool {
        match self.resources.get(resource) {
            Some(Waits::On(node)) => self.waits(*node, true),
            _ => false,
        }
    }

    /// Begins to ask for what a resource needs.
    pub(super) fn begin_resource(&mut self) {
        self.resource = Waits::Nothing;
    }

    /// Everything that resource number `resource`, of as many as `all`, needs next is asked for.
    pub(super) fn end_resource(&mut self, resource: usize, all: usize) {
        if self.resources.is_empty() {
            self.resources.resize(all, Waits::Else);
        }
        if let Some(waits) = self.resources.get_mut(resource) {
            *waits = self.resource;
        }
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
        self.lead_back(frame);
    }

    /// The topmost fact leads back to `frame`.
    fn lead_back(&mut self, frame: usize) {
        if let Some(top) = self.frames.last_mut() {
            top.low = top.low.min(frame);
        }
    }

    /// A settled fact of this height was read.
    fn saw(&mut self, height: u32) {
        self.note(Seen { links: height + 1, ..Seen::default() });
    }

    /// Begins to compute a fact; `false` if the stack is too deep for that, or was already for another
    /// fact that the topmost one reads, which settles what that one comes to.
    pub(super) fn open(&mut self, node: usize) -> bool {
        let frame = self.frames.len();
        if frame > MOST_LINKS as usize || self.frames.last().is_some_and(|top| top.seen.too_deep) {
            self.note(Seen { too_deep: true, ..Seen::default() });
            return false;
        }
        let known = &mut self.nodes[node];
        known.state = State::Open(frame);
        known.waits = Waits::Else;
        // In a later run, a fact may read less than what its cycle was found by.
        let low = known.root.unwrap_or(frame);
        let (members, cycle) = (self.members.len(), Vec::new());
        let (seen, waits, guesses) = (Seen::default(), Waits::Nothing, self.guesses);
        self.frames.push(Frame { node, members, low, runs: 0, cycle, seen, waits, guesses });
        true
    }

    /// One of the facts of the topmost frame's cycle that the runs before have found, and that this
    /// one has not come to yet: how to run it.
    pub(super) fn next_of_cycle(&mut self) -> Option<(Run<P, W>, usize)> {
        let node = self.frames.last_mut()?.cycle.pop()?;
        Some((self.facts[self.nodes[node].fact].run, node))
    }

    /// A fact waits for a load; so does every cycle that it is in.
    pub(super) fn close_pending(&mut self, node: usize, is_asking: bool) {
        let is_alone = |top: &&Frame| top.guesses == self.guesses && !top.seen.too_deep;
        let waits = self.frames.last().filter(is_alone).map_or(Waits::Else, |top| top.waits);
        self.leave(End::Forgotten);
        let known = &mut self.nodes[node];
        known.wait(self.pass, is_asking);
        if is_asking {
            known.waits = waits;
        }
        self.read_pending(node);
    }

    /// A fact came to a result.
    pub(super) fn close<K: Derived<P>>(
        &mut self,
        node: usize,
        computed: DerivedResult<K::Value>,
        keep: bool,
    ) -> Closed<K::Value> {
        let rank = |computed: &DerivedResult<K::Value>| match computed {
            Ok(value) if K::is_true(value) => 2,
            Ok(_) => 0,
            Err(_) => 1,
        };
        self.nodes[node].has_result = true;
        let is_in_cycle = self.is_in_cycle();
        let key = self.key::<K>(node);
        let (before, after) = (key.guess.as_ref().map(rank), rank(&computed));
        let is_unknown = is_in_cycle && before.is_none() && computed.is_err();
        key.result = if is_unknown { K::of_bool(false).map(Ok) } else { Some(computed.clone()) };
        if is_in_cycle {
            let before = before.unwrap_or(after);
            let (rose, fell) = (is_unknown || after > before, after < before);
            self.note(Seen { rose, fell, ..Seen::default() });
        }
        match self.close_frame(keep) {
            Outcome::Stands => Closed::Known(computed),
            Outcome::TooDeep => Closed::Known(failed::<K>(FactError::too_deep())),
            Outcome::Impure => Closed::Known(failed::<K>(FactError::impure())),
            Outcome::InCycle => Closed::InCycle(self.key::<K>(node).guess.clone()),
            Outcome::Again => Closed::Again,
        }
    }

    /// Whether the topmost fact leads back to one below it, or one above it to the topmost.
    fn is_in_cycle(&self) -> bool {
        let Some(top) = self.frames.last() else { return false };
        top.low < self.frames.len() - 1 || self.nodes[top.node].guessed
    }

    /// The topmost fact came to a result.
    fn close_frame(&mut self, keep: bool) -> Outcome {
        let Some(top) = self.frames.last() else { return Outcome::Stands };
        let (low, frame, node) = (top.low, self.frames.len() - 1, top.node);
        if low == frame {
            return self.close_root(keep);
        }
        let member = self.members.len();
        self.nodes[node].state = State::Done(member);
        self.guesses += 1;
        self.join(low);
        Outcome::InCycle
    }

    /// Adds to what the topmost fact has met.
    fn note(&mut self, seen: Seen) {
        if let Some(top) = self.frames.last_mut() {
            top.seen = top.seen.and(seen);
        }
    }

    /// The topmost fact is in a cycle with one below it: it waits for that one's end.
    fn join(&mut self, low: usize) {
        let Some(Frame { node, seen, .. }) = self.frames.pop() else { return };
        self.members.push(node);
        self.note(seen);
        self.lead_back(low);
    }

    /// The topmost fact stands alone, or is the root of a cycle.
    fn close_root(&mut self, keep: bool) -> Outcome {
        let Some(top) = self.frames.last() else { return Outcome::Stands };
        let (node, seen, runs, members) = (top.node, top.seen, top.runs, top.members);
        let frame = self.frames.len() - 1;
        if seen.too_deep {
            self.leave(End::Forgotten);
            if frame == 0 {
                self.end(node, End::TooDeep(keep));
            }
            // For those below it is too deep; by itself it may not be.
            self.note(Seen { too_deep: true, ..Seen::default() });
            return Outcome::TooDeep;
        }
        let others = u32::try_from(self.members.len() - members).unwrap_or(u32::MAX);
        let height = seen.links.saturating_add(others);
        if height > MOST_LINKS {
            self.leave(End::TooDeep(keep));
            self.saw(MOST_LINKS + 1);
            return Outcome::TooDeep;
        }
        if seen.fell || seen.rose && runs == MOST_RUNS {
            self.leave(End::Forgotten);
            return Outcome::Impure;
        }
        if seen.rose {
            self.run_again();
            return Outcome::Again;
        }
        self.leave(End::Final(height, keep));
        self.saw(height);
        Outcome::Stands
    }

    /// Begins the next run of the topmost frame's cycle.
    fn run_again(&mut self) {
        let frame = self.frames.len() - 1;
        let Some(top) = self.frames.last_mut() else { return };
        let root = top.node;
        let cycle: Vec<usize> = self.members.drain(top.members..).collect();
        top.runs += 1;
        top.seen = Seen { links: top.seen.links, ..Seen::default() };
        for node in cycle.iter().copied().chain([root]) {
            self.end(node, End::Again);
            self.nodes[node].root = Some(frame);
        }
        self.nodes[root].state = State::Open(frame);
        self.frames[frame].cycle = cycle;
    }

    /// Takes the topmost frame off, and says what becomes of its fact and of its cycle.
    fn leave(&mut self, end: End) {
        let Some(Frame { node, members, cycle, .. }) = self.frames.pop() else { return };
        // What an earlier run found and this one did not come to has no result that stands.
        for node in cycle {
            self.end(node, End::Forgotten);
        }
        while self.members.len() > members
            && let Some(member) = self.members.pop()
        {
            self.end(member, end);
        }
        self.end(node, end);
    }

    fn end(&mut self, node: usize, end: End) {
        let node = &mut self.nodes[node];
        node.state = State::Idle;
        node.root = None;
        node.guessed = false;
        if let (End::Forgotten, false) = (end, node.has_result) {
            return;
        }
        if let End::Final(..) | End::TooDeep(_) = end {
            node.no_longer_waits();
        }
        node.has_result = matches!(end, End::Again);
        let fact = &mut self.facts[node.fact];
        (fact.end)(&mut *fact.keys, node.at, end);
    }
}
