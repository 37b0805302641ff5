//! `$c:expr`, `$b:block` and `$s:stmt`, each beside every operator.

use super::*;

/// Places of a `bool`, except for the beginning of a statement.
macro_rules! bools {
    ($($name:ident: $d:ident, $c:expr;)*) => {$(
        both!($name, 43, $d, match $d.at {
            0 => $c,
            1 => !$c,
            2 => { !$c },
            3 => { $d.c && $c },
            4 => { $d.c || $c },
            5 => { let x = $c && $d.c; x },
            6 => { let x = $c || $d.c; x },
            7 => { let x = ($c) == $d.c; x },
            8 => { $d.c != ($c) },
            9 => { ($c as u8) + 1 == 2 },
            10 => { 1 + $c as u8 == 2 },
            11 => { if $c { $d.c } else { $d.a } },
            12 => { if $d.c && $c { $d.b } else { $d.a } },
            13 => { if !$c { $d.b } else { $d.a } },
            14 => { match $c { true => $d.c, false => $d.b } },
            15 => { match $d.c { true if $c => $d.a, _ if !$c && $d.c => $d.b, _ => false } },
            16 => { $d.flip($c) },
            17 => { $d.flip(!$c) },
            18 => { $d.flip($c ^ true) },
            19 => { (&$c).eq(&$d.c) },
            20 => { ($c).then_some(1).is_some() },
            21 => { let x = $c.then_some(1); x.is_some() },
            22 => { [1, 2, 3][$c as usize] == 2 },
            23 => { [$c, $d.c][0] },
            24 => { ($c, $d.c).0 },
            25 => { Known($c as i64 * 10).await },
            26 => { Known(10 - $c as i64).await },
            27 => { Known(1).await && $c },
            28 => { Known(1).await || $c },
            29 => { !$c && Known(2).await },
            30 => { $d.c && Known(2).await || !$c },
            31 => { let f = |x: bool| $c & x; f($d.c) },
            32 => { let f = || !$c; f() },
            33 => { same!(!$c) },
            34 => { same!($c) && $d.c },
            35 => { vec![$c && $d.c, false][0] },
            36 => { format!("{}", !$c) == "true" },
            37 => { matches!($c, true) && matches!(!$c, false) },
            38 => { matches!($c as u8 + 1, 2) },
            39 => { matches!($d.n, 1.. if $c) },
            40 => { matches!(Known(3).await, true if !$c) },
            41 => { fn not(x: bool) -> bool { !x } struct S { x: bool } not(S { x: $c }.x) },
            _ => { let mut left = 3; while !$c && left > 0 { left -= 1; } left > 0 },
        });
    )*};
}

bools! {
    one_name: d, d.a;
    a_literal: d, true;
    an_or: d, d.a || d.b;
    an_and: d, d.a && d.b;
    an_or_of_and: d, d.a || d.b && d.n > 0;
    an_equality: d, d.a == d.b;
    a_comparison: d, d.n < 1;
    a_negation: d, !d.a;
    a_double_negation: d, !!d.a;
    a_bitwise_or: d, d.a | d.b;
    a_deref: d, *&d.a;
    an_if: d, if d.a { d.b } else { d.c };
    a_match: d, match d.o { Some(n) if n > 0 => d.a, _ => d.b };
    a_match_and_more: d, match d.o { Some(_) => d.a, None => d.b } || d.c;
    a_block: d, { let x = d.a; x || d.b };
    a_labelled_block: d, 'found: { if d.a { break 'found d.b; } d.c };
    an_unsafe_looking_block: d, { d.a } | { d.b };
    parentheses: d, (d.a || d.b);
    a_method: d, d.a.eq(&d.b);
    a_method_of_a_block: d, { d.a }.eq(&d.b);
    a_macro: d, matches!(d.o, Some(1) | None);
    a_macro_of_a_macro: d, same!(d.a || d.b);
    a_structs_field: d, Data { a: d.b, ..d.clone() }.a;
    a_closure_called: d, (|x: bool| x || d.b)(d.a);
    a_cast: d, d.a as u8 == d.b as u8;
}

/// Places in which Rust takes no comparison, in a fragment or not.
macro_rules! compared {
    ($($name:ident: $d:ident, $c:expr;)*) => {$(
        both!($name, 5, $d, match $d.at {
            0 => { $c == $d.c },
            1 => { $d.c != $c },
            2 => { $d.c < $c },
            3 => { ($c as u8) < 1 || $c > $d.c },
            _ => Known(1).await != $c,
        });
    )*};
}

compared! {
    a_compared_name: d, d.a;
    a_compared_or: d, d.a || d.b;
    a_compared_and: d, d.a && Known(d.n).await;
    a_compared_negation: d, !d.a;
    a_compared_bitwise_or: d, d.a | d.b;
    a_compared_deref: d, *&d.a;
}

macro_rules! bools_that_load {
    ($($name:ident: $d:ident, $c:expr;)*) => {$(
        both!($name, 12, $d, match $d.at {
            0 => $c,
            1 => !$c,
            2 => { $d.c && $c },
            3 => { let x = $c && $d.c; x },
            4 => { let x = ($c) == $d.c; x },
            5 => { if $d.c && $c { $d.b } else { $d.a } },
            6 => { match $d.c { true if $c => $d.a, _ => false } },
            7 => { $d.flip(!$c) },
            8 => { Known(10 - $c as i64).await },
            9 => { matches!(!$c, false) },
            10 => { let x = $c as u8 + 1; x == 2 },
            _ => { !$c && !$c },
        });
    )*};
}

bools_that_load! {
    a_load: d, Known(d.n).await;
    two_loads: d, Known(d.n).await || Known(d.n + 1).await;
    both_loads: d, Known(d.n).await && Known(d.n + 1).await;
    a_load_and_data: d, d.a || Known(d.n).await;
    a_load_compared: d, Known(d.n).await == d.a;
    a_level: d, Level(d.n).await? > 1;
    a_level_or_less: d, Level(d.n).await.unwrap_or(3) - 1 > d.n;
    an_if_that_loads: d, if Known(1).await { d.a } else { Known(d.n).await };
    a_match_that_loads: d, match Level(d.n).await { Some(level) => level > 0, None => d.a };
}

/// A fragment at the beginning of a statement, followed by an operator.
macro_rules! firsts {
    ($($name:ident: $d:ident, $c:expr;)*) => {$(
        both!($name, 8, $d, match $d.at {
            0 => { $c || $d.c },
            1 => { $c && $d.c },
            2 => { ($c) == $d.c },
            3 => $c && $d.c,
            4 => $c || $d.c,
            5 => { { $d.b; } $c && $d.c },
            6 => { $c; $d.c },
            _ => { $c as u8 + 1 == 2 },
        });
    )*};
}

firsts! {
    first_or: d, d.a || d.b;
    first_and: d, d.a && d.b;
    first_equality: d, d.a == d.b;
    first_negation: d, !d.a;
    first_load: d, Known(d.n).await || d.b;
    first_match_and_more: d, match d.o { Some(_) => d.a, None => d.b } || d.c;
    first_block_and_more: d, { d.a } && d.b;
    first_brace_macro_and_more: d, matches! { d.n, 1..=2 } || d.a;
}

/// A fragment as a statement, or at the beginning of one as a block.
macro_rules! statements {
    ($($name:ident: $d:ident, $s:stmt, $c:expr, $b:block;)*) => {$(
        both!($name, 7, $d, match $d.at {
            0 => { let x = $d.a; $s; x && $d.c },
            1 => { $s; $d.b },
            2 => { $c $d.b },
            3 => { $c; $d.b },
            4 => { if $d.a $b else $b; $d.c },
            5 => { $s $d.b },
            _ => { $b $c $b; !$d.c },
        });
    )*};
}

statements! {
    bindings: d, let x = d.a || d.b, if d.c { d.flip(true); }, { d.flip(d.a); };
    items: d, fn unused() -> bool { true }, for _ in 0..3 {}, { };
    expressions: d, let _ = d.a || d.b, match d.a { _ => {} }, { let _ = d.b; };
    macros: d, assert!(true), { assert! { 1 == 1 } }, { };
}

/// Places of a number.
macro_rules! numbers {
    ($($name:ident: $d:ident, $n:expr;)*) => {$(
        both!($name, 27, $d, match $d.at {
            0 => { let x = $n * 2; x > 1 },
            1 => { -$n > 1 },
            2 => { !$n > 1 },
            3 => { 3 - $n > 1 },
            4 => { 3 * $n > 1 },
            5 => { 7 % ($n * 2 + 21) > 1 },
            6 => { let x = $n as u8 > 250; x },
            7 => { let x = $n.abs() > 1; x },
            8 => { let x = $n.pow(2) > 1; x },
            9 => { ($n..2).contains(&1) },
            10 => { (-2..$n).contains(&$d.n) },
            11 => { (0..=$n).contains(&1) },
            12 => { [1, 2][($n & 1) as usize] == 2 },
            13 => { Known($n).await },
            14 => { Known($n * 10).await },
            15 => { Known(3 - $n).await },
            16 => { Level($n).await? > $n },
            17 => { Known((|| $n)()).await },
            18 => { Known($n).await || Known($n + 1).await },
            19 => { Known((0..2).map(|x| x - $n).sum()).await },
            20 => { Known(Level($n).await.unwrap_or(1) - $n).await },
            21 => { match $n { 1 => $d.a, -1 => $d.b, _ => $d.c } },
            22 => { matches!(-$n, 1 | 2) },
            23 => { matches!($n + 1, 1 | 2 if $n > $d.n - 1) },
            24 => { let x = $n << 1; x > 2 },
            25 => { let x = $n & 1 == 1; x },
            _ => { &$n == &$d.n },
        });
    )*};
}

numbers! {
    one_number: d, d.n;
    minus_one: d, -1_i64;
    a_sum: d, d.n + 1;
    a_difference: d, d.n - 1;
    a_product: d, d.n * 2;
    a_negative: d, -d.n;
    a_shift: d, d.n << 1;
    a_mask: d, d.n & 1;
    a_cast_number: d, d.a as i64;
    a_complement: d, !d.n;
    an_element: d, d.list()[0];
    a_chosen_number: d, if d.a { d.n } else { 1 };
    a_block_of_a_number: d, { d.n + 1 };
    a_method_of_a_negative: d, -d.n.abs();
}

/// Places of an `Option`.
macro_rules! options {
    ($($name:ident: $d:ident, $o:expr;)*) => {$(
        mod $name {
            use super::*;

            #[policy]
            async fn question(_: _, $d: &Data) -> bool {
                !($o? > 0) && Known($o? - 1).await
            }

            static GATE: Gate<Things, question> = Gate::new();

            #[test]
            fn a_question_is_of_the_whole() {
                let by_hand = |$d: &Data| match $o {
                    Some(n) => !(n > 0) && is_known(n - 1),
                    None => false,
                };
                let session = session();
                let access = GATE.bind(&session, &(), &());
                every(1, |data| {
                    assert_eq!(block_on(access.check(data)).is_allow(), by_hand(data), "{data:?}");
                });
            }
        }
    )*};
}

options! {
    a_field_asked: d, d.o;
    a_deref_asked: d, *&d.o;
    a_choice_asked: d, if d.a { d.o } else { Some(2) };
    a_cast_asked: d, Some(d.n) as Option<i64>;
}
