//! Registering loads early: those of a stopped body whose keys are ready.
//!
//! A policy that stopped at a load runs a second function, which registers every load whose key is
//! ready. It reads the facts that are known and never stops: a part is left out if it needs an unknown
//! fact, or if it panics. None of this runs while a policy finds its facts loaded.

use super::cx::{Cx, ResolvedBy, read};
use super::observer::Observer;
use super::speculation::PANICS_ABORT;
use super::stop::Stop;
use crate::session::Sources;

/// Registers a load of `key`, unless it is known.
pub fn ask<P: Sources, O: Observer, K: ResolvedBy<P>>(key: K, cx: &mut Cx<P, O>) {
    let _ = cx.registering(|cx| read(key, cx));
}

/// Registers a load of every key that is not known.
pub fn ask_each<P: Sources, O: Observer, K: ResolvedBy<P>>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, O>,
) {
    for key in keys {
        ask(key, cx);
    }
}

/// Runs a slice: a part of the body that registers a load. It ends silently where it needs an unknown
/// fact or panics, since the body may not reach it.
pub fn run_slice<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    slice: impl FnOnce(&mut Cx<P, O>) -> Result<(), Stop>,
) {
    let _ = cx.speculate(slice);
}

/// As [`run_slice`], for a slice whose tokens may panic: it does not run where a panic ends the process.
pub fn run_partial_slice<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    slice: impl FnOnce(&mut Cx<P, O>) -> Result<(), Stop>,
) {
    if !PANICS_ABORT {
        run_slice(cx, slice);
    }
}

/// The value of a condition on facts. `None` if it needs a fact that is not known, failed, or has only
/// a provisional value in an unsolved cycle.
pub fn if_known<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    condition: impl FnOnce(&mut Cx<P, O>) -> Result<bool, Stop>,
) -> Option<bool> {
    let before = cx.provisional_reads();
    let value = cx.speculate(condition)?.ok();
    value.filter(|_| cx.provisional_reads() == before)
}

/// As [`if_known`], for a condition whose tokens may panic: `None` where a panic ends the process.
pub fn partial_if_known<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    condition: impl FnOnce(&mut Cx<P, O>) -> Result<bool, Stop>,
) -> Option<bool> {
    if PANICS_ABORT { None } else { if_known(cx, condition) }
}

/// Whether a condition on local data leads on to the requests behind it. It does not where it panics, since the body may
/// not reach it.
pub fn leads_on<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    condition: impl FnOnce(&mut Cx<P, O>) -> Result<bool, Stop>,
) -> bool {
    if_known(cx, condition) == Some(true)
}

/// As [`leads_on`], for a condition whose tokens may panic: it does not lead on where a panic ends the process.
pub fn partial_leads_on<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    condition: impl FnOnce(&mut Cx<P, O>) -> Result<bool, Stop>,
) -> bool {
    partial_if_known(cx, condition) == Some(true)
}

/// The number of the arm that a `match` on local data takes. `None` if finding it panics, since the body may not reach it.
pub fn arm_taken<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    find: impl FnOnce(&mut Cx<P, O>) -> Result<usize, Stop>,
) -> Option<usize> {
    cx.speculate(find)?.ok()
}

/// As [`arm_taken`], for a `match` whose tokens may panic: `None` where a panic ends the process.
pub fn partial_arm_taken<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    find: impl FnOnce(&mut Cx<P, O>) -> Result<usize, Stop>,
) -> Option<usize> {
    if PANICS_ABORT { None } else { arm_taken(cx, find) }
}
