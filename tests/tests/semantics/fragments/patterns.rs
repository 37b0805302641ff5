//! `$p:pat`, `$l:literal` and `$p:path` in patterns.

use super::*;

/// Places of a pattern.
macro_rules! patterns {
    ($($name:ident: $d:ident, $p:pat,)*) => {$(
        both!($name, 12, $d, match $d.at {
            0 => match $d.o { $p => $d.a, _ => $d.b },
            1 => match ($d.o, $d.a) { ($p, true) => $d.b, _ => $d.c },
            2 => match &$d.o { &$p if $d.a => $d.b, _ => $d.c },
            3 => { if let $p = $d.o { $d.a } else { $d.b } },
            4 => { if $d.c && let ($p, true) = ($d.o, $d.a) { $d.a } else { $d.b } },
            5 => { matches!($d.o, $p) },
            6 => { matches!($d.o, $p if $d.a) },
            7 => { matches!(Level($d.n).await, $p) },
            8 => { matches!(Level($d.n).await, $p if $d.a) },
            9 => { match Level($d.n).await { $p => $d.a, _ => Known(1).await } },
            10 => { same!(matches!([$d.o, None], [$p, ..])) },
            _ => { matches!([$d.o, Level(1).await], [.., $p]) },
        });
    )*};
}

patterns! {
    nothing_given: d, None,
    one_variant: d, Some(1),
    alternatives: d, Some(1) | None,
    alternatives_with_a_bar: d, | Some(1) | None,
    a_range: d, Some(1..=3),
    a_negative_number: d, Some(-1),
    a_binding: d, Some(_x),
    a_mutable_binding: d, Some(mut _x),
    a_bound_range: d, Some(_x @ 1..=2),
    a_path: d, std::option::Option::None,
    anything: d, _,
}

/// Places of a part of a pattern.
macro_rules! pieces {
    ($d:ident, $p:pat_param, $lit:literal, $rest:pat, $path:path, $bind:pat) => {
        both!(
            of_patterns,
            11,
            $d,
            match $d.at {
                0 => matches!($d.o, $p | Some(3)),
                1 => match $d.o {
                    $p | Some(3) => $d.a,
                    _ => $d.b,
                },
                2 => matches!($d.n, $lit | 3),
                3 => matches!($d.n, $lit..=2),
                4 => match Level($d.n).await {
                    Some($lit..) => true,
                    _ => false,
                },
                5 => matches!(Level($d.n).await, Some($lit..=3)),
                6 => {
                    let [first, $rest] = $d.list();
                    first > 1
                }
                7 => {
                    let (first, $rest) = ($d.n, 1, 2);
                    first > 1
                }
                8 => {
                    matches!((Level($d.n).await, 1, 2), (Some(2), $rest))
                }
                9 => {
                    match $d.o {
                        $path(x) => x > 1,
                        _ => false,
                    }
                }
                _ => {
                    ($lit as i64).max($d.n) == -$lit
                }
            }
        );
    };
}

pieces!(d, Some(1), -1, .., std::option::Option::Some, mut x);

/// Places of a pattern that binds a name.
macro_rules! bound {
    ($d:ident, $x:ident, $bind:pat) => {
        both!(
            names,
            3,
            $d,
            match $d.at {
                0 => {
                    let f = |$bind: i64| $x > 1;
                    f($d.n)
                }
                1 => {
                    let $bind = $d.n;
                    $x < 2 && Known($x).await
                }
                _ => {
                    let mut sum = 0;
                    for $bind in $d.list() {
                        sum += $x;
                    }
                    sum > 0
                }
            }
        );
    };
}

bound!(d, x, mut x);
