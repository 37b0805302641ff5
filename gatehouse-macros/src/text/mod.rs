//! Tokens as text and as spans: how messages and plans quote what a user wrote.

mod printer;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Ident, Type};

use self::printer::Printer;
use crate::fragment;

/// The text of a type, as rustfmt would space it: `HashMap<u8, Vec<&str>>`.
pub(crate) fn of_type(tokens: impl ToTokens) -> String {
    Printer::of_type().print(fragment::opened_to_show(tokens.to_token_stream()))
}

/// The text of an expression or a pattern, on one line: `doc.owner == user.id`.
///
/// It depends on the tokens alone, never on a source file: plans and snapshots are the same in every
/// build.
pub(crate) fn of_expr(tokens: impl ToTokens) -> String {
    Printer::of_expr().print(fragment::opened_to_show(tokens.to_token_stream()))
}

/// Whether the last segment of a type's path is `name`: tokens show no more of a type.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Path(it) => it.path.segments.last().is_some_and(|last| last.ident == name),
        Type::Paren(it) => is_named(&it.elem, name),
        _ => false,
    }
}

/// Whether a name is one that a type has: it does not begin with a small letter.
pub(crate) fn is_type_name(name: &Ident) -> bool {
    !name.unraw().to_string().starts_with(|first: char| first.is_lowercase() || first == '_')
}

/// The name of a type for what is named like a function: `org_role` becomes `OrgRole`.
pub(crate) fn camel_case(name: &Ident) -> String {
    let name = name.unraw().to_string();
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    });
    words.collect()
}

/// An ordinal: `second`, `12th`.
pub(crate) fn ordinal(number: u32) -> String {
    let words = ["first", "second", "third", "fourth", "fifth", "sixth"];
    let word = usize::try_from(number).ok().and_then(|number| words.get(number.checked_sub(1)?));
    word.map_or_else(|| format!("{number}th"), |word| (*word).to_owned())
}

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
