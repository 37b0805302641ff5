//! A body's plan as tokens: the constant that lists its loads and conditions.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;

use crate::body::analysis::conditions::Condition;
use crate::body::plan::body_plan::{BodyPlan, PathGuard, PlannedLoad};
use crate::body::tree::{Body, Kind, Load};
use crate::text;

/// The plan of a body. `parameters` are the conditions of its parameters; `is_recursive` says whether a fact depends on
/// the fact whose body it is.
pub(crate) fn plan(
    plan: &BodyPlan<'_>,
    parameters: &[Condition],
    runtime: &TokenStream,
    is_recursive: &dyn Fn(&Path) -> bool,
) -> TokenStream {
    let body = &plan.body;
    if body.loads.is_empty() && body.conditions.list.is_empty() && parameters.is_empty() {
        return no_plan(runtime);
    }
    let loads = body.loads.iter().zip(&plan.loads);
    let loads =
        loads.map(|(load, planned)| planned_load(load, planned, runtime, is_recursive(&load.fact)));
    let conditions = body.conditions.list.iter().chain(parameters);
    let (guards, numbers) = (guards(plan, runtime), numbers(plan));
    let conditions = conditions.map(|it| condition(it, runtime));
    quote! {
        {
            #guards
            #numbers
            const LOADS: &[#runtime::PlannedLoad] = &#runtime::scheduled([#(#loads),*]);
            #runtime::Plan::new(LOADS, &[#(#conditions),*])
        }
    }
}

/// The `allow` for a plan with an arm whose pattern begins with `0`: clippy takes the number of its line for one
/// that the user wrote with a `0` before it.
pub(crate) fn lints(plan: &BodyPlan<'_>) -> Option<TokenStream> {
    let has_zero = plan.body.conditions.list.iter().any(|it| it.text.contains(" is 0"));
    has_zero.then(|| quote!(#[allow(clippy::zero_prefixed_literal)]))
}

/// The conditions on the paths to the loads, each once.
fn guards(plan: &BodyPlan<'_>, runtime: &TokenStream) -> Option<TokenStream> {
    let guards = plan.guards.iter().map(|PathGuard { text, holds, before }| {
        let Some(before) = before.map(Literal::usize_unsuffixed) else {
            return quote!(#runtime::PathGuard::first(#text, #holds));
        };
        quote!(#runtime::PathGuard::after(#before, #text, #holds))
    });
    let constant = quote!(const GUARDS: &[#runtime::PathGuard] = &[#(#guards),*];);
    (!plan.guards.is_empty()).then_some(constant)
}

/// The number of loads that a condition lists; with more, it has a part of the list of all.
const LISTED: usize = 4;

/// The numbers of all loads, if a condition has a part of them.
fn numbers(plan: &BodyPlan<'_>) -> Option<TokenStream> {
    let has_many = |condition: &Condition| condition.loads.len() > LISTED;
    plan.body.conditions.list.iter().any(has_many).then(|| {
        let numbers = (0..plan.body.loads.len()).map(Literal::usize_unsuffixed);
        quote!(const NUMBERS: &[usize] = &[#(#numbers),*];)
    })
}

fn condition(condition: &Condition, runtime: &TokenStream) -> TokenStream {
    let (text, place) = (&condition.text, place(condition.at));
    let kind = Ident::new(&format!("{:?}", condition.kind), Span::call_site());
    let loads = if condition.loads.len() > LISTED {
        let [from, to] =
            [condition.loads.start, condition.loads.end].map(Literal::usize_unsuffixed);
        quote!(#runtime::loads_between(NUMBERS, #from, #to))
    } else {
        let loads = condition.loads.clone().map(Literal::usize_unsuffixed);
        quote!(&[#(#loads),*])
    };
    let if_true = condition.ends.yes.map(|answer| quote!(.if_true(#answer)));
    let if_false = condition.ends.no.map(|answer| quote!(.if_false(#answer)));
    quote! {
        #runtime::Condition::new(#runtime::ConditionKind::#kind, #text, #loads, #place)
            #if_true #if_false
    }
}

/// The plan of a body that loads nothing.
pub(crate) fn no_plan(runtime: &TokenStream) -> TokenStream {
    quote!(#runtime::Plan::new(&[], &[]))
}

fn planned_load(
    load: &Load,
    planned: &PlannedLoad,
    runtime: &TokenStream,
    is_recursive: bool,
) -> TokenStream {
    let (fact, text) = (&load.fact, text::of_expr(&load.written));
    let function = if is_recursive { quote!(plan_recursion) } else { quote!(plan_load) };
    let kind = match load.kind {
        Kind::One => quote!(One),
        Kind::Any => quote!(Any),
        Kind::All => quote!(All),
        Kind::Each => quote!(Each),
    };
    let waits = planned.waits_for.iter().map(|(id, because)| {
        let id = Literal::usize_unsuffixed(id.0);
        quote!(#runtime::Wait::new(#id, #because))
    });
    let guards = if let Some(last) = planned.guard.map(Literal::usize_unsuffixed) {
        quote!(#runtime::Guards::up_to(#last, GUARDS))
    } else {
        quote!(#runtime::Guards::NONE)
    };
    let place = place(load.ends.0);
    quote! {
        #runtime::#function::<#fact>(
            (#text, #runtime::LoadKind::#kind), &[#(#waits),*], #guards, #place
        )
    }
}

/// The line and column of a span, which the compiler fills in.
fn place(span: Span) -> TokenStream {
    quote_spanned!(span=> (::core::line!(), ::core::column!()))
}

/// An error at each load of `rule` that exceeds its budget, for costs that only the library knows.
pub(crate) fn budget(
    body: &Body,
    rule: &TokenStream,
    budget: u32,
    runtime: &TokenStream,
) -> TokenStream {
    let budget = Literal::u32_unsuffixed(budget);
    let checks = body.loads.iter().enumerate().map(|(at, load)| {
        let at = Literal::usize_unsuffixed(at);
        let runtime = text::at(runtime, load.ends.0);
        quote_spanned!(load.ends.0=> const _: () = #runtime::within_budget(#rule, #at, #budget);)
    });
    checks.collect()
}

/// A bound that always holds, beside those of `facts` facts.
///
/// A key is `Eq`. With exactly one `Eq` bound in scope, rustc infers that an erroneous operand has that
/// key's type, and reports a second error. A second bound makes the inference ambiguous and avoids it.
pub(crate) fn ambiguity_bound(facts: usize, runtime: &TokenStream) -> Option<TokenStream> {
    (facts == 1).then(|| quote!(for<'k> #runtime::Refused: ::core::cmp::Eq,))
}
