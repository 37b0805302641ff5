//! Tokens to [`Sources`].

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Data, DeriveInput, Field, Fields, Member, Meta, Path, Token};

use super::ast::{By, Load, Sources};
use super::parse_rows;
use crate::crate_path::CratePath;
use crate::diagnostics::Diagnostics;
use crate::parse_util::up_to_comma;
use crate::{diagnostics, text};

/// Parses the derive's item.
pub(super) fn sources(input: TokenStream, errors: &Diagnostics) -> Option<Sources> {
    let DeriveInput { attrs, ident: name, generics, data, .. } = errors.keep(syn::parse2(input))?;
    let library = CratePath::from_attributes(&attrs, "sources", errors);
    let fields = fields(&name, data, errors);
    let members: Vec<Member> = fields.members().collect();
    let loads = fields
        .into_iter()
        .zip(members)
        .flat_map(|(field, member)| loads_of(&field, &member, errors));
    let loads = loads.collect();
    Some(Sources { library, name, generics, loads })
}

/// The fields of the item, with an error if it is no struct with named ones.
fn fields(name: &syn::Ident, data: Data, errors: &Diagnostics) -> Fields {
    match data {
        Data::Struct(data) => {
            if let Fields::Unnamed(fields) = &data.fields {
                errors.push(fields, diagnostics::sources_tuple(name.unraw()));
            }
            // To syn it is a name.
            let names = data.fields.iter().filter_map(|field| field.ident.as_ref());
            for no_name in names.filter(|name| *name == "_") {
                errors.push(no_name, diagnostics::sources_tuple(name.unraw()));
            }
            data.fields
        }
        Data::Enum(data) => {
            errors.push(data.enum_token, diagnostics::sources_not_struct(name.unraw(), "an enum"));
            Fields::Unit
        }
        Data::Union(data) => {
            errors.push(data.union_token, diagnostics::sources_not_struct(name.unraw(), "a union"));
            Fields::Unit
        }
    }
}

/// The facts that a field loads, by `#[loads(…)]` or `#[rows(…)]`, if it has a name.
fn loads_of(field: &Field, member: &Member, errors: &Diagnostics) -> Vec<Load> {
    if field.ident.as_ref().is_some_and(|name| name == "_") {
        return Vec::new();
    }
    let load = |fact, by| Load { fact, field: member.clone(), source: field.ty.clone(), by };
    let mut loads = Vec::new();
    for attr in &field.attrs {
        if is_attribute(attr, "loads", "load", errors) {
            loads.extend(facts(attr, errors).into_iter().map(|fact| load(fact, By::Itself)));
        } else if is_attribute(attr, "rows", "row", errors) {
            let mappings = parse_rows::mappings(attr, errors).into_iter();
            loads.extend(mappings.map(|(fact, by)| load(fact, by)));
        }
    }
    loads
}

/// Whether an attribute is `name`. The derive has `misspelt` too, to say what it should be.
fn is_attribute(attr: &Attribute, name: &str, misspelt: &str, errors: &Diagnostics) -> bool {
    let is_misspelt = attr.path().is_ident(misspelt);
    if is_misspelt {
        let message = match name {
            "rows" => diagnostics::rows_misspelt(misspelt),
            _ => diagnostics::loads_misspelt(misspelt),
        };
        errors.push(attr.path(), message);
    }
    is_misspelt || attr.path().is_ident(name)
}

/// The facts that one `#[loads(…)]` names.
fn facts(attr: &Attribute, errors: &Diagnostics) -> Vec<Path> {
    let list = match &attr.meta {
        Meta::List(list) if !list.tokens.is_empty() => list,
        meta => {
            errors.push(meta, diagnostics::loads_nothing());
            return Vec::new();
        }
    };
    let parser = |input: ParseStream| {
        let mut facts = Vec::new();
        while !input.is_empty() {
            facts.extend(fact(input, errors));
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(facts)
    };
    errors.keep(list.parse_args_with(parser)).unwrap_or_default()
}

/// One fact, up to its comma.
fn fact(input: ParseStream, errors: &Diagnostics) -> Option<Path> {
    let parsed = input.fork().parse::<Path>().is_ok().then(|| input.parse::<Path>().ok()).flatten();
    let here = input.span();
    let rest = up_to_comma(input);
    match parsed {
        None if rest.is_empty() => errors.push_at(here, diagnostics::loads_fact()),
        None => errors.push(&rest, diagnostics::loads_fact()),
        Some(_) if rest.is_empty() => {}
        Some(_) => errors.push(&rest, diagnostics::loads_argument(text::of_expr(&rest))),
    }
    parsed
}
