//! Emits the items of a policy: a type, and its implementations.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Meta};

use super::parse::{Options, Parameter, Policy, Role};
use crate::body::analysis::conditions::{Condition, ConditionKind, ImmediateAnswers};
use crate::body::plan::body_plan::BodyPlan;
use crate::body::rust::emitter::Emitter;
use crate::body::rust::variables::cx;
use crate::body::rust::{constant, early, result};
use crate::{conditional, text};

/// The items of a policy that compiles.
pub(super) fn emit(policy: &Policy, options: &Options, plan: &BodyPlan<'_>) -> TokenStream {
    let (request, cx, runtime, body) = (request(), cx(), &options.runtime(), &plan.body);
    let parameters = bindings(policy, plan.body.conditions.list.len(), runtime);
    let code = Emitter::function(&plan.body, runtime);
    let applies = result::result(body, &code);
    let evaluate = quote!(#parameters #applies);
    // The parameters are references, so no code uses them up.
    let requests = early::code(plan, &|_| TokenStream::new(), runtime);
    let ask = if requests.is_empty() {
        quote!(let _ = (#request, #cx);)
    } else {
        let parameters = quiet_bindings(policy);
        text::ours("mut", quote!(#parameters #requests))
    };
    let name = &policy.name;
    let rule = quote!(<#name as #runtime::Policy>::PLAN);
    // A load that is over the budget by the body alone has its error already.
    let budget = options.rounds.filter(|budget| plan.first_over(*budget).is_none());
    let budget = budget.map(|rounds| constant::budget(body, &rule, rounds, runtime));
    let facts = body.facts();
    let conditions: Vec<_> = policy.parameters.iter().filter_map(condition).collect();
    items(
        policy,
        options,
        &constant::plan(plan, &conditions, runtime, &|_| false),
        runtime,
        &Code {
            evaluate,
            lints: result::lints_of(body),
            plan_lints: constant::lints(plan),
            ask,
            facts,
            budget,
        },
    )
}

/// The items of a policy with errors: all but the body, so that uses of the policy have no error of their own.
pub(super) fn skeleton(policy: &Policy, options: &Options) -> TokenStream {
    let (request, cx, runtime) = (request(), cx(), &options.runtime());
    let code = Code {
        evaluate: quote! {
            let _ = (#request, #cx);
            ::core::result::Result::Err(#runtime::Stop::NotApplicable)
        },
        lints: None,
        plan_lints: None,
        ask: quote!(let _ = (#request, #cx);),
        facts: Vec::new(),
        budget: None,
    };
    items(policy, options, &constant::no_plan(runtime), runtime, &code)
}

struct Code {
    evaluate: TokenStream,
    /// The lints that do not apply to it.
    lints: Option<TokenStream>,
    /// The lints that do not apply to its plan.
    plan_lints: Option<TokenStream>,
    ask: TokenStream,
    /// Each fact that the policy loads, once.
    facts: Vec<syn::Path>,
    /// The checks of its budget.
    budget: Option<TokenStream>,
}

fn items(
    policy: &Policy,
    options: &Options,
    plan: &TokenStream,
    runtime: &TokenStream,
    code: &Code,
) -> TokenStream {
    let Policy { attrs, vis, name, value, .. } = policy;
    let info = info(policy, options, plan, runtime);
    let plan_lints = &code.plan_lints;
    let (domain, sources) = (generic("__Domain"), generic("__Sources"));
    let types = domain_types(policy, &domain, runtime);
    let Code { evaluate, lints, ask, facts, budget, .. } = code;
    let (request, cx) = (request(), cx());
    let (of_type, of_code) = attributes(attrs);
    let (marker, observer) = (generic("__Marker"), generic("__Observer"));
    let resolved = facts.iter().map(|fact| bound(fact, "ResolvedBy", &sources, runtime));
    let local = facts.iter().map(|fact| bound(fact, "LoadsNothing", &marker, runtime));
    // rustc shows the user's function for the type and its impls, and not the attribute.
    let span = text::located(name.span());
    let at = text::at(runtime, span);
    // An enum without variants is a type and no value: so a local may have its name, and rustc does not advise to call it.
    // The span is the user's own, so that rustc warns of a policy that no gate uses.
    let item = quote_spanned!(name.span()=> #vis enum #name {});
    let rule = quote_spanned!(span=> impl<#domain, #sources> #at::Rule<#domain, #sources>);
    let early = quote_spanned!(span=> impl<#domain, #sources> #at::EarlyRule<#domain, #sources>);
    let decides = quote_spanned!(span=> impl<#domain, #sources> #at::Decides<#domain, #sources>);
    let local_policies = quote_spanned!(span=> impl<#marker> #at::LocalPolicies<#marker>);
    let another = constant::ambiguity_bound(facts.len(), runtime);
    // On both impls, and not `Self: Rule` on the second, so that rustc's chain of obligations in a gate's error is short.
    let bounds = quote! {
        where
            #domain: #runtime::Domain,
            #sources: #runtime::Sources,
            #(#types,)*
            #(#resolved,)*
            #another
    };
    quote! {
        #(#of_type)*
        #[allow(non_camel_case_types, missing_copy_implementations, missing_debug_implementations)]
        #item

        #(#of_code)*
        const _: () = {
            use #runtime::Unloaded as _;
            #plan_lints
            #info
            #budget

            // Not `automatically_derived`, so that rustc reports unused variables in the user's body.
            #lints
            #[allow(clippy::diverging_sub_expression, clippy::needless_question_mark)]
            #rule for #name
            #bounds
            {
                fn evaluate<#observer: #runtime::Observer>(
                    #request: &#runtime::Request<'_, #domain>,
                    #cx: &mut #runtime::Cx<#sources, #observer>,
                ) -> ::core::result::Result<#value, #runtime::Stop> {
                    #evaluate
                }
            }

            #[automatically_derived]
            #early for #name
            #bounds
            {
                #[allow(warnings, clippy::all, clippy::pedantic)]
                fn ask(#request: &#runtime::Request<'_, #domain>, #cx: &mut #runtime::Cx<#sources>) {
                    #ask
                }
            }

            #[automatically_derived]
            #decides for #name
            #bounds
            {
                #[inline(always)]
                fn visit(__visitor: &mut impl #runtime::Visitor<#domain, #sources>) {
                    __visitor.rule::<Self>();
                }
            }

            #[automatically_derived]
            #local_policies for #name
            where
                #(#local,)*
            {
            }
        };
    }
}

/// The attributes of the type, and those of the code. A `cfg` goes on both, and so do attributes that set lint levels.
/// (`expect` on both would be unfulfilled on one.) The code may name deprecated items.
fn attributes(attrs: &[Attribute]) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let is = |meta: &Meta, names: &[&str]| names.iter().any(|name| meta.path().is_ident(name));
    // A `cfg_attr` reaches this only if it is broken.
    let of_code = ["cfg", "cfg_attr", "allow", "expect", "warn", "deny", "forbid"];
    (
        conditional::picked(attrs, &|meta| (!is(meta, &["expect"])).then(|| quote!(#meta))),
        conditional::picked(attrs, &|meta| match meta {
            meta if is(meta, &of_code) => Some(quote!(#meta)),
            meta if is(meta, &["deprecated"]) => Some(quote!(allow(deprecated))),
            _ => None,
        }),
    )
}

/// `Fact: Trait<parameter>`, which rustc shows where the body loads the fact.
fn bound(fact: &syn::Path, name: &str, parameter: &Ident, runtime: &TokenStream) -> TokenStream {
    let (first, last) = text::ends(fact);
    let (runtime, name) = (text::at(runtime, first), Ident::new(name, first));
    let arguments = quote_spanned!(last=> <#parameter>);
    quote_spanned!(first=> #fact: #runtime::#name #arguments)
}

/// The variable of the question, with the hygiene of the one that facts are read from.
fn request() -> Ident {
    Ident::new("__request", Span::mixed_site())
}

/// A type parameter whose name no user type has.
fn generic(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

fn info(
    policy: &Policy,
    options: &Options,
    plan: &TokenStream,
    runtime: &TokenStream,
) -> TokenStream {
    let ident = &policy.name;
    let name = ident.unraw().to_string();
    let docs = policy.docs();
    let effect = if options.forbid.is_some() { quote!(Forbid) } else { quote!(Permit) };
    // `line!` has the span of the function's name, because the attribute may be lines above.
    let line = quote_spanned!(ident.span()=> ::core::line!());
    quote! {
        #[automatically_derived]
        impl #runtime::Policy for #ident {
            const INFO: &'static #runtime::PolicyInfo = &#runtime::PolicyInfo::new(
                #name,
                #runtime::Effect::#effect,
                #docs,
                #runtime::Location::new(::core::file!(), #line, ::core::module_path!()),
                #plan,
            );
        }

        #[automatically_derived]
        impl #runtime::Listed for #ident {
            const POLICIES: #runtime::Policies =
                #runtime::Policies::One(<Self as #runtime::Policy>::INFO);
        }
    }
}

/// `__Domain::Subject: SubjectIs<User, Self, __Domain>, …`: a bound for each parameter that names a type, shown at that
/// type.
fn domain_types(policy: &Policy, domain: &Ident, runtime: &TokenStream) -> Vec<TokenStream> {
    let named = |parameter: &Parameter| {
        let ty = parameter.ty.as_ref()?;
        let (first, last) = text::ends(ty);
        let role = Ident::new(&format!("{:?}", parameter.role), first);
        let (is, runtime) = (format_ident!("{role}Is", span = first), text::at(runtime, first));
        let arguments = quote_spanned!(last=> <#ty, Self, #domain>);
        Some(quote_spanned!(first=> #domain::#role: #runtime::#is #arguments))
    };
    policy.parameters.iter().filter_map(named).collect()
}

fn field(role: Role) -> Ident {
    match role {
        Role::Subject => format_ident!("subject"),
        Role::Action => format_ident!("action"),
        Role::Resource => format_ident!("resource"),
        Role::Context => format_ident!("context"),
    }
}

/// Binds the parameters. Where a pattern does not match, the policy does not apply. The reports of the patterns are
/// numbered from `first`.
fn bindings(policy: &Policy, first: usize, runtime: &TokenStream) -> TokenStream {
    let (request, cx) = (request(), cx());
    let mut ids = first..;
    let bindings = policy.parameters.iter().map(|parameter| {
        let id = condition(parameter).and_then(|_| ids.next()).map(Literal::usize_unsuffixed);
        let report =
            |matched: bool| id.as_ref().map(|id| quote!(#runtime::met(#matched, #id, #cx);));
        let (matched, missed) = (report(true), report(false));
        let leave = quote! {
            #missed
            return ::core::result::Result::Err(#runtime::Stop::NotApplicable)
        };
        let (lints, binding) = (&parameter.lints, bind(parameter, &leave));
        quote!(#(#lints)* #binding #matched)
    });
    let bindings: TokenStream = bindings.collect();
    let unused = if policy.parameters.is_empty() { quote!(let _ = #request;) } else { quote!() };
    quote!(#unused #bindings)
}

/// The condition of a parameter whose pattern may not match.
fn condition(parameter: &Parameter) -> Option<Condition> {
    let Parameter { pat, role, .. } = parameter;
    let is_unit = matches!(pat, syn::Pat::Tuple(it) if it.elems.is_empty());
    let is_open = !matches!(pat, syn::Pat::Wild(_)) && !is_unit && !is_plain(pat);
    is_open.then(|| Condition {
        kind: ConditionKind::Pattern,
        text: format!("{} is {}", format!("{role:?}").to_lowercase(), text::of_expr(pat)),
        at: text::ends(pat).0,
        loads: 0..0,
        ends: ImmediateAnswers::default(),
    })
}

/// [`bindings`] for the function that requests loads early.
fn quiet_bindings(policy: &Policy) -> TokenStream {
    policy.parameters.iter().map(|parameter| bind(parameter, &quote!(return))).collect()
}

fn bind(parameter: &Parameter, leave: &TokenStream) -> TokenStream {
    let Parameter { role, pat, ty, .. } = parameter;
    let (request, field) = (request(), field(*role));
    // A parameter that names a type is read as that type; any other has the domain's.
    let (ty, value) = match ty {
        Some(ty) => (quote_spanned!(ty.span()=> : &#ty), quote!(#request.#field())),
        None => (quote!(), quote!(#request.#field)),
    };
    match pat {
        syn::Pat::Wild(_) => quote!(let _ = #request.#field;),
        pat if is_plain(pat) => quote!(let #pat #ty = #value;),
        pat => quote! {
            let #pat #ty = #value else { #leave };
        },
    }
}

fn is_plain(pat: &syn::Pat) -> bool {
    matches!(pat, syn::Pat::Ident(it) if it.subpat.is_none())
}
