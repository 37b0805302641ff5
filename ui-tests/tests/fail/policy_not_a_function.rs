//! A rule is a function: it judges what it is given, and says whether it applies.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[policy]
struct Owner;

fn main() {}
