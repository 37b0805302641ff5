//! Derived facts: computed from other facts, each key once for a session.
//!
//! Asking for a derived fact runs its body there and then; what the body loads stops it like a
//! policy. A recursive fact whose data run in circles means the least solution: the one that holds
//! nothing true that does not follow. It is found as by Kleene's iteration, a whole cycle at a time
//! (see [`walk`](super::walk)), which is why such a fact is a `bool` and uses itself only where more
//! truth in gives more truth out.

use super::cx::{Cx, Stop};
use super::walk::{Closed, Found};
use crate::fact::{FactError, FactKey, FailedFact};
use crate::session::Computed;
use crate::source::{ResolvedBy, Sources};

/// A derived fact: written by `fact!` for one with a body.
pub trait Derived<P: Sources>: ResolvedBy<P> {
    /// Runs the body.
    fn evaluate(&self, cx: &mut Cx<P>) -> Result<Self::Value, Stop>;

    /// Asks for every load of the body whose key is ready, though the body stopped before it.
    fn ask(&self, cx: &mut Cx<P>);

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

/// What the session knows of `key`, or what its body comes to.
pub fn derived<P: Sources, K: Derived<P>>(cx: &mut Cx<P>, key: K) -> Result<K::Value, Stop> {
    let (key, at) = cx.walked(key);
    let is_asking = cx.is_asking();
    let computed = match cx.walk.find::<K>(at, is_asking) {
        Found::Known(computed) => computed,
        Found::Pending => return Err(Stop::Pending),
        Found::Open(guess) => match guess.or_else(|| K::of_bool(false).map(Ok)) {
            Some(guess) => guess,
            // No fact of another type can come back to itself: `fact!` does not compile it.
            None => failed::<K>(FactError::impure()),
        },
        Found::New if cx.walk.open::<K>(at) => compute(cx, key.key(), at)?,
        Found::New => failed::<K>(FactError::too_deep()),
    };
    computed.map_err(|failed| {
        cx.failed.extend(failed.iter().cloned());
        Stop::Failed
    })
}

/// Runs the body of an open fact, again and again if it is in a cycle that is not solved yet, and
/// closes it.
fn compute<P: Sources, K: Derived<P>>(
    cx: &mut Cx<P>,
    key: &K,
    at: usize,
) -> Result<Computed<K::Value>, Stop> {
    loop {
        let met = cx.failed.len();
        let run = key.evaluate(cx);
        let computed = match run {
            Ok(value) => Ok(value),
            Err(Stop::Pending) => {
                if cx.is_asking() {
                    cx.looking(|cx| key.ask(cx));
                }
                cx.failed.truncate(met);
                cx.walk.close_pending::<K>(at, cx.is_asking());
                return Err(Stop::Pending);
            }
            Err(Stop::Failed) => Err(each_fact_once(cx.failed.drain(met..)).into()),
            Err(Stop::Returned(value)) => by_itself::<K>(K::of_bool(value)),
            Err(Stop::NotApplicable) => by_itself::<K>(K::absent()),
        };
        cx.failed.truncate(met);
        // After a deadline, what is computed holds for this evaluation alone.
        let keep = !cx.has_given_up();
        match cx.walk.close::<K>(at, computed, K::is_true, keep) {
            Closed::Again => {}
            Closed::Known(computed) => return Ok(computed),
        }
    }
}

/// What the user's way out gives, which the compiler sees to that it is there.
fn by_itself<K: FactKey>(value: Option<K::Value>) -> Computed<K::Value> {
    value.map_or_else(|| failed::<K>(FactError::impure()), Ok)
}

/// The fact itself failed.
pub(super) fn failed<K: FactKey>(error: FactError) -> Computed<K::Value> {
    Err([FailedFact { fact: K::NAME, error }].into())
}

/// A key may fail on account of thousands of others: the facts are what is told.
fn each_fact_once(failed: impl Iterator<Item = FailedFact>) -> Vec<FailedFact> {
    let mut once: Vec<FailedFact> = Vec::new();
    for fact in failed {
        if once.iter().all(|known| known.fact != fact.fact) {
            once.push(fact);
        }
    }
    once
}
