//! Replays the policies that took part in a decision, observed: for the facts of a record, and for the coverage
//! of a test run.

use std::collections::HashSet;

use super::combine::Combiner;
use super::explain::fact_alone;
use super::traced::EachPolicy;
use crate::eval::{Cx, Event, FactState, Texts, Trace};
use crate::explanation::{ConsultedFact, FactFound};
use crate::plan::{Effect, PolicyInfo};
use crate::session::Sources;
use crate::unwind::catch;

/// The events of the policies that took part in a decision, in the executor's order.
pub(super) type Replayed = Vec<(&'static PolicyInfo, Vec<Event>)>;

/// Reruns the policies that took part in a decision, on the facts in `cx`, and returns their events. `None` if
/// user code panics this time.
///
/// It reruns the policies that the executor ran for the decision, and no others: a policy that was not needed
/// may panic, and observing a check must not make it panic.
///
/// `texts` has the texts of keys and values; earlier runs on the same facts may have filled it.
pub(super) fn replay<P: Sources>(
    each: &EachPolicy<'_, P>,
    cx: &Cx<P>,
    texts: &mut Texts,
) -> Option<Replayed> {
    let run = || {
        let (mut combiner, mut ran) = (Combiner::default(), Replayed::new());
        for effect in [Effect::Forbid, Effect::Permit] {
            each(&mut |policy, evaluate| {
                if policy.effect != effect || !combiner.can_change(effect) {
                    return;
                }
                // One trace per policy, so that each reports the bodies of its derived facts.
                let mut cx = cx.traced(Trace::with(texts.take()));
                cx.trace().begin();
                let run = evaluate(&mut cx);
                combiner.note(policy, run);
                let mut trace = std::mem::take(cx.trace());
                ran.push((policy, trace.end()));
                *texts = trace.into_texts();
            });
        }
        ran
    };
    catch(run)
}

/// The facts that were read for a decision, each once for each policy, in the order of the reads; the facts
/// that a derived fact was computed from follow it.
pub(super) fn consulted<P: Sources>(
    each: &EachPolicy<'_, P>,
    cx: &Cx<P>,
    texts: &mut Texts,
) -> Vec<ConsultedFact> {
    texts.bound();
    facts_of(replay(each, cx, texts).unwrap_or_default(), texts)
}

fn facts_of(replayed: Replayed, texts: &Texts) -> Vec<ConsultedFact> {
    let mut facts = Vec::new();
    for (policy, events) in replayed {
        collect(policy, &events, &mut HashSet::new(), &mut facts);
    }
    facts.shrink_to_fit();
    for ConsultedFact { read, .. } in &mut facts {
        if let FactFound::Failed(error) = &mut read.found {
            *error = texts.cut(error);
        }
    }
    facts
}

fn collect(
    policy: &'static PolicyInfo,
    events: &[Event],
    known: &mut HashSet<usize>,
    facts: &mut Vec<ConsultedFact>,
) {
    for event in events {
        let Event::Fact { fact, .. } = event else { continue };
        if !matches!(fact.state, FactState::Pending) && known.insert(fact.id) {
            facts.push(ConsultedFact { policy, read: fact_alone(fact) });
        }
        collect(policy, &fact.body, known, facts);
    }
}
