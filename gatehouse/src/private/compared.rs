//! What is ordered by `<`, `max`, `sort` and the like is never missing: `None` is less than everything.
//!
//! Which types have missing values, rustc decides: [`Compared`] has the method `value` at each of its
//! steps, and the first step that fits the type is called. The last step fits every type; the others
//! fit what may be missing, and there `value` has a bound that no type satisfies.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::marker::PhantomData;
use std::ops::{Bound, Deref, Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};
use std::rc::Rc;
use std::sync::Arc;

/// A type that has an order in a rule: no type with missing values, as far as rustc sees them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no order in a rule: a value that is missing would be less than every other",
    label = "may be missing",
    note = "say what a missing value means: `.is_some_and(|value| value < …)`, `.unwrap_or(…)`, in a permit `?`, or with a default in `fact!` (`-> … = …;`)"
)]
pub trait HasOrder {}

/// A type whose values hold one that may be missing, at the place `At`.
pub trait MayMiss<At> {}

/// By itself (0), or as one of the elements of a tuple (1 and up); containers are looked through.
#[derive(Debug)]
pub struct Place<const N: usize>;

/// Among the items of an iterator: they themselves (0), or an element of pairs that they are.
#[derive(Debug)]
pub struct Items<const N: usize>;

impl<T> MayMiss<Place<0>> for Option<T> {}

/// Types that are ordered as what they hold.
macro_rules! looked_through {
    ($([$($parameters:tt)*] $container:ty;)+) => {$(
        impl<$($parameters)*, const N: usize> MayMiss<Place<N>> for $container
        where
            T: MayMiss<Place<N>>,
        {
        }
    )+};
}

looked_through! {
    [T: ?Sized] &T;
    [T: ?Sized] &mut T;
    [T: ?Sized] Box<T>;
    [T: ?Sized] Rc<T>;
    [T: ?Sized] Arc<T>;
    [T] [T];
    [T, const LEN: usize] [T; LEN];
    [T] Vec<T>;
    [T] VecDeque<T>;
    [T] BTreeSet<T>;
    [K, T] BTreeMap<K, T>;
    [T, E] Result<T, E>;
    [T] Reverse<T>;
    [T] Bound<T>;
    [T] Range<T>;
    [T] RangeFrom<T>;
    [T] RangeInclusive<T>;
    [T] RangeTo<T>;
    [T] RangeToInclusive<T>;
}

/// Tuples, with the place of each element.
macro_rules! tuples {
    ($([$($before:ident)*] $place:literal [$($after:ident)*];)+) => {$(
        impl<$($before,)* T, $($after),*> MayMiss<Place<$place>> for ($($before,)* T, $($after),*)
        where
            T: MayMiss<Place<0>>,
        {
        }
    )+};
}

tuples! {
    [] 1 [];
    [] 1 [A]; [A] 2 [];
    [] 1 [A B]; [A] 2 [B]; [A B] 3 [];
    [] 1 [A B C]; [A] 2 [B C]; [A B] 3 [C]; [A B C] 4 [];
}

impl<I, const N: usize> MayMiss<Items<N>> for I where I: Iterator<Item: MayMiss<Place<N>>> + ?Sized {}

/// A value that is ordered: a step that fits if it may be missing `At` a place, before the `Next` one.
#[derive(Debug)]
pub struct Compared<T: ?Sized, At, Next> {
    next: Next,
    fits: PhantomData<(At, PhantomData<T>)>,
}

/// The last step, which fits every type.
#[derive(Debug)]
pub struct Last<'v, T: ?Sized>(&'v T);

/// All the steps: a type of its own for each place where something may be missing.
type Steps<'v, T> = Compared<T, Place<0>, InTuple<'v, T>>;
type InTuple<'v, T> = Compared<T, Place<1>, Compared<T, Place<2>, Behind<'v, T>>>;
type Behind<'v, T> = Compared<T, Place<3>, Compared<T, Place<4>, AmongItems<'v, T>>>;
type AmongItems<'v, T> = Compared<T, Items<0>, InPairs<'v, T>>;
type InPairs<'v, T> = Compared<T, Items<1>, Compared<T, Items<2>, Last<'v, T>>>;

/// Where a rule orders `value`: `*compared(&level).value() < limit`.
#[inline]
pub const fn compared<T: ?Sized>(value: &T) -> Steps<'_, T> {
    step(step(step(step(step(step(step(step(Last(value)))))))))
}

#[inline]
const fn step<T: ?Sized, At, Next>(next: Next) -> Compared<T, At, Next> {
    Compared { next, fits: PhantomData }
}

impl<T: ?Sized, At, Next> Deref for Compared<T, At, Next> {
    type Target = Next;

    #[inline]
    fn deref(&self) -> &Next {
        &self.next
    }
}

impl<T: ?Sized + MayMiss<At>, At, Next> Compared<T, At, Next> {
    /// Refused: something may be missing here. It gives whatever is wanted, so that this is all that
    /// the compiler has to say.
    pub fn value<R: ?Sized>(&self) -> &R
    where
        T: HasOrder,
    {
        unreachable!("no type with missing values has an order")
    }

    /// As [`value`](Self::value), which is not wanted.
    pub const fn check(&self)
    where
        T: HasOrder,
    {
    }
}

impl<'v, T: ?Sized> Last<'v, T> {
    /// The value.
    #[inline]
    #[must_use]
    pub const fn value(&self) -> &'v T {
        self.0
    }

    /// Nothing: that it is called says that the type has an order.
    #[allow(clippy::unused_self, reason = "what it is called on is what counts")]
    #[inline]
    pub const fn check(&self) {}
}
