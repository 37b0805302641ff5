//! `#[derive(Sources)]`: which field loads which facts, compiled into typed storage.

mod ast;
mod check;
mod emit;
mod emit_rows;
mod parse;
mod parse_rows;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_rows;

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;
use crate::{fragment, panics};

/// Compiles the derive. What is wrong with one field does not hide the others.
pub(crate) fn expand(input: &TokenStream) -> TokenStream {
    let compiled = || {
        let errors = Diagnostics::new();
        let mut tokens = compile(input.clone(), &errors).unwrap_or_default();
        tokens.extend(errors.finish());
        tokens
    };
    panics::caught("#[derive(Sources)]", input, compiled, || fallback(input.clone()))
}

/// The set of sources as far as it can be written, without errors: with the facts that it loads, or else
/// with none.
fn fallback(input: TokenStream) -> TokenStream {
    let errors = Diagnostics::new();
    let parsed = parse::sources(fragment::opened(input), &errors);
    drop(errors.finish());
    let Some(mut sources) = parsed else { return TokenStream::new() };
    panics::attempt(|| emit::sources(&sources)).unwrap_or_else(|_| {
        sources.loads.clear();
        emit::sources(&sources)
    })
}

/// The stages. Only an item that rustc would not have handed us stops after the first.
pub(crate) fn compile(input: TokenStream, errors: &Diagnostics) -> Option<TokenStream> {
    let mut sources = parse::sources(fragment::opened(input), errors)?;
    check::sources(&mut sources, errors);
    Some(emit::sources(&sources))
}
