//! `#[policy]`: parse, lower, check, plan, check the budget, emit.

mod check;
mod item;
mod messages;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};

use self::parse::{Options, Policy};
use crate::body::lower;
use crate::body::plan::BodyPlan;
use crate::crate_path::CratePath;
use crate::errors::Errors;

/// Expands `#[policy(attr)] item`.
pub(crate) fn expand(attr: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let tokens = compile(attr, item, &errors);
    let mut messages = errors.finish();
    messages.extend(tokens);
    messages
}

fn compile(attr: TokenStream, item: TokenStream, errors: &Errors) -> TokenStream {
    let mut options = Options::parse(attr, errors);
    let function = match syn::parse2::<syn::ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            refuse_item(item, error, errors);
            return TokenStream::new();
        }
    };
    let library = options.library.take().unwrap_or_else(CratePath::default_path);
    let runtime = item::runtime(&library);
    let mut policy = Policy::parse(function, errors);
    let body = lower::body(policy.take_block(), policy.value.clone(), true, errors);
    check::body(&policy, &options, &body, errors);
    if !errors.is_empty() {
        return item::skeleton(&policy, &options, &runtime);
    }
    let plan = BodyPlan::new(&body, options.lazy.is_some(), &runtime);
    check::budget(&options, &body, &plan, errors);
    if !errors.is_empty() {
        // Said once is enough.
        options.rounds = None;
    }
    item::emit(&policy, &options, &body, &plan, &runtime)
}

/// What is not a function gets one message of ours; a function with broken syntax, syn's.
fn refuse_item(item: TokenStream, error: syn::Error, errors: &Errors) {
    match syn::parse2::<syn::Item>(item) {
        Ok(item) => errors.push(item, messages::NOT_A_FUNCTION),
        Err(_) if error.span().source_text().is_none() => {
            errors.push_at(Span::call_site(), messages::NOT_A_FUNCTION);
        }
        Err(_) => errors.push_syn(error),
    }
}
