//! Tokens to [`Block`]. An error in one fact is pushed, and parsing goes on with the next.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::token::{Brace, Paren};
use syn::{Attribute, Generics, Ident, Meta, Token, Type, Visibility, parenthesized};

use super::ast::{Block, Ending, Fact, Part};
use crate::body::capitals;
use crate::crate_path::CratePath;
use crate::diagnostics::Diagnostics;
use crate::{diagnostics, text};

/// Parses all of a `fact!`.
pub(super) fn block(input: TokenStream, errors: &Diagnostics) -> Block {
    let parser = |input: ParseStream| {
        let attrs = errors.keep(input.call(Attribute::parse_inner)).unwrap_or_default();
        let library = CratePath::from_attributes(&attrs, "gatehouse", errors);
        let others = attrs.iter().filter(|attr| !attr.path().is_ident("gatehouse"));
        others.for_each(|attr| errors.push(attr, diagnostics::fact_name()));
        Ok(Block { library, facts: facts(input, errors) })
    };
    let parsed = errors.keep(parser.parse2(input));
    parsed.unwrap_or_else(|| Block { library: CratePath::default_path(), facts: Vec::new() })
}

/// Parses facts to the end.
fn facts(input: ParseStream, errors: &Diagnostics) -> Vec<Fact> {
    let mut facts = Vec::new();
    while !input.is_empty() {
        match fact(input, errors) {
            Ok(fact) => facts.push(fact),
            Err(error) => {
                errors.push_syn(error);
                skip_fact(input);
            }
        }
    }
    facts
}

/// Parses one fact. An `Err` means that too little is known to go on with it.
fn fact(input: ParseStream, errors: &Diagnostics) -> syn::Result<Fact> {
    let attrs = input.call(Attribute::parse_outer)?;
    let vis: Visibility = input.parse()?;
    if input.is_empty() {
        // Nothing follows that an error could be at.
        return Err(diagnostics::fact_name().on(quote!(#(#attrs)* #vis)));
    }
    let (required, attrs) = attrs.into_iter().partition(|attr| is_ours(attr, "required", errors));
    let (sensitive, attrs) = sensitive(attrs, errors);
    let introduction = introduction(input)?;
    let name = fact_name(input)?;
    if !introduction.is_empty() {
        let words = text::of_type(&introduction);
        errors.push(introduction, diagnostics::fact_introduced(words, name.unraw()));
    }
    let generics: Generics = input.parse()?;
    let has_parts = input.peek(Paren);
    let parts = if has_parts {
        parts(input, errors)?
    } else {
        let written = if text::is_type_name(&name) {
            name.unraw().to_string()
        } else {
            text::camel_case(&name)
        };
        errors.push(&name, diagnostics::fact_parts(name.unraw(), written));
        Vec::new()
    };
    let mut fact = Fact {
        attrs,
        required,
        sensitive,
        vis,
        name,
        generics,
        parts,
        value: None,
        ending: Ending::Plain,
    };
    if !has_parts && input.peek(Token![;]) {
        // All of it is missing, which is one mistake.
        input.parse::<Token![;]>()?;
        return Ok(fact);
    }
    // Its key is known: whatever is wrong behind it, those who ask for it have no error.
    if let Err(error) = value_and_ending(input, &mut fact, errors) {
        errors.push_syn(error);
        skip_fact(input);
    }
    Ok(fact)
}

/// Parses what follows the key.
fn value_and_ending(input: ParseStream, fact: &mut Fact, errors: &Diagnostics) -> syn::Result<()> {
    fact.value = value(input, &fact.name, errors)?;
    fact.ending = ending(input, &fact.name, fact.value.as_ref(), errors)?;
    Ok(())
}

/// Whether an attribute is `ours`, or means to be.
fn is_ours(attr: &Attribute, ours: &str, errors: &Diagnostics) -> bool {
    let Some(written) = attr.path().get_ident() else { return false };
    if written != ours {
        let written = written.to_string();
        if diagnostics::nearest(&written, &[ours]).is_none() {
            return false;
        }
        errors.push(attr.path(), diagnostics::attribute_misspelt(written, ours));
    }
    true
}

/// Takes `#[sensitive]` off.
fn sensitive(attrs: Vec<Attribute>, errors: &Diagnostics) -> (bool, Vec<Attribute>) {
    let (ours, others): (Vec<_>, Vec<_>) =
        attrs.into_iter().partition(|attr| is_ours(attr, "sensitive", errors));
    for attr in &ours {
        if !matches!(attr.meta, Meta::Path(_)) {
            errors.push(&attr.meta, diagnostics::sensitive_arguments());
        }
    }
    (!ours.is_empty(), others)
}

/// Parses words that do not belong before a fact's name: `fn`, `async fn`, `struct`, `fact`.
fn introduction(input: ParseStream) -> syn::Result<TokenStream> {
    let mut words = TokenStream::new();
    while input.peek(Ident::peek_any) && (input.peek2(Ident) || input.peek2(Token![fn])) {
        words.extend([input.call(Ident::parse_any)?.to_token_stream()]);
    }
    Ok(words)
}

/// Parses the name of a fact.
fn fact_name(input: ParseStream) -> syn::Result<Ident> {
    let here = input.fork();
    if !input.peek(Ident::peek_any) {
        return Err(diagnostics::fact_name().at(input.span()));
    }
    let name = input.call(Ident::parse_any)?;
    if here.peek(Ident) { Ok(name) } else { Err(diagnostics::fact_keyword(&name).on(&name)) }
}

/// Parses `-> Value`.
fn value(input: ParseStream, name: &Ident, errors: &Diagnostics) -> syn::Result<Option<Type>> {
    let absent = |input: ParseStream| {
        input.is_empty() || input.peek(Token![;]) || input.peek(Token![=]) || input.peek(Brace)
    };
    let mut here = name.to_token_stream();
    if let Some(arrow) = wrong_arrow(input)? {
        let written = text::of_type(&arrow);
        errors.push(arrow, diagnostics::fact_arrow(written.trim(), name.unraw()));
        return input.parse().map(Some);
    }
    if input.peek(Token![->]) {
        here = input.parse::<Token![->]>()?.to_token_stream();
        if !absent(input) {
            return input.parse().map(Some);
        }
    }
    errors.push(here, diagnostics::fact_value(name.unraw()));
    Ok(None)
}

/// Parses what some write in place of `->`.
fn wrong_arrow(input: ParseStream) -> syn::Result<Option<TokenStream>> {
    Ok(if input.peek(Token![=>]) {
        Some(input.parse::<Token![=>]>()?.to_token_stream())
    } else if input.peek(Token![:]) {
        Some(input.parse::<Token![:]>()?.to_token_stream())
    } else {
        None
    })
}

/// Parses what follows the value: `;`, `= expr;` or a body.
fn ending(
    input: ParseStream,
    name: &Ident,
    value: Option<&Type>,
    errors: &Diagnostics,
) -> syn::Result<Ending> {
    if input.peek(Brace) {
        let body: Group = input.parse()?;
        return Ok(Ending::Body(body));
    }
    let mut last = value.map_or_else(|| name.to_token_stream(), ToTokens::to_token_stream);
    let mut ending = Ending::Plain;
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let Some(mut default) = errors.keep(default(input)) else {
            skip_fact(input);
            return Ok(Ending::refused_default());
        };
        capitals::in_expr(&mut default);
        last = default.to_token_stream();
        ending = Ending::Default(default);
    }
    if input.peek(Token![;]) {
        input.parse::<Token![;]>()?;
    } else {
        // A fact without a value has its error already.
        if value.is_some() {
            let (_, end) = text::ends(&last);
            let last = text::of_type(last);
            errors.push_at(end, diagnostics::fact_end(name.unraw(), last));
        }
        if !starts_fact(input) {
            skip_fact(input);
        }
    }
    Ok(ending)
}

/// Parses what stands in for a missing value.
fn default(input: ParseStream) -> syn::Result<syn::Expr> {
    if input.peek(Token![let]) {
        // To syn it is an expression, wherever it stands.
        return Err(input.error("expected expression, found `let`"));
    }
    input.parse()
}

/// Whether what comes next looks like a new fact.
fn starts_fact(input: ParseStream) -> bool {
    input.peek(Token![#]) || input.peek(Token![pub]) || (input.peek(Ident) && input.peek2(Paren))
}

/// Skips to the end of a fact that cannot be parsed.
fn skip_fact(input: ParseStream) {
    while let Ok(token) = input.parse::<TokenTree>() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            _ => {}
        }
    }
}

/// Parses the parenthesised key parts.
fn parts(input: ParseStream, errors: &Diagnostics) -> syn::Result<Vec<Part>> {
    let content;
    parenthesized!(content in input);
    let mut parts = Vec::new();
    while !content.is_empty() {
        parts.extend(errors.keep(part(&content, errors)));
        rest_of_part(&content);
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(parts)
}

/// Parses one key part.
fn part(input: ParseStream, errors: &Diagnostics) -> syn::Result<Part> {
    let (sensitive, attrs) = sensitive(input.call(Attribute::parse_outer)?, errors);
    let named = input.peek(Ident::peek_any) || input.peek(Token![_]);
    if !(named && input.peek2(Token![:]) && !input.peek2(Token![::])) {
        return unusual_part(Part { attrs, sensitive, name: None, ty: None }, input, errors);
    }
    let name = input.call(Ident::parse_any)?;
    input.parse::<Token![:]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        errors.push(&name, diagnostics::part_type(&name));
        return Ok(Part { attrs, sensitive, name: Some(name), ty: None });
    }
    let ty = errors.keep(input.parse::<Type>());
    if ty.is_some() && !input.is_empty() && !input.peek(Token![,]) {
        errors.push(rest_of_part(input), diagnostics::part_end(&name));
    }
    Ok(Part { attrs, sensitive, name: Some(name), ty })
}

/// A part that is not `name: Type`: says what it is instead.
fn unusual_part(part: Part, input: ParseStream, errors: &Diagnostics) -> syn::Result<Part> {
    let tokens = rest_of_part(input);
    if let Some((pattern, ty)) = split_at_colon(&tokens) {
        errors.push(&pattern, diagnostics::part_pattern(text::of_expr(&pattern)));
        return Ok(Part { ty: syn::parse2(ty).ok(), ..part });
    }
    if let Ok(name) = Ident::parse_any.parse2(tokens.clone())
        && name.unraw().to_string().starts_with(char::is_lowercase)
    {
        // A keyword has an error of its own.
        if syn::parse2::<Ident>(tokens).is_ok() {
            errors.push(&name, diagnostics::part_type(&name));
        }
        return Ok(Part { name: Some(name), ..part });
    }
    if tokens.is_empty() {
        return Err(diagnostics::part_underscore().at(input.span()));
    }
    errors.push(&tokens, diagnostics::part_name(text::of_type(&tokens)));
    Ok(Part { ty: syn::parse2(tokens).ok(), ..part })
}

/// Takes everything up to the comma that ends this part; a comma between `<` and `>` does not.
fn rest_of_part(input: ParseStream) -> TokenStream {
    let mut rest = TokenStream::new();
    let mut open = 0_u32;
    let mut arrow = false;
    while !input.is_empty() && (open > 0 || !input.peek(Token![,])) {
        let Ok(token) = input.parse::<TokenTree>() else {
            break;
        };
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '<' => open += 1,
            TokenTree::Punct(punct) if punct.as_char() == '>' && !arrow => {
                open = open.saturating_sub(1);
            }
            _ => {}
        }
        arrow = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '-');
        rest.extend([token]);
    }
    rest
}

/// Splits `pattern: Type` at its colon, if it has one that is not half of a `::`.
fn split_at_colon(tokens: &TokenStream) -> Option<(TokenStream, TokenStream)> {
    let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let lone = |&at: &usize| {
        let before = tokens.get(at - 1);
        is_colon(tokens.get(at)) && !is_colon(before) && !is_colon(tokens.get(at + 1))
    };
    let at = (1..tokens.len()).find(lone)?;
    let (pattern, ty) = (tokens.iter().take(at), tokens.iter().skip(at + 1));
    Some((pattern.cloned().collect(), ty.cloned().collect()))
}
