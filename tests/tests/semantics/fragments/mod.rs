//! Rules that another macro writes: a fragment is one expression, one pattern or one type, wherever it
//! stands.
//!
//! Each text is compiled twice: as a rule, and as a function in which loading a fact is a future that is
//! ready. Both agree on data for which precedence matters.
#![allow(
    irrefutable_let_patterns,
    unused,
    clippy::pedantic,
    clippy::style,
    clippy::complexity,
    clippy::correctness,
    clippy::nursery,
    reason = "fragments stand where nobody would write them"
)]

use futures::executor::block_on;
use gatehouse::prelude::*;

/// The resource of the rules.
#[derive(Clone, Debug)]
pub struct Data {
    /// The arm of the text that applies.
    at: u32,
    a: bool,
    b: bool,
    c: bool,
    n: i64,
    o: Option<i64>,
}

impl Data {
    fn flip(&self, x: bool) -> bool {
        x != self.c
    }

    fn list(&self) -> [i64; 3] {
        [self.n, 1, -1]
    }
}

/// Data of every shape, for the arms of a text.
fn every(arms: u32, mut check: impl FnMut(&Data)) {
    for at in 0..arms {
        for bits in 0..8 {
            let (a, b, c) = (bits & 1 != 0, bits & 2 != 0, bits & 4 != 0);
            for n in -2..=3 {
                for o in [None, Some(-1), Some(1), Some(3)] {
                    check(&Data { at, a, b, c, n, o });
                }
            }
        }
    }
}

/// The domain of the rules.
pub struct Things;
impl Domain for Things {
    type Subject = ();
    type Action = ();
    type Resource = Data;
    type Context = ();
}

fact! {
    pub Known(id: i64) -> bool = false;
    pub Level(id: i64) -> i64;
}

fn is_known(id: i64) -> bool {
    (id * 7 + 3).rem_euclid(5) < 2
}

fn level(id: i64) -> Option<i64> {
    (id.rem_euclid(4) != 3).then_some(id * 2)
}

/// The facts of the functions.
pub mod ready {
    use std::future::{Ready, ready};

    #[allow(non_snake_case, reason = "a fact's name")]
    pub fn Known(id: i64) -> Ready<bool> {
        ready(super::is_known(id))
    }

    #[allow(non_snake_case, reason = "a fact's name")]
    pub fn Level(id: i64) -> Ready<Option<i64>> {
        ready(super::level(id))
    }
}

struct Source;

impl FactSource<Known> for Source {
    async fn load(&self, keys: &[Known]) -> Result<Loaded<Known>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), is_known(key.id))).collect())
    }
}

impl FactSource<Level> for Source {
    async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
        Ok(keys.iter().filter_map(|key| Some((key.clone(), level(key.id)?))).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Known, Level)]
    source: Source,
}

fn session() -> Session<Facts> {
    Session::new(Facts { source: Source })
}

macro_rules! same {
    ($e:expr) => {
        $e
    };
}

/// A rule and a function of the same text, and a test that they agree on `arms` arms.
macro_rules! both {
    ($name:ident, $arms:literal, $d:ident, $($text:tt)*) => {
        mod $name {
            use super::*;

            mod rule {
                use super::*;

                #[policy]
                pub async fn rule(_: _, $d: &Data) -> bool {
                    $($text)*
                }
            }

            mod hand {
                use super::*;
                use crate::fragments::ready::{Known, Level};

                pub async fn rule($d: &Data) -> bool {
                    let answer: Option<bool> = async { Some({ $($text)* }) }.await;
                    answer.unwrap_or(false)
                }
            }

            static GATE: Gate<Things, rule::rule> = Gate::new();

            #[test]
            fn agrees_with_a_function() {
                let session = session();
                let access = GATE.bind(&session, &(), &());
                every($arms, |data| {
                    let (rule, hand) = (block_on(access.check(data)), block_on(hand::rule(data)));
                    assert_eq!(rule.is_allow(), hand, "{data:?}");
                });
            }
        }
    };
}

mod declarations;
mod expressions;
mod patterns;
mod regressions;
mod shown;
