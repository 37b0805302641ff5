//! `#[derive(Value)]`: how a database holds the values of a newtype, or of an enum without fields.

mod ast;
mod case;
mod check;
mod emit;
mod options;
mod parse;
mod repr;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::diagnostics::Diagnostics;
use crate::{fragment, panics};

/// Compiles the derive.
pub(crate) fn expand(input: &TokenStream) -> TokenStream {
    let compiled = || {
        let errors = Diagnostics::new();
        let mut tokens = compile(input.clone(), &errors).unwrap_or_default();
        tokens.extend(errors.finish());
        tokens
    };
    panics::caught("#[derive(Value)]", input, compiled, || fallback(input.clone()))
}

/// The stand-in of a refused type, without errors.
fn fallback(input: TokenStream) -> TokenStream {
    let errors = Diagnostics::new();
    let parsed = parse::item(fragment::opened(input), &errors);
    drop(errors.finish());
    parsed.as_ref().map(emit::stand_in).unwrap_or_default()
}

/// The stages. Only an item that rustc would not have handed us stops after the first. A type with errors is
/// a value all the same, which has no stored form: what uses the type has no error of its own.
pub(crate) fn compile(input: TokenStream, errors: &Diagnostics) -> Option<TokenStream> {
    let before = errors.count();
    let item = parse::item(fragment::opened(input), errors)?;
    check::item(&item, errors);
    if errors.count() > before {
        return Some(emit::stand_in(&item));
    }
    Some(emit::item(&item))
}
