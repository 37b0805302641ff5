//! The words of the language that are written like functions.
//!
//! `#[policy]` compiles them; these items are what an editor shows and what completes, and by them rustc
//! tells a word from a function of the user's that has its name.

use std::marker::PhantomData;

pub mod words;

/// What the word `W` gives: something that only `#[policy]` can await.
#[derive(Debug)]
#[must_use = "write `.await`, inside a function annotated with `#[policy]`"]
pub struct OnlyInPolicies<W>(PhantomData<W>);

/// `any(keys).await` in a policy: whether one of the facts is true; all keys in one round.
///
/// True if one is known true, though others failed to load; else indeterminate if one failed; else
/// false. So is the empty set. The iterator is taken to its end, whatever is known: an endless one has
/// no answer. No key is read after one that is true.
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
pub fn any<K>(keys: impl IntoIterator<Item = K>) -> OnlyInPolicies<words::AnyWord> {
    drop(keys);
    OnlyInPolicies(PhantomData)
}

/// `all(keys).await` in a policy: whether all facts are true; all keys in one round.
///
/// False if one is known false, though others failed to load; else indeterminate if one failed;
/// else true. So is the empty set. As with [`any`], the iterator is taken to its end.
pub fn all<K>(keys: impl IntoIterator<Item = K>) -> OnlyInPolicies<words::AllWord> {
    drop(keys);
    OnlyInPolicies(PhantomData)
}

/// `each(keys).await` in a policy: what every fact is, a `Vec` in the order of the keys; all in one
/// round.
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
pub fn each<K>(keys: impl IntoIterator<Item = K>) -> OnlyInPolicies<words::EachWord> {
    drop(keys);
    OnlyInPolicies(PhantomData)
}

/// `lazy(Fact(…)).await` in a policy: not asked for before the body comes to it.
///
/// For a load that is dear and rarely needed: it costs a round of its own when it is.
pub fn lazy<K>(key: K) -> OnlyInPolicies<words::LazyWord> {
    drop(key);
    OnlyInPolicies(PhantomData)
}
