//! `#[policy]`: parse, lower, check, plan, check the budget, emit.

mod check;
mod item;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};

use self::parse::{Options, Policy};
use crate::body::lower;
use crate::body::plan::BodyPlan;
use crate::crate_path::CratePath;
use crate::errors::Errors;
use crate::refusal;

/// Expands `#[policy(attr)] item`.
pub(crate) fn expand(attr: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::new();
    let tokens = compile(attr, item, &errors);
    let mut messages = errors.finish();
    messages.extend(tokens);
    messages
}

pub(crate) fn compile(attr: TokenStream, item: TokenStream, errors: &Errors) -> TokenStream {
    let mut options = Options::parse(attr, errors);
    let mut policy = match Policy::parse(item.clone(), errors) {
        Ok(policy) => policy,
        Err(error) => match Policy::named(item.clone()) {
            Some(policy) => {
                errors.push_syn(error);
                policy
            }
            None => return refuse_item(item, errors),
        },
    };
    let library = options.library.take().unwrap_or_else(CratePath::default_path);
    let runtime = item::runtime(&library);
    let Some(block) = policy.body.take() else {
        return item::skeleton(&policy, &options, &runtime);
    };
    let value = quote::quote_spanned!(policy.name.span()=> bool);
    let body = lower::body(block, value, true, errors);
    check::body(&policy, &options, &body, errors);
    if !body.is_whole || !policy.has_signature {
        return item::skeleton(&policy, &options, &runtime);
    }
    let plan = BodyPlan::new(&body, options.lazy.is_some(), &runtime);
    if !check::budget(&options, &body, &plan, errors) {
        // Said once is enough.
        options.rounds = None;
    }
    item::emit(&policy, &options, &body, &plan, &runtime)
}

/// What is not a function is left as it is.
fn refuse_item(item: TokenStream, errors: &Errors) -> TokenStream {
    let refusal = refusal::policy_not_a_function();
    // Without tokens to underline, the attribute is all there is.
    errors.push_syn(if item.is_empty() {
        refusal.at(Span::call_site())
    } else {
        refusal.on(&item)
    });
    item
}
