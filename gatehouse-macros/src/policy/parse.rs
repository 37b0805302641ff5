//! The attribute's options and the function's signature.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    AttrStyle, Attribute, FnArg, Ident, ItemFn, LitInt, Pat, ReturnType, Signature, Token, Type,
    Visibility,
};

use super::messages;
use crate::crate_path::CratePath;
use crate::errors::Errors;
use crate::text;

/// What stands in the parentheses of `#[policy(…)]`.
#[derive(Default)]
pub(super) struct Options {
    pub(super) forbid: Option<Span>,
    pub(super) unconditional: Option<Span>,
    pub(super) lazy: Option<Span>,
    pub(super) rounds: Option<u32>,
    pub(super) library: Option<CratePath>,
}

impl Options {
    /// Reads the options; what is wrong with one does not hide the others.
    pub(super) fn parse(tokens: TokenStream, errors: &Errors) -> Self {
        let mut options = Self::default();
        let list = Punctuated::<Choice, Token![,]>::parse_terminated;
        let Some(list) = errors.keep(syn::parse::Parser::parse2(list, tokens)) else {
            return options;
        };
        for choice in list {
            options.take(choice, errors);
        }
        options
    }

    fn take(&mut self, choice: Choice, errors: &Errors) {
        let (name, twice) = match choice {
            Choice::Library(path) => {
                self.library = Some(path);
                return;
            }
            Choice::Unknown(name) => {
                errors.push(&name, messages::unknown_option(&name.to_string()));
                return;
            }
            Choice::Rounds(name, rounds) => {
                let parsed = rounds.base10_parse().ok().filter(|rounds| *rounds < 100);
                if parsed.is_none() {
                    errors.push(&rounds, messages::ROUNDS_NOT_A_NUMBER);
                }
                (name, parsed.is_some_and(|parsed| self.rounds.replace(parsed).is_some()))
            }
            Choice::Forbid(name) => twice(name, &mut self.forbid),
            Choice::Unconditional(name) => twice(name, &mut self.unconditional),
            Choice::Lazy(name) => twice(name, &mut self.lazy),
        };
        if twice {
            errors.push(&name, messages::option_twice(&name.to_string()));
        }
    }
}

fn twice(name: Ident, option: &mut Option<Span>) -> (Ident, bool) {
    let before = option.replace(name.span());
    (name, before.is_some())
}

/// One option.
enum Choice {
    Forbid(Ident),
    Unconditional(Ident),
    Lazy(Ident),
    Rounds(Ident, LitInt),
    Library(CratePath),
    Unknown(Ident),
}

impl Parse for Choice {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![crate]) {
            return input.parse().map(Self::Library);
        }
        let name: Ident = input.parse()?;
        Ok(match name.to_string().as_str() {
            "forbid" => Self::Forbid(name),
            "unconditional" => Self::Unconditional(name),
            "lazy" => Self::Lazy(name),
            "rounds" => {
                // Where nothing follows, there is nothing but the name to point at.
                let here = name.span();
                let wrong = |error: syn::Error| {
                    let span = if input.is_empty() { here } else { error.span() };
                    syn::Error::new(span, messages::ROUNDS_NOT_A_NUMBER)
                };
                input.parse::<Token![=]>().map_err(wrong)?;
                Self::Rounds(name, input.parse().map_err(wrong)?)
            }
            _ => {
                // Whatever stands behind an unknown name is not looked at.
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
                Self::Unknown(name)
            }
        })
    }
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
    /// What the parameters of a policy with `count` of them stand for.
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
    /// `bool`, as the user names it: another type of theirs may have that name.
    pub(super) value: TokenStream,
    pub(super) block: syn::Block,
}

impl Policy {
    pub(super) fn parse(item: ItemFn, errors: &Errors) -> Self {
        check_signature(&item.sig, errors);
        let mut attrs = item.attrs;
        // Those that stand at the beginning of the body come to stand before the type.
        for attr in &mut attrs {
            attr.style = AttrStyle::Outer;
        }
        Self {
            attrs,
            vis: item.vis,
            name: item.sig.ident,
            fn_token: item.sig.fn_token,
            is_async: item.sig.asyncness.is_some(),
            parameters: parameters(item.sig.inputs, errors),
            value: value(&item.sig.output),
            block: *item.block,
        }
    }

    /// The body, to be lowered; nothing else of the policy needs it.
    pub(super) fn take_block(&mut self) -> syn::Block {
        let empty = syn::Block { brace_token: self.block.brace_token, stmts: Vec::new() };
        std::mem::replace(&mut self.block, empty)
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

/// The type that the user's function returns, or `bool` if that is refused. Without their span: what
/// gives another type is wrong, and not this one.
fn value(output: &ReturnType) -> TokenStream {
    match output {
        ReturnType::Type(_, ty) if text::is_named(ty, "bool") => {
            text::at(&ty.to_token_stream(), Span::call_site())
        }
        _ => quote::quote!(bool),
    }
}

fn check_signature(sig: &Signature, errors: &Errors) {
    let kept = |tokens: TokenStream| (!tokens.is_empty()).then_some(tokens);
    let modifiers = [
        ("const", kept(sig.constness.to_token_stream())),
        ("unsafe", kept(sig.safety.to_token_stream())),
        ("extern", kept(sig.abi.to_token_stream())),
        ("...", kept(sig.variadic.to_token_stream())),
    ];
    for (what, tokens) in modifiers {
        if let Some(tokens) = tokens {
            errors.push(tokens, messages::not_plain(what));
        }
    }
    if !sig.generics.params.is_empty() {
        errors.push(&sig.generics.params, messages::GENERIC);
    } else if let Some(clause) = &sig.generics.where_clause {
        errors.push(clause, messages::GENERIC);
    }
    match &sig.output {
        ReturnType::Default => errors.push_at(sig.paren_token.span.close(), messages::RETURN_TYPE),
        ReturnType::Type(_, ty) if text::is_named(ty, "bool") => {}
        ReturnType::Type(_, ty) => errors.push(ty, messages::RETURN_TYPE),
    }
}

fn parameters(inputs: Punctuated<FnArg, Token![,]>, errors: &Errors) -> Vec<Parameter> {
    let roles = Role::of(inputs.len());
    if let Some(fifth) = inputs.iter().nth(4) {
        errors.push(fifth, messages::TOO_MANY_PARAMETERS);
    }
    let mut parameters = Vec::new();
    for (input, &role) in inputs.into_iter().zip(roles) {
        match input {
            FnArg::Receiver(it) => errors.push(it, messages::RECEIVER),
            FnArg::Typed(it) => {
                let ty = judged_type(*it.ty, errors);
                parameters.push(Parameter { role, pat: *it.pat, ty });
            }
        }
    }
    parameters
}

/// The type behind the reference, unless it is `_`.
fn judged_type(ty: Type, errors: &Errors) -> Option<Type> {
    match ty {
        Type::Infer(_) => None,
        Type::Group(it) => judged_type(*it.elem, errors),
        Type::Paren(it) => judged_type(*it.elem, errors),
        Type::Reference(it) if it.mutability.is_some() => {
            errors.push(&it, messages::by_mutable_reference(&text::of_type(&it.elem)));
            Some(*it.elem)
        }
        Type::Reference(it) => match *it.elem {
            Type::Infer(_) => None,
            Type::ImplTrait(inner) => {
                errors.push(inner, messages::IMPL_TRAIT);
                None
            }
            inner => Some(inner),
        },
        Type::ImplTrait(it) => {
            errors.push(it, messages::IMPL_TRAIT);
            None
        }
        by_value => {
            errors.push(&by_value, messages::by_value(&text::of_type(&by_value)));
            Some(by_value)
        }
    }
}
