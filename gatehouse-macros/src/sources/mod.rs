//! `#[derive(Sources)]`: which field loads which facts, compiled into typed storage.

mod ast;
mod check;
mod emit;
mod parse;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::errors::Errors;
use crate::fragment;

/// Compiles the derive. What is wrong with one field does not hide the others.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let mut tokens = compile(input, &errors).unwrap_or_default();
    tokens.extend(errors.finish());
    tokens
}

/// The stages. Only an item that rustc would not have handed us stops after the first.
pub(crate) fn compile(input: TokenStream, errors: &Errors) -> Option<TokenStream> {
    let mut sources = parse::sources(fragment::opened(input), errors)?;
    check::sources(&mut sources, errors);
    Some(emit::sources(&sources))
}
