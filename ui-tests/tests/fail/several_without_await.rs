//! A forgotten `.await` is known by how the value is used: where no key will do.
use gatehouse::prelude::*;

pub struct Wrapper(pub Option<u8>);

impl Wrapper {
    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }
}

fact! {
    pub Limit(user: u32) -> u8;
    pub Frozen(user: u32) -> bool = false;
    /// A body of a fact's as well.
    pub Capped(user: u32) -> bool {
        matches!(Limit(user), Some(0))
    }
}

#[policy]
pub async fn by_question_mark(user: &u32) -> bool {
    Limit(*user)? >= 3
}

#[policy]
pub async fn by_let_else(user: &u32) -> bool {
    let Some(limit) = Limit(*user) else { return false };
    limit >= 3
}

#[policy]
pub async fn by_if_let(user: &u32) -> bool {
    if let Some(limit) = Limit(*user) { limit >= 3 } else { false }
}

#[policy]
pub async fn by_match(user: &u32) -> bool {
    match Limit(*user) {
        Some(limit) => limit >= 3,
        None => match Frozen(*user) {
            true => false,
            false => true,
        },
    }
}

#[policy]
pub async fn by_local(user: &u32) -> bool {
    let frozen = Frozen(*user);
    let limit = Limit(*user);
    !frozen && limit? > 3
}

#[policy]
pub async fn by_shadowed_local(user: &u32) -> bool {
    let limit = Limit(*user);
    let limit = limit.await?;
    limit > 3
}

// None of these is a key, as is plain from the same.
#[policy]
pub async fn no_keys(user: &u32) -> bool {
    let given = Some(*user);
    let Some(one) = Some(1) else { return false };
    let Wrapper(two) = Wrapper(Some(2));
    Some(*user)? > 3 && Option::Some(one)? > 0 && given? > 1 && two? > 1 && Wrapper(None).is_some()
}

fn main() {}
