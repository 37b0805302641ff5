//! Tokens to an [`Item`].

use proc_macro2::TokenStream;
use syn::{Attribute, Data, DeriveInput, Meta};

use super::ast::{Body, Item, Options, Variant};
use crate::diagnostics::Diagnostics;

/// Parses the derive's item. rustc has evaluated every `cfg` and `cfg_attr` in it.
pub(super) fn item(input: TokenStream, errors: &Diagnostics) -> Option<Item> {
    let DeriveInput { attrs, ident: name, generics, data, .. } = errors.keep(syn::parse2(input))?;
    let options = Options::parse(&attrs, errors);
    let is_deprecated = attrs.iter().chain(inner_attributes(&data)).any(is_about_deprecated);
    let body = match data {
        Data::Struct(data) => {
            let options = data.fields.iter().map(|field| Options::parse(&field.attrs, errors));
            let options = options.collect();
            Body::Struct(data.fields, options)
        }
        Data::Enum(data) => {
            Body::Enum(data.variants.into_iter().map(|it| variant(it, errors)).collect())
        }
        Data::Union(data) => Body::Union(data.union_token),
    };
    Some(Item { options, is_deprecated, name, generics, body })
}

fn variant(variant: syn::Variant, errors: &Diagnostics) -> Variant {
    Variant {
        options: Options::parse(&variant.attrs, errors),
        name: variant.ident,
        fields: variant.fields,
        discriminant: variant.discriminant.map(|(_, discriminant)| discriminant),
    }
}

/// The attributes of fields and variants.
fn inner_attributes(data: &Data) -> Vec<&Attribute> {
    match data {
        Data::Struct(data) => data.fields.iter().flat_map(|field| &field.attrs).collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.attrs).collect(),
        Data::Union(_) => Vec::new(),
    }
}

/// Whether an attribute is `deprecated`, or allows what is.
fn is_about_deprecated(attr: &Attribute) -> bool {
    let path = attr.path();
    let allows = || match &attr.meta {
        Meta::List(list) => {
            list.tokens.clone().into_iter().any(|it| it.to_string() == "deprecated")
        }
        _ => false,
    };
    path.is_ident("deprecated") || (path.is_ident("allow") || path.is_ident("expect")) && allows()
}
