//! A local has what it was bound to.
use gatehouse::prelude::*;

fact! {
    pub Risk(user: u32) -> u32;
    pub Lower(user: u32, than: u32) -> bool {
        let risk = Risk(user).await;
        risk < Some(than)
    }
}

#[policy]
pub async fn local(user: &u32) -> bool {
    let risk = Risk(*user).await;
    risk < Some(3)
}

#[policy]
pub async fn pattern(user: &u32) -> bool {
    let (risk, limit) = (Risk(*user).await, Some(3));
    limit > risk
}

#[policy]
pub async fn assigned(user: &u32) -> bool {
    let risk;
    if *user > 7 {
        risk = Risk(*user).await;
    } else {
        risk = None;
    }
    risk < Some(3)
}

#[policy]
pub async fn in_a_chain(user: &u32) -> bool {
    if let risk = Risk(*user).await
        && risk < Some(3)
    {
        return true;
    }
    *user == 0
}

#[policy]
pub async fn handed_on(user: &u32) -> bool {
    let risk = Risk(*user).await;
    let both = (risk, 1);
    let (again, _) = both;
    again < Some(3)
}

#[policy]
pub async fn collected(user: &u32) -> bool {
    let risk = Risk(*user).await;
    let mut all = Vec::new();
    all.push(risk);
    all < vec![Some(3)]
}

fn main() {}
