//! A value that is ordered by `<`, `max`, `sort` and the like must not be missing: `None` is less than
//! every other value.
//!
//! Method resolution finds the types with missing values. [`compared`] gives a chain of steps, each of
//! which dereferences to the next one and has a method `value`; rustc calls that of the first step that
//! fits the type. The first step fits simple types and the last one fits every type. The steps between
//! them ([`Compared`]) fit types with missing values, and there `value` has a bound that no type
//! satisfies.

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

/// A type that has an order in a rule. It is required of types with missing values, and none has it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no order in a rule: a value that is missing would be less than every other",
    label = "may be missing",
    note = "say what a missing value means: `.is_some_and(|value| value < …)`, `.unwrap_or(…)`, in a permit `?`, or with a default in `fact!` (`-> … = …;`)"
)]
pub trait HasOrder {}

/// A type whose values contain one that may be missing, at the position `At`.
pub trait MayMiss<At> {}

/// The value itself (0), or an element of a tuple (1 and up). Containers are transparent.
#[derive(Debug)]
pub struct Position<const N: usize>;

/// The items of an iterator (0), or an element of the tuples that they are (1 and up).
#[derive(Debug)]
pub struct Items<const N: usize>;

impl<T> MayMiss<Position<0>> for Option<T> {}

/// Types that are ordered as their contents are.
macro_rules! transparent {
    ($([$($parameters:tt)*] $container:ty;)+) => {$(
        impl<$($parameters)*, const N: usize> MayMiss<Position<N>> for $container
        where
            T: MayMiss<Position<N>>,
        {
        }
    )+};
}

transparent! {
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

/// Tuples, with the position of each element.
macro_rules! tuples {
    ($([$($before:ident)*] $position:literal [$($after:ident)*];)+) => {$(
        impl<$($before,)* T, $($after),*> MayMiss<Position<$position>> for ($($before,)* T, $($after),*)
        where
            T: MayMiss<Position<0>>,
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

impl<I, const N: usize> MayMiss<Items<N>> for I where
    I: Iterator<Item: MayMiss<Position<N>>> + ?Sized
{
}

/// The types that are compared most. None of them has missing values, which rustc finds at the first
/// step.
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

/// The first step, which fits [`Simple`] types and spares rustc the other steps.
#[derive(Debug)]
pub struct First<'v, T: ?Sized, Next> {
    value: &'v T,
    next: Next,
}

/// A step that fits a type with a value that may be missing at `At`. It comes before `Next`.
#[derive(Debug)]
pub struct Compared<T: ?Sized, At, Next> {
    next: Next,
    fits: PhantomData<(At, PhantomData<T>)>,
}

/// The last step, which fits every type.
#[derive(Debug)]
pub struct Last<'v, T: ?Sized>(&'v T);

/// The steps of a value or tuple: one for each position where a value may be missing.
type Steps<T, Next> = Compared<T, Position<0>, Compared<T, Position<1>, InTuple<T, Next>>>;
type InTuple<T, Next> =
    Compared<T, Position<2>, Compared<T, Position<3>, Compared<T, Position<4>, Next>>>;

/// The steps of an iterator.
type OfItems<'v, T> =
    Compared<T, Items<0>, Compared<T, Items<1>, Compared<T, Items<2>, Last<'v, T>>>>;

/// Wraps a `value` that a rule orders by an operator: `*compared(&level).value() < limit`.
#[inline]
pub const fn compared<T: ?Sized>(value: &T) -> First<'_, T, Steps<T, Last<'_, T>>> {
    First { value, next: compared_load(value) }
}

/// As [`compared`], for a load that is an operand itself. If it has an error, its type is unknown and
/// would fit the first step, so that step is left out.
#[inline]
pub const fn compared_load<T: ?Sized>(value: &T) -> Steps<T, Last<'_, T>> {
    step(step(step(step(step(Last(value))))))
}

/// Wraps a `value` that a rule orders by a method, itself or its items: `compared_by(&levels).check()`.
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
    /// Does not compile: a value may be missing here. It gives any type, so that rustc reports this
    /// error alone.
    pub fn value<R: ?Sized>(&self) -> &R
    where
        T: HasOrder,
    {
        unreachable!("no type with missing values has an order")
    }

    /// As [`value`](Self::value), where no value is needed.
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

    /// Does nothing. The call compiles only for a type that has an order.
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

    /// Does nothing. The call compiles only for a type that has an order.
    #[inline]
    pub const fn check(&self) {
        let _ = self.0;
    }
}
