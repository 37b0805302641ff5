//! What is ordered by `<`, `max`, `sort` and the like is never missing: `None` is less than everything.
//!
//! Which types have missing values, rustc decides: what [`compared`] gives has the method `value` at each
//! of its steps, and the first step that fits the type is called. The first one fits simple types, the
//! last one every type; those between ([`Compared`]) fit what may be missing, and there `value` has a
//! bound that no type satisfies.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Bound, Deref, Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

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
    [T: ?Sized + ToOwned] Cow<'_, T>;
    [T] Pin<T>;
    [T: ?Sized] Cell<T>;
    [T: ?Sized] RefCell<T>;
    [T: ?Sized] ManuallyDrop<T>;
    [T] Poll<T>;
    [T] [T];
    [T, const LEN: usize] [T; LEN];
    [T] Vec<T>;
    [T] VecDeque<T>;
    [T] LinkedList<T>;
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

/// Types that are compared most, which are known without a further look to have no missing values.
#[diagnostic::on_unimplemented(
    message = "a rule orders a value here whose type is only known later: `{Self}`",
    label = "not known yet",
    note = "write the type where the value is bound: `let level: {Self} = …;`"
)]
pub trait Simple {}

impl<T: Simple + ?Sized> Simple for &T {}

macro_rules! simple {
    ($($ty:ty)+) => {$(impl Simple for $ty {})+};
}

simple! {
    u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64 bool char str String Duration
}

/// The first step, which fits those, and spares the compiler the others.
#[derive(Debug)]
pub struct First<'v, T: ?Sized, Next> {
    value: &'v T,
    next: Next,
}

/// A value that is ordered: a step that fits if it may be missing `At` a place, before the `Next` one.
#[derive(Debug)]
pub struct Compared<T: ?Sized, At, Next> {
    next: Next,
    fits: PhantomData<(At, PhantomData<T>)>,
}

/// The last step, which fits every type.
#[derive(Debug)]
pub struct Last<'v, T: ?Sized>(&'v T);

/// The steps of a value, and of tuples: a type for each place where something may be missing.
type Steps<T, Next> = Compared<T, Place<0>, Compared<T, Place<1>, InTuple<T, Next>>>;
type InTuple<T, Next> = Compared<T, Place<2>, Compared<T, Place<3>, Compared<T, Place<4>, Next>>>;

/// The steps of what is an iterator.
type OfItems<'v, T> =
    Compared<T, Items<0>, Compared<T, Items<1>, Compared<T, Items<2>, Last<'v, T>>>>;

/// Where a rule orders `value` by an operator: `*compared(&level).value() < limit`.
#[inline]
pub const fn compared<T: ?Sized>(value: &T) -> First<'_, T, Steps<T, Last<'_, T>>> {
    First { value, next: compared_load(value) }
}

/// As [`compared`], of a load that stands there as it is. If it has an error, its type is not known, and
/// then no first step is to fit it.
#[inline]
pub const fn compared_load<T: ?Sized>(value: &T) -> Steps<T, Last<'_, T>> {
    step(step(step(step(step(Last(value))))))
}

/// Where a rule orders `value`, or what it iterates over, by a method: `compared_by(&levels).check()`.
#[inline]
pub const fn compared_by<T: ?Sized>(value: &T) -> First<'_, T, Steps<T, OfItems<'_, T>>> {
    let of_items: OfItems<'_, T> = step(step(step(Last(value))));
    First { value, next: step(step(step(step(step(of_items))))) }
}

#[inline]
const fn step<T: ?Sized, At, Next>(next: Next) -> Compared<T, At, Next> {
    Compared { next, fits: PhantomData }
}

impl<T: ?Sized, Next> Deref for First<'_, T, Next> {
    type Target = Next;

    #[inline]
    fn deref(&self) -> &Next {
        &self.next
    }
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

impl<'v, T: ?Sized + Simple, Next> First<'v, T, Next> {
    /// The value.
    #[inline]
    #[must_use]
    pub const fn value(&self) -> &'v T {
        self.value
    }

    /// Nothing: that it is called says that the type has an order.
    #[inline]
    pub const fn check(&self) {
        let _ = self.value;
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
    #[inline]
    pub const fn check(&self) {
        let _ = self.0;
    }
}
