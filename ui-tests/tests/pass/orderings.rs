//! What has an order in a rule: values that are never missing, and local data whatever they are.
#![deny(warnings)]
use std::cmp::{Ordering, Reverse, max, min};
use std::collections::BTreeMap;

use gatehouse::prelude::*;
use gatehouse::testing::FactTable;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Reader,
    Editor,
}

#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub struct Money {
    pub amount: f64,
    pub name: String,
}

pub struct User {
    pub id: u32,
    pub name: String,
    pub since: Option<u32>,
    pub until: Option<u32>,
    pub limit: u32,
    pub groups: Vec<u32>,
}

fact! {
    pub Risk(id: u32) -> u32;
    pub Level(id: u32) -> u32 = 0;
    pub Holds(id: u32) -> Role;
    pub Name(id: u32) -> String = String::new();
    pub Limit(id: u32) -> Money;
    pub Names(id: u32) -> Vec<String> = Vec::new();
    pub Higher(id: u32, than: u32) -> bool {
        let risk = Risk(id).await.unwrap_or(u32::MAX);
        let least = each([id, than].map(Level)).await.into_iter().min().unwrap_or_default();
        risk < than && least <= Level(than).await
    }
    pub Highest(id: u32) -> Option<u32> {
        let risk = Risk(id).await?;
        if risk > Level(id).await { Some(risk.max(Level(0).await)) } else { None }
    }
}

/// The remedy on the page.
#[policy]
async fn careful(user: &User) -> bool {
    let risk = Risk(user.id).await;
    risk.is_some_and(|risk| risk < user.limit)
}

/// What is said of a missing value.
#[policy]
pub async fn said(user: &User) -> bool {
    let risk = Risk(user.id).await;
    let limit = Level(user.id).await;
    (Risk(user.id).await?) < 3
        && risk.is_some_and(|risk| risk < limit)
        && risk.map_or(true, |risk| limit >= risk)
        && risk.unwrap_or(9) < limit
        && risk.unwrap_or_default().lt(&limit)
        && matches!(risk, Some(risk) if risk < limit)
        && match Some(limit) {
            Some(risk) if risk < 3 => true,
            Some(0..=7) => limit <= u32::MAX,
            _ => false,
        }
        && (1..limit).contains(&7)
        && (..limit).contains(&risk?)
}

/// References, strings, tuples, floats, literals.
#[policy]
pub async fn kinds(user: &User) -> bool {
    let (risk, name) = (Level(user.id).await, Name(user.id).await);
    let money = Limit(user.id).await?;
    let small = 3;
    (risk, 1) < (3, 0)
        && [risk, small] <= [small, 2]
        && &risk < &3
        && &&risk < &&small
        && *name < *user.name
        && name.as_str() < "m"
        && name < user.name
        && name.as_str().cmp(&user.name) == Ordering::Less
        && money.amount < 2.5
        && money.amount.max(0.5) <= money.amount.min(1.5)
        && money.amount + 1.0 < money.amount * 2.0
        && money.name >= name
        && money.partial_cmp(&money.clone()).is_none()
        && (risk as u64) < u64::MAX
        && risk as usize <= name.len()
        && -5 < i64::from(risk)
        && Reverse(risk) < Reverse(small)
        && Holds(user.id).await? >= Role::Editor
        && Role::Reader < Holds(user.id).await?
        && { name } > user.name
}

/// Many at once.
#[policy]
pub async fn many(user: &User) -> bool {
    let levels = each(user.groups.iter().map(|group| Level(*group))).await;
    let mut sorted = levels.clone();
    sorted.sort();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.sort_by_key(|level| Reverse(*level));
    let known: Vec<u32> = each([Risk(1), Risk(2)]).await.into_iter().flatten().collect();
    let mut highest = 0;
    for level in &levels {
        if highest < *level {
            highest = *level;
        }
    }
    let named = each([Name(1), Name(2)]).await;
    let by_name: BTreeMap<&str, u32> =
        named.iter().map(String::as_str).zip(levels.clone()).collect();
    levels.iter().all(|level| *level < 9)
        && levels.iter().is_sorted()
        && levels.iter().lt(known.iter())
        && levels.iter().copied().max().is_some_and(|level| level > highest)
        && levels.iter().max_by(|a, b| a.cmp(b)).is_some()
        && levels.iter().copied().max_by(Ord::cmp).is_some()
        && named.iter().max_by_key(|name| name.len()).is_some()
        && named.iter().min_by_key(|name| (name.len(), name.as_str())).is_some()
        && named.clone().into_iter().max().is_some_and(|name| name < user.name)
        && known.iter().copied().fold(0, |a, b| if a < b { b } else { a }) > 1
        && known.iter().sum::<u32>() > highest
        && known.binary_search(&highest).is_ok()
        && levels == known
        && levels.contains(&highest)
        && by_name.len() < levels.len()
        && max(highest, 3) < min(highest, levels.len() as u32)
        && Ord::max(highest, small()) <= u32::clamp(highest, 1, 7)
        && PartialOrd::lt(&highest, &small())
}

fn small() -> u32 {
    3
}

/// Closures that a local is.
#[policy]
pub async fn closures(user: &User) -> bool {
    let limit = Level(user.id).await;
    let above = |level| level > limit;
    let less = |a, b| a < b;
    let between = |level: u32, (least, most)| least < level && level < most;
    let by_size = |a: &Option<u32>, b: &Option<u32>| a.unwrap_or(9).cmp(&b.unwrap_or(9));
    let risks = each([Risk(1), Risk(2)]).await;
    above(Level(0).await)
        && less(Level(1).await, limit)
        && between(Level(2).await, (limit, 7))
        && risks.iter().copied().max_by(by_size).is_some()
        && risks.iter().flatten().any(|risk| above(*risk))
}

/// Local data that no fact feeds.
#[policy]
pub async fn local(user: &User) -> bool {
    user.since < user.until && user.since.max(user.until).is_some() && Level(user.id).await > 1
}

pub struct Users;
impl Domain for Users {
    type Subject = User;
    type Action = ();
    type Resource = ();
    type Context = ();
}

static GATE: Gate<Users, (careful, said, kinds, many, closures, local)> = Gate::new();

pub fn main() {
    let user =
        User { id: 1, name: String::new(), since: None, until: None, limit: 3, groups: vec![1, 2] };
    let session = Session::new(FactTable::new());
    let _ = GATE.bind(&session, &user, &());
}
