//! Diagnostics of `#[derive(Sources)]`.

use std::fmt::Display;

#[cfg(test)]
use crate::diagnostics::Entry;
use crate::diagnostics::{Diagnostic, chapter};

chapter! { SOURCES "Sources"
    /// A field for each source, by name: that is a struct.
    sources_not_struct(name, kind) {
        says: "`{name}` is {kind}, and a set of sources is a struct; write `struct {name} {{ #[loads(Fact)] source: Source }}`",
        wrong: "#[derive(Sources)]
«enum» AppFacts {
    Db(Database)
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// Messages and traces name the field that loads a fact.
    sources_tuple(name) {
        says: "the fields of `{name}` have no names; write `struct {name} {{ #[loads(Fact)] source: Source }}`",
        wrong: "#[derive(Sources)]
struct AppFacts«(#[loads(Admin)] Database)»;",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// Every task of a request shares the session, and may outlive what a source borrows from.
    sources_lifetime(name, lifetime) {
        says: "`{name}` borrows for `{lifetime}`, and sources are shared by every task of a session; own them, or keep an `Arc`",
        wrong: "#[derive(Sources)]
struct AppFacts<«'a»> {
    #[loads(Admin)]
    db: &'a Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Arc<Database>,
}",
    }
    /// A field that loads nothing needs no attribute.
    loads_nothing() {
        says: "`loads` names no fact; write `#[loads(Fact, …)]`, or remove it",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[«loads»]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// An attribute that is nearly `loads` would be lost, and with it the source of its facts.
    loads_misspelt(written) {
        says: "there is no attribute `{written}`; write `#[loads(Fact, …)]`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[«load»(Admin)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// How a source loads is its own affair: its `FactSource` has limits and all.
    loads_argument(argument) {
        says: "`loads` takes facts and nothing else; remove `{argument}`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin «= 100»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// The facts are named by their paths, separated by commas.
    loads_fact() {
        says: "expected the name of a fact, without quotes; write `#[loads(Fact, …)]`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[loads(«\"Admin\"»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// A fact is one key type, and its source loads any key of it.
    loads_generics(fact) {
        says: "a fact has no arguments here; write `{fact}`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin«<UserId>»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// Two sources of one fact would have to agree.
    loads_twice(fact, first) {
        says: "the fact `{fact}` is loaded by the field `{first}` already; a fact has one source: remove it here or there",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
    #[loads(«Admin»)]
    cache: Cache,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
    cache: Cache,
}",
    }
}
