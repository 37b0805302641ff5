//! Runs what has decided once more before a watcher's eyes: for the facts of a record, and for the
//! coverage of a test run.

use std::collections::HashSet;

use super::combine::Tally;
use super::executor::Rules;
use super::explain::fact_alone;
use super::traced::each;
use crate::domain::Domain;
use crate::eval::{Cx, Event, FactState, Request, Texts, Trace};
use crate::explanation::{ConsultedFact, FactFound};
use crate::plan::{Effect, PolicyInfo};
use crate::session::Sources;
use crate::unwind::catch;

/// What the policies did that decided, in the executor's order.
pub(super) type Ran = Vec<(&'static PolicyInfo, Vec<Event>)>;

/// What the policies did that decided, to which `cx` has the facts; `None` if user code panics, which
/// it has not before.
///
/// It runs the policies that the executor has run for the decision, and no others: one that it has not
/// may panic, and a check must not do so because somebody looks on.
///
/// Keys and values are told in `texts`, which other runs on the same facts may have used before.
pub(super) fn run_again<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
    texts: &mut Texts,
) -> Option<Ran> {
    let run = || {
        let (mut tally, mut ran) = (Tally::default(), Ran::new());
        for effect in [Effect::Forbid, Effect::Permit] {
            each(rules, |policy, evaluate| {
                if policy.effect != effect || !tally.matters(effect) {
                    return;
                }
                // Each with a trace of its own: what a derived fact was computed from is told to each.
                let mut cx = cx.traced(Trace::with(texts.take()));
                cx.trace().begin();
                let run = evaluate(request, &mut cx);
                tally.note(policy, run);
                let mut trace = std::mem::take(cx.trace());
                ran.push((policy, trace.end()));
                *texts = trace.into_texts();
            });
        }
        ran
    };
    catch(run)
}

/// The facts that were read for a decision, each once for each policy, in the order in which they were
/// read; those that a derived fact was computed from come after it.
pub(super) fn consulted<D: Domain, P: Sources, R: Rules<D, P>>(
    rules: R,
    request: &Request<'_, D>,
    cx: &Cx<P>,
    texts: &mut Texts,
) -> Vec<ConsultedFact> {
    texts.bound();
    let mut facts = Vec::new();
    for (policy, events) in run_again(rules, request, cx, texts).unwrap_or_default() {
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
