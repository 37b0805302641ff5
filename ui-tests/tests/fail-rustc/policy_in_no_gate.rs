//! A policy that no gate has is unused code: a forbid that somebody forgot, say.
#![deny(dead_code)]
use gatehouse::prelude::*;

pub struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = ();
    type Resource = u32;
    type Context = ();
}

#[policy(forbid)]
fn suspended(user: &u32) -> bool {
    *user == 13
}

#[policy]
pub fn everybody(user: &u32) -> bool {
    *user > 0
}

pub static GATE: Gate<Documents, (everybody,)> = Gate::new();

fn main() {}
