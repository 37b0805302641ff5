//! Emits the facts that are rows of tables.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Ident, Path};

use super::ast::{Column, Load, Row, Rows, Table, Value};
use super::emit::Emitter;
use crate::text;

impl Emitter<'_> {
    /// The source of a fact that is in a table.
    pub(super) fn rows_source(&self, load: &Load, table: &Ident) -> TokenStream {
        let (library, ty, name) = (&self.sources.library, &self.ty, function(table));
        let fact = library.spanned(text::ends(&load.fact).0);
        quote! {
            fn source(__sources: &#ty) -> impl #fact::FactSource<Self> {
                #name(__sources)
            }
        }
    }

    /// The functions that say which table a fact is in, and `impl Verify`; nothing if no fact is in one.
    pub(super) fn rows(&self) -> Option<TokenStream> {
        let mapped = || {
            let loads = self.sources.loads.iter().zip(&self.tables);
            loads.filter_map(|(load, table)| Some((load, load.rows.as_ref()?, function(table))))
        };
        mapped().next()?;
        let functions = mapped().map(|(load, rows, name)| self.function(load, rows, &name));
        let checks = mapped().map(|(.., name)| quote!(__verifier.compare(&#name(self)).await;));
        let (library, ty) = (&self.sources.library, &self.ty);
        let (parameters, _, bounds) = self.generics.split_for_impl();
        Some(quote! {
            #library::private::with_tables! {
                #(#functions)*
                #[automatically_derived]
                impl #parameters #library::sql::Verify for #ty #bounds {
                    async fn verify(
                        &self,
                    ) -> ::core::result::Result<#library::sql::Verified, #library::sql::VerifyError> {
                        let mut __verifier = #library::private::rows::Verifier::new();
                        #(#checks)*
                        __verifier.finish()
                    }
                }
            }
        })
    }

    /// The function that says which table a fact is in.
    fn function(&self, load: &Load, rows: &Rows, name: &Ident) -> TokenStream {
        let (library, ty, fact) = (&self.sources.library, &self.ty, &load.fact);
        let (parameters, _, bounds) = self.generics.split_for_impl();
        let mapping = self.mapping(load, rows);
        // The type and the struct may come from two macros, and a local is known to its own alone.
        let (source, _) = text::ends(&load.source);
        let sources = Ident::new("__sources", source);
        let field = &load.field;
        let lend = quote_spanned!(source=> &#sources.#field);
        let path = library.spanned(source);
        let table = quote_spanned!(source=> #path::private::rows::table::<#fact, _>);
        let keys = rows.key.iter().enumerate().map(|(at, column)| self.key(fact, at, column));
        let columns = Literal::usize_unsuffixed(rows.key.len());
        let covered = self.covered(fact, rows, &columns);
        let value = value(fact, rows);
        quote! {
            fn #name #parameters(
                #sources: &#ty,
            ) -> impl #library::private::rows::TableFact<#fact> + '_ #bounds {
                #mapping
                #covered
                #table(#lend, &__MAPPING) #(#keys)* #value
            }
        }
    }

    /// Whether the sources have facts that can share a statement.
    pub(super) fn shares_loads(&self) -> bool {
        let mut loads = self.sources.loads.iter();
        loads.any(|load| load.rows.as_ref().is_some_and(|rows| self.is_shared(load, rows)))
    }

    /// Whether another fact of the field is in the same table, by the same columns of the key. Facts with an
    /// order have statements of their own.
    fn is_shared(&self, load: &Load, rows: &Rows) -> bool {
        let same = |other: &&Load| {
            let other_rows = other.rows.as_ref().filter(|other| other.order.is_empty());
            other.field == load.field && other_rows.is_some_and(|other| other.is_beside(rows))
        };
        rows.order.is_empty() && self.sources.loads.iter().filter(same).count() > 1
    }

    /// The mapping as data.
    fn mapping(&self, load: &Load, rows: &Rows) -> TokenStream {
        let (fact, is_shared) = (&load.fact, self.is_shared(load, rows));
        let rows_path = {
            let library = &self.sources.library;
            quote!(#library::private::rows)
        };
        let text = &rows.text;
        let name = fact.segments.last().map(|it| it.ident.unraw().to_string()).unwrap_or_default();
        let table = match &rows.table {
            Table::Named(names) => {
                let names = names.iter().map(|name| &name.name);
                quote!(#rows_path::Table::Named(&[#(#names),*]))
            }
            Table::Query(query) => {
                let query = query.value();
                quote!(#rows_path::Table::Query(#query))
            }
        };
        let key = rows.key.iter().map(|column| &column.name);
        let columns = match &rows.value {
            Value::Presence => Vec::new(),
            Value::IsSet(column) => vec![column],
            Value::Single(row) | Value::All(row) => row.columns(),
        };
        let columns = columns.into_iter().map(|column| &column.name);
        let order =
            rows.order.iter().map(|(Column { name, .. }, descending)| quote!((#name, #descending)));
        quote! {
            static __MAPPING: #rows_path::Mapping = #rows_path::Mapping {
                text: #text,
                fact: #name,
                table: #table,
                key: &[#(#key),*],
                value: &[#(#columns),*],
                order: &[#(#order),*],
                is_shared: #is_shared,
            };
        }
    }

    /// A column of the key: what is wrong with it is said at its name.
    fn key(&self, fact: &Path, at: usize, column: &Column) -> TokenStream {
        let library = self.sources.library.spanned(column.span);
        let at = Literal::usize_unsuffixed(at);
        let key = Ident::new("__key", Span::mixed_site());
        let part = quote_spanned!(column.span=> #library::private::part::<#at, _, _>(#key));
        quote_spanned!(column.span=> .key(|#key: &#fact| #part))
    }

    /// The check that no key part is without a column, which is said at the parentheses.
    fn covered(&self, fact: &Path, rows: &Rows, columns: &Literal) -> TokenStream {
        let (open, close) = (rows.key_span.open(), rows.key_span.close());
        let library = self.sources.library.spanned(open);
        let covered = quote_spanned!(open=> #library::private::covered);
        let arguments = quote_spanned!(close=> ::<#columns, #fact, _>());
        quote! {
            const _: () = #covered #arguments;
        }
    }
}

/// How the value is read: what is wrong with it is said at its columns.
fn value(fact: &Path, rows: &Rows) -> TokenStream {
    let (fact, _) = text::ends(fact);
    match &rows.value {
        Value::Presence => quote_spanned!(fact=> .presence()),
        Value::IsSet(column) => quote_spanned!(column.span=> .set()),
        Value::Single(row) => {
            let (read, at) = (read(row), at(row));
            quote_spanned!(at=> .single(#read))
        }
        Value::All(row) => {
            let (read, at) = (read(row), at(row));
            quote_spanned!(at=> .all(#read))
        }
    }
}

/// The function that says which table the fact of a table is in.
fn function(table: &Ident) -> Ident {
    format_ident!("__{table}_rows")
}

/// Where an error about a row as a whole is.
fn at(row: &Row) -> Span {
    match row {
        Row::Struct(path, _) => text::ends(path).0,
        Row::Column(_) | Row::Tuple(_) => {
            row.columns().first().map_or_else(Span::call_site, |column| column.span)
        }
    }
}

/// The closure that reads a row: each cell, and then the value. All cells are taken before any is looked at.
fn read(row: &Row) -> TokenStream {
    let cells = Ident::new("__cells", Span::mixed_site());
    let columns = row.columns();
    let names: Vec<_> =
        (0..columns.len()).map(|at| Ident::new(&format!("__{at}"), Span::mixed_site())).collect();
    let taken = columns.iter().map(|column| quote_spanned!(column.span=> #cells.take()));
    let value = match row {
        Row::Column(_) => {
            let taken = taken.into_iter();
            return quote!(|#cells| #(#taken)*);
        }
        Row::Tuple(_) => quote!((#(#names?),*)),
        Row::Struct(path, fields) => {
            let fields = fields.iter().map(|(field, _)| field);
            quote!(#path { #(#fields: #names?),* })
        }
    };
    quote! {
        |#cells| {
            let (#(#names,)*) = (#(#taken,)*);
            ::core::result::Result::Ok(#value)
        }
    }
}
