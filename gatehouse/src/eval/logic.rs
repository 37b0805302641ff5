//! Three-valued logic: what `?`, `||`, `&&`, `any`, `all` and `each` mean where facts can fail.
//!
//! A failed load is neither true nor false, it is *unknown*, and a result is known only if it would
//! be the same whatever the unknown had been. So no failure can turn into a permit.

use super::cx::ResolvedBy;
use super::cx::{Cx, read};
use super::observer::{Observer, met};
use super::out_of_turn::PANICS_ABORT;
use super::stop::Stop;
use crate::fact::FactKey;
use crate::session::Sources;

/// What `?` works on in a policy: `Option`.
#[diagnostic::on_unimplemented(
    message = "`?` in a rule works on an `Option`, and this is `{Self}`",
    label = "not an `Option`",
    note = "a fact with a default or a body is never missing: remove the `?`",
    note = "for a `Result`, say what an error means: `.ok()?`, or a `match`"
)]
pub trait MaybeMissing<T> {
    /// `value?`: what is inside, or the policy does not apply.
    fn present(self) -> Result<T, Stop>;

    /// As [`present`](Self::present), and reported as the condition that it is.
    fn given<P: Sources, W: Observer>(self, condition: u32, cx: &mut Cx<P, W>) -> Result<T, Stop>;
}

#[diagnostic::do_not_recommend]
impl<T> MaybeMissing<T> for Option<T> {
    #[inline]
    fn present(self) -> Result<T, Stop> {
        self.ok_or(Stop::NotApplicable)
    }

    #[inline]
    fn given<P: Sources, W: Observer>(self, condition: u32, cx: &mut Cx<P, W>) -> Result<T, Stop> {
        met(self.is_some(), condition, cx);
        self.present()
    }
}

/// What a fact gives where a rule wants a `bool`: in a condition, and at its end.
#[diagnostic::on_unimplemented(
    message = "the fact `{K}` is `{Self}`, and a `bool` is wanted here",
    label = "not a `bool`",
    note = "compare its value, or match on it: `{K}(…).await == …`; of an `Option`, ask whether it is there: `{K}(…).await.is_some()`"
)]
pub trait Truth<K> {
    /// Itself.
    fn truth(self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<K> Truth<K> for bool {
    #[inline]
    fn truth(self) -> bool {
        self
    }
}

/// A fact whose `.await` gives a `V`, and no `Option`: written by `fact!` for those with a default or a
/// body. With `V` as a parameter, a fact that may be missing has this one error: of what it gives,
/// nothing is known.
#[diagnostic::on_unimplemented(
    message = "the fact `{Self}` may be missing, and nothing says what that means here",
    label = "an `Option`: a value that may be missing",
    note = "give it a default in `fact!` (`-> … = …;`), or say it here: `.await.unwrap_or(…)`, or in a permit `.await?`, where a missing value means that the policy does not apply"
)]
pub trait NeverMissing<V>: FactKey<Value = V, Output = V> {}

// So that the message for a fact which may be missing is the one above. What has the bound gives no
// `Option`; were it otherwise, it would be no permit.
impl<K: NeverMissing<bool>> Truth<K> for Option<bool> {
    fn truth(self) -> bool {
        self == Some(true)
    }
}

/// `Name(…).await` where it is compared by `<` and the like: a missing value would be less than all.
#[inline]
pub fn ordered<P: Sources, W: Observer, K, V>(key: K, cx: &mut Cx<P, W>) -> Result<V, Stop>
where
    K: ResolvedBy<P> + NeverMissing<V>,
{
    read(key, cx)
}

/// `Name(…).await` where a `bool` is wanted, so that the message for another type is ours.
#[inline]
pub fn holds<P: Sources, W: Observer, K>(key: K, cx: &mut Cx<P, W>) -> Result<bool, Stop>
where
    K: ResolvedBy<P, Output: Truth<K>>,
{
    read(key, cx).map(Truth::truth)
}

/// A side of `||` or `&&` beside a fact. It changes nothing outside of it: what it changed would say
/// whether the fact beside it failed to load.
///
/// The compiler of Rust holds a side to that: a unique borrow is not `Clone`, and a borrowed `Cell` not
/// `Send`.
#[diagnostic::on_unimplemented(
    message = "this side of `||` or `&&` may change what is outside of it, and the fact beside it may fail to load",
    label = "may change something outside of it, or share it with others",
    note = "no rule may notice a failure: what changes something belongs into a statement or a `let` of its own, before or after",
    note = "what a side takes by value is `Clone` and `Send`, and what it looks at is `Sync`; of anything else, take into a `let` before what this side asks of it"
)]
pub trait Operand<P: Sources, W: Observer> {}

#[diagnostic::do_not_recommend]
impl<P: Sources, W: Observer, F> Operand<P, W> for F where
    F: FnOnce(&mut Cx<P, W>) -> Result<Side, Stop> + Clone + Send
{
}

/// What a side came to. Nobody can make one but by [`side`], so that no `return` of a user's macro leaves
/// the side and not the rule.
#[derive(Debug)]
pub struct Side(bool);

/// The end of a side.
#[inline]
pub fn side(result: Result<bool, Stop>) -> Result<Side, Stop> {
    result.map(Side)
}

/// The left side of `||` or `&&`: what stops it stops nothing else yet.
pub fn attempt<P: Sources, W: Observer>(
    cx: &mut Cx<P, W>,
    left: impl FnOnce(&mut Cx<P, W>) -> Result<Side, Stop> + Operand<P, W>,
) -> Result<bool, Stop> {
    left(cx).map(|Side(value)| value)
}

/// `left || right` over facts: true if either side is known true, though the other failed.
///
/// The right side counts only with a plain result: if it leaves the policy (by `?` or `return`), or
/// panics because it relies on the left one, the left one's failure stands. Either changes nothing that
/// the other, or the rest of the body, can see ([`Operand`]).
pub fn or<P: Sources, W: Observer>(
    left: Result<bool, Stop>,
    cx: &mut Cx<P, W>,
    right: impl FnOnce(&mut Cx<P, W>) -> Result<Side, Stop> + Operand<P, W>,
) -> Result<bool, Stop> {
    match left {
        Ok(false) => right(cx).map(|Side(value)| value),
        Err(Stop::Failed) => despite_failure(cx, right, true),
        known_or_pending => known_or_pending,
    }
}

/// `left && right` over facts: false if either side is known false, though the other failed.
pub fn and<P: Sources, W: Observer>(
    left: Result<bool, Stop>,
    cx: &mut Cx<P, W>,
    right: impl FnOnce(&mut Cx<P, W>) -> Result<Side, Stop> + Operand<P, W>,
) -> Result<bool, Stop> {
    match left {
        Ok(true) => right(cx).map(|Side(value)| value),
        Err(Stop::Failed) => despite_failure(cx, right, false),
        known_or_pending => known_or_pending,
    }
}

/// As [`or`], with a right side that may panic by its tokens: behind a failure it does not run where
/// that ends the process.
pub fn partial_or<P: Sources, W: Observer>(
    left: Result<bool, Stop>,
    cx: &mut Cx<P, W>,
    right: impl FnOnce(&mut Cx<P, W>) -> Result<Side, Stop> + Operand<P, W>,
) -> Result<bool, Stop> {
    match left {
        Err(Stop::Failed) if PANICS_ABORT => left,
        left => or(left, cx, right),
    }
}

/// As [`and`], with a right side that may panic by its tokens, like that of [`partial_or`].
pub fn partial_and<P: Sources, W: Observer>(
    left: Result<bool, Stop>,
    cx: &mut Cx<P, W>,
    right: impl FnOnce(&mut Cx<P, W>) -> Result<Side, Stop> + Operand<P, W>,
) -> Result<bool, Stop> {
    match left {
        Err(Stop::Failed) if PANICS_ABORT => left,
        left => and(left, cx, right),
    }
}

#[cold]
fn despite_failure<P: Sources, W: Observer>(
    cx: &mut Cx<P, W>,
    right: impl FnOnce(&mut Cx<P, W>) -> Result<Side, Stop>,
    decisive: bool,
) -> Result<bool, Stop> {
    match cx.out_of_turn(right) {
        Some(Ok(Side(value))) if value == decisive => Ok(decisive),
        Some(Err(Stop::Pending)) => Err(Stop::Pending),
        _ => Err(Stop::Failed),
    }
}

/// `any(keys).await`: true if one is known true; else unknown if one is; else false.
pub fn any<P: Sources, W: Observer, K>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, W>,
) -> Result<bool, Stop>
where
    K: ResolvedBy<P, Output: Truth<K>>,
{
    quantified(keys, cx, true)
}

/// `all(keys).await`: false if one is known false; else unknown if one is; else true.
pub fn all<P: Sources, W: Observer, K>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, W>,
) -> Result<bool, Stop>
where
    K: ResolvedBy<P, Output: Truth<K>>,
{
    quantified(keys, cx, false)
}

fn quantified<P: Sources, W: Observer, K>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, W>,
    decisive: bool,
) -> Result<bool, Stop>
where
    K: ResolvedBy<P, Output: Truth<K>>,
{
    let (mut decided, mut unknown) = (None, None);
    // How deep a derived fact is must not depend on what is known first: inside of one, all keys
    // before the decisive one are waited for.
    let in_order = K::DERIVATION.is_some() && cx.links() > 0;
    for key in keys {
        // The iterator ends in any case: how far it came would say what is known already.
        if decided.is_some() {
            cx.count_read();
            continue;
        }
        match holds(key, cx) {
            Ok(value) if value == decisive => {
                let waits = in_order && unknown == Some(Stop::Pending);
                decided = Some(if waits { Err(Stop::Pending) } else { Ok(decisive) });
            }
            Ok(_) => {}
            Err(stop) => unknown = Some(worse(unknown, stop)),
        }
    }
    decided.unwrap_or_else(|| unknown.map_or(Ok(!decisive), Err))
}

/// `each(keys).await`: what each key is, in order.
pub fn each<P: Sources, W: Observer, K: ResolvedBy<P>>(
    keys: impl IntoIterator<Item = K>,
    cx: &mut Cx<P, W>,
) -> Result<Vec<K::Output>, Stop> {
    let mut outputs = Vec::new();
    let mut unknown = None;
    for key in keys {
        match read(key, cx) {
            Ok(output) => outputs.push(output),
            Err(stop) => unknown = Some(worse(unknown, stop)),
        }
    }
    unknown.map_or(Ok(outputs), Err)
}

/// Of two keys that stop a policy, one pending means that it may yet be decided.
fn worse(known: Option<Stop>, new: Stop) -> Stop {
    if known == Some(Stop::Pending) { Stop::Pending } else { new }
}
