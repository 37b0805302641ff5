//! `fact!`: declarations of facts, compiled into typed keys.

mod ast;
mod check;
mod derive;
mod emit;
mod emit_derived;
mod parse;
mod recursion;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::crate_path::CratePath;
use crate::errors::Errors;
use crate::fragment;

/// Compiles one `fact!` block. A fact with errors does not hide the others.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let mut tokens = compile(input, &errors);
    tokens.extend(errors.finish());
    tokens
}

/// The stages. Checking puts stand-ins where something is wrong, so that emitting cannot fail.
pub(crate) fn compile(input: TokenStream, errors: &Errors) -> TokenStream {
    let mut block = parse::block(fragment::opened(input), errors);
    check::block(&mut block, errors);
    let derived = derive::block(&block, &runtime(&block.krate), errors);
    emit::block(&block, &derived)
}

/// The path of what generated code calls.
fn runtime(krate: &CratePath) -> TokenStream {
    quote!(#krate::private)
}
