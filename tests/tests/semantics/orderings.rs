//! Comparisons of fact values: the result is that of a plain function, and operands are evaluated once.
// The bodies show constructs; some have a shorter form.
#![allow(
    clippy::pedantic,
    clippy::manual_clamp,
    clippy::match_like_matches_macro,
    clippy::nonminimal_bool,
    clippy::redundant_closure_call
)]

use std::cmp::{Ordering, Reverse};
use std::sync::atomic::{self, AtomicU32};

use gatehouse::prelude::*;
use gatehouse_tests::{Answer, Scripted};

fact! {
    pub Level(id: u32) -> u32 = 0;
    pub Risk(id: u32) -> u32;
    pub Highest(id: u32) -> u32 {
        let level = Level(id).await;
        level.max(Risk(id).await.unwrap_or(level)).min(7)
    }
}

/// The level of a key is the key; so is its risk, but for odd keys, which have none.
#[derive(Sources)]
struct Facts {
    #[loads(Level)]
    level: Scripted<Level>,
    #[loads(Risk)]
    risk: Scripted<Risk>,
}

struct Users;
impl Domain for Users {
    type Subject = [u32; 3];
    type Action = ();
    type Resource = ();
    type Context = ();
}

async fn decide<A: gatehouse::bounds::PolicySet<Users, Facts>>(user: [u32; 3]) -> bool {
    let session = Session::new(Facts {
        level: Scripted::new(|key: &Level| Answer::Value(key.id)),
        risk: Scripted::new(|key: &Risk| match key.id % 2 {
            0 => Answer::Value(key.id),
            _ => Answer::Missing,
        }),
    });
    let gate: Gate<Users, A> = Gate::new();
    gate.bind(&session, &user, &()).check(&()).await.is_allow()
}

/// Each policy, with its body as a plain function of the same text without `.await` and `?`.
macro_rules! as_plain {
    ($($name:ident ($a:ident, $b:ident, $c:ident) $body:block)*) => {$(
        #[tokio::test]
        async fn $name() {
            #[policy]
            async fn rule(user: &[u32; 3]) -> bool {
                let $a = Level(user[0]).await;
                let $b = Level(user[1]).await;
                let $c = Level(user[2]).await;
                $body
            }
            fn plain($a: u32, $b: u32, $c: u32) -> bool $body
            for (a, b, c) in (0..27).map(|n| (n / 9, n / 3 % 3, n % 3)) {
                assert_eq!(decide::<rule>([a, b, c]).await, plain(a, b, c), "{a}, {b}, {c}");
            }
        }
    )*};
}

as_plain! {
    operators_order (a, b, c) { a < b || b >= c && !(c > a) && (a, b) <= (b, c) }
    methods_order (a, b, c) {
        a.lt(&b) && b.cmp(&c) != Ordering::Equal || a.max(b).min(c) == c.clamp(a.min(b), a.max(b))
    }
    functions_order (a, b, c) {
        Ord::max(a, b) > std::cmp::min(b, c) && PartialOrd::le(&a, &c)
    }
    sequences_are_sorted (a, b, c) {
        let mut all = vec![a, b, c];
        let sorted = all.is_sorted();
        all.sort_by_key(|level| Reverse(*level));
        sorted && all[0] == c && all.iter().min() == Some(&a) && all.binary_search(&9).is_err()
    }
    iterators_are_reduced (a, b, c) {
        [a, b].into_iter().max_by(|a, b| a.cmp(b)) == Some(c)
            || [a, b, c].into_iter().reduce(u32::min) == [c, b].into_iter().min_by_key(|it| *it)
    }
    closures_order (a, b, c) {
        let less = |a, b| a < b;
        let below = |it| it < c;
        less(a, b) && below(b) || [a, b].iter().any(|it| match it { it if *it > c => true, _ => false })
    }
    ranges_contain (a, b, c) { (a..b).contains(&c) || (..=a).contains(&c) }
}

#[policy]
async fn not_too_high(user: &[u32; 3]) -> bool {
    Highest(user[0]).await < Risk(user[1]).await?
}

#[tokio::test]
async fn derived_facts_order() {
    for (a, b) in (0..100).map(|n| (n / 10, n % 10)) {
        assert_eq!(decide::<not_too_high>([a, b, 0]).await, b % 2 == 0 && a.min(7) < b, "{a}, {b}");
    }
}

static TAKEN: AtomicU32 = AtomicU32::new(0);

fn taken(level: u32) -> u32 {
    TAKEN.fetch_add(1, atomic::Ordering::SeqCst);
    level
}

#[policy]
async fn counted(user: &[u32; 3]) -> bool {
    let level = Level(user[0]).await;
    taken(level) < taken(user[1])
        && taken(level).max(taken(3)).lt(&taken(9))
        && std::cmp::min(taken(level), taken(4)) < 9
        && [level].iter().min_by_key(|it| taken(**it)).is_some()
}

#[tokio::test]
async fn operands_are_evaluated_once() {
    assert!(decide::<counted>([1, 2, 0]).await);
    // Two, three, two; the key of a sequence of one is evaluated once or never.
    let taken = TAKEN.load(atomic::Ordering::SeqCst);
    assert!((7..=8).contains(&taken), "{taken}");
}
