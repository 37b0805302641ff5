//! Bodies that are hard to ask early from: whatever the compiler leaves out, what is left compiles.
#![deny(warnings)]
#![allow(clippy::pedantic)]
use gatehouse::prelude::*;

pub struct User {
    id: u32,
    name: String,
}

pub struct Document {
    id: u32,
    team: Option<u32>,
    ids: Vec<u32>,
    public: bool,
}

fact! {
    pub Flag(id: u32) -> bool = false;
    pub Next(id: u32) -> u32;
    pub Both(id: u32, other: u32) -> bool = false;
}

/// A parameter that is named like one of ours.
#[policy]
async fn request(request: &User, cx: &Document) -> bool {
    Flag(request.id).await && Flag(cx.id).await
}

/// A type that only what follows tells.
#[policy]
async fn inferred(user: &User, doc: &Document) -> bool {
    let id = user.name.parse().ok()?;
    Flag(id).await || Flag(doc.id).await
}

/// An item at the end, jumps, a struct's rest.
#[policy]
async fn jumps(user: &User, doc: &Document) -> bool {
    let base = Both(Next(user.id).await?, doc.id);
    return Flag(half(user.id)).await
        || 'found: {
            if doc.public {
                break 'found true;
            }
            for id in &doc.ids {
                if *id == 3 {
                    break 'found false;
                }
            }
            (Both { other: 1, ..base }).await
        };

    fn half(id: u32) -> u32 {
        id / 2
    }
}

/// Ways out in values.
#[policy]
async fn values(user: &User, doc: &Document) -> bool {
    let team = match doc.team {
        Some(team) => team,
        None => return Flag(user.id).await,
    };
    let next = 'next: {
        if doc.public {
            break 'next 1;
        }
        Next(team).await?
    };
    let first = if let Some(first) = doc.ids.first() { *first } else { return false };
    Flag(next).await || Both(first, team).await
}

/// Locals that change, by themselves and through others.
#[policy]
async fn changes(user: &User, doc: &Document) -> bool {
    let mut ids = doc.ids.clone();
    let last = ids.pop()?;
    let mut id = user.id;
    let other = &mut id;
    *other += 1;
    Flag(user.id).await && (Both(id, last).await || any(ids.iter().map(|id| Flag(*id))).await)
}

pub fn main() {
    assert_eq!(request::PLAN.rounds, 1);
    assert_eq!(inferred::PLAN.rounds, 2);
    assert_eq!(jumps::PLAN.rounds, 3);
    assert_eq!(values::PLAN.rounds, 2);
    assert_eq!(changes::PLAN.rounds, 3);
}
