//! `fact!`: declarations of facts, compiled into typed keys.

mod ast;
mod check;
mod components;
mod dependencies;
mod derived;
mod emit;
mod emit_derived;
mod emit_summary;
mod parse;
mod recursion;
mod summary;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;

use self::dependencies::Dependencies;
use self::summary::Summaries;

use crate::diagnostics::Diagnostics;
use crate::{fragment, panics};

/// Compiles one `fact!` block. A fact with errors does not hide the others.
pub(crate) fn expand(input: &TokenStream) -> TokenStream {
    let compiled = || {
        let errors = Diagnostics::new();
        let mut tokens = compile(input.clone(), &errors);
        tokens.extend(errors.finish());
        tokens
    };
    panics::caught("fact!", input, compiled, || fallback(input.clone()))
}

/// The facts as if each body had errors, without these.
fn fallback(input: TokenStream) -> TokenStream {
    let errors = Diagnostics::new();
    let mut block = parse::block(fragment::opened(input), &errors);
    check::block(&mut block, &errors);
    drop(errors.finish());
    emit::block(&block, &BTreeMap::new(), &Summaries::default())
}

/// The stages. Checking puts stand-ins where something is wrong, so that emitting cannot fail.
pub(crate) fn compile(input: TokenStream, errors: &Diagnostics) -> TokenStream {
    let mut block = parse::block(fragment::opened(input), errors);
    check::block(&mut block, errors);
    let bodies = derived::bodies(&block, errors);
    let dependencies = Dependencies::of(&block, &bodies);
    let derived = derived::block(&block, &bodies, &dependencies, errors);
    let summaries = Summaries::of(&block, &dependencies, &derived);
    emit::block(&block, &derived, &summaries)
}
