//! The rules of `#[derive(Sources)]`, one function each. A part that breaks a rule is reported and removed
//! from the tree.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::Member;
use syn::ext::IdentExt;

use super::ast::Sources;
use crate::diagnostics::Diagnostics;
use crate::{diagnostics, text};

/// Checks a set of sources.
pub(super) fn sources(sources: &mut Sources, errors: &Diagnostics) {
    check_lifetimes(sources, errors);
    check_fact_arguments(sources, errors);
    check_facts_once(sources, errors);
}

/// Sources are shared by tasks that outlive every borrow.
fn check_lifetimes(sources: &Sources, errors: &Diagnostics) {
    for lifetime in sources.generics.lifetimes() {
        let lifetime = &lifetime.lifetime;
        errors.push(lifetime, diagnostics::sources_lifetime(sources.name.unraw(), lifetime));
    }
}

/// A fact is one key type: it has no arguments, neither of a type nor of its constructor.
fn check_fact_arguments(sources: &mut Sources, errors: &Diagnostics) {
    for load in &mut sources.loads {
        let arguments = load.fact.segments.iter_mut().map(|segment| &mut segment.arguments);
        let refused: Vec<_> =
            arguments.map(std::mem::take).filter(|arguments| !arguments.is_empty()).collect();
        for arguments in &refused {
            errors.push(arguments, diagnostics::loads_generics(text::of_type(&load.fact)));
        }
    }
}

/// A fact has one source: two would have to agree. The later one is dropped.
fn check_facts_once(sources: &mut Sources, errors: &Diagnostics) {
    let mut loaded_by: BTreeMap<String, Member> = BTreeMap::new();
    sources.loads.retain(|load| {
        let fact = text::of_type(&load.fact);
        let Some(first) = loaded_by.get(&fact) else {
            loaded_by.insert(fact, load.field.clone());
            return true;
        };
        errors.push(&load.fact, diagnostics::loads_twice(fact, first.to_token_stream()));
        false
    });
}
