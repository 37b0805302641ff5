//! Derived facts: computed from other facts, each key once for a session.
//!
//! Asking for a derived fact runs its body there and then; what the body loads stops it like a
//! policy. A recursive fact whose data run in circles means the least solution: the one that holds
//! nothing true that does not follow. It is found as by Kleene's iteration, a whole cycle at a time
//! (see [`walk`](super::walk)), which is why such a fact is a `bool` and uses itself only where more
//! truth in gives more truth out.

use std::sync::Arc;

use super::cx::Cx;
use super::stop::Stop;

use super::cx::ResolvedBy;
use super::fixpoint::{Closed, Found};
use super::observer::Observer;
use super::trace::{FactState, ObservedFact};
use crate::fact::{FactError, FactKey, FailedFact, Mark};
use crate::session::DerivedResult;
use crate::session::Sources;

/// A derived fact: written by `fact!` for one with a body.
pub trait Derived<P: Sources>: EarlyDerived<P> {
    /// Runs the body.
    fn evaluate<W: Observer>(&self, cx: &mut Cx<P, W>) -> Result<Self::Value, Stop>;

    /// The value of a body that was left by `return` in an operand: of a fact that is a `bool`.
    fn of_bool(_: bool) -> Option<Self::Value> {
        None
    }

    /// The value of a body that was left by `?`: of a fact that is an `Option`.
    fn absent() -> Option<Self::Value> {
        None
    }

    /// Whether the value is `true`.
    fn is_true(_: &Self::Value) -> bool {
        false
    }
}

/// What a derived fact asks for early: a trait of its own, as that of a policy is.
pub trait EarlyDerived<P: Sources>: ResolvedBy<P> {
    /// Asks for every load of the body whose key is ready, though the body stopped before it.
    fn ask<W: Observer>(&self, cx: &mut Cx<P, W>);
}

/// What the session knows of `key`, or what its body comes to.
pub fn derived<P: Sources, W: Observer, K: Derived<P>>(
    cx: &mut Cx<P, W>,
    key: K,
) -> Result<K::Value, Stop> {
    if cx.must_wait_for_turn::<K>() {
        return Err(Stop::Failed);
    }
    let shown = (W::WATCHES && cx.watch.listens()).then(|| key.clone());
    cx.watch.mute(true);
    let found = cx.find(key);
    let resolved = resolve(cx, found);
    cx.watch.mute(false);
    let computed = match resolved {
        Ok(computed) => computed.map_err(|failed| {
            for FailedFact { fact, error } in failed.iter() {
                cx.fail(fact, error);
            }
            Stop::Failed
        }),
        Err(stop) => Err(stop),
    };
    if let Some(key) = shown {
        show(cx, &key, &computed);
    }
    computed
}

/// Reports a derived fact that was read, and what its body does.
fn show<P: Sources, W: Observer, K: Derived<P>>(
    cx: &mut Cx<P, W>,
    key: &K,
    computed: &Result<K::Value, Stop>,
) {
    let id = cx.watch.id(key);
    let seen = match computed {
        Ok(_) if K::SENSITIVE => FactState::Sensitive,
        Ok(value) => FactState::Value(cx.watch.value(id, || value)),
        Err(stop) => cx.seen_stop(*stop),
    };
    let (fact, derivation, key_text) = (K::NAME, K::DERIVATION, cx.watch.key(id));
    let (source, run, again) = (None, Vec::new(), false);
    let fact = ObservedFact { fact, id, key: key_text, seen, source, derivation, run, again };
    W::derived::<K, P>(cx, fact, |cx| key.evaluate(cx));
}

/// Runs a node of the walk, if it has not been in this run of its cycle.
pub(super) fn run_again<P: Sources, W: Observer, K: Derived<P>>(
    cx: &mut Cx<P, W>,
    node: usize,
) -> Result<(), Stop> {
    let is_asking = cx.is_asking();
    let found = cx.walk().find::<K>(node, is_asking);
    resolve(cx, found).map(drop)
}

fn resolve<P: Sources, W: Observer, K: Derived<P>>(
    cx: &mut Cx<P, W>,
    found: Found<K>,
) -> Result<DerivedResult<K::Value>, Stop> {
    match found {
        Found::Known(computed) => Ok(computed),
        Found::Pending => Err(Stop::Pending),
        Found::InCycle(guess) => Ok(guessed::<K>(guess)),
        Found::New(node, entry) if cx.walk().open(node) => compute(cx, entry.key(), node),
        Found::New(..) => Ok(failed::<K>(FactError::too_deep())),
    }
}

/// What a cycle reads of one of its facts: while it is explored, that is unknown, and nothing failed.
fn guessed<K: FactKey>(guess: Option<DerivedResult<K::Value>>) -> DerivedResult<K::Value> {
    guess.unwrap_or_else(|| Err(Arc::default()))
}

/// Runs the body of an open fact, again and again if it is the root of a cycle that is not solved
/// yet, and closes it.
fn compute<P: Sources, W: Observer, K: Derived<P>>(
    cx: &mut Cx<P, W>,
    key: &K,
    node: usize,
) -> Result<DerivedResult<K::Value>, Stop> {
    loop {
        let met = cx.failed.begin();
        let computed = match key.evaluate(cx) {
            Ok(value) => Ok(value),
            Err(Stop::Pending) => return pending(cx, key, node, met),
            Err(Stop::Failed) => Err(cx.failed.of_body().into()),
            Err(Stop::Returned(value)) => by_itself::<K>(K::of_bool(value)),
            Err(Stop::NotApplicable) => by_itself::<K>(K::absent()),
        };
        // Those that this run has not come by, because others are known to be true by now.
        while let Some((run, member)) = cx.walk().next_of_cycle() {
            if run(cx, member) == Err(Stop::Pending) {
                return pending(cx, key, node, met);
            }
        }
        cx.failed.end(met);
        // After a deadline, what is computed holds for this evaluation alone.
        let keep = !cx.has_given_up();
        match cx.walk().close::<K>(node, computed, keep) {
            Closed::Again => {}
            Closed::Known(computed) => return Ok(computed),
            Closed::InCycle(guess) => return Ok(guessed::<K>(guess)),
        }
    }
}

/// Closes a fact that waits for a load, which is asked for if this is the time.
fn pending<P: Sources, W: Observer, K: Derived<P>>(
    cx: &mut Cx<P, W>,
    key: &K,
    node: usize,
    met: Mark,
) -> Result<DerivedResult<K::Value>, Stop> {
    if cx.is_asking() {
        cx.looking(|cx| key.ask(cx));
    }
    cx.failed.end(met);
    let is_asking = cx.is_asking();
    cx.walk().close_pending(node, is_asking);
    Err(Stop::Pending)
}

/// What the user's way out gives, which the compiler sees to that it is there.
fn by_itself<K: FactKey>(value: Option<K::Value>) -> DerivedResult<K::Value> {
    value.map_or_else(|| failed::<K>(FactError::impure()), Ok)
}

/// The fact itself failed.
pub(super) fn failed<K: FactKey>(error: FactError) -> DerivedResult<K::Value> {
    Err([FailedFact { fact: K::NAME, error }].into())
}
