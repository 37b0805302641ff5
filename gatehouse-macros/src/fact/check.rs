//! The rules of a `fact!` block, one function each. A part that breaks a rule is reported and removed from
//! the tree: [`emit`](super::emit) puts a stand-in in its place.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, GenericArgument, Ident, Meta, Path, PathArguments, Token, Type, TypeReference,
};

use super::ast::{Block, Ending, Fact, Part};
use crate::body::attributes::{at_its_place, is_for_tools};
use crate::body::leftover;
use crate::diagnostics::Diagnostics;
use crate::{conditional, diagnostics, text};

/// The part of a fact that a type belongs to, as messages name it.
#[derive(Clone, Copy, Debug)]
enum Role<'a> {
    /// A key part, by name.
    Part(Option<&'a Ident>),
    /// The value of the fact with this name.
    Value(&'a Ident),
}

impl Display for Role<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part(Some(name)) => write!(f, "the key part `{name}`"),
            Self::Part(None) => f.write_str("the key part"),
            Self::Value(name) => write!(f, "the value of `{name}`"),
        }
    }
}

/// Checks all facts of a block.
pub(super) fn block(block: &mut Block, errors: &Diagnostics) {
    for fact in &mut block.facts {
        check_case(fact, errors);
        check_required(fact, errors);
        check_conditional(fact, errors);
        check_default(fact, errors);
        check_derives(fact, errors);
        check_generics(fact, errors);
        check_part_attributes(fact, errors);
        check_part_names(fact, errors);
        check_types(fact, errors);
        check_loads(fact, errors);
    }
    check_names(block, errors);
}

/// A capital letter distinguishes a fact from a function in a rule.
fn check_case(fact: &Fact, errors: &Diagnostics) {
    if !text::is_type_name(&fact.name) {
        let (name, written) = (fact.name.unraw(), text::camel_case(&fact.name));
        errors.push(&fact.name, diagnostics::fact_lowercase(name, written));
    }
}

/// `#[required]` and a default both say what a missing value means, so a fact has one of them.
fn check_required(fact: &Fact, errors: &Diagnostics) {
    for attr in &fact.required {
        if !matches!(attr.meta, Meta::Path(_)) {
            errors.push(&attr.meta, diagnostics::required_arguments());
        }
    }
    if let [first, others @ ..] = fact.required.as_slice() {
        for attr in others {
            errors.push(attr.path(), diagnostics::required_twice());
        }
        match fact.ending {
            Ending::Plain => {}
            Ending::Default(_) => {
                errors.push(first.path(), diagnostics::required_default(fact.name.unraw()));
            }
            Ending::Body(_) => {
                errors.push(first.path(), diagnostics::required_body(fact.name.unraw()));
            }
        }
    }
}

/// The macro acts on these attributes before rustc evaluates any condition.
fn check_conditional(fact: &mut Fact, errors: &Diagnostics) {
    let is_ours =
        |meta: &Meta| ["required", "sensitive"].iter().any(|name| meta.path().is_ident(name));
    let inside = fact.attrs.iter().flat_map(|attr| conditional::inside(&attr.meta));
    let lost: Vec<Meta> = inside.filter(is_ours).collect();
    for meta in &lost {
        let name = text::of_expr(meta.path());
        errors.push(meta.path(), diagnostics::conditional_attribute(name));
    }
    if !lost.is_empty() {
        let kept = conditional::picked(&fact.attrs, &|meta| {
            (!is_ours(meta)).then(|| meta.to_token_stream())
        });
        let kept = Attribute::parse_outer.parse2(kept.into_iter().collect());
        fact.attrs = kept.unwrap_or_default();
    }
}

/// The default is emitted where a statement may stand: there a `cfg` would remove it.
fn check_default(fact: &mut Fact, errors: &Diagnostics) {
    let Ending::Default(default) = &mut fact.ending else { return };
    let before = errors.count();
    for attr in at_its_place(default).into_iter().filter(|attr| !is_for_tools(attr)) {
        errors.push(attr, diagnostics::attribute_inside(text::of_expr(attr.path())));
    }
    if errors.count() > before {
        *default = syn::parse_quote!(::core::unreachable!());
    }
}

/// A key has the traits of a key already. The error for a second `impl` would show no line of the user's.
fn check_derives(fact: &mut Fact, errors: &Diagnostics) {
    const OURS: [&str; 5] = ["Clone", "PartialEq", "Eq", "Hash", "Debug"];
    let ours = |path: &Path| {
        OURS.iter().any(|ours| path.segments.last().is_some_and(|last| last.ident == ours))
    };
    for attr in fact.attrs.iter_mut().filter(|attr| attr.path().is_ident("derive")) {
        let Ok(derived) = attr.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
        else {
            continue;
        };
        let (doubled, rest): (Vec<_>, Vec<_>) = derived.into_iter().partition(ours);
        for path in &doubled {
            errors.push(path, diagnostics::fact_derives(fact.name.unraw(), text::of_type(path)));
        }
        if !doubled.is_empty() {
            *attr = syn::parse_quote!(#[derive(#(#rest),*)]);
        }
    }
}

/// A fact is one key type with one table. Its types may name the parameters, so none is kept.
fn check_generics(fact: &mut Fact, errors: &Diagnostics) {
    let syn::Generics { lt_token, params, gt_token, .. } = &fact.generics;
    if lt_token.is_none() {
        return;
    }
    // An empty list is no tokens to syn.
    errors.push(
        quote::quote!(#lt_token #params #gt_token),
        diagnostics::fact_generics(fact.name.unraw()),
    );
    fact.parts.iter_mut().for_each(|part| part.ty = None);
    fact.value = None;
}

/// An attribute such as `#[cfg]` on a part would have to change the constructor too.
fn check_part_attributes(fact: &mut Fact, errors: &Diagnostics) {
    for part in &mut fact.parts {
        let (docs, others): (Vec<_>, Vec<_>) =
            part.attrs.drain(..).partition(|attr| attr.path().is_ident("doc"));
        part.attrs = docs;
        for attr in &others {
            errors.push(attr, diagnostics::part_attribute());
        }
    }
}

/// A part's name is a field and a parameter: a name that can be both, once.
fn check_part_names(fact: &mut Fact, errors: &Diagnostics) {
    let mut seen = BTreeSet::new();
    for part in &mut fact.parts {
        let Some(name) = &part.name else { continue };
        let message = if name == "_" {
            diagnostics::part_underscore()
        } else if ["self", "Self", "super", "crate"].iter().any(|reserved| name == reserved) {
            diagnostics::part_reserved(name)
        } else if syn::parse2::<Ident>(quote::quote!(#name)).is_err() {
            diagnostics::part_keyword(name)
        } else if !seen.insert(name.unraw()) {
            diagnostics::part_twice(name.unraw())
        } else {
            continue;
        };
        errors.push(name, message);
        part.name = None;
    }
}

/// A declaration loads nothing.
fn check_loads(fact: &mut Fact, errors: &Diagnostics) {
    let types = fact.parts.iter_mut().map(|part| &mut part.ty).chain([&mut fact.value]);
    for ty in types {
        ty.take_if(|ty| leftover::refuse_all(ty, diagnostics::load_in_constant, errors));
    }
    if let Ending::Default(default) = &fact.ending {
        let value = fact.value.as_ref().map_or_else(|| "Value".to_owned(), text::of_type);
        let diagnostic = || diagnostics::load_in_default(fact.name.unraw(), &value);
        if leftover::refuse_all(default, diagnostic, errors) {
            fact.ending = Ending::refused_default();
        }
    }
}

/// Keys and values are owned and have a size and a name; everything else rustc checks, at the type.
fn check_types(fact: &mut Fact, errors: &Diagnostics) {
    for Part { name, ty, .. } in &mut fact.parts {
        ty.take_if(|ty| !check_type(Role::Part(name.as_ref()), ty, errors));
    }
    let role = Role::Value(&fact.name);
    fact.value.take_if(|ty| !check_type(role, ty, errors));
}

/// Whether a type can be in a fact, as far as its tokens show.
fn check_type(role: Role<'_>, ty: &Type, errors: &Diagnostics) -> bool {
    let owned = match bare(ty) {
        Type::Path(path) if path.path.is_ident("str") => "`String`, or `Arc<str>`".to_owned(),
        Type::Slice(slice) => owned_slice(&slice.elem),
        Type::TraitObject(object) => {
            format!("`Arc<{}>`, or the type's name", text::of_type(object))
        }
        _ => return check_owned(role, ty, errors),
    };
    errors.push(ty, diagnostics::type_unsized(role, text::of_type(ty), owned));
    false
}

/// Whether a type is owned and complete at every depth.
fn check_owned(role: Role<'_>, ty: &Type, errors: &Diagnostics) -> bool {
    let check = |ty: &Type| check_owned(role, ty, errors);
    match bare(ty) {
        Type::Reference(reference) if is_static(reference) => check(&reference.elem),
        Type::Reference(reference) => {
            let owned = owned(&reference.elem);
            errors
                .push(reference, diagnostics::type_borrowed(role, text::of_type(reference), owned));
            false
        }
        Type::ImplTrait(ty) => {
            errors.push(ty, diagnostics::type_impl(role));
            false
        }
        Type::Infer(ty) => {
            errors.push(ty, diagnostics::type_inferred(role));
            false
        }
        Type::Array(array) => check(&array.elem),
        Type::Slice(slice) => check(&slice.elem),
        Type::Ptr(pointer) => check(&pointer.elem),
        Type::Tuple(tuple) => every(&tuple.elems, check),
        Type::Path(path) => {
            let qualified = path.qself.as_ref().is_none_or(|qself| check(&qself.ty));
            let arguments = path.path.segments.iter().map(|segment| &segment.arguments);
            every(arguments, |arguments| check_arguments(role, arguments, errors)) && qualified
        }
        _ => true,
    }
}

/// [`check_owned`] for the arguments of a path.
fn check_arguments(role: Role<'_>, arguments: &PathArguments, errors: &Diagnostics) -> bool {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return true;
    };
    every(&arguments.args, |argument| match argument {
        GenericArgument::Type(ty) => check_owned(role, ty, errors),
        GenericArgument::Lifetime(lifetime) if lifetime.ident != "static" => {
            errors.push(lifetime, diagnostics::type_lifetime(role, lifetime));
            false
        }
        _ => true,
    })
}

/// Whether all pass. Unlike [`Iterator::all`] it visits each, because each may have an error to push.
fn every<T>(all: impl IntoIterator<Item = T>, check: impl Fn(T) -> bool) -> bool {
    all.into_iter().fold(true, |fine, one| fine & check(one))
}

/// A fact is declared once. The second one of a name is dropped; facts under a `#[cfg]` may be alternatives, which rustc
/// checks.
fn check_names(block: &mut Block, errors: &Diagnostics) {
    let mut seen = BTreeSet::new();
    block.facts.retain(|fact| {
        let fresh = fact.is_conditional() || seen.insert(fact.name.unraw());
        if !fresh {
            errors.push(&fact.name, diagnostics::fact_twice(fact.name.unraw()));
        }
        fresh
    });
}

/// A type without the parentheses around it.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// Whether a reference is `&'static T`, which owns nothing and outlives everything.
fn is_static(reference: &TypeReference) -> bool {
    reference.mutability.is_none()
        && reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static")
}

/// The type to write in place of `&ty`.
fn owned(ty: &Type) -> String {
    match bare(ty) {
        Type::Path(path) if path.path.is_ident("str") => "`String`, or `Arc<str>`".to_owned(),
        Type::Slice(slice) => owned_slice(&slice.elem),
        ty => format!("`{0}`, or `Arc<{0}>`", text::of_type(ty)),
    }
}

/// The type to write in place of `[element]`.
fn owned_slice(element: &Type) -> String {
    format!("`Vec<{0}>`, or `Arc<[{0}]>`", text::of_type(element))
}
