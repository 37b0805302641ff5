//! Helpers that the parsers share.

use proc_macro2::{TokenStream, TokenTree};
use syn::Token;
use syn::parse::ParseStream;

/// Takes everything up to the next comma.
pub(crate) fn up_to_comma(input: ParseStream<'_>) -> TokenStream {
    let mut rest = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        let Ok(token) = input.parse::<TokenTree>() else { break };
        rest.extend([token]);
    }
    rest
}
