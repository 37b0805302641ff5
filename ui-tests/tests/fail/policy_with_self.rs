//! A policy is a free function.
use gatehouse::prelude::*;

#[policy]
pub fn admin(&self) -> bool {
    self.admin
}

fn main() {}
