//! Emits a checked [`Block`]: a struct, a constructor of the same name, and the traits of a key.
//!
//! A part that the checks removed has a stand-in, so that a fact with errors still exists and its users get
//! no second error.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, Ident, Stmt, Type};

use super::ast::{Block, Ending, Fact, Part};
use super::derived::Derived;
use super::summary::Summaries;
use crate::crate_path::CratePath;
use crate::{conditional, text};

/// Emits all facts of a block.
pub(super) fn block(
    block: &Block,
    derived: &BTreeMap<usize, Derived<'_>>,
    summaries: &Summaries,
) -> TokenStream {
    let facts = block.facts.iter().enumerate();
    let emitters =
        facts.map(|(at, fact)| Emitter::new(fact, derived.get(&at), summaries, &block.library));
    let emitters: Vec<Emitter<'_>> = emitters.collect();
    emitters.iter().map(|emitter| emitter.fact(&emitters)).collect()
}

/// One field of the key: a part whose name has no error.
pub(super) struct Field<'a> {
    /// Its docs.
    attrs: &'a [Attribute],
    /// Its name.
    pub(super) name: &'a Ident,
    /// Its name without `r#`.
    text: String,
    /// Its type, or the stand-in.
    pub(super) ty: TokenStream,
    /// Whether it is sensitive.
    sensitive: bool,
}

/// The data that the items of one fact share.
pub(super) struct Emitter<'a> {
    /// The path of the library.
    pub(super) library: &'a CratePath,
    /// The fact.
    pub(super) fact: &'a Fact,
    /// Its computation, if it has a body without errors.
    pub(super) derived: Option<&'a Derived<'a>>,
    /// The derived facts of the block whose costs are one constant.
    pub(super) summaries: &'a Summaries,
    /// The fields of its key.
    pub(super) fields: Vec<Field<'a>>,
    /// The type of its value, or the stand-in.
    pub(super) value: TokenStream,
}

impl<'a> Emitter<'a> {
    /// The data of `fact`, with stand-ins for the parts that the checks removed.
    fn new(
        fact: &'a Fact,
        derived: Option<&'a Derived<'a>>,
        summaries: &'a Summaries,
        library: &'a CratePath,
    ) -> Self {
        let stand_in = || quote!(#library::private::Refused);
        let or_stand_in =
            |ty: &Option<Type>| ty.as_ref().map_or_else(stand_in, ToTokens::to_token_stream);
        let fields = fact.parts.iter().filter_map(|Part { attrs, sensitive, name, ty }| {
            let name = name.as_ref()?;
            let (text, ty) = (name.unraw().to_string(), or_stand_in(ty));
            Some(Field { attrs, name, text, ty, sensitive: *sensitive })
        });
        let value = or_stand_in(&fact.value);
        Self { library, fact, derived, summaries, fields: fields.collect(), value }
    }

    /// The whole fact. The emitters of all facts are `emitters`.
    fn fact(&self, emitters: &[Emitter<'_>]) -> TokenStream {
        let (key, constructor) = (self.key(), self.constructor());
        let traits = [
            self.clone_impl(),
            self.eq_impl(),
            self.hash_impl(),
            self.debug_impl(),
            self.fact_impl(),
        ];
        let (inherited, summary) = (self.inherited(), self.summary(emitters));
        quote! {
            #key
            #constructor
            #inherited
            const _: () = {
                #(#traits)*
                #summary
            };
        }
    }

    /// The attributes that the generated items need too: its conditions, and the permission to name it.
    fn inherited(&self) -> TokenStream {
        let inherited = conditional::picked(&self.fact.attrs, &|meta| match meta {
            meta if meta.path().is_ident("cfg") => Some(quote!(#meta)),
            meta if meta.path().is_ident("deprecated") => Some(quote!(allow(deprecated))),
            _ => None,
        });
        quote!(#(#inherited)*)
    }

    /// The struct. It has braces, so that its name is a type and no value: the constructor has the name as a value.
    fn key(&self) -> TokenStream {
        let Fact { attrs, vis, name, .. } = self.fact;
        let fields = self.fields.iter().map(|Field { attrs, name, ty, .. }| {
            // The field is public, so a crate with `missing_docs` would demand its docs.
            let docs = if attrs.is_empty() {
                quote!(#[doc = " Part of the key."])
            } else {
                quote!(#(#attrs)*)
            };
            quote!(#docs pub #name: #ty)
        });
        // A name with a small letter has an error, which is enough.
        let case = (!text::is_type_name(name)).then(|| quote!(#[allow(non_camel_case_types)]));
        // rustc shows the user's `pub Name` for it, and not the macro call.
        let mut braces = Group::new(Delimiter::Brace, quote!(#(#fields),*));
        braces.set_span(text::located(name.span()));
        let item = quote_spanned!(text::located(name.span())=> #vis struct #name #braces);
        quote!(#(#attrs)* #case #item)
    }

    /// The function that makes a key. It takes a parameter for every part, also for those with
    /// errors, so that calls of it are right.
    fn constructor(&self) -> TokenStream {
        let (library, Fact { vis, name, .. }) = (self.library, self.fact);
        let inherited = self.inherited();
        let parameters = self.fact.parts.iter().map(|part| match (&part.name, &part.ty) {
            (Some(name), Some(ty)) => quote!(#name: #ty),
            (None, Some(ty)) => quote!(_: #ty),
            (_, None) => quote!(_: impl ::core::marker::Sized),
        });
        let fields = self.fact.parts.iter().filter_map(|part| match (&part.name, &part.ty) {
            (Some(name), Some(_)) => Some(quote!(#name)),
            (Some(name), None) => Some(quote!(#name: #library::private::Refused)),
            (None, _) => None,
        });
        quote! {
            #inherited
            #[doc(hidden)]
            #[allow(non_snake_case, clippy::too_many_arguments)]
            #[must_use]
            #vis fn #name(#(#parameters),*) -> #name {
                #name { #(#fields),* }
            }
        }
    }

    // Clone, Eq, Hash and Debug go through `KeyPart`, by hand: a derive would check a type once per
    // trait in rustc's words. Like this every use gives the same message at the same place, which
    // the compiler prints once.

    /// `impl Clone`.
    fn clone_impl(&self) -> TokenStream {
        let fields = self.fields.iter().map(|Field { name, ty, .. }| {
            let library = self.library;
            quote!(#name: <#ty as #library::private::KeyPart>::part_clone(&self.#name))
        });
        let name = &self.fact.name;
        quote! {
            #[automatically_derived]
            impl ::core::clone::Clone for #name {
                fn clone(&self) -> Self {
                    Self { #(#fields),* }
                }
            }
        }
    }

    /// `impl PartialEq`, and `Eq`.
    fn eq_impl(&self) -> TokenStream {
        let name = &self.fact.name;
        let parts: Vec<_> = self
            .fields
            .iter()
            .map(|Field { name, ty, .. }| {
                let library = self.library;
                quote!(<#ty as #library::private::KeyPart>::part_eq(&self.#name, &__other.#name))
            })
            .collect();
        let (other, equal) = match parts.as_slice() {
            [] => (quote!(_), quote!(true)),
            parts => (quote!(__other), quote!(#(#parts)&&*)),
        };
        quote! {
            #[automatically_derived]
            impl ::core::cmp::PartialEq for #name {
                fn eq(&self, #other: &Self) -> ::core::primitive::bool {
                    #equal
                }
            }
            #[automatically_derived]
            impl ::core::cmp::Eq for #name {}
        }
    }

    /// `impl Hash`.
    fn hash_impl(&self) -> TokenStream {
        let parts = self.fields.iter().map(|Field { name, ty, .. }| {
            let library = self.library;
            quote!(<#ty as #library::private::KeyPart>::part_hash(&self.#name, __state);)
        });
        let name = &self.fact.name;
        let state = format_ident!("__state");
        quote! {
            #[automatically_derived]
            impl ::core::hash::Hash for #name {
                fn hash<__H: ::core::hash::Hasher>(&self, #state: &mut __H) {
                    #(#parts)*
                }
            }
        }
    }

    /// `impl Debug`: the key as a struct, `OrgRole { user: 7, org: 3 }`.
    fn debug_impl(&self) -> TokenStream {
        let parts = self.fields.iter().map(|Field { name, text, ty, sensitive, .. }| {
            let library = self.library;
            if *sensitive {
                return quote!(.field(#text, &#library::private::Sensitive));
            }
            quote!(.field(#text, <#ty as #library::private::KeyPart>::part_debug(&self.#name)))
        });
        let name = &self.fact.name;
        let text = name.unraw().to_string();
        quote! {
            #[automatically_derived]
            impl ::core::fmt::Debug for #name {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    __f.debug_struct(#text) #(#parts)* .finish()
                }
            }
        }
    }

    /// The fact itself, and the check of its value.
    ///
    /// The two bounds hold whenever the types are good. They are there for those that are not: they
    /// let the compiler take the traits of a key and a value for granted here, so that the only
    /// error is the one at the type.
    fn fact_impl(&self) -> TokenStream {
        let (library, value, name) = (self.library, &self.value, &self.fact.name);
        let text = name.unraw().to_string();
        let bounds = quote! {
            where
                for<'k> Self: #library::private::KeyBounds<'k>,
                for<'k> #value: #library::private::ValueBounds<'k>,
        };
        let (derivation, output) = (self.derivation(), self.output());
        let sensitive = self.sensitive();
        let at_name = library.spanned(name.span());
        let fact_key = quote_spanned!(name.span()=> impl #at_name::FactKey);
        let never_missing = self.never_missing().then(|| {
            quote!(
                #[automatically_derived]
                impl #library::private::NeverMissing<#value> for #name {}
            )
        });
        let answered = match self.fact.ending {
            Ending::Body(_) => self.derived_impls(),
            Ending::Plain | Ending::Default(_) => {
                let (loaded, parts) =
                    (self.loaded_impl(&output, &bounds), self.parts_impl(&bounds));
                quote!(#loaded #parts)
            }
        };
        quote! {
            const _: () = <#value as #library::private::FactValue>::CHECKED;
            #never_missing
            #[automatically_derived]
            #fact_key for #name #bounds {
                type Value = #value;
                type Output = #output;
                const NAME: &'static ::core::primitive::str = #text;
                #sensitive
                #derivation
            }
            #answered
        }
    }

    /// Whether its values are shown: not if it says so. Nor if it is computed from what is not shown,
    /// facts or key parts, and more than the answer to a question.
    fn sensitive(&self) -> Option<TokenStream> {
        let is = if self.is_sensitive_itself() {
            quote!(true)
        } else {
            let derived = self.derived.filter(|derived| !derived.body.gives_bool)?;
            self.computed_sensitivity(derived)?
        };
        Some(quote!(
            const SENSITIVE: ::core::primitive::bool = #is;
        ))
    }

    /// Whether a fact that shows what it is computed from is sensitive, as an expression; `None` if it loads
    /// nothing.
    fn computed_sensitivity(&self, derived: &Derived) -> Option<TokenStream> {
        if let Some(place) = self.place() {
            let summary = self.of_summary(place);
            return Some(quote!(#summary.is_sensitive));
        }
        let library = self.library;
        let facts = derived.loaded_elsewhere();
        let mut facts =
            facts.map(|fact| quote!(<#fact as #library::FactKey>::SENSITIVE)).peekable();
        facts.peek()?;
        Some(quote!(#(#facts)||*))
    }

    /// Whether its values are not shown, whatever it is computed from.
    pub(super) fn is_sensitive_itself(&self) -> bool {
        let shows_key = self.derived.is_some_and(|derived| !derived.body.gives_bool);
        self.fact.sensitive || (shows_key && self.fields.iter().any(|field| field.sensitive))
    }

    /// Whether `.await` gives the value itself.
    fn never_missing(&self) -> bool {
        !matches!(self.fact.ending, Ending::Plain)
    }

    /// What `.await` gives.
    fn output(&self) -> TokenStream {
        let value = &self.value;
        match &self.fact.ending {
            Ending::Plain => quote!(::core::option::Option<#value>),
            Ending::Default(_) | Ending::Body(_) => quote!(#value),
        }
    }

    /// `impl KeyParts`: the key parts by their index, for mappings to columns. None for a key of more parts than
    /// a mapping can have.
    fn parts_impl(&self, bounds: &TokenStream) -> Option<TokenStream> {
        const MAX_COLUMNS: usize = 12;
        let (library, name) = (self.library, &self.fact.name);
        let types = self.fields.iter().map(|field| &field.ty);
        let types = quote!((#(#types,)*));
        let names = self.fields.iter().map(|field| &field.name);
        let parts = (!self.fields.is_empty()).then(|| quote!((#(&self.#names,)*)));
        (self.fields.len() <= MAX_COLUMNS).then(|| {
            quote! {
                #[automatically_derived]
                impl #library::private::KeyParts<#types> for #name #bounds {
                    fn parts(&self) -> <#types as #library::private::PartTypes>::Refs<'_> {
                        #parts
                    }
                }
            }
        })
    }

    /// `impl LoadedFact`: what a missing value means.
    fn loaded_impl(&self, output: &TokenStream, bounds: &TokenStream) -> TokenStream {
        let (library, value, name) = (self.library, &self.value, &self.fact.name);
        let required = (!self.fact.required.is_empty()).then(|| {
            quote!(
                const REQUIRED: ::core::primitive::bool = true;
            )
        });
        let default = matches!(self.fact.ending, Ending::Default(_)).then(|| {
            quote!(
                const HAS_DEFAULT: ::core::primitive::bool = true;
            )
        });
        let at_name = library.spanned(name.span());
        let loaded_fact = quote_spanned!(name.span()=> impl #at_name::LoadedFact);
        // A mixed-site name: the default is the user's expression, and sees none of ours.
        let found = Ident::new("__found", Span::mixed_site());
        let body = match &self.fact.ending {
            // The default is the tail: an arm of a `match` with a wrong type would blame the whole
            // macro.
            // Nobody has a constant of that name, which a pattern would compare with.
            Ending::Default(default) => {
                let default = tail(default);
                quote! {
                    if let ::core::option::Option::Some(__value) = #found {
                        return __value;
                    }
                    #default
                }
            }
            Ending::Plain | Ending::Body(_) => quote!(#found),
        };
        quote! {
            #[automatically_derived]
            #loaded_fact for #name #bounds {
                #required
                #default
                fn output(#found: ::core::option::Option<#value>) -> #output {
                    #body
                }
            }
        }
    }
}

/// An expression as the last one of a block: in parentheses where a statement would begin with it, or
/// end inside it.
fn tail(expr: &Expr) -> TokenStream {
    let block = syn::parse2::<syn::Block>(quote!({ #expr }));
    let is_tail = block.is_ok_and(|block| {
        matches!(*block.stmts, [Stmt::Expr(_, None)])
            || matches!(&*block.stmts, [Stmt::Macro(it)] if it.semi_token.is_none())
    });
    if is_tail { expr.to_token_stream() } else { quote!((#expr)) }
}
