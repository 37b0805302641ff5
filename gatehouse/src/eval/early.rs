//! Asking early: what a stopped policy would load further on.
//!
//! A policy that stopped at a load runs a second function, which asks for every load whose key is
//! ready. It reads what is known, and stops for nothing: a part that needs an unknown fact is left
//! out, and so is one that panics. Nothing here runs while a policy finds its facts loaded.

use super::cx::ResolvedBy;
use super::cx::{Cx, read};
use super::observer::Observer;
use super::out_of_turn::PANICS_ABORT;
use super::stop::Stop;
use crate::session::Sources;

/// Asks for `key`, if it is not known.
pub fn ask<P: Sources, W: Observer, K: ResolvedBy<P>>(key: K, cx: &mut Cx<P, W>) {
    let _ = cx.asking(|cx| read(key, cx));
}

/// Asks for every key that is not known.
pub fn ask_each<P: Sources, W: Observer, K: ResolvedBy<P>>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, W>,
) {
    for key in keys {
        ask(key, cx);
    }
}

/// Runs a part of the body that asks for a load, and that ends without a trace where a fact that it
/// needs is unknown, or where it panics: the body may not come to it.
pub fn slice<P: Sources, W: Observer>(
    cx: &mut Cx<P, W>,
    part: impl FnOnce(&mut Cx<P, W>) -> Result<(), Stop>,
) {
    let _ = cx.out_of_turn(part);
}

/// As [`slice`], of a part that may panic by its tokens: it does not run where that ends the process.
pub fn partial_slice<P: Sources, W: Observer>(
    cx: &mut Cx<P, W>,
    part: impl FnOnce(&mut Cx<P, W>) -> Result<(), Stop>,
) {
    if !PANICS_ABORT {
        slice(cx, part);
    }
}

/// What is known of a condition on facts; nothing, if it needs one that is not known, or failed, or
/// only guessed, in a cycle that is not solved yet.
pub fn known<P: Sources, W: Observer>(
    cx: &mut Cx<P, W>,
    condition: impl FnOnce(&mut Cx<P, W>) -> Result<bool, Stop>,
) -> Option<bool> {
    let guesses = cx.guesses();
    let value = cx.out_of_turn(condition)?.ok();
    value.filter(|_| cx.guesses() == guesses)
}

/// As [`known`], of a condition that may panic by its tokens: nothing is known where that ends the
/// process.
pub fn partial_known<P: Sources, W: Observer>(
    cx: &mut Cx<P, W>,
    condition: impl FnOnce(&mut Cx<P, W>) -> Result<bool, Stop>,
) -> Option<bool> {
    if PANICS_ABORT { None } else { known(cx, condition) }
}
