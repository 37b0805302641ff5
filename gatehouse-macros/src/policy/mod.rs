//! `#[policy]`: parse, lower, check, plan, check the budget, emit.

mod check;
mod item;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream, TokenTree};

use self::parse::{Options, Policy};
use crate::body::lower;
use crate::body::plan::BodyPlan;
use crate::crate_path::CratePath;
use crate::errors::Errors;
use crate::{fragment, panics, refusal};

/// Expands `#[policy(attr)] item`.
pub(crate) fn expand(attr: &TokenStream, item: &TokenStream) -> TokenStream {
    let compiled = || {
        let errors = Errors::new();
        let tokens = compile(attr.clone(), item.clone(), &errors);
        let mut messages = errors.finish();
        messages.extend(tokens);
        messages
    };
    panics::caught("#[policy]", item, compiled, || uncompiled(attr.clone(), item.clone()))
}

/// The policy as if its signature could not be read, without errors.
fn uncompiled(attr: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let mut options = Options::parse(fragment::opened(attr), &errors);
    drop(errors.finish());
    let library = options.library.take().unwrap_or_else(CratePath::default_path);
    let skeleton = |policy| item::skeleton(&policy, &options, &item::runtime(&library));
    Policy::named(fragment::opened(item)).map(skeleton).unwrap_or_default()
}

pub(crate) fn compile(attr: TokenStream, item: TokenStream, errors: &Errors) -> TokenStream {
    let mut options = Options::parse(fragment::opened(attr), errors);
    let function = fragment::opened(item.clone());
    let mut policy = match Policy::parse(function.clone(), errors) {
        Ok(policy) => policy,
        Err(error) => match Policy::named(function) {
            Some(policy) => {
                errors.push_syn(error);
                policy
            }
            None => return refuse_item(item, error, errors),
        },
    };
    let library = options.library.take().unwrap_or_else(CratePath::default_path);
    let runtime = item::runtime(&library);
    let Some(block) = policy.body.take() else {
        return item::skeleton(&policy, &options, &runtime);
    };
    let given = policy.names();
    let body = lower::body(block, given, policy.value.clone(), true, errors);
    check::body(&policy, &options, &body, errors);
    if !body.is_whole || !policy.has_signature {
        return item::skeleton(&policy, &options, &runtime);
    }
    let plan = BodyPlan::new(&body, options.lazy.is_some(), &runtime);
    if !check::budget(&options, &body, &plan, errors) {
        // Said once is enough.
        options.rounds = None;
    }
    item::emit(&policy, &options, &body, plan, &runtime)
}

/// What is not a function is left as it is; a function that is none to Rust either has its parser's
/// error.
fn refuse_item(item: TokenStream, error: syn::Error, errors: &Errors) -> TokenStream {
    let is_item = syn::parse2::<syn::Item>(item.clone()).is_ok();
    let is_fn = |token: TokenTree| matches!(token, TokenTree::Ident(word) if word == "fn");
    errors.push_syn(if !is_item && item.clone().into_iter().any(is_fn) {
        error
    } else if item.is_empty() {
        // Without tokens to underline, the attribute is all there is.
        refusal::policy_not_a_function().at(Span::call_site())
    } else {
        refusal::policy_not_a_function().on(&item)
    });
    if is_item { item } else { TokenStream::new() }
}
