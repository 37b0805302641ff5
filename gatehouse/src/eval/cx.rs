//! What a running policy reads from.

use std::any::type_name_of_val;

use super::fixpoint::Walk;
use super::observer::{NoObserver, Observer};
use super::stop::Stop;
use super::trace::{FactState, ObservedFact, Trace};
use crate::fact::{FactError, FactKey, Failures};
use crate::session::{Generation, Round, Session, Sources, Stored};
use crate::sync::Arc;

/// What a policy reads facts from, and asks for them in.
pub struct Cx<P: Sources, W: Observer = NoObserver> {
    /// What is known; `None` if the session has not begun.
    generation: Option<Arc<Generation<P>>>,
    /// What is asked for; `None` if nothing ever was.
    round: Option<Round<P>>,
    /// Whether a load that stops the policy is asked for.
    asking: bool,
    /// Whether what runs may be code that its body did not come to.
    is_out_of_turn: bool,
    /// How many facts were read; it wraps.
    reads: u32,
    /// Why loads that are not answered now never will be.
    gave_up: Option<FactError>,
    /// The failed facts that the present run met.
    pub(crate) failed: Failures,
    /// What is known of derived facts; `None` before the first one.
    walk: Option<Box<Walk<P, W>>>,
    /// Who looks on.
    pub(super) watch: W,
}

impl<P: Sources> Cx<P> {
    pub(crate) fn new(generation: Option<Arc<Generation<P>>>) -> Self {
        Self::watched(generation, NoObserver)
    }
}

impl<P: Sources> Cx<P> {
    /// What is known, of a session that has begun.
    pub(crate) fn into_known(self) -> Option<Arc<Generation<P>>> {
        self.generation
    }

    /// The same facts, before a watcher's eyes.
    pub(crate) fn traced(&self, trace: Trace) -> Cx<P, Trace> {
        let mut traced = Cx::watched(self.generation.clone(), trace);
        traced.gave_up.clone_from(&self.gave_up);
        traced.begin_pass();
        traced
    }
}

impl<P: Sources> Cx<P, Trace> {
    pub(crate) fn trace(&mut self) -> &mut Trace {
        &mut self.watch
    }
}

impl<P: Sources, W: Observer> Cx<P, W> {
    pub(crate) fn watched(generation: Option<Arc<Generation<P>>>, watch: W) -> Self {
        Self {
            generation,
            round: None,
            asking: false,
            is_out_of_turn: false,
            reads: 0,
            gave_up: None,
            failed: Failures::new(),
            walk: None,
            watch,
        }
    }

    /// How many facts were read so far, known or not; it wraps.
    #[inline]
    pub(crate) fn reads(&self) -> u32 {
        self.reads
    }

    #[inline]
    pub(super) fn count_read(&mut self) {
        self.reads = self.reads.wrapping_add(1);
    }

    /// Begins to run the policies once more: what was pending may be known now.
    pub(crate) fn begin_pass(&mut self) {
        if let Some(walk) = &mut self.walk {
            walk.begin_pass();
        }
    }

    /// Whether the policies of resource number `resource` would come no further in this pass than in
    /// the one before, and all that they would ask for is asked for.
    #[inline]
    pub(crate) fn waits(&mut self, resource: usize) -> bool {
        self.walk.as_mut().is_some_and(|walk| walk.resource_waits(resource))
    }

    /// Asks by `ask` for what resource number `resource`, of as many as `all`, needs next.
    #[inline]
    pub(crate) fn ask_for(&mut self, resource: usize, all: usize, ask: impl FnOnce(&mut Self)) {
        let begun = self.walk.as_mut().map(|walk| walk.begin_resource());
        ask(self);
        // What was met before the first derived fact is not known.
        if let (Some(()), Some(walk)) = (begun, &mut self.walk) {
            walk.end_resource(resource, all);
        }
    }

    pub(super) fn walk(&mut self) -> &mut Walk<P, W> {
        self.walk.get_or_insert_default()
    }

    /// How many derived facts are being computed.
    pub(super) fn links(&self) -> usize {
        self.walk.as_ref().map_or(0, |walk| walk.links())
    }

    /// How often a derived fact was read that is not settled, but guessed.
    pub(super) fn guesses(&self) -> u64 {
        self.walk.as_ref().map_or(0, |walk| walk.guesses())
    }

    pub(super) fn generation(&self) -> Option<&Generation<P>> {
        self.generation.as_deref()
    }

    pub(super) fn is_asking(&self) -> bool {
        self.asking
    }

    pub(super) fn set_asking(&mut self, asking: bool) {
        self.asking = asking;
    }

    pub(super) fn is_out_of_turn(&self) -> bool {
        self.is_out_of_turn
    }

    /// Gives what it was before.
    pub(super) fn set_out_of_turn(&mut self, is: bool) -> bool {
        std::mem::replace(&mut self.is_out_of_turn, is)
    }

    /// Whether facts that are not known count as failed by now.
    pub(super) fn has_given_up(&self) -> bool {
        self.gave_up.is_some()
    }

    /// Makes ready to ask for the facts of an item, behind which `left` more may need some.
    #[inline]
    pub(crate) fn begin(&mut self, session: &Session<P>, left: usize) {
        match &mut self.round {
            Some(round) => round.expect(left),
            None => self.begin_round(session).expect(left),
        }
    }

    fn begin_round(&mut self, session: &Session<P>) -> &mut Round<P> {
        if self.generation.is_none() {
            // What was computed without a generation was kept nowhere.
            self.walk = None;
        }
        let generation = self.generation.get_or_insert_with(|| session.generation());
        self.round.insert(Round::new(Arc::clone(generation)))
    }

    /// Runs `run` so that a load that stops it is asked for.
    pub(crate) fn asking<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.with_asking(true, run)
    }

    /// Runs `run` so that nothing is asked for but what it asks for by name.
    pub(super) fn looking<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        self.with_asking(false, run)
    }

    fn with_asking<T>(&mut self, asking: bool, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.asking, asking);
        let result = run(self);
        self.asking = before;
        result
    }

    /// How many loads were asked for and are not answered.
    pub(crate) fn loads(&self) -> usize {
        self.round.as_ref().map_or(0, Round::len)
    }

    /// Waits until everything that was asked for is answered; `false` if the session's deadline came
    /// first.
    pub(crate) async fn answered(&mut self, session: &Session<P>) -> bool {
        match &mut self.round {
            Some(round) => round.answered(session).await,
            None => true,
        }
    }

    /// What was asked for is waited for from now on, by the load that the evaluation is polled in.
    pub(crate) fn note_inside(&mut self) {
        if let Some(round) = &mut self.round {
            round.note_inside();
        }
    }

    /// Whether the session was found to have new sources while asking.
    pub(crate) fn is_replaced(&self) -> bool {
        self.round.as_ref().is_some_and(Round::is_replaced)
    }

    /// Whether what is known is of the session's present sources.
    pub(crate) fn is_current(&self) -> bool {
        self.generation.as_ref().is_none_or(|generation| generation.is_current())
    }

    /// From now on, a fact that is not known counts as failed.
    pub(crate) fn give_up(&mut self, error: FactError) {
        self.gave_up.get_or_insert(error);
    }

    /// Why a fact has no value.
    pub(super) fn seen_stop(&self, stop: Stop) -> FactState {
        match (stop, self.watch.last_failure()) {
            (Stop::Failed, Some(error)) => FactState::Failed(error.clone()),
            _ => FactState::Pending,
        }
    }

    /// Why a policy stops at a fact that failed.
    pub(super) fn fail(&mut self, fact: &'static str, error: &FactError) -> Stop {
        self.failed.note(fact, error);
        self.watch.failure(error);
        Stop::Failed
    }

    #[cold]
    fn given_up(&mut self, fact: &'static str) -> Stop {
        match self.gave_up.clone() {
            Some(error) => self.fail(fact, &error),
            None => Stop::Failed,
        }
    }

    /// Why a policy stops at a fact that is not known.
    fn unknown(&mut self, fact: &'static str) -> Stop {
        if self.gave_up.is_some() {
            return self.given_up(fact);
        }
        if let Some(walk) = &mut self.walk {
            walk.read_unknown();
        }
        Stop::Pending
    }
}

/// What the session knows of `key`, or why the policy stops.
pub fn stored<P: Sources, W: Observer, K: Stored<P>>(
    cx: &mut Cx<P, W>,
    key: K,
) -> Result<K::Output, Stop> {
    if W::WATCHES && cx.watch.listens() {
        return stored_watched(cx, key);
    }
    find(cx, key).map(K::output)
}

fn stored_watched<P: Sources, W: Observer, K: Stored<P>>(
    cx: &mut Cx<P, W>,
    key: K,
) -> Result<K::Output, Stop> {
    let id = cx.watch.id(&key);
    let found = find(cx, key);
    let seen = match &found {
        Ok(_) if K::SENSITIVE => FactState::Sensitive,
        Ok(Some(value)) => FactState::Value(cx.watch.value(id, || value)),
        Ok(None) => {
            FactState::Missing(K::HAS_DEFAULT.then(|| cx.watch.value(id, || K::output(None))))
        }
        Err(stop) => cx.seen_stop(*stop),
    };
    let source = cx.generation().map(|of| type_name_of_val(K::source(&of.sources)));
    let (derivation, run) = (None, Vec::new());
    let (fact, key, again) = (K::NAME, cx.watch.key(id), false);
    cx.watch.fact(ObservedFact { fact, id, key, seen, source, derivation, run, again });
    found.map(K::output)
}

fn find<P: Sources, W: Observer, K: Stored<P>>(
    cx: &mut Cx<P, W>,
    key: K,
) -> Result<Option<K::Value>, Stop> {
    cx.count_read();
    if let Some(generation) = &cx.generation {
        let table = K::table(&generation.tables);
        let known = match &mut cx.round {
            Some(round) if cx.asking => table.read_or_ask(key, &*generation.sources, round),
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

/// `Name(…).await`. The key comes first, because a load may stand in it.
pub fn read<P: Sources, W: Observer, K: ResolvedBy<P>>(
    key: K,
    cx: &mut Cx<P, W>,
) -> Result<K::Output, Stop> {
    key.resolve(cx)
}

/// The fact can be answered from the sources `P`.
///
/// Stands on every policy that uses the fact, so that a gate whose facts have no source does not
/// compile. Written by [`#[derive(Sources)]`](derive@crate::Sources); not to be implemented by hand.
#[diagnostic::on_unimplemented(
    message = "no source loads the fact `{Self}`",
    label = "a policy of this gate needs the fact `{Self}`",
    note = "write `#[loads({Self})]` on a field of the `#[derive(Sources)]` struct, and `impl FactSource<{Self}>` for the field's type"
)]
pub trait ResolvedBy<P: Sources>: FactKey {
    /// Answers the key from the session, or stops.
    #[doc(hidden)]
    fn resolve<W: Observer>(self, cx: &mut Cx<P, W>) -> Result<Self::Output, Stop>;
}
