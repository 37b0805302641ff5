//! The spans of errors: each is a token of the user's.

use std::ops::Range;

use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::Macro;

use super::programs::Program;

/// Checks that every error begins and ends at a token of the program.
pub(super) fn check(program: &Program, errors: &[Macro]) {
    // A group's place is all of it, and so has those of the tokens in it.
    let trees = program.options.clone().into_iter().chain(program.input.clone());
    let places: Vec<_> = trees.map(|tree| tree.span().byte_range()).collect();
    for error in errors {
        let tokens: Vec<TokenTree> = error.to_token_stream().into_iter().collect();
        let ends = [&tokens[0], &tokens[tokens.len() - 1]].map(|tree| tree.span().byte_range());
        let is_inside = ends.iter().all(|end| is_inside(end, &places));
        assert!(is_inside || is_exempt(error), "an error is nowhere: {}", error.tokens);
    }
}

/// Whether a place is that of a token. That of a fallback `call_site` is 0..0, where no token is.
fn is_inside(place: &Range<usize>, places: &[Range<usize>]) -> bool {
    !place.is_empty()
        && places.iter().any(|token| token.start <= place.start && place.end <= token.end)
}

/// What can only be said of the whole: that something is missing where the input ends, in syn's
/// words, or that there is none.
fn is_exempt(error: &Macro) -> bool {
    let said = error.tokens.to_string();
    let is_ours = said.ends_with("]\"");
    let ends = ["\"expected ", "\"unexpected end of input"];
    said.ends_with("[policy_not_a_function]\"")
        || !is_ours && ends.iter().any(|exempt| said.starts_with(exempt))
}
