//! What the value of a fact has to be where it is read: present, a `bool`, or never missing.

use super::conditions::met;
use super::cx::{Cx, ResolvedBy, read};
use super::observer::Observer;
use super::stop::Stop;
use crate::fact::FactKey;
use crate::session::Sources;

/// The operand of `?` in a policy: `Option`.
#[diagnostic::on_unimplemented(
    message = "`?` in a rule works on an `Option`, and this is `{Self}`",
    label = "not an `Option`",
    note = "a fact with a default or a body is never missing: remove the `?`",
    note = "for a `Result`, say what an error means: `.ok()?`, or a `match`"
)]
pub trait MaybeMissing<T> {
    /// `value?`: the value inside, or the policy does not apply.
    fn present(self) -> Result<T, Stop>;

    /// As [`present`](Self::present), and reports whether the value is there as a condition.
    fn present_reported<P: Sources, O: Observer>(
        self,
        condition: u32,
        cx: &mut Cx<P, O>,
    ) -> Result<T, Stop>;
}

#[diagnostic::do_not_recommend]
impl<T> MaybeMissing<T> for Option<T> {
    #[inline]
    fn present(self) -> Result<T, Stop> {
        self.ok_or(Stop::NotApplicable)
    }

    #[inline]
    fn present_reported<P: Sources, O: Observer>(
        self,
        condition: u32,
        cx: &mut Cx<P, O>,
    ) -> Result<T, Stop> {
        met(self.is_some(), condition, cx);
        self.present()
    }
}

/// The output of a fact where a rule needs a `bool`: in a condition, and at its end.
#[diagnostic::on_unimplemented(
    message = "the fact `{K}` is `{Self}`, and a `bool` is wanted here",
    label = "not a `bool`",
    note = "compare its value, or match on it: `{K}(…).await == …`; of an `Option`, ask whether it is there: `{K}(…).await.is_some()`"
)]
pub trait Truth<K> {
    /// The `bool` itself.
    fn truth(self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<K> Truth<K> for bool {
    #[inline]
    fn truth(self) -> bool {
        self
    }
}

/// A fact whose `.await` gives a `V`, not an `Option`: it has a default or a body. Implemented by
/// `fact!`.
///
/// `V` is a parameter so that rustc reports this one error for a fact that may be missing: without the
/// impl, it knows no type for the output, so it cannot report a second one.
#[diagnostic::on_unimplemented(
    message = "the fact `{Self}` may be missing, and nothing says what that means here",
    label = "an `Option`: a value that may be missing",
    note = "give it a default in `fact!` (`-> … = …;`), or say it here: `.await.unwrap_or(…)`, or in a permit `.await?`, where a missing value means that the policy does not apply"
)]
pub trait NeverMissing<V>: FactKey<Value = V, Output = V> {}

// This impl makes rustc report the bound `NeverMissing`, whose message is the one above. No fact with
// that bound has an `Option` as its output; if one had, a missing value would not permit anything.
impl<K: NeverMissing<bool>> Truth<K> for Option<bool> {
    fn truth(self) -> bool {
        self == Some(true)
    }
}

/// `Name(…).await` where it is compared by `<` and the like: a missing value would be less than every
/// other.
#[inline]
pub fn read_comparable<P: Sources, O: Observer, K, V>(key: K, cx: &mut Cx<P, O>) -> Result<V, Stop>
where
    K: ResolvedBy<P> + NeverMissing<V>,
{
    read(key, cx)
}

/// `Name(…).await` where a `bool` is needed. The bound replaces rustc's message about another type.
#[inline]
pub fn read_bool<P: Sources, O: Observer, K>(key: K, cx: &mut Cx<P, O>) -> Result<bool, Stop>
where
    K: ResolvedBy<P, Output: Truth<K>>,
{
    read(key, cx).map(Truth::truth)
}
