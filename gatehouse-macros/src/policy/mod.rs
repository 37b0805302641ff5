//! `#[policy]`: parse, lower, check, plan, check the budget, emit. The gates are where errors stop a policy.

mod check;
mod items;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream, TokenTree};

use self::parse::{Options, Policy};
use crate::body::lower;
use crate::body::plan::body_plan::BodyPlan;
use crate::diagnostics::Diagnostics;
use crate::{diagnostics, fragment, panics};

/// Expands `#[policy(attr)] item`.
pub(crate) fn expand(attr: &TokenStream, item: &TokenStream) -> TokenStream {
    let compiled = || {
        let errors = Diagnostics::new();
        let tokens = compile(attr.clone(), item.clone(), &errors);
        let mut messages = errors.finish();
        messages.extend(tokens);
        messages
    };
    panics::caught("#[policy]", item, compiled, || fallback(attr.clone(), item.clone()))
}

/// The policy as if its signature could not be read, without errors.
fn fallback(attr: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Diagnostics::new();
    let options = Options::parse(fragment::opened(attr), &errors);
    drop(errors.finish());
    let policy = Policy::named(fragment::opened(item));
    policy.map(|policy| items::skeleton(&policy, &options)).unwrap_or_default()
}

/// The stages. After the last gate, nothing fails.
pub(crate) fn compile(attr: TokenStream, item: TokenStream, errors: &Diagnostics) -> TokenStream {
    let options = Options::parse(fragment::opened(attr), errors);
    let mut policy = match read(fragment::opened(item.clone()), errors) {
        Ok(policy) => policy,
        Err(error) => return refuse_item(item, error, errors),
    };

    let Some(block) = policy.body.take() else { return items::skeleton(&policy, &options) };
    let body = lower::body(block, policy.names(), policy.value.clone(), true, errors);
    check::body(&policy, &options, &body, errors);

    if !body.is_whole || !policy.has_signature {
        return items::skeleton(&policy, &options);
    }
    let plan = BodyPlan::new(&body, options.lazy.is_some(), &|_| false);
    check::budget(&options, &plan, errors);
    items::emit(&policy, &options, &plan)
}

/// A policy whose signature may be broken, with errors for that; an error of its own for an item that is none.
fn read(item: TokenStream, errors: &Diagnostics) -> syn::Result<Policy> {
    Policy::parse(item.clone(), errors).or_else(|error| match Policy::named(item) {
        Some(policy) => {
            errors.push_syn(error);
            Ok(policy)
        }
        None => Err(error),
    })
}

/// An item that is no function is emitted unchanged; where Rust's parser rejects it, too, its error is reported.
fn refuse_item(item: TokenStream, error: syn::Error, errors: &Diagnostics) -> TokenStream {
    let is_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
    let is_fn = |token: TokenTree| matches!(token, TokenTree::Ident(word) if word == "fn");
    errors.push_syn(if !is_item && item.clone().into_iter().any(is_fn) {
        error
    } else if item.is_empty() {
        // Without tokens, only the attribute can be underlined.
        diagnostics::policy_not_a_function().at(Span::call_site())
    } else {
        diagnostics::policy_not_a_function().on(&item)
    });
    if is_item { item } else { TokenStream::new() }
}
