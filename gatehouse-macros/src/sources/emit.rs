//! Emits a checked [`Sources`]: one table per fact, and the mapping from a fact to its source.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Generics, Ident, TypeParam, WherePredicate, parse_quote};

use super::ast::{By, Load, Sources};
use crate::text;

/// Emits all impls.
pub(super) fn sources(sources: &Sources) -> TokenStream {
    if sources.generics.lifetimes().next().is_some() {
        // Refused: an impl for borrowed sources could only add errors of its own.
        return TokenStream::new();
    }
    let emitter = Emitter::new(sources);
    let (tables, set) = (emitter.tables(), emitter.set());
    let loads =
        sources.loads.iter().zip(&emitter.tables).map(|(load, table)| emitter.load(load, table));
    let rows = emitter.rows();
    quote! {
        const _: () = {
            #tables
            #set
            #(#loads)*
            #rows
        };
    }
}

/// What the impls have in common.
pub(super) struct Emitter<'a> {
    /// The set of sources.
    pub(super) sources: &'a Sources,
    /// Its type, with its own parameters as arguments.
    pub(super) ty: TokenStream,
    /// Its generics, with the bounds that every impl needs.
    pub(super) generics: Generics,
    /// The name of each fact's table.
    pub(super) tables: Vec<Ident>,
}

impl<'a> Emitter<'a> {
    /// What to emit for `sources`.
    fn new(sources: &'a Sources) -> Self {
        let name = &sources.name;
        let (_, arguments, _) = sources.generics.split_for_impl();
        let ty = quote!(#name #arguments);
        let generics = bounded(sources, &ty);
        let tables = (0..sources.loads.len()).map(|at| format_ident!("t{at}")).collect();
        Self { sources, ty, generics, tables }
    }

    /// The tables of a session. A named struct, and not a tuple: a fact may be private to the
    /// user's module while the set of sources is public.
    fn tables(&self) -> TokenStream {
        let tables = self.tables.iter().zip(&self.sources.loads).map(|(table, load)| {
            let (library, fact) = (&self.sources.library, &load.fact);
            // What is no fact has no table: the compiler says so at its name.
            let (first, last) = text::ends(fact);
            let (library, open, close) =
                (library.spanned(first), quote_spanned!(first=> <), quote_spanned!(last=> >));
            quote_spanned!(first=> #table: #library::private::Table #open #fact #close)
        });
        quote! {
            #[doc(hidden)]
            pub struct __Tables { #(#tables),* }
        }
    }

    /// `impl Sources`.
    fn set(&self) -> TokenStream {
        let (library, ty, tables) = (&self.sources.library, &self.ty, &self.tables);
        let (parameters, _, bounds) = self.generics.split_for_impl();
        let (all, visitor) = if tables.is_empty() {
            (quote!(_), quote!(_))
        } else {
            (quote!(__tables), quote!(__visit))
        };
        // What is wrong with a fact is said at its name, here too.
        let new = self.sources.loads.iter().map(|Load { fact, .. }| {
            let (first, last) = text::ends(fact);
            let library = library.spanned(first);
            let call = quote_spanned!(last=> ::new());
            quote_spanned!(first=> #library::private::Table #call)
        });
        let visit = self.sources.loads.iter().zip(tables).map(|(Load { fact, .. }, table)| {
            let (first, last) = text::ends(fact);
            let table = Ident::new(&table.to_string(), last);
            let table = quote_spanned!(first=> &#all.#table);
            quote!(#visitor(#table);)
        });
        let shares_loads = self.shares_loads().then(|| {
            quote!(
                const SHARES_LOADS: ::core::primitive::bool = true;
            )
        });
        quote! {
            #[automatically_derived]
            impl #parameters #library::Sources for #ty #bounds {
                type Tables = __Tables;
                #shares_loads
                fn tables() -> __Tables {
                    __Tables { #(#tables: #new),* }
                }
                fn for_each_table<'t>(
                    #all: &'t __Tables,
                    #visitor: &mut dyn ::core::ops::FnMut(&'t dyn #library::private::AnyTable<Self>),
                ) {
                    #(#visit)*
                }
            }
            #[automatically_derived]
            impl #parameters #library::IntoSources<Self> for #ty #bounds {
                fn into_sources(self) -> ::std::sync::Arc<Self> {
                    ::std::sync::Arc::new(self)
                }
            }
        }
    }

    /// The source of a fact that a field loads.
    fn field_source(&self, Load { fact, field, source, .. }: &Load) -> TokenStream {
        let (library, ty) = (&self.sources.library, &self.ty);
        // A source that does not load the fact is an error at the fact's name, which the compiler
        // completes with "returned here" at the field's type.
        let (first, last) = text::ends(fact);
        let (path, arguments) = (library.spanned(first), quote_spanned!(last=> <Self>));
        let a_source = quote_spanned!(first=> &impl #path::FactSource #arguments);
        // The type and the struct may come from two macros, and a local is known to its own alone.
        let (source, _) = text::ends(source);
        let sources = Ident::new("__sources", source);
        let the_field = quote_spanned!(source=> &#sources.#field);
        quote! {
            #[allow(refining_impl_trait)]
            fn source(#sources: &#ty) -> #a_source {
                #the_field
            }
        }
    }

    /// In place of the source of a fact, which has an error.
    fn refused_source(&self) -> TokenStream {
        let (library, ty) = (&self.sources.library, &self.ty);
        quote! {
            fn source(_: &#ty) -> impl #library::FactSource<Self> {
                #library::private::RefusedSource
            }
        }
    }

    /// One fact: where it is kept, who loads it, and that it can be asked for.
    fn load(&self, load: &Load, table: &Ident) -> TokenStream {
        let (library, ty, fact) = (&self.sources.library, &self.ty, &load.fact);
        let source = match &load.by {
            By::Itself => self.field_source(load),
            By::Rows(_) => self.rows_source(load, table),
            By::Refused => self.refused_source(),
        };
        // That it is a fact which a source loads is taken for granted here, and checked where the
        // tables are visited: one error, and no conflict with the impl of a derived fact.
        let mut generics = self.generics.clone();
        let bounds = &mut generics.make_where_clause().predicates;
        bounds.push(parse_quote!(for<'k> Self: #library::private::LoadedBounds<'k>));
        let (parameters, _, bounds) = generics.split_for_impl();
        quote! {
            impl #parameters #library::private::Stored<#ty> for #fact #bounds {
                #source
                fn table(__tables: &__Tables) -> &#library::private::Table<Self> {
                    &__tables.#table
                }
            }
            #[automatically_derived]
            impl #parameters #library::ResolvedBy<#ty> for #fact #bounds {
                fn resolve<__Observer: #library::private::Observer>(
                    self,
                    __cx: &mut #library::private::Cx<#ty, __Observer>,
                ) -> ::core::result::Result<<Self as #library::FactKey>::Output, #library::private::Stop> {
                    #library::private::read_stored(__cx, self)
                }
            }
        }
    }
}

/// The generics with what the impls ask of them: that the set can be shared, and that a source
/// whose type is a parameter loads its facts. Bounds on plain types would only move the compiler's
/// message away from the type.
fn bounded(sources: &Sources, ty: &TokenStream) -> Generics {
    let mut generics = sources.generics.clone();
    let parameters: Vec<String> =
        generics.type_params().map(|parameter| parameter.ident.to_string()).collect();
    if parameters.is_empty() {
        return generics;
    }
    let library = &sources.library;
    // All bounds of a parameter are in one place: a lint of clippy asks for it.
    let inline: Vec<WherePredicate> = generics
        .type_params_mut()
        .filter_map(|TypeParam { ident, bounds, colon_token, .. }| {
            colon_token.take()?;
            let bounds = std::mem::take(bounds);
            Some(parse_quote!(#ident: #bounds))
        })
        .collect();
    let bounds = &mut generics.make_where_clause().predicates;
    bounds.extend(inline);
    bounds.push(parse_quote!(#ty: ::core::marker::Send + ::core::marker::Sync + 'static));
    for Load { fact, source, by, .. } in &sources.loads {
        if mentions(source.to_token_stream(), &parameters) {
            match by {
                By::Itself => bounds.push(parse_quote!(#source: #library::FactSource<#fact>)),
                By::Rows(_) => bounds.push(parse_quote!(#source: #library::sql::Lend)),
                By::Refused => {}
            }
        }
    }
    generics
}

/// Whether `tokens` name one of `parameters`.
fn mentions(tokens: TokenStream, parameters: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(ident) => parameters.contains(&ident.to_string()),
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), parameters),
        _ => false,
    })
}
