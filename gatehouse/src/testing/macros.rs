//! The assertions. Each is a macro so that the panic is at the caller's line, and so that a policy
//! can be named as in a gate.

/// Panics unless access is allowed. With `by = policy`, unless that policy allows it.
///
/// Three ways to ask:
///
/// | | |
/// |---|---|
/// | `assert_allow!(access, resource)` | asks a bound gate and waits, on this thread, without a runtime: for a [`FactTable`](crate::testing::FactTable), and sources that answer at once |
/// | `assert_allow!(async access, resource)` | the same in an `async fn`, for every source |
/// | `assert_allow!(decision)` | looks at a [`Decision`](crate::Decision) that is there already |
///
/// The first two print a [`report`](fn@crate::testing::report) when they fail: the decision explained,
/// the table's rows and calls. Resources can be given with or without `&`.
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{FactTable, assert_allow};
/// # struct Document { owner: u64 }
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = u64; type Action = (); type Resource = Document; type Context = ();
/// # }
/// #[policy]
/// fn owner(user: &u64, doc: &Document) -> bool { doc.owner == *user }
///
/// static GATE: Gate<Documents, owner> = Gate::new();
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let session = Session::new(FactTable::new());
/// let access = GATE.bind(&session, &7, &());
/// let doc = Document { owner: 7 };
/// assert_allow!(access, doc);
/// assert_allow!(access, &doc, by = owner);
/// assert_allow!(async access, doc, by = owner);
/// assert_allow!(access.check(&doc).await, by = owner);
/// # }
/// ```
///
/// ```should_panic
/// # use gatehouse::prelude::*;
/// # use gatehouse::testing::{FactTable, assert_allow};
/// # struct Document { owner: u64 }
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = u64; type Action = (); type Resource = Document; type Context = ();
/// # }
/// # #[policy]
/// # fn owner(user: &u64, doc: &Document) -> bool { doc.owner == *user }
/// # static GATE: Gate<Documents, owner> = Gate::new();
/// # let session = Session::new(FactTable::new());
/// assert_allow!(GATE.bind(&session, &8, &()), Document { owner: 7 });
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_allow {
    ($($arguments:tt)*) => { $crate::__assert_decision!(ALLOW; $($arguments)*) };
}

/// Panics unless access is denied. With `by = policy`, unless that forbid denies it; with
/// `by = None`, unless it is denied because no permit applies.
///
/// It asks in the three ways of [`assert_allow!`](crate::testing::assert_allow).
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{FactTable, assert_deny};
/// # struct Document { owner: u64 }
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = u64; type Action = (); type Resource = Document; type Context = ();
/// # }
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// #[policy(forbid)]
/// async fn suspended(user: &u64) -> bool { Suspended(*user).await }
///
/// #[policy]
/// fn owner(user: &u64, doc: &Document) -> bool { doc.owner == *user }
///
/// static GATE: Gate<Documents, (suspended, owner)> = Gate::new();
/// let session = Session::new(FactTable::new().with(Suspended(7), true));
/// let doc = Document { owner: 7 };
/// assert_deny!(GATE.bind(&session, &7, &()), doc, by = suspended);
/// assert_deny!(GATE.bind(&session, &8, &()), doc, by = None);
/// ```
///
/// A name that is no policy does not compile:
///
/// ```compile_fail
/// # use gatehouse::{prelude::*, testing::assert_deny};
/// # fn f(decision: Decision) {
/// struct Suspended;
/// assert_deny!(decision, by = Suspended);
/// # }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_deny {
    ($($arguments:tt)*) => { $crate::__assert_decision!(DENY; $($arguments)*) };
}

/// Panics unless the decision is indeterminate. With `by = policy`, unless that policy could not be
/// decided; with `failed = Fact`, unless that fact failed to load.
///
/// It asks in the three ways of [`assert_allow!`](crate::testing::assert_allow).
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{FactTable, assert_indeterminate};
/// # struct Users;
/// # impl Domain for Users {
/// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
/// # }
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// #[policy]
/// async fn active(user: &u64) -> bool { !Suspended(*user).await }
///
/// static GATE: Gate<Users, active> = Gate::new();
/// let session = Session::new(FactTable::new().failing(Suspended(7), FactError::safe("down")));
/// assert_indeterminate!(GATE.bind(&session, &7, &()), (), by = active, failed = Suspended);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_indeterminate {
    ($($arguments:tt)*) => { $crate::__assert_decision!(INDETERMINATE; $($arguments)*) };
}

/// Panics unless the evaluations in [`measured(…)`](crate::testing::measured) took so many rounds,
/// added up.
///
/// ```
/// # use gatehouse::prelude::*;
/// # use gatehouse::testing::{FactTable, assert_rounds, block_on, measured};
/// # struct Users;
/// # impl Domain for Users {
/// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
/// # }
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// # #[policy] async fn active(user: &u64) -> bool { !Suspended(*user).await }
/// # static GATE: Gate<Users, active> = Gate::new();
/// # let session = Session::new(FactTable::new());
/// let access = GATE.bind(&session, &7, &());
/// let (_, first) = block_on(measured(access.check(&())));
/// let (_, again) = block_on(measured(access.check(&())));
/// assert_rounds!(first, 1);
/// assert_rounds!(again, 0); // all is known by now
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_rounds {
    ($spent:expr, $rounds:expr $(,)?) => {
        $crate::testing::assertion::rounds(&$spent, $rounds).or_panic()
    };
}

/// Panics unless exactly these loads were made: of each fact, the number of keys of each call.
///
/// It looks at what [`measured(…)`](crate::testing::measured) gave, or at all that a
/// [`FactTable`](crate::testing::FactTable) or a [`Counted`](crate::testing::Counted) source was
/// asked since it was made. A fact that is not listed must not have been loaded; without any, nothing
/// must.
///
/// ```
/// # use std::sync::Arc;
/// # use gatehouse::prelude::*;
/// # use gatehouse::testing::{FactTable, assert_loads, block_on};
/// # struct Users;
/// # impl Domain for Users {
/// #     type Subject = u64; type Action = (); type Resource = u64; type Context = ();
/// # }
/// # fact! {
/// #     pub Suspended(user: u64) -> bool = false;
/// #     pub Friends(user: u64, other: u64) -> bool = false;
/// # }
/// # #[policy]
/// # async fn friend(user: &u64, other: &u64) -> bool {
/// #     !Suspended(*user).await && Friends(*user, *other).await
/// # }
/// # static GATE: Gate<Users, friend> = Gate::new();
/// let facts = Arc::new(FactTable::new());
/// let session = Session::new(facts.clone());
/// let access = GATE.bind(&session, &7, &());
/// assert_loads!(facts); // nothing yet
/// let _ = block_on(access.check_all(0..100));
/// assert_loads!(facts, Suspended = [1], Friends = [100]);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_loads {
    ($counted:expr $(, $fact:ty = $sizes:expr)* $(,)?) => {
        $crate::testing::assertion::loads(
            &$counted,
            &[$($crate::testing::assertion::ExpectedLoads::of::<$fact>(&$sizes)),*],
        )
        .or_panic()
    };
}

/// The three ways to ask. What a decision is followed by comes first: `by = x` is an expression too.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_decision {
    ($outcome:ident; by = $($rest:tt)*) => {
        ::core::compile_error!("`by = policy` comes last: `(access, resource, by = policy)`")
    };
    ($outcome:ident; async $access:expr, $resource:expr $(, $($options:tt)*)?) => {
        $crate::testing::assertion::asked(
            &$access,
            &$resource,
            $crate::__expected!($outcome; $($($options)*)?),
        )
        .await
        .or_panic()
    };
    ($outcome:ident; $decision:expr, by = $($options:tt)*) => {
        $crate::testing::assertion::decided(
            $decision,
            $crate::__expected!($outcome; by = $($options)*),
        )
        .or_panic()
    };
    ($outcome:ident; $decision:expr, failed = $($options:tt)*) => {
        $crate::testing::assertion::decided(
            $decision,
            $crate::__expected!($outcome; failed = $($options)*),
        )
        .or_panic()
    };
    ($outcome:ident; $decision:expr, $option:ident = $($options:tt)*) => {
        $crate::__expected!($outcome; $option = $($options)*)
    };
    ($outcome:ident; $decision:expr $(,)?) => {
        $crate::testing::assertion::decided($decision, $crate::__expected!($outcome;)).or_panic()
    };
    ($outcome:ident; $access:expr, $resource:expr $(, $($options:tt)*)?) => {
        $crate::testing::block_on($crate::testing::assertion::asked(
            &$access,
            &$resource,
            $crate::__expected!($outcome; $($($options)*)?),
        ))
        .or_panic()
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "expected `access, resource`, `async access, resource` or a decision, and then `by = policy`"
        )
    };
}

/// What is expected, from the options.
#[doc(hidden)]
#[macro_export]
macro_rules! __expected {
    ($outcome:ident; $($options:tt)*) => {
        $crate::__expected!(
            @ $outcome ($crate::testing::assertion::Expected::$outcome) $($options)*
        )
    };
    (@ $outcome:ident ($($expected:tt)*) $(,)?) => { $($expected)* };
    (@ DENY ($($expected:tt)*) by = None $(,)?) => { $($expected)*.by_no_permit() };
    (@ $outcome:ident ($($expected:tt)*) by = None $($rest:tt)*) => {
        ::core::compile_error!("`by = None` is for `assert_deny!`: denied because no permit applies")
    };
    (@ $outcome:ident ($($expected:tt)*) by = $policy:ty $(, $($rest:tt)*)?) => {
        $crate::__expected!(@ $outcome ($($expected)*.by::<$policy>()) $($($rest)*)?)
    };
    (@ INDETERMINATE ($($expected:tt)*) failed = $fact:ty $(, $($rest:tt)*)?) => {
        $crate::__expected!(@ INDETERMINATE ($($expected)*.failed::<$fact>()) $($($rest)*)?)
    };
    (@ $outcome:ident ($($expected:tt)*) failed = $($rest:tt)*) => {
        ::core::compile_error!("`failed = Fact` is for `assert_indeterminate!`")
    };
    (@ $outcome:ident ($($expected:tt)*) $($rest:tt)*) => {
        ::core::compile_error!("expected `by = policy` or, of an indeterminate decision, `failed = Fact`")
    };
}
