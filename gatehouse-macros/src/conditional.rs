//! Attributes under a condition: `#[cfg_attr(condition, attribute, …)]`.
//!
//! A macro must treat an attribute under a condition like the attribute itself. All code that looks for a
//! `cfg`, or that copies an item's attributes to the items generated beside it, goes through this module.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

use crate::parse_util::up_to_comma;

/// The attributes that `pick` gives, each under its conditions.
pub(crate) fn picked(
    attrs: &[Attribute],
    pick: &dyn Fn(&Meta) -> Option<TokenStream>,
) -> Vec<TokenStream> {
    let picked = attrs.iter().filter_map(|attr| picked_of(&attr.meta, pick));
    picked.map(|attr| quote!(#[#attr])).collect()
}

fn picked_of(meta: &Meta, pick: &dyn Fn(&Meta) -> Option<TokenStream>) -> Option<TokenStream> {
    let Some((condition, inside)) = conditional(meta) else { return pick(meta) };
    let inside: Vec<_> = inside.iter().filter_map(|meta| picked_of(meta, pick)).collect();
    (!inside.is_empty()).then(|| quote!(cfg_attr(#condition, #(#inside),*)))
}

/// The attributes under a condition, at any depth.
pub(crate) fn inside(meta: &Meta) -> Vec<Meta> {
    let all = |(_, inside): (_, Vec<Meta>)| {
        let deeper = inside.iter().flat_map(self::inside).collect::<Vec<_>>();
        inside.into_iter().chain(deeper).collect()
    };
    conditional(meta).map(all).unwrap_or_default()
}

/// Whether an attribute, or one under its condition, has this name.
pub(crate) fn is(attr: &Attribute, name: &str) -> bool {
    attr.path().is_ident(name) || inside(&attr.meta).iter().any(|meta| meta.path().is_ident(name))
}

/// The condition, and the attributes under it. rustc reports a broken one.
fn conditional(meta: &Meta) -> Option<(TokenStream, Vec<Meta>)> {
    let Meta::List(list) = meta else { return None };
    let arguments = |input: ParseStream<'_>| {
        let condition = up_to_comma(input);
        input.parse::<Token![,]>()?;
        let inside = input.call(Punctuated::<Meta, Token![,]>::parse_terminated)?;
        Ok((condition, inside.into_iter().collect()))
    };
    let is_conditional = list.path.is_ident("cfg_attr");
    is_conditional.then(|| arguments.parse2(list.tokens.clone()).ok()).flatten()
}
