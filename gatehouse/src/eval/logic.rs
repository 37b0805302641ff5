//! Three-valued logic: the meaning of `||`, `&&`, `any`, `all` and `each` where facts can fail.
//!
//! A failed load is neither true nor false, it is *unknown*. A result is known only if it would be the
//! same for both values of the unknown operand. So no failure can turn into a permit.

use super::cx::{Cx, ResolvedBy, read};
use super::observer::Observer;
use super::reads::{Truth, read_bool};
use super::speculation::PANICS_ABORT;
use super::stop::Stop;
use crate::session::Sources;

/// A side of `||` or `&&` next to a fact. It must not change anything outside of it, because the change
/// would reveal whether the fact failed to load.
///
/// The bounds enforce that: a unique borrow is not `Clone`, and a borrowed `Cell` is not `Send`.
#[diagnostic::on_unimplemented(
    message = "this side of `||` or `&&` may change what is outside of it, and the fact beside it may fail to load",
    label = "may change something outside of it, or share it with others",
    note = "no rule may notice a failure: what changes something belongs into a statement or a `let` of its own, before or after",
    note = "what a side takes by value is `Clone` and `Send`, and what it looks at is `Sync`; of anything else, take into a `let` before what this side asks of it"
)]
pub trait Operand<P: Sources, O: Observer> {}

#[diagnostic::do_not_recommend]
impl<P: Sources, O: Observer, F> Operand<P, O> for F where
    F: FnOnce(&mut Cx<P, O>) -> Result<Side, Stop> + Clone + Send
{
}

/// The result of a side. Only [`side`] makes one, so that a `return` in a user's macro does not compile
/// where it would leave the side instead of the rule.
#[derive(Debug)]
pub struct Side(bool);

/// Ends a side with its result.
#[inline]
pub fn side(result: Result<bool, Stop>) -> Result<Side, Stop> {
    result.map(Side)
}

/// Runs the left side of `||` or `&&`. If it stops, the rule does not stop yet.
pub fn attempt<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    left: impl FnOnce(&mut Cx<P, O>) -> Result<Side, Stop> + Operand<P, O>,
) -> Result<bool, Stop> {
    left(cx).map(|Side(value)| value)
}

/// `left || right` over facts: true if one side is true, even if the other one failed.
///
/// After a failure on the left, the right side counts only if it has a value: if it leaves the policy
/// (by `?` or `return`), or panics because it relies on the left one, the failure stands. Neither side
/// changes anything that the other one, or the rest of the body, can see ([`Operand`]).
pub fn or<P: Sources, O: Observer>(
    left: Result<bool, Stop>,
    cx: &mut Cx<P, O>,
    right: impl FnOnce(&mut Cx<P, O>) -> Result<Side, Stop> + Operand<P, O>,
) -> Result<bool, Stop> {
    match left {
        Ok(false) => right(cx).map(|Side(value)| value),
        Err(Stop::Failed) => despite_failure(cx, right, true),
        known_or_pending => known_or_pending,
    }
}

/// `left && right` over facts: false if one side is false, even if the other one failed.
pub fn and<P: Sources, O: Observer>(
    left: Result<bool, Stop>,
    cx: &mut Cx<P, O>,
    right: impl FnOnce(&mut Cx<P, O>) -> Result<Side, Stop> + Operand<P, O>,
) -> Result<bool, Stop> {
    match left {
        Ok(true) => right(cx).map(|Side(value)| value),
        Err(Stop::Failed) => despite_failure(cx, right, false),
        known_or_pending => known_or_pending,
    }
}

/// As [`or`], for a right side whose tokens may panic: after a failure it does not run where a panic
/// ends the process.
pub fn partial_or<P: Sources, O: Observer>(
    left: Result<bool, Stop>,
    cx: &mut Cx<P, O>,
    right: impl FnOnce(&mut Cx<P, O>) -> Result<Side, Stop> + Operand<P, O>,
) -> Result<bool, Stop> {
    match left {
        Err(Stop::Failed) if PANICS_ABORT => left,
        left => or(left, cx, right),
    }
}

/// As [`and`], for a right side whose tokens may panic, like that of [`partial_or`].
pub fn partial_and<P: Sources, O: Observer>(
    left: Result<bool, Stop>,
    cx: &mut Cx<P, O>,
    right: impl FnOnce(&mut Cx<P, O>) -> Result<Side, Stop> + Operand<P, O>,
) -> Result<bool, Stop> {
    match left {
        Err(Stop::Failed) if PANICS_ABORT => left,
        left => and(left, cx, right),
    }
}

/// The result of an operator whose left side failed: known only if the right side is `decisive`.
#[cold]
fn despite_failure<P: Sources, O: Observer>(
    cx: &mut Cx<P, O>,
    right: impl FnOnce(&mut Cx<P, O>) -> Result<Side, Stop>,
    decisive: bool,
) -> Result<bool, Stop> {
    match cx.speculate(right) {
        Some(Ok(Side(value))) if value == decisive => Ok(decisive),
        Some(Err(Stop::Pending)) => Err(Stop::Pending),
        _ => Err(Stop::Failed),
    }
}

/// `any(keys).await`: true if one key is true; otherwise unknown if one is unknown; otherwise false.
pub fn any<P: Sources, O: Observer, K>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, O>,
) -> Result<bool, Stop>
where
    K: ResolvedBy<P, Output: Truth<K>>,
{
    quantified(keys, cx, true)
}

/// `all(keys).await`: false if one key is false; otherwise unknown if one is unknown; otherwise true.
pub fn all<P: Sources, O: Observer, K>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, O>,
) -> Result<bool, Stop>
where
    K: ResolvedBy<P, Output: Truth<K>>,
{
    quantified(keys, cx, false)
}

fn quantified<P: Sources, O: Observer, K>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, O>,
    decisive: bool,
) -> Result<bool, Stop>
where
    K: ResolvedBy<P, Output: Truth<K>>,
{
    let (mut decided, mut unknown) = (None, None);
    // The depth of a derived fact must not depend on which key is known first. So the body of a derived
    // fact waits for all keys before the decisive one.
    let in_order = K::DERIVATION.is_some() && cx.stack_depth() > 0;
    for key in keys {
        // The iterator is always run to its end: where it stopped would reveal which keys are known.
        if decided.is_some() {
            cx.count_read();
            continue;
        }
        match read_bool(key, cx) {
            Ok(value) if value == decisive => {
                let waits = in_order && unknown == Some(Stop::Pending);
                decided = Some(if waits { Err(Stop::Pending) } else { Ok(decisive) });
            }
            Ok(_) => {}
            Err(stop) => unknown = Some(dominant(unknown, stop)),
        }
    }
    decided.unwrap_or_else(|| unknown.map_or(Ok(!decisive), Err))
}

/// `each(keys).await`: the output of each key, in order.
pub fn each<P: Sources, O: Observer, K: ResolvedBy<P>>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, O>,
) -> Result<Vec<K::Output>, Stop> {
    let mut outputs = Vec::new();
    let mut unknown = None;
    for key in keys {
        match read(key, cx) {
            Ok(output) => outputs.push(output),
            Err(stop) => unknown = Some(dominant(unknown, stop)),
        }
    }
    unknown.map_or(Ok(outputs), Err)
}

/// The stop of two keys together: pending if one of them is, because the policy may yet be decided.
fn dominant(former: Option<Stop>, new: Stop) -> Stop {
    if former == Some(Stop::Pending) { Stop::Pending } else { new }
}
