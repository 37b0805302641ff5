//! The places of tokens: where rustc shows what is emitted.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::token::Brace;

/// The spans of the first and the last token. `Span::join` is not stable; an item whose first and
/// last token carry these is underlined whole by the compiler.
pub(crate) fn ends(tokens: impl ToTokens) -> (Span, Span) {
    let mut tokens = tokens.to_token_stream().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    (first, last)
}

/// The span of a token of the user's, for generated code: rustc shows that token, but treats the code as a macro's, so
/// that the user's lints do not apply to it.
pub(crate) fn located(at: Span) -> Span {
    Span::call_site().located_at(at)
}

/// Generated tokens that rustc shows at `span`.
pub(crate) fn at(tokens: &TokenStream, span: Span) -> TokenStream {
    let moved = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.clone().into_iter().map(moved).collect()
}

/// The tokens, with each `word` marked as generated: the user's lints do not apply to it.
pub(crate) fn ours(word: &str, tokens: TokenStream) -> TokenStream {
    let moved = |token: TokenTree| match token {
        TokenTree::Ident(ident) if ident == word => Ident::new(word, Span::call_site()).into(),
        TokenTree::Group(group) => {
            let mut inside = Group::new(group.delimiter(), ours(word, group.stream()));
            inside.set_span(group.span());
            inside.into()
        }
        token => token,
    };
    tokens.into_iter().map(moved).collect()
}

/// The user's braces around `tokens`.
pub(crate) fn braces(brace: Brace, tokens: TokenStream) -> TokenStream {
    braces_at(brace.span.join(), tokens)
}

/// Braces around `tokens`, which rustc shows at `span`.
pub(crate) fn braces_at(span: Span, tokens: TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(located(span));
    TokenTree::Group(group).into()
}
