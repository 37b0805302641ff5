//! Attributes on parts of a rule that the compiler takes apart, or puts elsewhere: none is dropped.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

pub struct Two {
    a: bool,
    b: bool,
}

fn one_of(list: &[bool]) -> bool {
    list.contains(&true)
}

/// Elements, arguments, fields.
#[policy]
async fn lists(user: &User) -> bool {
    let list = [Admin(1).await, #[cfg(any())] Admin(2).await, #[cfg(any())] true, #[cfg(any())] (true == false)];
    let pair = (Admin(1).await, #[cfg_attr(all(), cfg(any()))] user.admin);
    let two = Two { #[cfg(any())] a: Admin(3).await, #[cfg(all())] a: false, b: Admin(4).await };
    one_of(&list) || pair.1 || one_of(#[cfg(any())] &[Admin(5).await]) || two.a
}

/// Operands, values, keys.
#[policy]
async fn values(user: &User) -> bool {
    let held = #[cfg(any())] user.admin;
    let one = #[cfg(any())] if held { Admin(1).await } else { false };
    let two = #[cfg(any())] { Admin(1).await };
    let three = { #![allow(unused)] Admin(1).await };
    let four = match Level(1).await { #![allow(unused)] Some(_) => #[cfg(any())] true, None => #[cfg(any())] { false } };
    let five = (#[cfg(any())] Admin(#[cfg(any())] 1)).await || any(#[cfg(any())] [Reads(1)]).await || lazy(#[cfg(any())] Admin(1)).await;
    (#[cfg(any())] five) && Admin(1).await
}

/// Patterns.
#[policy]
async fn patterns(user: &User) -> bool {
    let User { #[cfg(any())] id: 1, .. } = user else { return false };
    if let User { #[cfg(any())] admin: true, .. } = user {
        return matches!((user, Admin(1).await), (User { #[cfg(any())] id: 2, .. }, true));
    }
    for User { #[cfg(any())] id: _, .. } in [user] {}
    match user {
        User { #[cfg(any())] banned: true, .. } => false,
        _ => true,
    }
}

/// Statements.
#[policy]
async fn statements(user: &User) -> bool {
    #[cfg(any())]
    user.keys();
    #[cfg(any())]
    for _ in [1, 2] {}
    #[cfg(any())]
    assert!(user.admin);
    #[cfg(any())]
    user.admin && user.banned;
    #[cfg(any())]
    return false;
    #[cfg(any())]
    Admin(1).await
}

fn main() {}
