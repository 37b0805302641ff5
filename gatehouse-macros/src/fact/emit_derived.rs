//! Emits a derived fact: its body as plain synchronous code, and its plan.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;

use super::ast::{Fact, is_bool, is_option};
use super::dependencies::local_name;
use super::derived::Derived;
use super::emit::Emitter;
use super::recursion::PartialOperand;
use crate::body::analysis::mentioned_in;
use crate::body::rust::emitter::Emitter as BodyEmitter;
use crate::body::rust::variables::cx;
use crate::body::rust::{constant, early, result};
use crate::{conditional, diagnostics, text};

impl Emitter<'_> {
    /// The fact's own constants: what it costs, and how it is computed.
    pub(super) fn derivation(&self) -> TokenStream {
        let Some(derived) = self.derived else { return TokenStream::new() };
        let (library, Fact { name, .. }) = (self.library, self.fact);
        let runtime = &quote!(#library::private);
        let text = name.unraw().to_string();
        let plan =
            constant::plan(&derived.plan, &[], runtime, &|fact| derived.component.recurs(fact));
        let line = quote_spanned!(name.span()=> ::core::line!());
        // Spanned at the name, where the compiler shows a recursion that is hidden behind an alias.
        let span = name.span();
        let location =
            quote!(#runtime::Location::new(::core::file!(), #line, ::core::module_path!()));
        let parts = quote!(#text, #location, #plan);
        let (cost, total) = match self.place() {
            Some(place) => {
                let summary = self.of_summary(place);
                (quote!(#summary.cost), Some(quote!(.with_totality(#summary.is_total))))
            }
            None => (self.own_cost(derived), self.own_totality(derived)),
        };
        let lints = constant::lints(&derived.plan);
        quote_spanned! {span=>
            const COST: #runtime::Cost = #cost;
            #lints
            const DERIVATION: ::core::option::Option<&'static #runtime::Derivation> =
                ::core::option::Option::Some(&#runtime::Derivation::new(#parts)#total);
            fn derivation() -> ::core::option::Option<&'static #runtime::Derivation> {
                Self::DERIVATION
            }
        }
    }

    /// The cost of a fact without a summary.
    fn own_cost(&self, derived: &Derived) -> TokenStream {
        let (library, facts) = (self.library, &derived.component.facts);
        if derived.component.is_recursive {
            quote!(#library::private::Cost::of_cycle(&[#(<#facts as #library::FactKey>::DERIVATION),*]))
        } else {
            quote!(#library::private::Cost::of(<Self as #library::FactKey>::DERIVATION))
        }
    }

    /// Marks the derivation of a fact without a summary as total, if it is.
    fn own_totality(&self, derived: &Derived) -> Option<TokenStream> {
        let library = self.library;
        let bases = derived.loaded_elsewhere();
        derived
            .component
            .is_total
            .then(|| quote!(.total(&[#(<#bases as #library::FactKey>::DERIVATION),*])))
    }

    /// Refuses what may panic behind a recursive fact, where a panic ends the process: only there, which
    /// no macro sees.
    fn refused_where_panics_abort(&self) -> TokenStream {
        let beside = self.derived.map(|derived| derived.beside_recursion.as_slice());
        let refused = beside.unwrap_or_default().iter().map(|beside| match beside {
            PartialOperand::Tokens(operand) => {
                let name = self.fact.name.unraw();
                let at = text::ends(operand).0;
                let error = diagnostics::recursive_beside_partial(name).at(at).to_compile_error();
                quote!(#[cfg(panic = "abort")] #error)
            }
            PartialOperand::Fact(fact) => {
                let (first, last) = text::ends(fact);
                let library = self.library.spanned(first);
                let derivation = quote_spanned!(last=> (<#fact as #library::FactKey>::DERIVATION));
                quote_spanned! {first=>
                    #[cfg(panic = "abort")]
                    const _: () = #library::private::total_beside_recursion #derivation;
                }
            }
        });
        refused.collect()
    }

    /// How it is computed from the sources, whatever they are.
    pub(super) fn derived_impls(&self) -> TokenStream {
        let (library, Fact { name, .. }) = (self.library, self.fact);
        let runtime = &quote!(#library::private);
        let (sources, cx) = (Ident::new("__Sources", Span::mixed_site()), cx());
        let observer = Ident::new("__Observer", Span::mixed_site());
        let bases = self.derived.map(Derived::bases).unwrap_or_default();
        let lints = lints(&self.fact.attrs);
        let unreachable = self.derived.and_then(|derived| result::lints_of(derived.body));
        // The compiler shows the impls at the fact's name, and not at the macro's call.
        let (at, span) = (library.spanned(name.span()), name.span());
        let resolved_by = quote_spanned!(span=> impl<#sources> #at::ResolvedBy<#sources>);
        let derived = quote_spanned!(span=> impl<#sources> #at::private::Derived<#sources>);
        let early = quote_spanned!(span=> impl<#sources> #at::private::EarlyDerived<#sources>);
        let another = constant::ambiguity_bound(bases.len(), runtime);
        // Each bound is shown at the fact that it is about.
        let bases = bases.into_iter().map(|base| {
            let (first, last) = text::ends(base);
            let (library, arguments) = (library.spanned(first), quote_spanned!(last=> <#sources>));
            quote_spanned!(first=> #base: #library::ResolvedBy #arguments,)
        });
        let bounds = quote! {
            where
                #sources: #library::Sources,
                #(#bases)*
                #another
        };
        let (evaluate, ask) = self.functions(runtime, &cx);
        let bodies = self.named_bodies(&sources, &observer);
        let (ways_out, refused) = (self.ways_out(), self.refused_where_panics_abort());
        quote! {
            #refused
            use #runtime::Unloaded as _;
            #[automatically_derived]
            #resolved_by for #name #bounds {
                fn resolve<#observer: #runtime::Observer>(
                    self,
                    #cx: &mut #runtime::Cx<#sources, #observer>,
                ) -> ::core::result::Result<<Self as #library::FactKey>::Output, #runtime::Stop> {
                    #runtime::read_derived(#cx, self)
                }
            }
            // No `automatically_derived` here: Rust looks for what is unused in the user's body.
            #(#lints)*
            #unreachable
            #[allow(clippy::diverging_sub_expression, clippy::needless_question_mark)]
            #derived for #name #bounds {
                fn evaluate<#observer: #runtime::Observer>(
                    &self,
                    #cx: &mut #runtime::Cx<#sources, #observer>,
                ) -> ::core::result::Result<<Self as #library::FactKey>::Value, #runtime::Stop> {
                    #evaluate
                }
                #ways_out
                #bodies
            }
            #[automatically_derived]
            #early for #name #bounds {
                #[allow(warnings, clippy::all, clippy::pedantic)]
                fn ask<#observer: #runtime::Observer>(
                    &self,
                    #cx: &mut #runtime::Cx<#sources, #observer>,
                ) {
                    #ask
                }
            }
        }
    }

    /// The bodies of `evaluate` and `ask`. A body with errors fails: it is never run.
    fn functions(&self, runtime: &TokenStream, cx: &Ident) -> (TokenStream, TokenStream) {
        let Some(Derived { body, plan, .. }) = self.derived else {
            let evaluate = quote! {
                let _ = #cx;
                ::core::result::Result::Err(#runtime::Stop::Failed)
            };
            return (evaluate, quote!(let _ = #cx;));
        };
        let stmts = &BodyEmitter::function(&plan.body, runtime);
        let (parts, value) = (self.parts(stmts), result::result(body, stmts));
        let evaluate = quote!(#parts #value);
        // Each request has key parts of its own, since a key takes them by value.
        let requests = early::code(plan, &|code| self.parts(code), runtime);
        (evaluate, text::ours("mut", quote!(let _ = &#cx; #requests)))
    }

    /// Names the bodies of the facts that it refers to by index.
    fn named_bodies(&self, sources: &Ident, observer: &Ident) -> Option<TokenStream> {
        let (derived, place, library) = (self.derived?, self.place()?, self.library);
        let runtime = &quote!(#library::private);
        let names = derived.body.loads.iter().filter_map(|load| local_name(&load.fact));
        let names: BTreeSet<&Ident> =
            names.filter(|name| self.summaries.index_of(name, place).is_some()).collect();
        let bodies = names.into_iter().map(|name| {
            quote! {
                #runtime::named(<#name as #runtime::Derived<#sources>>::name_bodies::<#observer> as *const ());
                #runtime::named(<#name as #runtime::Derived<#sources>>::evaluate::<#observer> as *const ());
                #runtime::named(<#name as #runtime::EarlyDerived<#sources>>::ask::<#observer> as *const ());
            }
        });
        Some(quote! {
            fn name_bodies<#observer: #runtime::Observer>() {
                #(#bodies)*
            }
        })
    }

    /// Binds the key parts that `code` mentions.
    fn parts(&self, code: &TokenStream) -> TokenStream {
        let mentioned = mentioned_in(code);
        let library = self.library;
        let fields = self.fields.iter();
        let fields = fields.filter(|field| mentioned.contains(&field.name.to_string()));
        let bindings = fields.map(|field| {
            let (name, ty) = (field.name, &field.ty);
            quote!(let #name = <#ty as #library::private::KeyPart>::part_clone(&self.#name);)
        });
        bindings.collect()
    }

    /// What the body gives where it is left by `?`, or by `return` in an operand.
    fn ways_out(&self) -> TokenStream {
        let value = &self.value;
        let of_value = |test: fn(&syn::Type) -> bool| self.fact.value.as_ref().is_some_and(test);
        if of_value(is_bool) {
            quote! {
                fn of_bool(__value: ::core::primitive::bool) -> ::core::option::Option<#value> {
                    ::core::option::Option::Some(__value)
                }
                fn is_true(__value: &#value) -> ::core::primitive::bool {
                    *__value
                }
            }
        } else if of_value(is_option) {
            quote! {
                fn absent() -> ::core::option::Option<#value> {
                    ::core::option::Option::Some(::core::option::Option::None)
                }
            }
        } else {
            TokenStream::new()
        }
    }
}

/// The attributes that say how strict lints are, which hold for the body too.
fn lints(attrs: &[Attribute]) -> Vec<TokenStream> {
    conditional::picked(attrs, &|meta| {
        let is_lint =
            ["allow", "warn", "deny", "forbid"].iter().any(|name| meta.path().is_ident(name));
        is_lint.then(|| quote!(#meta))
    })
}
