//! A name with a capital in a pattern is a variant or a constant: a slip does not match everything.
#![allow(warnings)]
#[path = "../domain/mod.rs"]
mod domain;

use domain::*;
use gatehouse::prelude::*;
use Action::*;

fact! {
    /// The default is a rule's too.
    pub Mode(user: UserId) -> bool = match 1 { Alawys => true };
    /// So is the body of a derived fact.
    pub Allowed(user: UserId) -> bool {
        match Level(user).await {
            Nobody => true,
        }
    }
}

/// A parameter.
#[policy]
fn parameter(user: &User, Edti: &Action, doc: &Document) -> bool {
    doc.owner == user.id
}

/// Inside of one.
#[policy]
fn inside(user: &User, (Read | Edti): &Action, doc: &Document) -> bool {
    doc.owner == user.id
}

/// An arm, behind a load.
#[policy]
async fn arm(user: &User, action: &Action, _: &Document) -> bool {
    match (Level(user.id).await, action) {
        (Some(Maximum), Raed) => true,
        _ => false,
    }
}

/// What a condition binds.
#[policy]
fn conditions(user: &User, action: &Action, doc: &Document) -> bool {
    let Raed = action else { return false };
    if let Deelte = action {
        return true;
    }
    while let Eidt = action {
        return true;
    }
    for Evrey in [1, 2] {
        return true;
    }
    false
}

/// `matches!`, which is Rust's own.
#[policy]
fn macros(user: &User, action: &Action, doc: &Document) -> bool {
    assert!(matches!(action, Red));
    assert_eq!(vec![matches!(doc.owner, OWNER); 1], [true], "{}", matches!(1, ONE));
    format!("{x}", x = matches!(1, TWO)).is_empty() && matches!(action, Edito | Raad)
}

/// The same, with a load inside.
#[policy]
async fn loaded(user: &User) -> bool {
    matches!(Level(user.id).await, LEAST)
}

/// A closure's parameter, and a pattern in its body.
#[policy]
fn closures(user: &User, action: &Action, doc: &Document) -> bool {
    [action].iter().all(|Raed| true)
        && [action].iter().any(|&it| {
            let held = Some(it);
            if let Some(Eidt) = held { true } else { false }
        })
}

/// A field that is only named.
#[policy]
fn fields(Pair { First, second: Second }: &Pair) -> bool {
    true
}

pub struct Pair {
    First: u32,
    second: u32,
}

fn main() {}
