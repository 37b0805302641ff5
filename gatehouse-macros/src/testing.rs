//! Helpers for tests below the proc-macro boundary: tokens in; formatted text and errors as data out,
//! independent of the compiler's version.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Meta};

use crate::diagnostics::Diagnostics;

/// A compiler without its boundary: tokens in, tokens out, errors on the side.
pub(crate) type Compile = fn(TokenStream, &Diagnostics) -> TokenStream;

/// The expansion of a source without errors, as rustfmt would print it.
#[track_caller]
pub(crate) fn expansion(compile: Compile, source: &str) -> String {
    let (tokens, errors) = run(compile, source);
    assert_eq!(errors, [], "the source has errors");
    pretty(tokens)
}

/// The expansion of a source without errors, without spaces. (A printer knows no `::<>`.)
#[track_caller]
pub(crate) fn tokens(compile: Compile, source: &str) -> String {
    let (tokens, errors) = run(compile, source);
    assert_eq!(errors, [], "the source has errors");
    tokens.to_string().replace(' ', "")
}

/// The expansion of a source with errors, without the errors.
#[track_caller]
pub(crate) fn skeleton(compile: Compile, source: &str) -> String {
    let (tokens, errors) = run(compile, source);
    assert_ne!(errors, [], "the source has no errors");
    pretty(tokens)
}

/// Every error in `source`: the text that it underlines, and the diagnostic's name; for an error
/// of the parser's, its message.
#[track_caller]
pub(crate) fn errors(compile: Compile, source: &str) -> Vec<(String, String)> {
    let (tokens, errors) = run(compile, source);
    // The output must parse in any case.
    pretty(tokens);
    let named = |(underlined, message): (String, String)| {
        let name = split_name(&message).map_or(message.as_str(), |(_, name)| name);
        (underlined, name.to_owned())
    };
    errors.into_iter().map(named).collect()
}

/// Every error in `source`: the text that it underlines, and its whole message.
#[track_caller]
pub(crate) fn messages(compile: Compile, source: &str) -> Vec<(String, String)> {
    run(compile, source).1
}

/// The errors of an expansion, each with the text that it underlines, and the rest as rustfmt would print
/// it.
#[track_caller]
pub(crate) fn split_errors(tokens: TokenStream) -> (Vec<(String, String)>, String) {
    let mut file: syn::File = syn::parse2(tokens).expect("what is emitted does not parse");
    let mut errors = Vec::new();
    file.items.retain(|item| {
        let syn::Item::Macro(it) = item else { return true };
        if is_error(&it.mac) {
            errors.push((
                underlined(&it.mac),
                it.mac.parse_body::<syn::LitStr>().expect("a text").value(),
            ));
        }
        !is_error(&it.mac)
    });
    (errors, prettyplease::unparse(&file))
}

/// Whether a macro is a `compile_error!`.
pub(crate) fn is_error(mac: &syn::Macro) -> bool {
    mac.path.segments.last().is_some_and(|last| last.ident == "compile_error")
}

/// The tokens that rustc underlines for a `compile_error!`: from its first token to its last.
fn underlined(error: &syn::Macro) -> String {
    let tokens: Vec<_> = error.to_token_stream().into_iter().collect();
    let whole = tokens[0].span().join(tokens[tokens.len() - 1].span());
    whole.and_then(|span| span.source_text()).unwrap_or_default()
}

/// A message of the catalogue: its text, and the diagnostic's name.
pub(crate) fn split_name(message: &str) -> Option<(&str, &str)> {
    message.strip_suffix(']')?.rsplit_once(" [")
}

/// Compiles every use of the macros in a file, as rustc would hand it to them.
pub(crate) fn compile_file(source: TokenStream, errors: &Diagnostics) -> TokenStream {
    let file: syn::File = syn::parse2(source).expect("the source is not a file");
    file.items.iter().map(|item| compile_item(item, errors)).collect()
}

fn compile_item(item: &syn::Item, errors: &Diagnostics) -> TokenStream {
    if let syn::Item::Macro(it) = item
        && it.mac.path.is_ident("fact")
    {
        return crate::fact::compile(it.mac.tokens.clone(), errors);
    }
    let with_attributes = |input: ParseStream<'_>| {
        Ok((input.call(Attribute::parse_outer)?, input.parse::<TokenStream>()?))
    };
    let (mut attrs, rest) = with_attributes.parse2(item.to_token_stream()).expect("an item");
    if let Some(at) = attrs.iter().position(|attr| attr.path().is_ident("policy")) {
        let options = match attrs.remove(at).meta {
            Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        return crate::policy::compile(options, quote!(#(#attrs)* #rest), errors);
    }
    let derive = attrs.iter().position(|attr| attr.path().is_ident("derive"));
    derive.map_or(item.to_token_stream(), |at| {
        let derived = attrs.remove(at).to_token_stream().to_string();
        let compile =
            if is_value(&derived) { crate::value::compile } else { crate::sources::compile };
        compile(quote!(#(#attrs)* #rest), errors).unwrap_or_default()
    })
}

/// Whether a list of traits to derive, as text, has `Value` in it.
pub(crate) fn is_value(derived: &str) -> bool {
    derived.split(|c: char| !c.is_alphanumeric()).any(|word| word == "Value")
}

#[track_caller]
fn run(compile: Compile, source: &str) -> (TokenStream, Vec<(String, String)>) {
    let errors = Diagnostics::new();
    let tokens = compile(source.parse().expect("the source is not tokens"), &errors);
    let errors = errors.into_vec();
    let shown = errors.iter().map(|error| {
        let underlined = error.span().source_text().unwrap_or_default();
        (underlined, error.to_string())
    });
    (tokens, shown.collect())
}

#[track_caller]
fn pretty(tokens: TokenStream) -> String {
    let file = syn::parse2(tokens).expect("what is emitted does not parse");
    prettyplease::unparse(&file)
}
