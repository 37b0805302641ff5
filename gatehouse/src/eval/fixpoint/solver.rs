//! The algorithm: the stack of frames, cycles, and their iterations.

use std::any::{Any, TypeId};
use std::sync::Arc;

use super::blocked::{BlockedResources, is_blocked};
use super::fact_nodes::{FactNodes, NodeLookup, NodeValue, failed_result};
use super::frame::{Frame, FrameSummary};
use super::monotone::{Monotone, Rank};
use super::node::{BlockedOn, Disposition, Node, NodeState};
use crate::eval::stop::Stop;
use crate::fact::{FactError, FactKey, MAX_DEPTH};
use crate::session::{DerivedResult, FactMemo, Final, MemoEntry};

/// The most iterations of one cycle. A pure one needs two for each fact, the first and the last one; and
/// a cycle that is not too deep has at most `MAX_DEPTH + 1` facts.
const MAX_ITERATIONS: u32 = 4 * MAX_DEPTH;

/// The derived facts of one evaluation, which are evaluated in contexts `C`. It allocates nothing before
/// the first one.
pub(in crate::eval) struct Fixpoint<C> {
    /// The types of facts. They are few, so a linear search is fastest.
    facts: Vec<Fact<C>>,
    nodes: Vec<Node>,
    resources: BlockedResources,
    frames: Vec<Frame>,
    /// The nodes that were popped into cycles which are not solved yet.
    members: Vec<usize>,
    /// The number of the executor's pass.
    pass: u64,
    /// How many reads depended on an unsolved cycle.
    provisional_reads: u64,
}

impl<C> Default for Fixpoint<C> {
    fn default() -> Self {
        Self {
            facts: Vec::new(),
            nodes: Vec::new(),
            resources: BlockedResources::default(),
            frames: Vec::new(),
            members: Vec::new(),
            pass: 0,
            provisional_reads: 0,
        }
    }
}

/// One type of facts.
struct Fact<C> {
    id: TypeId,
    /// The [`FactNodes`] of the type.
    nodes: Box<dyn Any + Send>,
    finish: fn(&mut dyn Any, usize, Disposition),
    evaluate: EvaluateNode<C>,
}

/// [`Monotone::evaluate_node`]
type EvaluateNode<C> = fn(&mut C, usize) -> Result<(), Stop>;

/// What is known of a fact that is read.
pub(in crate::eval) enum Lookup<K: FactKey> {
    Known(DerivedResult<K::Value>),
    /// It is pending on a load.
    Pending,
    /// It is in a cycle with its reader. This is its provisional value, if there is one.
    InCycle(Option<DerivedResult<K::Value>>),
    /// It is this node, and has to be computed.
    New(usize, Arc<MemoEntry<K>>),
}

/// The effect of a result on its fact.
pub(in crate::eval) enum Completion<V> {
    Known(DerivedResult<V>),
    /// It is in a cycle with a fact below. This is its provisional value, if there is one.
    InCycle(Option<DerivedResult<V>>),
    /// It is a cycle head on the stack, and its cycle needs one more iteration.
    Iterate,
}

/// A [`Completion`] without the result.
enum FrameOutcome {
    Final,
    TooDeep,
    Impure,
    InCycle,
    Iterate,
}

/// Passes and resources.
impl<C> Fixpoint<C> {
    /// Begins the next pass of the executor: what was pending may be known.
    pub(in crate::eval) fn begin_pass(&mut self) {
        self.pass += 1;
    }

    /// Begins to register the loads of a resource.
    pub(in crate::eval) fn begin_resource(&mut self) {
        self.resources.begin();
    }

    /// The loads that resource number `resource` of `all` needs next are registered.
    pub(in crate::eval) fn end_resource(&mut self, resource: usize, all: usize) {
        self.resources.end(resource, all);
    }

    /// Whether the policies of resource number `resource` would stop where they stopped before.
    pub(in crate::eval) fn is_resource_blocked(&mut self, resource: usize) -> bool {
        self.resources.node(resource).is_some_and(|node| self.is_blocked(node, true))
    }

    fn is_blocked(&mut self, node: usize, is_registering: bool) -> bool {
        is_blocked(&mut self.nodes, node, self.frames.len(), self.pass, is_registering)
    }

    /// What the topmost fact is blocked on, or the resource if there is none.
    fn blocked_on(&mut self) -> &mut BlockedOn {
        self.frames.last_mut().map_or(&mut self.resources.current, |top| &mut top.blocked_on)
    }

    /// The topmost fact, or the resource, reads `node`, which is pending.
    fn read_pending(&mut self, node: usize) {
        let blocked_on = self.blocked_on();
        *blocked_on = blocked_on.and(node);
    }

    /// The topmost fact, or the resource, reads a fact that is not loaded.
    pub(in crate::eval) fn read_unknown(&mut self) {
        *self.blocked_on() = BlockedOn::Other;
    }
}

/// Reading a fact.
impl<C> Fixpoint<C> {
    /// How many facts are being computed.
    pub(in crate::eval) fn stack_depth(&self) -> usize {
        self.frames.len()
    }

    /// How many reads depended on an unsolved cycle.
    pub(in crate::eval) fn provisional_reads(&self) -> u64 {
        self.provisional_reads
    }

    /// The number of the type `K`.
    pub(in crate::eval) fn fact<K: FactKey>(&self) -> Option<usize> {
        let id = TypeId::of::<K>();
        self.facts.iter().position(|fact| fact.id == id)
    }

    /// Adds the type `K`, with the results that the session knows. Gives its number.
    pub(in crate::eval) fn add_fact<K: Monotone<C>>(&mut self, memo: Arc<FactMemo<K>>) -> usize {
        let (id, nodes) = (TypeId::of::<K>(), Box::new(FactNodes::<K>::new(memo)));
        let (finish, evaluate) = (FactNodes::<K>::finish, K::evaluate_node);
        self.facts.push(Fact { id, nodes, finish, evaluate });
        self.facts.len() - 1
    }

    fn fact_nodes<K: FactKey>(&mut self, fact: usize) -> &mut FactNodes<K> {
        let nodes = self.facts[fact].nodes.downcast_mut();
        nodes.expect("every fact has nodes of its type")
    }

    fn value<K: FactKey>(&mut self, node: usize) -> &mut NodeValue<K> {
        let Node { fact, index, .. } = self.nodes[node];
        &mut self.fact_nodes(fact).values[index]
    }

    /// What is known of `key`, of type number `fact`, which a policy or another derived fact reads.
    pub(in crate::eval) fn look_up<K: FactKey>(
        &mut self,
        fact: usize,
        key: K,
        is_registering: bool,
    ) -> Lookup<K> {
        let (node, pass, is_inner) = (self.nodes.len(), self.pass, !self.frames.is_empty());
        let of_fact = self.fact_nodes::<K>(fact);
        match of_fact.find_or_insert(key, is_inner, node) {
            NodeLookup::Node(node) => self.look_up_node::<K>(node, is_registering),
            NodeLookup::Final(Final { result, depth }) => {
                self.note_depth(depth);
                Lookup::Known(result)
            }
            NodeLookup::New(entry) => {
                let index = of_fact.values.len() - 1;
                self.nodes.push(Node::new(fact, index, pass));
                Lookup::New(node, entry)
            }
        }
    }

    /// What is known of `node`, which a policy or another derived fact reads.
    pub(in crate::eval) fn look_up_node<K: FactKey>(
        &mut self,
        node: usize,
        is_registering: bool,
    ) -> Lookup<K> {
        let (pass, known) = (self.pass, &mut self.nodes[node]);
        if let NodeState::OnStack(_) | NodeState::Member(_) = known.state {
            known.is_read_provisionally = true;
            let state = known.state;
            self.provisional_reads += 1;
            self.reached_own_cycle(state);
            return Lookup::InCycle(self.value::<K>(node).provisional.clone());
        }
        if self.is_blocked(node, is_registering) {
            self.read_pending(node);
            return Lookup::Pending;
        }
        let Node { fact, index, memo_checked_in, .. } = &mut self.nodes[node];
        let recheck_memo = std::mem::replace(memo_checked_in, pass) != pass;
        let (fact, index) = (*fact, *index);
        let entry = self.fact_nodes::<K>(fact).entry(index, recheck_memo);
        match entry.result() {
            Some(Final { result, depth }) => {
                let (depth, result) = (*depth, result.clone());
                self.note_depth(depth);
                Lookup::Known(result)
            }
            None => Lookup::New(node, Arc::clone(entry)),
        }
    }

    /// The topmost fact reads a fact of its own cycle, which is in this `state`.
    fn reached_own_cycle(&mut self, state: NodeState) {
        let frame = match state {
            NodeState::OnStack(frame) => frame,
            // The highest frame that was there when the member was popped is in its cycle.
            NodeState::Member(member) => {
                self.frames.partition_point(|frame| frame.members <= member).saturating_sub(1)
            }
            NodeState::Idle => return,
        };
        self.lower_link(frame);
    }

    /// The topmost fact leads back to `frame`.
    fn lower_link(&mut self, frame: usize) {
        if let Some(top) = self.frames.last_mut() {
            top.low = top.low.min(frame);
        }
    }

    /// A final result of this depth was read.
    fn note_depth(&mut self, depth: u32) {
        self.add_to_summary(FrameSummary { depth: depth + 1, ..FrameSummary::default() });
    }

    /// Adds to the summary of the topmost frame.
    fn add_to_summary(&mut self, summary: FrameSummary) {
        if let Some(top) = self.frames.last_mut() {
            top.summary = top.summary.and(summary);
        }
    }
}

/// Computing a fact.
impl<C> Fixpoint<C> {
    /// Begins to compute a fact. Returns `false` if the stack is too deep, or was for another fact that the topmost
    /// one reads. Either way the topmost fact fails.
    pub(in crate::eval) fn push_frame(&mut self, node: usize) -> bool {
        let frame = self.frames.len();
        let is_cut = self.frames.last().is_some_and(|top| top.summary.too_deep);
        if frame > MAX_DEPTH as usize || is_cut {
            self.add_to_summary(FrameSummary { too_deep: true, ..FrameSummary::default() });
            return false;
        }
        let known = &mut self.nodes[node];
        known.state = NodeState::OnStack(frame);
        known.blocked_on = BlockedOn::Other;
        // A fact stays in its cycle in later iterations, although it may read less.
        let low = known.head.unwrap_or(frame);
        self.frames.push(Frame {
            node,
            members: self.members.len(),
            low,
            iterations: 0,
            unvisited: Vec::new(),
            summary: FrameSummary::default(),
            blocked_on: BlockedOn::Nothing,
            provisional_reads: self.provisional_reads,
        });
        true
    }

    /// Takes the next member of the topmost frame's cycle that this iteration has not evaluated, if the
    /// frame is a cycle head.
    pub(in crate::eval) fn next_unvisited(&mut self) -> Option<(EvaluateNode<C>, usize)> {
        let node = self.frames.last_mut()?.unvisited.pop()?;
        Some((self.facts[self.nodes[node].fact].evaluate, node))
    }

    /// The topmost fact is pending on a load, and with it every cycle that it is in.
    pub(in crate::eval) fn complete_pending(&mut self, node: usize, is_registering: bool) {
        let is_independent =
            |top: &&Frame| top.provisional_reads == self.provisional_reads && !top.summary.too_deep;
        let top = self.frames.last().filter(is_independent);
        let blocked_on = top.map_or(BlockedOn::Other, |top| top.blocked_on);
        self.pop_frame(Disposition::Forget);
        let known = &mut self.nodes[node];
        known.set_pending(self.pass, is_registering);
        if is_registering {
            known.blocked_on = blocked_on;
        }
        self.read_pending(node);
    }

    /// The topmost fact has a result. With `keep`, it is kept for the session once it is final.
    pub(in crate::eval) fn complete<K: Monotone<C>>(
        &mut self,
        node: usize,
        computed: DerivedResult<K::Value>,
        keep: bool,
    ) -> Completion<K::Value> {
        self.nodes[node].has_result = true;
        let is_in_cycle = self.is_in_cycle();
        let value = self.value::<K>(node);
        let before = value.provisional.as_ref().map(Rank::of::<C, K>);
        let after = Rank::of::<C, K>(&computed);
        let is_unknown = is_in_cycle && before.is_none() && computed.is_err();
        let bottom = || K::of_bool(false).map(Ok);
        value.result = if is_unknown { bottom() } else { Some(computed.clone()) };
        if is_in_cycle {
            let before = before.unwrap_or(after);
            let (increased, decreased) = (is_unknown || after > before, after < before);
            self.add_to_summary(FrameSummary { increased, decreased, ..FrameSummary::default() });
        }
        match self.complete_frame(keep) {
            FrameOutcome::Final => Completion::Known(computed),
            FrameOutcome::TooDeep => Completion::Known(failed_result::<K>(FactError::too_deep())),
            FrameOutcome::Impure => Completion::Known(failed_result::<K>(FactError::impure())),
            FrameOutcome::InCycle => Completion::InCycle(self.value::<K>(node).provisional.clone()),
            FrameOutcome::Iterate => Completion::Iterate,
        }
    }

    /// Whether the topmost fact leads back to one below it, or one above it leads back to it.
    fn is_in_cycle(&self) -> bool {
        let Some(top) = self.frames.last() else { return false };
        top.low < self.frames.len() - 1 || self.nodes[top.node].is_read_provisionally
    }

    fn complete_frame(&mut self, keep: bool) -> FrameOutcome {
        let Some(top) = self.frames.last() else { return FrameOutcome::Final };
        let (low, frame, node) = (top.low, self.frames.len() - 1, top.node);
        if low == frame {
            return self.complete_head(keep);
        }
        let member = self.members.len();
        self.nodes[node].state = NodeState::Member(member);
        self.provisional_reads += 1;
        self.pop_into_cycle(low);
        FrameOutcome::InCycle
    }

    /// Pops the topmost fact, which is in a cycle with the one of frame `low` and ends with that.
    fn pop_into_cycle(&mut self, low: usize) {
        let Some(Frame { node, summary, .. }) = self.frames.pop() else { return };
        self.members.push(node);
        self.add_to_summary(summary);
        self.lower_link(low);
    }

    /// The topmost fact is in no cycle, or is a cycle head.
    fn complete_head(&mut self, keep: bool) -> FrameOutcome {
        let Some(top) = self.frames.last() else { return FrameOutcome::Final };
        let (node, summary, iterations, members) =
            (top.node, top.summary, top.iterations, top.members);
        let frame = self.frames.len() - 1;
        if summary.too_deep {
            self.pop_frame(Disposition::Forget);
            if frame == 0 {
                self.finish_node(node, Disposition::TooDeep { keep });
            }
            // It is too deep for those below it. By itself it may not be.
            self.add_to_summary(FrameSummary { too_deep: true, ..FrameSummary::default() });
            return FrameOutcome::TooDeep;
        }
        let others = u32::try_from(self.members.len() - members).unwrap_or(u32::MAX);
        let depth = summary.depth.saturating_add(others);
        if depth > MAX_DEPTH {
            self.pop_frame(Disposition::TooDeep { keep });
            self.note_depth(MAX_DEPTH + 1);
            return FrameOutcome::TooDeep;
        }
        if summary.decreased || summary.increased && iterations == MAX_ITERATIONS {
            self.pop_frame(Disposition::Forget);
            return FrameOutcome::Impure;
        }
        if summary.increased {
            self.begin_iteration();
            return FrameOutcome::Iterate;
        }
        self.pop_frame(Disposition::Final { depth, keep });
        self.note_depth(depth);
        FrameOutcome::Final
    }

    /// Begins the next iteration of the topmost frame's cycle.
    fn begin_iteration(&mut self) {
        let frame = self.frames.len() - 1;
        let Some(top) = self.frames.last_mut() else { return };
        let head = top.node;
        let cycle: Vec<usize> = self.members.drain(top.members..).collect();
        top.iterations += 1;
        top.summary = FrameSummary { depth: top.summary.depth, ..FrameSummary::default() };
        for node in cycle.iter().copied().chain([head]) {
            self.finish_node(node, Disposition::Iterate);
            self.nodes[node].head = Some(frame);
        }
        self.nodes[head].state = NodeState::OnStack(frame);
        self.frames[frame].unvisited = cycle;
    }

    /// Pops the topmost frame, and finishes its fact and the members of its cycle.
    fn pop_frame(&mut self, disposition: Disposition) {
        let Some(Frame { node, members, unvisited, .. }) = self.frames.pop() else { return };
        // A member that this iteration has not evaluated has no final result.
        for node in unvisited {
            self.finish_node(node, Disposition::Forget);
        }
        while self.members.len() > members
            && let Some(member) = self.members.pop()
        {
            self.finish_node(member, disposition);
        }
        self.finish_node(node, disposition);
    }

    fn finish_node(&mut self, node: usize, disposition: Disposition) {
        let node = &mut self.nodes[node];
        node.state = NodeState::Idle;
        node.head = None;
        node.is_read_provisionally = false;
        if let (Disposition::Forget, false) = (disposition, node.has_result) {
            return;
        }
        if let Disposition::Final { .. } | Disposition::TooDeep { .. } = disposition {
            node.clear_pending();
        }
        node.has_result = matches!(disposition, Disposition::Iterate);
        let fact = &mut self.facts[node.fact];
        (fact.finish)(&mut *fact.nodes, node.index, disposition);
    }

    /// Forgets the frames above `stack_depth`, whose code panicked. Their reads count all the same.
    pub(in crate::eval) fn unwind(&mut self, stack_depth: usize) {
        while self.frames.len() > stack_depth
            && let Some(top) = self.frames.last()
        {
            let unchanged = FrameSummary { increased: false, decreased: false, ..top.summary };
            let low = top.low;
            self.pop_frame(Disposition::Forget);
            self.add_to_summary(unchanged);
            self.lower_link(low);
        }
    }
}
