//! The combinators as functions: for editors, for completion, and for the user's imports.

use super::output::OnlyInPolicies;
use super::words::{AllWord, AnyWord, EachWord, LazyWord};

/// `any(keys).await` in a policy: whether one of the facts is true. All keys are loaded in one round.
///
/// The first row that fits:
///
/// | facts | result |
/// |---|---|
/// | one is true | true, even if others failed to load |
/// | one failed to load | indeterminate |
/// | otherwise (no keys at all included) | false |
///
/// The iterator is always taken to its end, so an endless one never gives an answer. No key is read
/// after one that is true.
///
/// ```
/// use gatehouse::prelude::*;
/// # struct User { groups: Vec<u64> } struct Document { id: u64 }
/// fact! { pub GroupGrant(group: u64, doc: u64) -> bool = false; }
///
/// #[policy]
/// async fn shared_with_a_group(user: &User, doc: &Document) -> bool {
///     any(user.groups.iter().map(|group| GroupGrant(*group, doc.id))).await
/// }
/// ```
pub fn any<K>(keys: impl IntoIterator<Item = K>) -> OnlyInPolicies<AnyWord> {
    drop(keys);
    OnlyInPolicies::new()
}

/// `all(keys).await` in a policy: whether all facts are true. All keys are loaded in one round.
///
/// The first row that fits:
///
/// | facts | result |
/// |---|---|
/// | one is false | false, even if others failed to load |
/// | one failed to load | indeterminate |
/// | otherwise (no keys at all included) | true |
///
/// As with [`any`], the iterator is always taken to its end. No key is read after one that is false.
pub fn all<K>(keys: impl IntoIterator<Item = K>) -> OnlyInPolicies<AllWord> {
    drop(keys);
    OnlyInPolicies::new()
}

/// `each(keys).await` in a policy: the outputs of all facts, as a `Vec` in the order of the keys. All
/// keys are loaded in one round.
///
/// ```
/// use gatehouse::prelude::*;
/// # struct User { id: u64 } struct Document { orgs: Vec<u64> }
/// fact! { pub Clearance(user: u64, org: u64) -> u8 = 0; }
///
/// #[policy]
/// async fn cleared(user: &User, doc: &Document) -> bool {
///     let levels = each(doc.orgs.iter().map(|org| Clearance(user.id, *org))).await;
///     levels.iter().map(|level| u32::from(*level)).sum::<u32>() >= 10
/// }
/// ```
pub fn each<K>(keys: impl IntoIterator<Item = K>) -> OnlyInPolicies<EachWord> {
    drop(keys);
    OnlyInPolicies::new()
}

/// `lazy(Fact(…)).await` in a policy: a load that is not asked for before the body reaches it.
///
/// For a load that is expensive and rarely needed. Where it is needed, it costs a round of its own.
pub fn lazy<K>(key: K) -> OnlyInPolicies<LazyWord> {
    drop(key);
    OnlyInPolicies::new()
}
