//! Every task of a request shares the session, and may outlive what a source borrows from.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

#[derive(Sources)]
struct AppFacts<'a> {
    #[loads(Admin)]
    db: &'a Database,
}

fn main() {}
