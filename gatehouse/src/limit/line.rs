//! The line of those who wait for a permit: numbers and wakers, and nothing that is a future.

use std::collections::BTreeMap;
use std::task::Waker;

use crate::session::Wakers;

/// How often somebody is woken in vain before it waits until it is among the first.
///
/// The model checker has few threads, each of which is to meet everything: see the other numbers.
pub(super) const IN_VAIN: u32 = if cfg!(loom) { 0 } else { 8 };

/// So many of those are woken all together, each time.
const FEW: usize = if cfg!(loom) { 0 } else { 16 };

/// If there are more, so many are woken at a time.
const FIRST_IN_LINE: usize = if cfg!(loom) { 1 } else { 4 };

/// Those who wait for a permit, in the order of their numbers.
///
/// Whoever is woken may never be polled again: it is the other branch of a `select!`, say. So a wake
/// reaches everybody, and who is polled first has what there is. But then all others were woken in
/// vain, each time, and the cost is the square of their number. Therefore, if many wait, those who were
/// woken in vain too often already take turns: of them, only the first few in line are woken.
///
/// Whoever was woken is not woken again before it was polled: it is in neither map, costs nothing
/// more, and the turn passes to those behind.
#[derive(Default)]
pub(super) struct Line {
    /// How many wait, woken or not.
    len: usize,
    /// To be woken whenever there is something.
    eager: BTreeMap<u64, Waker>,
    /// To be woken when they are among the first.
    patient: BTreeMap<u64, Waker>,
}

impl Line {
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Somebody waits from now on, who is not woken yet.
    pub(super) fn enter(&mut self) {
        self.len += 1;
    }

    /// Somebody waits no more. Gives its waker, if it was not woken.
    pub(super) fn leave(&mut self, number: u64) -> Option<Waker> {
        self.len -= 1;
        self.disarm(number)
    }

    /// It is woken by `waker` when its turn comes.
    pub(super) fn arm(&mut self, number: u64, waker: Waker, is_patient: bool) {
        let armed = if is_patient { &mut self.patient } else { &mut self.eager };
        armed.insert(number, waker);
    }

    /// It is woken no more. Gives its waker, if it was not woken.
    pub(super) fn disarm(&mut self, number: u64) -> Option<Waker> {
        self.eager.remove(&number).or_else(|| self.patient.remove(&number))
    }

    /// Marks those whose turn it is as woken, and puts their wakers with `wakers`.
    pub(super) fn call(&mut self, wakers: &mut Wakers) {
        let most = if self.patient.len() <= FEW { FEW } else { FIRST_IN_LINE };
        for _ in 0..most {
            let Some((_, waker)) = self.patient.pop_first() else { break };
            wakers.push(waker);
        }
        wakers.extend(std::mem::take(&mut self.eager).into_values());
    }
}
