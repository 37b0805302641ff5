//! The items that a policy becomes: a type, and its implementations.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::parse::{Options, Parameter, Policy, Role};
use crate::body::ast::Body;
use crate::body::emit::{Emitter, cx};
use crate::body::plan::BodyPlan;
use crate::body::tokens;
use crate::crate_path::CratePath;

/// The path of what generated code calls.
pub(super) fn runtime(library: &CratePath) -> TokenStream {
    quote!(#library::private)
}

/// The items of a policy that compiles.
pub(super) fn emit(
    policy: &Policy,
    options: &Options,
    body: &Body,
    plan: &BodyPlan,
    runtime: &TokenStream,
) -> TokenStream {
    let (request, cx) = (request(), cx());
    let (parameters, value) = (bindings(policy, runtime), &policy.value);
    let applies = Emitter::function(body, runtime).stmts(&body.block);
    // The body keeps the span of the user's `bool`, so that a wrong tail is shown there.
    let evaluate = quote! {
        #parameters
        let applies: #value = { #applies };
        ::core::result::Result::Ok(applies)
    };
    // The first load needs no slice: a policy that stops there has asked for it.
    let slices: Vec<_> = plan.loads.iter().skip(1).filter_map(|load| load.slice.as_ref()).collect();
    let ask = if slices.is_empty() {
        quote!(let _ = (#request, #cx);)
    } else {
        let parameters = quiet_bindings(policy);
        let known = plan.known.list().iter().map(|(name, known)| quote!(let #name = #known;));
        quote!(#parameters #(#known)* #(#slices)*)
    };
    let name = &policy.name;
    let rule = quote!(<#name as #runtime::Policy>::PLAN);
    let budget = options.rounds.map(|rounds| tokens::budget(body, &rule, rounds, runtime));
    let facts = body.facts();
    items(
        policy,
        options,
        &tokens::plan(body, plan, runtime, &|_| false),
        runtime,
        &Code { evaluate, ask, facts, budget },
    )
}

/// The items of a policy with errors: everything but the body, so that what uses it has no error of
/// its own.
pub(super) fn skeleton(policy: &Policy, options: &Options, runtime: &TokenStream) -> TokenStream {
    let (request, cx) = (request(), cx());
    let code = Code {
        evaluate: quote! {
            let _ = (#request, #cx);
            ::core::result::Result::Err(#runtime::Stop::NotApplicable)
        },
        ask: quote!(let _ = (#request, #cx);),
        facts: Vec::new(),
        budget: None,
    };
    items(policy, options, &tokens::no_plan(runtime), runtime, &code)
}

struct Code {
    evaluate: TokenStream,
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
    let (domain, sources) = (generic("__Domain"), generic("__Sources"));
    let types = domain_types(policy);
    let Code { evaluate, ask, facts, budget } = code;
    let (request, cx) = (request(), cx());
    let (of_type, of_code) = attributes(attrs);
    let marker = generic("__Marker");
    quote! {
        #(#of_type)*
        #[allow(non_camel_case_types, dead_code)]
        #vis struct #name {}

        #(#of_code)*
        const _: () = {
            #info
            #budget

            #[automatically_derived]
            #[allow(unreachable_code, clippy::diverging_sub_expression, clippy::needless_question_mark)]
            impl<#domain, #sources> #runtime::Rule<#domain, #sources> for #name
            where
                #domain: #runtime::Domain<#(#types),*>,
                #sources: #runtime::Sources,
                #(#facts: #runtime::ResolvedBy<#sources>,)*
            {
                fn evaluate(
                    #request: &#runtime::Request<'_, #domain>,
                    #cx: &mut #runtime::Cx<#sources>,
                ) -> ::core::result::Result<#value, #runtime::Stop> {
                    #evaluate
                }

                #[allow(warnings, clippy::all, clippy::pedantic)]
                fn ask(#request: &#runtime::Request<'_, #domain>, #cx: &mut #runtime::Cx<#sources>) {
                    #ask
                }
            }

            #[automatically_derived]
            impl<#domain, #sources> #runtime::PolicySet<#domain, #sources> for #name
            where
                #domain: #runtime::Domain,
                #sources: #runtime::Sources,
                Self: #runtime::Rule<#domain, #sources>,
            {
                fn visit(visitor: &mut impl #runtime::Visitor<#domain, #sources>) {
                    visitor.rule::<Self>();
                }
            }

            #[automatically_derived]
            impl<#marker> #runtime::LocalPolicies<#marker> for #name
            where
                #(#facts: #runtime::LoadsNothing<#marker>,)*
            {
            }
        };
    }
}

/// Which attributes go on the type, and which on the code: a `cfg` goes on both, as does what says
/// how strict lints are. (`expect` on both would be one too many.) The code of what is deprecated may
/// name it.
fn attributes(attrs: &[Attribute]) -> (Vec<&Attribute>, Vec<TokenStream>) {
    let is = |attr: &Attribute, names: &[&str]| names.iter().any(|name| attr.path().is_ident(name));
    let of_code = ["cfg", "cfg_attr", "allow", "expect", "warn", "deny", "forbid"];
    (
        attrs.iter().filter(|attr| !is(attr, &["expect"])).collect(),
        attrs
            .iter()
            .filter_map(|attr| match attr {
                attr if is(attr, &of_code) => Some(quote!(#attr)),
                attr if is(attr, &["deprecated"]) => Some(quote!(#[allow(deprecated)])),
                _ => None,
            })
            .collect(),
    )
}

/// The variable that holds who asks for what; its hygiene keeps it apart from a user's `request`.
fn request() -> Ident {
    Ident::new("request", Span::mixed_site())
}

/// A type parameter whose name no user's type has.
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
    // `line!` at the function's name: the attribute may stand lines above.
    let line = quote_spanned!(ident.span()=> ::core::line!());
    quote! {
        #[automatically_derived]
        impl #runtime::Policy for #ident {
            const INFO: &'static #runtime::PolicyInfo = &#runtime::PolicyInfo::new(
                #name,
                #runtime::Effect::#effect,
                #docs,
                #runtime::Location::new(::core::file!(), #line),
                #plan,
            );
        }

        #[automatically_derived]
        impl #runtime::PolicyList for #ident {
            const POLICIES: #runtime::Policies =
                #runtime::Policies::One(<Self as #runtime::Policy>::INFO);
        }
    }
}

/// `Subject = User, …`: the parameters that name a type.
fn domain_types(policy: &Policy) -> Vec<TokenStream> {
    let named = |parameter: &Parameter| {
        let name = match parameter.role {
            Role::Subject => quote!(Subject),
            Role::Action => quote!(Action),
            Role::Resource => quote!(Resource),
            Role::Context => quote!(Context),
        };
        parameter.ty.as_ref().map(|ty| quote!(#name = #ty))
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

/// Binds the parameters; where a pattern does not match, the policy does not apply.
fn bindings(policy: &Policy, runtime: &TokenStream) -> TokenStream {
    let leave = quote!(return ::core::result::Result::Err(#runtime::Stop::NotApplicable));
    let request = request();
    let bindings = policy.parameters.iter().map(|parameter| bind(parameter, &leave));
    let unused = if policy.parameters.is_empty() { quote!(let _ = #request;) } else { quote!() };
    quote!(#unused #(#bindings)*)
}

/// As [`bindings`], in the function that asks.
fn quiet_bindings(policy: &Policy) -> TokenStream {
    policy.parameters.iter().map(|parameter| bind(parameter, &quote!(return))).collect()
}

fn bind(parameter: &Parameter, leave: &TokenStream) -> TokenStream {
    let Parameter { role, pat, ty } = parameter;
    let (request, field) = (request(), field(*role));
    let ty = ty.as_ref().map(|ty| quote_spanned!(ty.span()=> : &#ty));
    match pat {
        syn::Pat::Wild(_) => quote!(let _ = #request.#field;),
        pat if is_plain(pat) => quote!(let #pat #ty = #request.#field;),
        pat => quote! {
            #[allow(irrefutable_let_patterns)]
            let #pat #ty = #request.#field else { #leave };
        },
    }
}

fn is_plain(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Ident(it) => {
            it.subpat.is_none() && !crate::body::ast::bound_names(pat).is_empty()
        }
        _ => false,
    }
}
