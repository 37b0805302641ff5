//! The attribute's options and the function's signature.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    AttrStyle, Attribute, FnArg, GenericParam, Generics, Ident, Lifetime, LitInt, Pat, ReturnType,
    Signature, Token, Type, Visibility, braced,
};

use crate::body::attributes::{self, is_for_tools, is_lint};
use crate::body::tree::{Names, bound_names};
use crate::body::{capitals, leftover};
use crate::crate_path::CratePath;
use crate::diagnostics::Diagnostics;
use crate::parse_util::up_to_comma;
use crate::{diagnostics, text};

/// The arguments of `#[policy(…)]`.
pub(super) struct Options {
    pub(super) forbid: Option<Span>,
    pub(super) unconditional: Option<Span>,
    pub(super) lazy: Option<Span>,
    pub(super) rounds: Option<u32>,
    pub(super) library: CratePath,
}

/// The options that can be misspelt. (`crate` is a keyword.)
const OPTIONS: [&str; 4] = ["forbid", "unconditional", "lazy", "rounds"];

impl Options {
    /// Reads the options. An error in one does not hide the others.
    pub(super) fn parse(tokens: TokenStream, errors: &Diagnostics) -> Self {
        let mut options = Self {
            forbid: None,
            unconditional: None,
            lazy: None,
            rounds: None,
            library: CratePath::default_path(),
        };
        let list = |input: ParseStream<'_>| {
            while !input.is_empty() {
                options.one(input, errors)?;
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(())
        };
        errors.keep(list.parse2(tokens));
        options
    }

    /// The path of the functions that generated code calls.
    pub(super) fn runtime(&self) -> TokenStream {
        let library = &self.library;
        quote!(#library::private)
    }

    /// Reads one option, up to its comma.
    fn one(&mut self, input: ParseStream<'_>, errors: &Diagnostics) -> syn::Result<()> {
        if input.peek(Token![crate]) {
            let parsed: Option<CratePath> = errors.keep(input.parse());
            let rest = up_to_comma(input);
            // The tokens after a broken path belong to it.
            if parsed.is_some() && !rest.is_empty() {
                errors.push(rest, diagnostics::crate_path());
            }
            if let Some(path) = parsed {
                self.library = path;
            }
            return Ok(());
        }
        if !input.peek(Ident::peek_any) {
            let here = input.span();
            let wrong = up_to_comma(input);
            let diagnostic = diagnostics::option_expected();
            errors.push_syn(if wrong.is_empty() {
                diagnostic.at(here)
            } else {
                diagnostic.on(wrong)
            });
            return Ok(());
        }
        let name = input.call(Ident::parse_any)?;
        let value = up_to_comma(input);
        match meant(&name, errors) {
            Some("rounds") => self.take_rounds(&name, value, errors),
            Some(option) => self.take(option, &name, value, errors),
            None => {}
        }
        Ok(())
    }

    /// A flag.
    fn take(&mut self, option: &str, name: &Ident, value: TokenStream, errors: &Diagnostics) {
        if !value.is_empty() {
            errors.push(value, diagnostics::option_value(option));
        }
        let place = match option {
            "forbid" => &mut self.forbid,
            "lazy" => &mut self.lazy,
            _ => &mut self.unconditional,
        };
        if place.replace(name.span()).is_some() {
            errors.push(name, diagnostics::option_twice(name));
        }
    }

    /// `rounds = 1`
    fn take_rounds(&mut self, name: &Ident, value: TokenStream, errors: &Diagnostics) {
        let number = |input: ParseStream<'_>| {
            input.parse::<Token![=]>()?;
            input.parse::<LitInt>()?.base10_parse::<u32>()
        };
        match number.parse2(value.clone()).ok().filter(|rounds| *rounds < 100) {
            Some(rounds) if self.rounds.replace(rounds).is_some() => {
                errors.push(name, diagnostics::option_twice(name));
            }
            Some(_) => {}
            None => {
                let is_equals = |token: &TokenTree| matches!(token, TokenTree::Punct(it) if it.as_char() == '=');
                let number: TokenStream = value.into_iter().skip_while(is_equals).collect();
                let wrong = if number.is_empty() { name.to_token_stream() } else { number };
                errors.push(wrong, diagnostics::rounds_not_a_number());
            }
        }
    }
}

/// The option that a word means, and the error about its spelling.
fn meant(name: &Ident, errors: &Diagnostics) -> Option<&'static str> {
    let written = name.to_string();
    let known = OPTIONS.into_iter().find(|option| *option == written);
    if known.is_some() {
        return known;
    }
    let meant = match written.as_str() {
        "permit" | "allow" => {
            errors.push(name, diagnostics::option_permit(written));
            return None;
        }
        "deny" | "block" => Some("forbid"),
        _ => diagnostics::nearest(&written, &OPTIONS),
    };
    errors.push(
        name,
        match meant {
            Some(meant) => diagnostics::option_misspelt(written, meant),
            None => diagnostics::option_unknown(written),
        },
    );
    meant
}

/// The four things that a policy can judge, in the order of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Subject,
    Action,
    Resource,
    Context,
}

impl Role {
    /// The roles of the parameters of a policy that has `count` of them.
    fn of(count: usize) -> &'static [Self] {
        match count {
            0 | 1 => &[Self::Subject],
            2 => &[Self::Subject, Self::Resource],
            3 => &[Self::Subject, Self::Action, Self::Resource],
            _ => &[Self::Subject, Self::Action, Self::Resource, Self::Context],
        }
    }
}

/// One parameter.
pub(super) struct Parameter {
    pub(super) role: Role,
    /// The attributes that set lint levels.
    pub(super) lints: Vec<Attribute>,
    pub(super) pat: Pat,
    /// The type behind the reference; `None` where the user wrote `_`.
    pub(super) ty: Option<Type>,
}

/// A policy, parsed.
pub(super) struct Policy {
    /// Doc comments, `cfg`, lints: kept on the type.
    pub(super) attrs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) name: Ident,
    pub(super) fn_token: Token![fn],
    pub(super) is_async: bool,
    pub(super) parameters: Vec<Parameter>,
    /// `bool`, as the user names it: a type of theirs may have that name.
    pub(super) value: TokenStream,
    /// `None` if the syntax is broken.
    pub(super) body: Option<syn::Block>,
    /// Whether the signature has no error: then the body can be checked against it.
    pub(super) has_signature: bool,
}

impl Policy {
    /// Parses a function. A broken body does not affect the rest.
    pub(super) fn parse(item: TokenStream, errors: &Diagnostics) -> syn::Result<Self> {
        let parser = |input: ParseStream<'_>| {
            let mut attrs = input.call(Attribute::parse_outer)?;
            let vis = input.parse()?;
            let sig: Signature = input.parse()?;
            let body = body(input, &sig.ident, &mut attrs, errors)?;
            let before = errors.count();
            check_signature(&sig, errors);
            let value = value(&sig);
            let parameters = parameters(sig.inputs, errors);
            let has_signature = errors.count() == before;
            Ok(Self {
                attrs,
                vis,
                name: sig.ident,
                fn_token: sig.fn_token,
                is_async: sig.asyncness.is_some(),
                parameters,
                value,
                body,
                has_signature,
            })
        };
        parser.parse2(item)
    }

    /// A function whose signature has broken syntax: only its existence is known.
    pub(super) fn named(item: TokenStream) -> Option<Self> {
        let parser = |input: ParseStream<'_>| {
            let (attrs, vis) = (input.call(Attribute::parse_outer)?, input.parse()?);
            while !input.peek(Token![fn]) {
                input.parse::<TokenTree>()?;
            }
            let fn_token = input.parse()?;
            let name = input.parse()?;
            input.parse::<TokenStream>()?;
            Ok(Self {
                attrs,
                vis,
                name,
                fn_token,
                is_async: false,
                parameters: Vec::new(),
                value: quote!(bool),
                body: None,
                has_signature: false,
            })
        };
        parser.parse2(item).ok()
    }

    /// The names that its parameters bind.
    pub(super) fn names(&self) -> Names {
        let bound = self.parameters.iter().flat_map(|parameter| bound_names(&parameter.pat));
        bound.map(ToString::to_string).collect()
    }

    /// The doc comment, as text.
    pub(super) fn docs(&self) -> String {
        let lines = self.attrs.iter().filter_map(|attr| match &attr.meta {
            syn::Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
                syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => {
                    Some(text.value().trim().to_owned())
                }
                _ => None,
            },
            _ => None,
        });
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    }
}

/// Parses the body, with the attributes inside it; `None` if its syntax is broken.
fn body(
    input: ParseStream<'_>,
    name: &Ident,
    attrs: &mut Vec<Attribute>,
    errors: &Diagnostics,
) -> syn::Result<Option<syn::Block>> {
    if input.peek(Token![;]) {
        let end: Token![;] = input.parse()?;
        errors.push(end, diagnostics::policy_without_body(name.unraw()));
        return Ok(None);
    }
    let content;
    let brace_token = braced!(content in input);
    let inner = errors.keep(content.call(Attribute::parse_inner)).unwrap_or_default();
    // They move before the type.
    attrs.extend(inner.into_iter().map(|attr| Attribute { style: AttrStyle::Outer, ..attr }));
    let stmts = errors.keep(content.call(syn::Block::parse_within));
    // A broken body has its error already.
    content.parse::<TokenStream>()?;
    Ok(stmts.map(|stmts| syn::Block { brace_token, stmts }))
}

/// The declared result type, or `bool` if it has an error. It has no span of the user's: rustc then shows a value of
/// another type as wrong, and not this type.
fn value(sig: &Signature) -> TokenStream {
    let span = sig.ident.span();
    match &sig.output {
        ReturnType::Type(_, ty) if is_bool(ty) => text::at(&ty.to_token_stream(), span),
        _ => quote_spanned!(span=> bool),
    }
}

/// Whether a type is `bool`, as far as its tokens show; a type with a load in it is not.
fn is_bool(ty: &Type) -> bool {
    text::is_named(ty, "bool") && leftover::awaits(ty).is_empty()
}

fn check_signature(sig: &Signature, errors: &Diagnostics) {
    let kept = |tokens: TokenStream| (!tokens.is_empty()).then_some(tokens);
    let modifiers = [
        ("const", kept(sig.constness.to_token_stream())),
        ("unsafe", kept(sig.safety.to_token_stream())),
        ("extern", kept(sig.abi.to_token_stream())),
        ("...", kept(sig.variadic.to_token_stream())),
    ];
    for (what, tokens) in modifiers {
        if let Some(tokens) = tokens {
            errors.push(tokens, diagnostics::policy_not_plain(what));
        }
    }
    if let (Some(lifetime), Some(written)) = (only_lifetimes(&sig.generics), without_lifetime(sig))
    {
        errors.push(&sig.generics.params, diagnostics::policy_lifetime(lifetime, written));
    } else if !sig.generics.params.is_empty() {
        errors.push(&sig.generics.params, diagnostics::policy_generic());
    } else if let Some(clause) = &sig.generics.where_clause
        // An empty list has no effect.
        && !clause.predicates.is_empty()
    {
        errors.push(clause, diagnostics::policy_generic());
    }
    match &sig.output {
        ReturnType::Default => {
            errors.push_at(sig.paren_token.span.close(), diagnostics::policy_return_type());
        }
        ReturnType::Type(_, ty) if is_bool(ty) => {}
        ReturnType::Type(_, ty) => errors.push(ty, diagnostics::policy_return_type()),
    }
}

/// The first of a policy's generic parameters, if they are lifetimes.
fn only_lifetimes(generics: &Generics) -> Option<&Lifetime> {
    let types = generics.params.iter().any(|it| !matches!(it, GenericParam::Lifetime(_)));
    generics.lifetimes().next().filter(|_| !types).map(|it| &it.lifetime)
}

/// The first parameter that is a reference with a lifetime, without that lifetime: `user: &User`. `None` if the type has
/// one as well.
fn without_lifetime(sig: &Signature) -> Option<String> {
    sig.inputs.iter().find_map(|input| {
        let FnArg::Typed(it) = input else { return None };
        let Type::Reference(ty) = &*it.ty else { return None };
        ty.lifetime.as_ref()?;
        let written = format!("{}: &{}", text::of_expr(&it.pat), text::of_type(&ty.elem));
        Some(written).filter(|written| !written.contains('\''))
    })
}

fn parameters(inputs: Punctuated<FnArg, Token![,]>, errors: &Diagnostics) -> Vec<Parameter> {
    let roles = Role::of(inputs.len());
    if let Some(fifth) = inputs.iter().nth(4) {
        errors.push(fifth, diagnostics::too_many_parameters());
    }
    let mut parameters = Vec::new();
    for (input, &role) in inputs.into_iter().zip(roles) {
        match input {
            FnArg::Receiver(it) => errors.push(it, diagnostics::policy_receiver()),
            FnArg::Typed(mut it) => {
                leftover::refuse_all(&it.pat, diagnostics::load_in_pattern, errors);
                let is_refused =
                    leftover::refuse_all(&it.ty, diagnostics::load_in_constant, errors);
                capitals::in_pat(&mut it.pat);
                let lints = lints(it.attrs, &it.pat, errors);
                let ty = judged_type(*it.ty, errors).filter(|_| !is_refused);
                parameters.push(Parameter { role, lints, pat: *it.pat, ty });
            }
        }
    }
    parameters
}

/// The attributes of a parameter that are copied to its binding: those that set lint levels. Other attributes, on the
/// parameter or in its pattern, are errors.
fn lints(attrs: Vec<Attribute>, pat: &Pat, errors: &Diagnostics) -> Vec<Attribute> {
    let (lints, others): (Vec<_>, Vec<_>) = attrs.into_iter().partition(is_lint);
    for attr in others.iter().chain(attributes::of_pat(pat)).filter(|attr| !is_for_tools(attr)) {
        errors.push(attr, diagnostics::parameter_attribute(text::of_expr(attr.path())));
    }
    lints
}

/// The type behind the reference, unless it is `_`.
fn judged_type(ty: Type, errors: &Diagnostics) -> Option<Type> {
    match ty {
        Type::Infer(_) => None,
        Type::Paren(it) => judged_type(*it.elem, errors),
        Type::Reference(it) if it.mutability.is_some() => {
            errors.push(&it, diagnostics::by_mutable_reference(text::of_type(&it.elem)));
            Some(*it.elem)
        }
        Type::Reference(it) => match *it.elem {
            Type::Infer(_) => None,
            Type::ImplTrait(inner) => {
                errors.push(inner, diagnostics::policy_impl_trait());
                None
            }
            inner => Some(inner),
        },
        Type::ImplTrait(it) => {
            errors.push(it, diagnostics::policy_impl_trait());
            None
        }
        by_value => {
            errors.push(&by_value, diagnostics::by_value(text::of_type(&by_value)));
            Some(by_value)
        }
    }
}
