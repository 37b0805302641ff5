//! The context that a running body reads facts from.

use super::event::{FactState, ObservedFact};
use super::fixpoint::Fixpoint;
use super::observer::{NoObserver, Observer};
use super::stop::Stop;
use super::trace::Trace;
use crate::fact::{FactError, FactKey, Failures};
use crate::session::{Generation, Round, Session, Sources, Stored};
use crate::sync::Arc;

/// The context of an evaluation: policies read facts from it, and register loads in it.
pub struct Cx<P: Sources, O: Observer = NoObserver> {
    /// The known facts; `None` if the session has loaded nothing yet.
    generation: Option<Arc<Generation<P>>>,
    /// The registered loads; `None` before the first one.
    round: Option<Round<P>>,
    /// Whether a load that stops the policy is registered.
    registering: bool,
    /// Whether code runs that its body may not reach.
    is_speculative: bool,
    /// How many facts were read; it wraps.
    reads: u32,
    /// Why facts that are not loaded by now count as failed.
    gave_up: Option<FactError>,
    /// The failed facts that the present run met.
    pub(crate) failed: Failures,
    /// The derived facts; `None` before the first one.
    fixpoint: Option<Box<Fixpoint<Self>>>,
    /// The observer of the run.
    pub(super) observer: O,
}

impl<P: Sources> Cx<P> {
    #[inline]
    pub(crate) fn new(generation: Option<Arc<Generation<P>>>) -> Self {
        Self::observed(generation, NoObserver)
    }

    /// The known facts; `None` if the session has loaded nothing yet.
    #[inline]
    pub(crate) fn into_generation(self) -> Option<Arc<Generation<P>>> {
        self.generation
    }

    /// A context with the same facts that records what is read.
    pub(crate) fn traced(&self, trace: Trace) -> Cx<P, Trace> {
        let mut traced = Cx::observed(self.generation.clone(), trace);
        traced.gave_up.clone_from(&self.gave_up);
        traced.begin_pass();
        traced
    }
}

impl<P: Sources> Cx<P, Trace> {
    pub(crate) fn trace(&mut self) -> &mut Trace {
        &mut self.observer
    }
}

/// What the executor calls.
impl<P: Sources, O: Observer> Cx<P, O> {
    #[inline]
    pub(crate) fn observed(generation: Option<Arc<Generation<P>>>, observer: O) -> Self {
        Self {
            generation,
            round: None,
            registering: false,
            is_speculative: false,
            reads: 0,
            gave_up: None,
            failed: Failures::new(),
            fixpoint: None,
            observer,
        }
    }

    /// How many facts were read so far, known or not; it wraps.
    #[inline]
    pub(crate) fn reads(&self) -> u32 {
        self.reads
    }

    /// Begins the next pass: pending facts may be known now.
    pub(crate) fn begin_pass(&mut self) {
        if let Some(fixpoint) = &mut self.fixpoint {
            fixpoint.begin_pass();
        }
    }

    /// Whether the policies of resource number `resource` would stop again where they stopped in the
    /// last pass, with all that they need registered.
    #[inline]
    pub(crate) fn is_blocked(&mut self, resource: usize) -> bool {
        self.fixpoint.as_mut().is_some_and(|fixpoint| fixpoint.is_resource_blocked(resource))
    }

    /// Begins to register the loads that a resource needs next. Gives whether its reads are tracked.
    #[inline]
    pub(crate) fn begin_resource(&mut self) -> bool {
        if let Some(fixpoint) = &mut self.fixpoint {
            fixpoint.begin_resource();
        }
        self.fixpoint.is_some()
    }

    /// Ends what [`begin_resource`](Self::begin_resource) began for resource number `resource` of `all`.
    #[inline]
    pub(crate) fn end_resource(&mut self, is_tracked: bool, resource: usize, all: usize) {
        // Without a fixpoint at the beginning, the reads before the first derived fact were not tracked.
        if is_tracked && let Some(fixpoint) = &mut self.fixpoint {
            fixpoint.end_resource(resource, all);
        }
    }

    /// Creates the round if there is none, to register loads of a resource with `remaining` more behind
    /// it.
    #[inline]
    pub(crate) fn ensure_round(&mut self, session: &Session<P>, remaining: usize) {
        match &mut self.round {
            Some(round) => round.set_remaining(remaining),
            None => self.new_round(session).set_remaining(remaining),
        }
    }

    fn new_round(&mut self, session: &Session<P>) -> &mut Round<P> {
        if self.generation.is_none() {
            // It has no memo of a generation, so its results would not be kept.
            self.fixpoint = None;
        }
        let generation = self.generation.get_or_insert_with(|| session.generation());
        self.round.insert(Round::new(Arc::clone(generation)))
    }

    /// How many registered loads are not answered.
    pub(crate) fn loads(&self) -> usize {
        self.round.as_ref().map_or(0, Round::len)
    }

    /// Waits until all registered loads are answered; `false` if the session's deadline came first.
    pub(crate) async fn answered(&mut self, session: &Session<P>) -> bool {
        match &mut self.round {
            Some(round) => round.answered(session).await,
            None => true,
        }
    }

    /// Notes that the load in which the evaluation is polled depends on the registered loads.
    pub(crate) fn note_inside(&mut self) {
        if let Some(round) = &mut self.round {
            round.note_inside();
        }
    }

    /// Whether registering a load has found that the session has new sources.
    pub(crate) fn is_replaced(&self) -> bool {
        self.round.as_ref().is_some_and(Round::is_replaced)
    }

    /// Whether the facts are from the session's present sources.
    #[inline]
    pub(crate) fn is_current(&self) -> bool {
        self.generation.as_ref().is_none_or(|generation| generation.is_current())
    }

    /// Counts every fact that is not known as failed from now on.
    pub(crate) fn give_up(&mut self, error: FactError) {
        self.gave_up.get_or_insert(error);
    }
}

/// What the files of this folder call.
impl<P: Sources, O: Observer> Cx<P, O> {
    #[inline]
    pub(super) fn count_read(&mut self) {
        self.reads = self.reads.wrapping_add(1);
    }

    pub(super) fn fixpoint(&mut self) -> &mut Fixpoint<Self> {
        self.fixpoint.get_or_insert_default()
    }

    /// How many derived facts are being computed.
    pub(super) fn stack_depth(&self) -> usize {
        self.fixpoint.as_ref().map_or(0, |fixpoint| fixpoint.stack_depth())
    }

    /// How many provisional values were read.
    pub(super) fn provisional_reads(&self) -> u64 {
        self.fixpoint.as_ref().map_or(0, |fixpoint| fixpoint.provisional_reads())
    }

    #[inline]
    pub(super) fn generation(&self) -> Option<&Generation<P>> {
        self.generation.as_deref()
    }

    pub(super) fn is_registering(&self) -> bool {
        self.registering
    }

    pub(super) fn set_registering(&mut self, registering: bool) {
        self.registering = registering;
    }

    pub(super) fn is_speculative(&self) -> bool {
        self.is_speculative
    }

    /// Gives the former value.
    pub(super) fn set_speculative(&mut self, is_speculative: bool) -> bool {
        std::mem::replace(&mut self.is_speculative, is_speculative)
    }

    /// Whether facts that are not known count as failed by now.
    pub(super) fn has_given_up(&self) -> bool {
        self.gave_up.is_some()
    }

    /// Runs `run` so that a load that stops it is registered.
    pub(crate) fn registering<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.with_registering(true, run)
    }

    /// Runs `run` so that only the loads that it asks for by [`ask()`](super::ask::ask) are registered.
    pub(super) fn without_registering<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.with_registering(false, run)
    }

    fn with_registering<T>(&mut self, registering: bool, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.registering, registering);
        let result = run(self);
        self.registering = before;
        result
    }

    /// Why a fact has no value, for an observer.
    pub(super) fn observed_stop(&self, stop: Stop) -> FactState {
        match (stop, self.observer.last_failure()) {
            (Stop::Failed, Some(error)) => FactState::Failed(error.clone()),
            _ => FactState::Pending,
        }
    }

    /// Stops a policy at a fact that failed.
    pub(super) fn fail(&mut self, fact: &'static str, error: &FactError) -> Stop {
        self.failed.note(fact, error);
        self.observer.fact_failed(error);
        Stop::Failed
    }

    #[cold]
    fn given_up(&mut self, fact: &'static str) -> Stop {
        match self.gave_up.clone() {
            Some(error) => self.fail(fact, &error),
            None => Stop::Failed,
        }
    }

    /// Stops a policy at a fact that is not known.
    fn unknown(&mut self, fact: &'static str) -> Stop {
        if self.gave_up.is_some() {
            return self.given_up(fact);
        }
        if let Some(fixpoint) = &mut self.fixpoint {
            fixpoint.read_unknown();
        }
        Stop::Pending
    }
}

/// Reads a fact that a source loads: its value, or why the policy stops.
pub fn read_stored<P: Sources, O: Observer, K: Stored<P>>(
    cx: &mut Cx<P, O>,
    key: K,
) -> Result<K::Output, Stop> {
    if O::ENABLED && cx.observer.is_recording() {
        return read_observed(cx, key);
    }
    find(cx, key).map(K::output)
}

fn read_observed<P: Sources, O: Observer, K: Stored<P>>(
    cx: &mut Cx<P, O>,
    key: K,
) -> Result<K::Output, Stop> {
    let id = cx.observer.key_id(&key);
    let found = find(cx, key);
    let state = match &found {
        Ok(_) if K::SENSITIVE => FactState::Sensitive,
        Ok(Some(value)) => FactState::Value(cx.observer.value_text(id, || value)),
        Ok(None) => {
            let default = || K::output(None);
            FactState::Missing(K::HAS_DEFAULT.then(|| cx.observer.value_text(id, default)))
        }
        Err(stop) => cx.observed_stop(*stop),
    };
    let source = cx.generation().map(|of| K::source_name(&of.sources));
    let (fact, key, derivation) = (K::NAME, cx.observer.key_text(id), None);
    let (body, is_repeated) = (Vec::new(), false);
    let fact = ObservedFact { fact, id, key, state, source, derivation, body, is_repeated };
    cx.observer.fact_read(fact);
    found.map(K::output)
}

/// The value of `key` in the session, if the source has one.
fn find<P: Sources, O: Observer, K: Stored<P>>(
    cx: &mut Cx<P, O>,
    key: K,
) -> Result<Option<K::Value>, Stop> {
    cx.count_read();
    if let Some(generation) = &cx.generation {
        let table = K::table(&generation.tables);
        let known = match &mut cx.round {
            Some(round) if cx.registering => table.read_or_ask(key, &*generation.sources, round),
            _ => table.read(key),
        };
        match known {
            Some(Ok(value)) => return Ok(value),
            Some(Err(error)) => return Err(cx.fail(K::NAME, &error)),
            None => {}
        }
    }
    Err(cx.unknown(K::NAME))
}

/// `Name(…).await`. The key comes before the context, because it may contain a load itself.
pub fn read<P: Sources, O: Observer, K: ResolvedBy<P>>(
    key: K,
    cx: &mut Cx<P, O>,
) -> Result<K::Output, Stop> {
    key.resolve(cx)
}

/// The fact can be answered from the sources `P`.
///
/// Every policy that uses the fact has this bound, so that a gate whose facts have no source does not
/// compile. Implemented by [`#[derive(Sources)]`](derive@crate::Sources), not by hand.
#[diagnostic::on_unimplemented(
    message = "no source loads the fact `{Self}`",
    label = "a policy of this gate needs the fact `{Self}`",
    note = "write `#[loads({Self})]` on a field of the `#[derive(Sources)]` struct, and `impl FactSource<{Self}>` for the field's type"
)]
pub trait ResolvedBy<P: Sources>: FactKey {
    /// Answers the key from the session, or stops.
    #[doc(hidden)]
    fn resolve<O: Observer>(self, cx: &mut Cx<P, O>) -> Result<Self::Output, Stop>;
}
