//! Runs the policies of a gate over resources until each is decided, a round trip at a time.
//!
//! A pass runs every policy that matters for every undecided resource, from the start. If some stay
//! undecided, the pass registers every load that they could use next, waits until all have answered,
//! and runs them again: facts never change, so each run takes the same path and gets further. A resource that
//! is blocked only on one derived fact is skipped while that fact is still pending: rerunning it could make no
//! progress.
//!
//! # Long work
//! Bodies are synchronous, so the run of one resource is the smallest unit of work. Between resources an
//! evaluation yields after some thousands of reads or policies ([`Pace`]): in passes, and where decisions are
//! recorded or covered. In a pass it looks at the session's deadline then. Once the deadline has passed,
//! unknown facts count as failed, and undecided resources are run as long as that does not take long; the
//! others are decided without a run, as if every policy had failed. So a deadline makes a decision
//! indeterminate, and never another one.

use super::combine::Combiner;
use super::observe::Progress;
use super::pace::{Pace, yield_now};
use super::questions::Questions;
use crate::decision::Decision;
use crate::eval::Cx;
use crate::fact::FactError;
use crate::session::{Session, Sources};

/// One evaluation: the questions to a gate on a session.
pub(super) struct Evaluation<'s, 'q, P: Sources> {
    pub(super) session: &'s Session<P>,
    pub(super) questions: &'q dyn Questions<P>,
}

impl<P: Sources> Evaluation<'_, '_, P> {
    /// Decides about the resources: runs passes, and waits for a round after each, until all are decided.
    pub(super) async fn decide(
        &self,
        cx: &mut Cx<P>,
        pace: &mut Pace,
        mut combiner: Option<&Combiner>,
        decisions: &mut [Option<Decision>],
    ) -> Progress {
        let mut progress = Progress::default();
        // Rounds since the sources were last replaced; see `Shape`.
        let mut rounds = 0;
        loop {
            let undecided = if let Some(combiner) = combiner.take() {
                self.questions.ask(cx, (0, 1), *combiner);
                1
            } else {
                self.pass(cx, pace, decisions).await
            };
            if undecided > 0 && !cx.is_replaced() {
                if rounds == self.questions.shape().max_rounds {
                    // Loads that are still pending are not registered again: the last pass decides without
                    // them.
                    cx.give_up(FactError::impure());
                } else {
                    rounds += 1;
                    progress.rounds += 1;
                    progress.loads += cx.loads();
                    if !cx.answered(self.session).await {
                        cx.give_up(FactError::overdue());
                        pace.end_soon();
                    }
                }
            }
            if cx.is_replaced() || !cx.is_current() {
                *cx = Cx::new(self.session.generation_if_any());
                decisions.fill_with(|| None);
                pace.restart();
                rounds = 0;
            } else if undecided == 0 {
                return progress;
            }
        }
    }

    /// Runs the policies for every undecided resource, and registers the loads of those that stay undecided.
    /// Returns their number.
    async fn pass(
        &self,
        cx: &mut Cx<P>,
        pace: &mut Pace,
        decisions: &mut [Option<Decision>],
    ) -> usize {
        cx.begin_pass();
        let (mut undecided, mut next, all) = (0, 0, decisions.len());
        while next < all {
            if next > 0 {
                cx.note_inside();
                yield_now().await;
                self.check_deadline(cx, pace);
            }
            let slots = &mut decisions[next..all.min(next + pace.resources())];
            if pace.is_over() {
                self.skip(slots);
                next += slots.len();
                continue;
            }
            let (open_before, before) = (pace.is_ending().then(|| open(slots)), cx.reads());
            let (done, waiting) = self.questions.run_chunk(cx, pace, (next, all), slots);
            if let Some(open_before) = open_before {
                let runs = open_before - open(&slots[done..]);
                pace.spend(runs, cx.reads().wrapping_sub(before));
            }
            next += done;
            undecided += waiting;
        }
        undecided
    }

    /// If the session's deadline has passed, unknown facts count as failed from now on.
    fn check_deadline(&self, cx: &mut Cx<P>, pace: &mut Pace) {
        if !pace.is_ending() && self.session.is_overdue() {
            cx.give_up(FactError::overdue());
            // Facts that were pending in this pass have failed now.
            cx.begin_pass();
            pace.end_soon();
        }
    }

    /// Decides resources without a run.
    fn skip(&self, slots: &mut [Option<Decision>]) {
        let decision = self.questions.not_run();
        for slot in slots {
            slot.get_or_insert_with(|| decision.clone());
        }
    }
}

/// The number of undecided resources.
fn open(slots: &[Option<Decision>]) -> usize {
    slots.iter().filter(|slot| slot.is_none()).count()
}
