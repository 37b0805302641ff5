//! Asking early: what a stopped policy would load further on.
//!
//! A policy that stopped at a load runs a second function, which asks for every load whose key is
//! ready. It reads what is known, and stops for nothing: a part that needs an unknown fact is left
//! out. Nothing here runs while a policy finds its facts loaded.

use super::cx::{Cx, Stop, read};
use super::watch::Watch;
use crate::source::{ResolvedBy, Sources};

/// Asks for `key`, if it is not known.
pub fn ask<P: Sources, W: Watch, K: ResolvedBy<P>>(key: K, cx: &mut Cx<P, W>) {
    let _ = cx.asking(|cx| read(key, cx));
}

/// Asks for every key that is not known.
pub fn ask_each<P: Sources, W: Watch, K: ResolvedBy<P>>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, W>,
) {
    for key in keys {
        ask(key, cx);
    }
}

/// Runs a part of the body that asks for a load whose key needs an earlier fact, and that ends
/// without a trace where that fact is unknown.
pub fn slice<P: Sources, W: Watch>(
    cx: &mut Cx<P, W>,
    part: impl FnOnce(&mut Cx<P, W>) -> Result<(), Stop>,
) {
    let _ = part(cx);
}

/// What is known of a condition on facts; nothing, if it needs one that is not known, or failed, or
/// only guessed, in a cycle that is not solved yet.
pub fn known<P: Sources, W: Watch>(
    cx: &mut Cx<P, W>,
    condition: impl FnOnce(&mut Cx<P, W>) -> Result<bool, Stop>,
) -> Option<bool> {
    let guesses = cx.guesses();
    condition(cx).ok().filter(|_| cx.guesses() == guesses)
}
