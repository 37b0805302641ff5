//! Braces around generated code, with the spans that rustc shows.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;

use crate::text::braces_at;

/// A block that begins with `first`, and that rustc shows as the user's.
pub(super) fn inside(first: Option<TokenStream>, block: TokenStream) -> TokenStream {
    inside_at(first, block, Span::call_site())
}

/// [`inside`], for a place where the user may have an expression without braces: rustc then shows the braces at its
/// `end`, where its advice on what to write behind the expression belongs.
pub(super) fn inside_at(first: Option<TokenStream>, expr: TokenStream, end: Span) -> TokenStream {
    let Some(first) = first else { return expr };
    match only_block(&expr) {
        Some(block) => {
            let rest = block.stream();
            braces_at(block.span(), quote!(#first #rest))
        }
        None => braces_at(end, quote!(#first #expr)),
    }
}

/// Braces with `tokens` in them.
fn only_block(tokens: &TokenStream) -> Option<Group> {
    let mut tokens = tokens.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(it)), None) if it.delimiter() == Delimiter::Brace => Some(it),
        _ => None,
    }
}
