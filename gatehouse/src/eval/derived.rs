//! Derived facts: computed from other facts, each key once for a session.
//!
//! A read of a derived fact runs its body at once, and a load in the body stops it as it stops a policy.
//! On cyclic data a recursive fact means the least fixpoint: nothing is true that does not follow. It is
//! computed by iteration, a whole cycle at a time (see [`fixpoint`](super::fixpoint)). Therefore such a
//! fact is a `bool` and monotone in its own uses.

use std::sync::Arc;

use super::cx::{Cx, ResolvedBy};
use super::event::{FactState, ObservedFact};
use super::fixpoint::{Completion, Lookup, Monotone, failed_result};
use super::observer::Observer;
use super::stop::Stop;
use crate::fact::{FactError, FactKey, FailedFact, Mark};
use crate::session::{DerivedResult, Sources};
use crate::unwind::drop_quietly;

/// A derived fact. Implemented by `fact!` for a fact with a body.
pub trait Derived<P: Sources>: EarlyDerived<P> {
    /// Runs the body.
    fn evaluate<O: Observer>(&self, cx: &mut Cx<P, O>) -> Result<Self::Value, Stop>;

    /// The value of a body that was left by `return` in an operand, if the fact is a `bool`.
    fn of_bool(_: bool) -> Option<Self::Value> {
        None
    }

    /// The value of a body that was left by `?`, if the fact is an `Option`.
    fn absent() -> Option<Self::Value> {
        None
    }

    /// Whether the value is `true`.
    fn is_true(_: &Self::Value) -> bool {
        false
    }

    /// Names the functions of the derived facts of its block that its body reads. It is never called.
    ///
    /// rustc instantiates functions depth-first, in the order in which they are named, and refuses to nest more
    /// than 128 instances of one function. The body of a fact reads others by functions of this crate, so a
    /// chain of facts would nest instances of these. This function leads to the bodies of all facts that the
    /// fact depends on, through functions of their own.
    fn name_bodies<O: Observer>() {}
}

/// Names a function for [`Derived::name_bodies`]. A call, because the compiler may drop anything else before it
/// instantiates functions.
#[cold]
#[inline(never)]
pub fn named(function: *const ()) {
    let _ = function;
}

/// The loads that a derived fact registers early. A trait of its own, as for policies.
pub trait EarlyDerived<P: Sources>: ResolvedBy<P> {
    /// Registers every load of the body whose key is ready, though the body stopped before it.
    fn ask<O: Observer>(&self, cx: &mut Cx<P, O>);
}

impl<P: Sources, O: Observer, K: Derived<P>> Monotone<Cx<P, O>> for K {
    fn evaluate_node(cx: &mut Cx<P, O>, node: usize) -> Result<(), Stop> {
        let is_registering = cx.is_registering();
        let found = cx.fixpoint().look_up_node::<K>(node, is_registering);
        resolve(cx, found).map(drop)
    }

    fn of_bool(value: bool) -> Option<K::Value> {
        <K as Derived<P>>::of_bool(value)
    }

    fn is_true(value: &K::Value) -> bool {
        <K as Derived<P>>::is_true(value)
    }
}

/// Reads a derived fact: its result in the session, or that of its body.
pub fn read_derived<P: Sources, O: Observer, K: Derived<P>>(
    cx: &mut Cx<P, O>,
    key: K,
) -> Result<K::Value, Stop> {
    if cx.must_not_speculate::<K>() {
        return Err(Stop::Failed);
    }
    let shown = (O::ENABLED && cx.observer.is_recording()).then(|| key.clone());
    cx.observer.suspend();
    let found = cx.look_up(key);
    let resolved = resolve(cx, found);
    cx.observer.resume();
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

/// Reports a derived fact that was read, and what its body reports.
fn show<P: Sources, O: Observer, K: Derived<P>>(
    cx: &mut Cx<P, O>,
    key: &K,
    computed: &Result<K::Value, Stop>,
) {
    let id = cx.observer.key_id(key);
    let state = match computed {
        Ok(_) if K::SENSITIVE => FactState::Sensitive,
        Ok(value) => FactState::Value(cx.observer.value_text(id, || value)),
        Err(stop) => cx.observed_stop(*stop),
    };
    let is_known = !matches!(state, FactState::Pending);
    let is_repeated = cx.observer.has_shown_body(id);
    let mut body = Vec::new();
    if is_known && cx.observer.begin_body(id) {
        let failed = cx.failed.mark();
        // The result is known, and a destructor of this value must not change anything.
        drop_quietly(key.evaluate(cx));
        cx.failed.rewind(failed);
        body = cx.observer.end_body();
    }
    let (fact, derivation, source) = (K::NAME, K::DERIVATION, None);
    let key = cx.observer.key_text(id);
    let fact = ObservedFact { fact, id, key, state, source, derivation, body, is_repeated };
    cx.observer.fact_read(fact);
}

impl<P: Sources, O: Observer> Cx<P, O> {
    /// What is known of `key`, which a policy or another derived fact reads.
    fn look_up<K: Derived<P>>(&mut self, key: K) -> Lookup<K> {
        self.count_read();
        let is_registering = self.is_registering();
        let fact = self.fixpoint().fact::<K>().unwrap_or_else(|| self.add_fact::<K>());
        self.fixpoint().look_up(fact, key, is_registering)
    }

    #[cold]
    fn add_fact<K: Derived<P>>(&mut self) -> usize {
        named(K::name_bodies::<O> as *const ());
        let memo = self.generation().map(|generation| generation.memo.of::<K>());
        self.fixpoint().add_fact(memo.unwrap_or_default())
    }
}

fn resolve<P: Sources, O: Observer, K: Derived<P>>(
    cx: &mut Cx<P, O>,
    found: Lookup<K>,
) -> Result<DerivedResult<K::Value>, Stop> {
    match found {
        Lookup::Known(computed) => Ok(computed),
        Lookup::Pending => Err(Stop::Pending),
        Lookup::InCycle(provisional) => Ok(or_unknown::<K>(provisional)),
        Lookup::New(node, entry) if cx.fixpoint().push_frame(node) => {
            compute(cx, entry.key(), node)
        }
        Lookup::New(..) => Ok(failed_result::<K>(FactError::too_deep())),
    }
}

/// What a cycle reads of one of its facts: unknown while it is explored, although no fact failed.
fn or_unknown<K: FactKey>(provisional: Option<DerivedResult<K::Value>>) -> DerivedResult<K::Value> {
    provisional.unwrap_or_else(|| Err(Arc::default()))
}

/// Computes the fact of the topmost frame: runs its body, and again in each iteration if it is a cycle
/// head.
fn compute<P: Sources, O: Observer, K: Derived<P>>(
    cx: &mut Cx<P, O>,
    key: &K,
    node: usize,
) -> Result<DerivedResult<K::Value>, Stop> {
    loop {
        let met = cx.failed.begin();
        let computed = match key.evaluate(cx) {
            Ok(value) => Ok(value),
            Err(Stop::Pending) => return pending(cx, key, node, met),
            Err(Stop::Failed) => Err(cx.failed.of_body().into()),
            Err(Stop::Returned(value)) => or_impure::<K>(<K as Derived<P>>::of_bool(value)),
            Err(Stop::NotApplicable) => or_impure::<K>(K::absent()),
        };
        // Evaluate the members that this iteration has not reached, since another operand was true.
        while let Some((evaluate, member)) = cx.fixpoint().next_unvisited() {
            if evaluate(cx, member) == Err(Stop::Pending) {
                return pending(cx, key, node, met);
            }
        }
        cx.failed.end(met);
        // After a deadline, a result holds for this evaluation alone.
        let keep = !cx.has_given_up();
        match cx.fixpoint().complete::<K>(node, computed, keep) {
            Completion::Iterate => {}
            Completion::Known(computed) => return Ok(computed),
            Completion::InCycle(provisional) => return Ok(or_unknown::<K>(provisional)),
        }
    }
}

/// Ends the computation of a fact that is pending on a load, and registers its loads if the evaluation is
/// registering.
fn pending<P: Sources, O: Observer, K: Derived<P>>(
    cx: &mut Cx<P, O>,
    key: &K,
    node: usize,
    met: Mark,
) -> Result<DerivedResult<K::Value>, Stop> {
    let is_registering = cx.is_registering();
    if is_registering {
        cx.without_registering(|cx| key.ask(cx));
    }
    cx.failed.end(met);
    cx.fixpoint().complete_pending(node, is_registering);
    Err(Stop::Pending)
}

/// The value of an early exit (`?`, `return`). The compiler guarantees that there is one.
fn or_impure<K: FactKey>(value: Option<K::Value>) -> DerivedResult<K::Value> {
    value.map_or_else(|| failed_result::<K>(FactError::impure()), Ok)
}
