//! Every diagnostic of the macros: its reason, its text, a program with the mistake and one without.
//! There is one file for each chapter of the page `what_the_compiler_says`.
//!
//! A message says what is wrong in the user's names, then what to write instead. The name of an entry
//! never changes, because people search for it. The page of the documentation is written from the
//! catalogue, and the tests hold the compiler to each entry: its program has this one error, at the
//! marked token.

mod anywhere;
mod bodies;
mod derived;
mod facts;
mod policies;
mod sources;
mod tables;
mod values;

pub(crate) use anywhere::*;
pub(crate) use bodies::*;
pub(crate) use derived::*;
pub(crate) use facts::*;
pub(crate) use policies::*;
pub(crate) use sources::*;
pub(crate) use tables::*;
pub(crate) use values::*;

#[cfg(test)]
use super::Entry;

/// Every chapter, in the order of the page.
#[cfg(test)]
pub(super) const ALL: [&[Entry]; 8] = [
    anywhere::ANYWHERE,
    facts::FACTS,
    derived::DERIVED,
    policies::POLICIES,
    bodies::BODIES,
    sources::SOURCES,
    tables::TABLES,
    values::VALUES,
];
