//! `#[sensitive]` says one thing: what it stands on is shown nowhere.
#[path = "../domain/mod.rs"]
mod domain;

#[allow(unused_imports)]
use domain::*;
use gatehouse::prelude::*;

fact! {
    #[sensitive = true]
    pub Diagnosis(patient: UserId) -> Kind;
}

// What uses it has no error of its own.
const _: &str = <Diagnosis as FactKey>::NAME;

fn main() {}
