//! A body's plan as tokens: the constant that lists its loads and conditions.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;

use super::analysis::conditions::Condition;
use super::plan::body_plan::{BodyPlan, PathGuard, PlannedLoad};
use super::tree::{Body, Kind, Load};
use crate::text;

/// The plan of a body. `is_recursive` says whether a fact depends on the fact whose body it is.
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
    let loads = body.loads.iter().zip(&plan.loads).enumerate();
    let loads = loads.map(|(at, (load, planned))| {
        let is_recursive = is_recursive(&load.fact);
        planned_load(load, planned, &plan.guards_of(at), runtime, is_recursive)
    });
    let conditions = body.conditions.list.iter().chain(parameters).map(|condition| {
        let (text, place) = (&condition.text, place(condition.at));
        let kind = Ident::new(&format!("{:?}", condition.kind), Span::call_site());
        let loads = condition.loads.iter().copied().map(Literal::usize_unsuffixed);
        let if_true = condition.ends.yes.map(|answer| quote!(.if_true(#answer)));
        let if_false = condition.ends.no.map(|answer| quote!(.if_false(#answer)));
        quote! {
            #runtime::Condition::new(#runtime::ConditionKind::#kind, #text, &[#(#loads),*], #place)
                #if_true #if_false
        }
    });
    quote! {
        {
            const LOADS: &[#runtime::PlannedLoad] = &#runtime::scheduled([#(#loads),*]);
            #runtime::Plan::new(LOADS, &[#(#conditions),*])
        }
    }
}

/// The plan of a body that loads nothing.
pub(crate) fn no_plan(runtime: &TokenStream) -> TokenStream {
    quote!(#runtime::Plan::new(&[], &[]))
}

fn planned_load(
    load: &Load,
    planned: &PlannedLoad,
    guards: &[&PathGuard],
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
        let id = Literal::usize_unsuffixed(*id);
        quote!(#runtime::Wait::new(#id, #because))
    });
    let guards = guards
        .iter()
        .map(|PathGuard { text, holds, .. }| quote!(#runtime::Guard::new(#text, #holds)));
    let place = place(load.ends.0);
    quote! {
        #runtime::#function::<#fact>(
            (#text, #runtime::LoadKind::#kind), &[#(#waits),*], &[#(#guards),*], #place
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
