//! Names with a capital in patterns: whatever is a variant, a constant or a unit struct.
#![deny(warnings)]
#![allow(dead_code)]
use gatehouse::prelude::*;

pub struct User {
    pub id: u32,
    pub kind: Kind,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Human,
    Robot,
    r#Type,
}
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    Read,
    Edit(Kind),
    Élever,
}
#[derive(Debug, PartialEq, Eq)]
pub struct Unit;

pub const ROOT: u32 = 0;
pub const R: &u32 = &7;
pub const R_TYPE: Kind = Kind::r#Type;

use Action::{Edit, Read, Élever};
use Kind::{Human, Robot as Machine, r#Type};
use Option::{None as Nothing, Some};

fact! {
    /// Whose it is.
    pub Owner(id: u32) -> u32;
    /// Whether it is shut.
    pub Shut(id: u32) -> bool = matches!(Some(Human), Some(Machine));
    /// Whether it is there.
    pub Here(id: u32) -> bool {
        match Owner(id).await {
            None => false,
            Some(ROOT) => true,
            Some(_) => Shut(id).await,
        }
    }
}

/// An imported variant.
#[policy]
pub fn read(_: &User, Read: &Action, _: &Unit) -> bool {
    true
}

/// Others, in a pattern; one that is not of ASCII.
#[policy]
pub fn edit(_: &User, (Edit(Machine) | Élever): &Action, Unit: &Unit) -> bool {
    true
}

/// A constant.
#[policy]
pub fn root(User { id: ROOT, kind: r#Type }: &User) -> bool {
    true
}

/// Everywhere in a body.
#[policy]
pub async fn body(user: &User, action: &Action, unit: &Unit) -> bool {
    const ONE: u32 = 1;
    let Unit = unit;
    let Some(ONE) = Owner(user.id).await else { return false };
    if let Some(ROOT) = Owner(user.id + 1).await
        && let Read = action
    {
        return true;
    }
    let is = |kind: &Kind| matches!(*kind, Human | R_TYPE if user.id > 1);
    match Owner(user.id).await {
        Nothing => [user.kind].iter().all(is) && matches!(Owner(2).await, Some(ONE) | None),
        Some(_) => {
            assert!(matches!(user.kind, Human), "{}", matches!(unit, Unit));
            [Unit, Unit].iter().all(|Unit| Shut(2).id == 2)
        }
    }
}

/// Bindings that say that they are.
#[allow(non_snake_case)]
#[policy]
pub async fn bound(&User { id: ref Id, .. }: &User) -> bool {
    let mut Last = 1;
    Last += *Id;
    let Twice @ 1..=9 = Last else { return false };
    matches!(Owner(Twice).await, Some(ref Owner) if Owner == Id) || Shut(Last).await
}

pub fn main() {}
