//! How the macros are tested below the proc-macro boundary: tokens in, formatted text and errors as
//! data out, whatever the compiler's version.

use proc_macro2::TokenStream;

use crate::errors::Errors;

/// A compiler without its boundary: tokens in, tokens out, errors on the side.
pub(crate) type Compile = fn(TokenStream, &Errors) -> TokenStream;

/// What `compile` makes of a source that is free of errors, as rustfmt would print it.
#[track_caller]
pub(crate) fn expansion(compile: Compile, source: &str) -> String {
    let (tokens, errors) = run(compile, source);
    assert_eq!(errors, [], "the source has errors");
    pretty(tokens)
}

/// What `compile` makes of a source with errors, without them.
#[track_caller]
pub(crate) fn skeleton(compile: Compile, source: &str) -> String {
    let (tokens, errors) = run(compile, source);
    assert_ne!(errors, [], "the source has no errors");
    pretty(tokens)
}

/// Every error in `source`: the text that it underlines, and its message.
#[track_caller]
pub(crate) fn errors(compile: Compile, source: &str) -> Vec<(String, String)> {
    let (tokens, errors) = run(compile, source);
    // Whatever is wrong, what is emitted must parse.
    pretty(tokens);
    errors
}

#[track_caller]
fn run(compile: Compile, source: &str) -> (TokenStream, Vec<(String, String)>) {
    let errors = Errors::new();
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
