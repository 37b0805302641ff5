//! Expressions in a place where Rust allows less than elsewhere.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::quote;

/// The scrutinee of a `match` or `if let`. The user may have written it where more is allowed: here the braces of a
/// struct would be taken for the arms, and `&&` for the end of the scrutinee.
pub(crate) fn scrutinee(tokens: TokenStream) -> TokenStream {
    let has_more = |tree: TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => {
            matches!(punct.as_char(), '&' | '|') && punct.spacing() == Spacing::Joint
        }
        _ => false,
    };
    if tokens.clone().into_iter().any(has_more) { quote!((#tokens)) } else { tokens }
}
