//! Declarations with fragments: facts, sources, policies with their options, parameters, items and
//! attributes.

use std::any::Any;
use std::collections::BTreeMap;

use super::*;

/// A fact with a fragment in every place.
macro_rules! facts {
    (
        $meta:meta, $doc:expr, $vis:vis, $name:ident($part:ident: $ty:ty) -> $value:ty = $default:expr,
        $derived:ident $body:block, $other:ident = $condition:expr
    ) => {
        fact! {
            #[$meta]
            #[doc = $doc]
            $vis $name($part: $ty) -> $value = $default;
            #[doc = $doc]
            $vis $derived($part: $ty) -> bool $body
            pub $other($part: $ty) -> bool {
                $derived($part).await && !$condition
            }
        }
    };
}

facts!(
    allow(dead_code), "docs", pub(crate), Count(id: i64) -> Option<Vec<i64>> = None.or(Some(vec![7])),
    Few { Count(id).await.is_none_or(|all| all.len() < 2) },
    Fewer = id == 1 || id == 2
);

/// A fact with a fragment as its default.
macro_rules! default {
    ($name:ident, $value:ty = $operator:tt $c:expr) => {
        fact! { pub $name(id: i64) -> $value = $operator $c; }
    };
}

default!(NeverSo, bool = !true == false || true);
default!(NeverNegated, bool = !true == false || true);
default!(Below, i64 = -1 + 1);

/// Facts with every kind of type.
macro_rules! types {
    ($($name:ident($ty:ty) -> $value:ty, $key:expr;)*) => {
        fact! { $(pub $name(part: $ty, all: Vec<$ty>) -> $value;)* }

        #[test]
        fn keys_are_made_of_every_type() {
            $(
                let key = $name($key, Vec::new());
                assert_eq!(key.clone(), $name($key, <Vec<$ty>>::default()));
            )*
        }
    };
}

types! {
    OfPath(i64) -> std::string::String, 1;
    OfGenerics(Option<Vec<i64>>) -> BTreeMap<u8, Vec<u8>>, None;
    OfTuple((i64, bool)) -> (i64, &'static str), (1, true);
    OfArray([u8; 2]) -> [u8; 2], [1, 2];
    OfReference(&'static str) -> &'static [u8], "a";
    OfPointer(fn(i64) -> Option<i64>) -> std::sync::Arc<dyn Any + Send + Sync>, level;
    OfQualified(<Vec<i64> as IntoIterator>::Item) -> Box<fn() -> i64>, 2;
}

/// Sources with fragments.
macro_rules! sources {
    ($vis:vis $name:ident, $field:ident: $ty:ty, $($fact:path),*) => {
        #[derive(Sources)]
        $vis struct $name {
            #[loads($($fact),*)]
            $field: $ty,
        }
    };
}

sources!(pub(super) Declared, source: Box<dyn Loads + Send + Sync>, Known, super::Level, self::Count, NeverSo, NeverNegated, Below);

/// It loads only the facts of `Source`.
pub trait Loads {}
impl Loads for Source {}

macro_rules! loads {
    ($($fact:ty: $answer:expr;)*) => {$(
        impl FactSource<$fact> for Box<dyn Loads + Send + Sync> {
            async fn load(&self, keys: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                Ok(keys.iter().filter_map(|key| Some((key.clone(), ($answer)(key.id)?))).collect())
            }
        }
    )*};
}

loads! {
    Known: |id| Some(is_known(id));
    Level: level;
    Count: |_: i64| None;
    NeverSo: |_: i64| None;
    NeverNegated: |_: i64| None;
    Below: |_: i64| None;
}

#[policy]
async fn default_is_of_the_whole(_: _, data: &Data) -> bool {
    match data.at {
        0 => NeverSo(data.n).await,
        1 => NeverNegated(data.n).await,
        2 => Below(data.n).await == -2,
        3 => Few(data.n).await && Count(1).await == Some(vec![7]),
        _ => Fewer(data.n).await,
    }
}

static DEFAULTS: Gate<Things, default_is_of_the_whole> = Gate::new();

#[test]
fn facts_of_fragments() {
    let session = Session::new(Declared { source: Box::new(Source) });
    let access = DEFAULTS.bind(&session, &(), &());
    every(5, |data| {
        let expected = match data.at {
            0 | 1 => !(true == false || true),
            2 => -(1 + 1) == -2,
            3 => true,
            _ => !(data.n == 1 || data.n == 2),
        };
        assert_eq!(block_on(access.check(data)).is_allow(), expected, "{data:?}");
    });
}

/// A rule and a function with parameters, options and items of fragments.
macro_rules! parameters {
    ($($name:ident: $arg:ident, $vis:vis, $p:pat, $ty:ty, $lt:lifetime, $rounds:literal, $c:expr, $item:item;)*) => {$(
        mod $name {
            use super::*;

            #[policy(rounds = $rounds, crate = ::gatehouse)]
            $vis async fn rule(_: _, $p: $ty) -> bool {
                $item
                let held = $lt: { if $c { break $lt Known(1).await } !$c };
                !held && !$c
            }

            fn hand($arg: $ty) -> bool {
                $item
                let $p = $arg else { return false };
                let held = $lt: { if $c { break $lt is_known(1) } !$c };
                !held && !$c
            }

            static GATE: Gate<Things, rule> = Gate::new();

            #[test]
            fn agrees_with_a_function() {
                let session = session();
                let access = GATE.bind(&session, &(), &());
                every(1, |data| {
                    assert_eq!(block_on(access.check(data)).is_allow(), hand(data), "{data:?}");
                });
            }
        }
    )*};
}

parameters! {
    a_struct: data, pub(super), Data { a, b, .. }, &Data, 'out, 1, *a || *b, fn unused() {};
    a_struct_in_part: data, , (Data { a: true, c, .. } | Data { a: false, b: c, .. }), &Data, 'a, 2, !*c, const N: u8 = 1;;
    a_reference: data, pub(crate), &Data { o: Some(1 | 3), a, b, .. }, &Data, 'x, 3, a & b, use std::fmt::Debug;;
    a_bound_struct: data, , d @ Data { n: 1.., .. }, &self::Data, 'x, 1, d.a || d.b, #[derive(Debug)] struct S { a: u8 };
    a_struct_in_parentheses: data, , (Data { a, .. }), &(Data), 'x, 1, *a, macro_rules! same { ($e:expr) => { !$e } };
}

/// A macro that passes a fragment on to a second, and that one to a third.
macro_rules! first {
    ($name:ident, $hand:ident, $d:ident, $c:expr) => {
        second!($name, $hand, $d, !$c, $c);
    };
}

macro_rules! second {
    ($name:ident, $hand:ident, $d:ident, $c:expr, $e:expr) => {
        third!($name, $hand, $d, { $c && $d.c }, $c || $e && $d.c);
    };
}

macro_rules! third {
    ($name:ident, $hand:ident, $d:ident, $b:block, $c:expr) => {
        #[policy]
        async fn $name(_: _, $d: &Data) -> bool {
            fn inner($d: &Data) -> bool {
                !$c && !$b
            }
            let closure = |$d: &Data| !$c || !$b;
            if !$b && $c {
                return !inner($d) == Known(1).await;
            }
            closure($d) && (Known($d.n).await || !$c && !inner($d))
        }

        fn $hand($d: &Data) -> bool {
            fn inner($d: &Data) -> bool {
                !$c && !$b
            }
            let closure = |$d: &Data| !$c || !$b;
            if !$b && $c {
                return !inner($d) == is_known(1);
            }
            closure($d) && (is_known($d.n) || !$c && !inner($d))
        }
    };
}

first!(handed_on, handed_on_by_hand, d, d.a || d.b);

static HANDED_ON: Gate<Things, handed_on> = Gate::new();

#[test]
fn a_fragment_in_a_fragment_in_a_fragment() {
    let session = session();
    let access = HANDED_ON.bind(&session, &(), &());
    every(1, |data| {
        assert_eq!(block_on(access.check(data)).is_allow(), handed_on_by_hand(data), "{data:?}");
    });
}

/// A whole function, with its attributes.
macro_rules! whole {
    ($attr:meta, $item:item) => {
        #[$attr]
        $item
    };
}

whole!(
    policy(rounds = 1),
    async fn of_an_item(_: _, data: &Data) -> bool {
        !Known(data.n).await
    }
);

macro_rules! parts {
    ($vis:vis $name:ident($($p:ident: $ty:ty),*) $body:block, $options:meta) => {
        #[policy($options)]
        $vis async fn $name($($p: $ty),*) -> bool $body
    };
}

parts!(pub(crate) of_parts(_thing: &(), data: &Data) { Known(data.n).await }, forbid);

static OF_PARTS: Gate<Things, (of_parts, of_an_item)> = Gate::new();

#[test]
fn policies_of_an_item_and_of_parts() {
    let session = session();
    let access = OF_PARTS.bind(&session, &(), &());
    every(1, |data| {
        assert_eq!(block_on(access.check(data)).is_allow(), !is_known(data.n), "{data:?}");
    });
}

/// A block in which everything is an argument.
macro_rules! block_of_types {
    ($name:ident, $hand:ident, $d:ident, $t:ty, $u:ty, $w:ty) => {
        #[policy]
        async fn $name(_: _, $d: &Data) -> bool {
            let x: $t = $d.n;
            let f = |y: &$u| -> $t { y.n + 1 };
            let any: &$w = &x;
            Known(<$t>::from(x as $t) - f($d)).await
                && <$u as Clone>::clone($d).n < i64::MAX as $t
                && any.is::<$t>()
                && Vec::<$t>::new().is_empty()
                && <$w>::is::<$t>(any)
        }

        fn $hand($d: &Data) -> bool {
            let x: $t = $d.n;
            let f = |y: &$u| -> $t { y.n + 1 };
            let any: &$w = &x;
            is_known(<$t>::from(x as $t) - f($d))
                && <$u as Clone>::clone($d).n < i64::MAX as $t
                && any.is::<$t>()
                && Vec::<$t>::new().is_empty()
                && <$w>::is::<$t>(any)
        }
    };
}

block_of_types!(of_types, of_types_by_hand, d, i64, super::Data, dyn Any + Send + Sync);

static OF_TYPES: Gate<Things, of_types> = Gate::new();

#[test]
fn types_in_a_body() {
    let session = session();
    let access = OF_TYPES.bind(&session, &(), &());
    every(1, |data| {
        assert_eq!(block_on(access.check(data)).is_allow(), of_types_by_hand(data), "{data:?}");
    });
}
