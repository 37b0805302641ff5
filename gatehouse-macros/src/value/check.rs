//! The rules of `#[derive(Value)]`, one function each.

use std::collections::BTreeMap;

use quote::quote;
use syn::ext::IdentExt;
use syn::{Fields, GenericParam, Generics, Ident};

use super::ast::{Body, Item, Name, Options, Setting, Variant};
use super::case::{self, Case};
use super::repr::{self, Repr};
use crate::diagnostics;
use crate::diagnostics::Diagnostics;

/// Checks a type.
pub(super) fn item(item: &Item, errors: &Diagnostics) {
    check_generics(item, errors);
    check_texts_fit(&item.options, errors);
    match &item.body {
        Body::Union(token) => errors.push(token, diagnostics::value_union(item.name.unraw())),
        Body::Struct(fields, options) => {
            check_one_field(item, fields, errors);
            check_newtype_options(item, errors);
            for options in options {
                check_field_options(item, options, errors);
            }
        }
        Body::Enum(variants) => enumeration(item, variants, errors),
    }
}

/// Checks an enum.
fn enumeration(item: &Item, variants: &[Variant], errors: &Diagnostics) {
    check_some_variant(item, variants, errors);
    check_enum_options(&item.options, errors);
    for variant in variants {
        check_no_fields(variant, errors);
        check_variant_options(&variant.options, errors);
        check_texts_fit(&variant.options, errors);
    }
    if let Some(repr) = item.options.get(Name::Repr) {
        check_repr_alone(item, variants, repr, errors);
        check_repr(repr, variants, errors);
    } else {
        check_case(&item.options, errors);
        check_texts_differ(&item.options, variants, errors);
    }
}

/// A column has one type. A type with parameters has many, and one with a lifetime owns nothing.
fn check_generics(item: &Item, errors: &Diagnostics) {
    let Generics { lt_token, params, gt_token, .. } = &item.generics;
    let name = item.name.unraw();
    if params.iter().any(|param| !matches!(param, GenericParam::Lifetime(_))) {
        errors.push(quote!(#lt_token #params #gt_token), diagnostics::value_generic(name));
        return;
    }
    for lifetime in item.generics.lifetimes().map(|param| &param.lifetime) {
        errors.push(lifetime, diagnostics::value_lifetime(&name, lifetime));
    }
}

/// A newtype has one field. (To syn `_` is a field's name.)
fn check_one_field(item: &Item, fields: &Fields, errors: &Diagnostics) {
    let has_name = |field: &&syn::Field| field.ident.as_ref().is_none_or(|name| name != "_");
    let count = match fields.iter().filter(has_name).count() {
        1 if fields.len() == 1 => return,
        0 => "no field".to_owned(),
        count => format!("{count} fields"),
    };
    let diagnostic = diagnostics::value_fields(item.name.unraw(), count);
    match fields {
        Fields::Unit => errors.push(&item.name, diagnostic),
        fields => errors.push(fields, diagnostic),
    }
}

/// The field says how a newtype is stored: only the type in PostgreSQL may be another.
fn check_newtype_options(item: &Item, errors: &Diagnostics) {
    for setting in item.options.settings.iter().filter(|it| it.option != Name::Type) {
        let name = item.name.unraw();
        errors.push(&setting.name, diagnostics::value_newtype_option(&setting.name, name));
    }
}

/// The options of a newtype stand on the struct.
fn check_field_options(item: &Item, options: &Options, errors: &Diagnostics) {
    if let Some((keyword, _)) = &options.library {
        errors.push(keyword, diagnostics::value_option_place("crate", "the struct", "its field"));
    }
    for Setting { name, option, .. } in &options.settings {
        let diagnostic = match option {
            Name::Type => diagnostics::value_option_place(name, "the struct", "its field"),
            _ => diagnostics::value_newtype_option(name, item.name.unraw()),
        };
        errors.push(name, diagnostic);
    }
}

/// An enum without variants has no value.
fn check_some_variant(item: &Item, variants: &[Variant], errors: &Diagnostics) {
    if variants.is_empty() {
        errors.push(&item.name, diagnostics::value_without_variants(item.name.unraw()));
    }
}

/// A column holds the name or the number of a variant, and nothing else.
fn check_no_fields(variant: &Variant, errors: &Diagnostics) {
    if !matches!(variant.fields, Fields::Unit) {
        errors.push(&variant.fields, diagnostics::value_variant_fields(variant.name.unraw()));
    }
}

/// `rename` is about one variant.
fn check_enum_options(options: &Options, errors: &Diagnostics) {
    if let Some(Setting { name, .. }) = options.get(Name::Rename) {
        errors.push(name, diagnostics::value_option_place(name, "a variant", "the enum"));
    }
}

/// Every other option is about all variants.
fn check_variant_options(options: &Options, errors: &Diagnostics) {
    if let Some((keyword, _)) = &options.library {
        errors.push(keyword, diagnostics::value_option_place("crate", "the enum", "a variant"));
    }
    for Setting { name, .. } in options.settings.iter().filter(|it| it.option != Name::Rename) {
        errors.push(name, diagnostics::value_option_place(name, "the enum", "a variant"));
    }
}

/// PostgreSQL has neither texts with U+0000 nor types without a name.
fn check_texts_fit(options: &Options, errors: &Diagnostics) {
    for Setting { name, text, option } in &options.settings {
        let value = text.value();
        if value.contains('\0') {
            errors.push(text, diagnostics::value_null_character(name));
        } else if *option == Name::Type && value.is_empty() {
            errors.push(text, diagnostics::value_type_empty());
        }
    }
}

/// An integer has neither another text nor a type of PostgreSQL's enums.
fn check_repr_alone(item: &Item, variants: &[Variant], repr: &Setting, errors: &Diagnostics) {
    let of_variants = variants.iter().filter_map(|variant| variant.options.get(Name::Rename));
    let texts = item.options.get(Name::RenameAll).into_iter().chain(of_variants);
    for Setting { name, .. } in texts {
        errors.push(name, diagnostics::value_repr_renamed(name, repr.text.value()));
    }
    if let Some(Setting { name, text, .. }) = item.options.get(Name::Type) {
        errors.push(name, diagnostics::value_repr_type(repr.text.value(), text.value()));
    }
}

/// `repr` is an integer type that a database has, and holds each discriminant. rustc checks those that the
/// compiler does not know.
fn check_repr(setting: &Setting, variants: &[Variant], errors: &Diagnostics) {
    let written = setting.text.value();
    let Some(repr) = Repr::of(&written) else {
        let written = written.escape_debug().to_string();
        errors.push(&setting.text, diagnostics::value_repr(written, Repr::names()));
        return;
    };
    for (variant, known) in variants.iter().zip(repr::discriminants(variants)) {
        let Some(discriminant) = known.filter(|known| !repr.holds(*known)) else { continue };
        let name = variant.name.unraw();
        let diagnostic = diagnostics::value_discriminant(discriminant, name, repr.name);
        match &variant.discriminant {
            Some(expr) => errors.push(expr, diagnostic),
            None => errors.push(&variant.name, diagnostic),
        }
    }
}

/// `rename_all` is one of serde's.
fn check_case(options: &Options, errors: &Diagnostics) {
    let Some(Setting { text, .. }) = options.get(Name::RenameAll) else { return };
    if Case::of(&text.value()).is_none() {
        let written = text.value().escape_debug().to_string();
        errors.push(text, diagnostics::value_case(written, Case::names()));
    }
}

/// A text is one variant. (Two variants with one name are an error of rustc's.)
fn check_texts_differ(options: &Options, variants: &[Variant], errors: &Diagnostics) {
    let mut seen: BTreeMap<String, &Ident> = BTreeMap::new();
    for (variant, text) in variants.iter().zip(case::texts(options, variants)) {
        let Some(first) = seen.get(&text).copied() else {
            seen.insert(text, &variant.name);
            continue;
        };
        if *first == variant.name {
            continue;
        }
        let (name, shown) = (variant.name.unraw(), text.escape_debug());
        let diagnostic = diagnostics::value_same_text(name, shown, first.unraw());
        match variant.options.get(Name::Rename) {
            Some(rename) => errors.push(&rename.text, diagnostic),
            None => errors.push(&variant.name, diagnostic),
        }
    }
}
