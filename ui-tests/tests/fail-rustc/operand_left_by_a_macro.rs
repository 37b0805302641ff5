//! A macro that returns by itself inside a side of `||` would leave the side and not the rule.
use gatehouse::prelude::*;

fact! {
    pub Flag(id: u32) -> bool = false;
    pub Derived(id: u32) -> bool {
        Flag(id).await || { unless!(id == 1, Ok(true)); id == 2 }
    }
}

macro_rules! unless {
    ($condition:expr, $value:expr) => {
        if !$condition {
            return $value;
        }
    };
}
use unless;

#[policy]
pub async fn as_a_function(user: &u32) -> bool {
    !(Flag(*user).await || { unless!(*user == 1, false); *user == 2 })
}

#[policy]
pub async fn as_rustc_may_advise(user: &u32) -> bool {
    Flag(*user).await && { unless!(*user == 1, Ok(true)); *user == 2 }
}

fn main() {}
