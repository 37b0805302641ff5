//! Tokens to an [`Item`].

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput};

use super::ast::{Body, Item, Options, Variant};
use crate::diagnostics::Diagnostics;

/// Parses the derive's item. rustc has evaluated every `cfg` and `cfg_attr` in it.
pub(super) fn item(input: TokenStream, errors: &Diagnostics) -> Option<Item> {
    let DeriveInput { attrs, ident: name, generics, data, .. } = errors.keep(syn::parse2(input))?;
    let options = Options::parse(&attrs, errors);
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
    Some(Item { options, name, generics, body })
}

fn variant(variant: syn::Variant, errors: &Diagnostics) -> Variant {
    Variant {
        options: Options::parse(&variant.attrs, errors),
        name: variant.ident,
        fields: variant.fields,
        discriminant: variant.discriminant.map(|(_, discriminant)| discriminant),
    }
}
