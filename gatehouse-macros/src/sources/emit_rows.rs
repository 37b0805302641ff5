//! Emits the facts that are rows of tables.

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
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
                #library::private::table_source!(#name(__sources))
            }
        }
    }

    /// The functions that say which table a fact is in, and `impl Verify`; nothing if no fact is in one.
    pub(super) fn rows(&self) -> Option<TokenStream> {
        let mapped = || {
            let loads = self.sources.loads.iter().zip(&self.tables);
            loads.filter_map(|(load, table)| Some((load, load.rows()?, function(table))))
        };
        // Without a database it is an error, at the first fact.
        let (first, ..) = mapped().next()?;
        let (first, _) = text::ends(&first.fact);
        let functions = mapped().map(|(load, rows, name)| self.function(load, rows, &name));
        let checks = mapped().map(|(.., name)| quote!(__verifier.compare(&#name(self)).await;));
        let (library, ty) = (&self.sources.library, &self.ty);
        let (parameters, _, bounds) = self.generics.split_for_impl();
        let code = quote! {
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
        };
        let mut code = Group::new(Delimiter::Brace, code);
        code.set_span(first);
        let library = library.spanned(first);
        Some(quote_spanned!(first=> #library::private::with_tables! #code))
    }

    /// The function that says which table a fact is in.
    fn function(&self, load: &Load, rows: &Rows, name: &Ident) -> TokenStream {
        let (library, ty, fact) = (&self.sources.library, &self.ty, &load.fact);
        let (parameters, _, bounds) = self.generics.split_for_impl();
        let mapping = self.mapping(load, rows);
        // The type and the struct may come from two macros, and a local is known to its own alone.
        let (source, _) = text::ends(&load.source);
        let sources = Ident::new("__sources", source);
        // All of it is shown at the type, the field with the names that it sees.
        let field = load.field.to_token_stream().into_iter().map(|mut token| {
            token.set_span(token.span().located_at(source));
            token
        });
        let field: TokenStream = field.collect();
        let lender = quote_spanned!(source=> &#sources.#field);
        let path = library.spanned(source);
        let lent = quote_spanned!(source=> #path::private::rows::lent(#lender));
        let (first, last) = text::ends(fact);
        let path = library.spanned(first);
        let table = quote_spanned!(first=> #path::private::rows::table);
        let types = quote_spanned!(last=> ::<#fact, _, _>);
        let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#lent, &__MAPPING));
        arguments.set_span(last);
        let (key, value) = (key(rows), value(fact, rows));
        quote! {
            fn #name #parameters(
                #sources: &#ty,
            ) -> impl #library::private::rows::TableFact<#fact> + '_ #bounds {
                #mapping
                #table #types #arguments #key #value
            }
        }
    }

    /// Whether the sources have facts that can share a statement.
    pub(super) fn shares_loads(&self) -> bool {
        let mut loads = self.sources.loads.iter();
        loads.any(|load| load.rows().is_some_and(|rows| self.is_shared(load, rows)))
    }

    /// Whether another fact of the field is in the same table, by the same columns of the key. Facts with an
    /// order have statements of their own.
    fn is_shared(&self, load: &Load, rows: &Rows) -> bool {
        let same = |other: &&Load| {
            let other_rows = other.rows().filter(|other| other.order.is_empty());
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
}

/// The columns of the key: what is wrong with one is said at its name, and that they are too few at the
/// parentheses.
fn key(rows: &Rows) -> TokenStream {
    let columns = rows.key.iter().enumerate().map(|(at, column)| {
        let at = Literal::usize_unsuffixed(at);
        quote_spanned!(column.span=> .key::<#at, _>())
    });
    let number = Literal::usize_unsuffixed(rows.key.len());
    let covered = quote_spanned!(rows.key_span.join()=> .covered::<#number>());
    quote!(#(#columns)* #covered)
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
        Row::Column(column) => column.span,
        Row::Tuple(parentheses, _) => parentheses.join(),
        Row::Struct(path, ..) => text::ends(path).0,
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
        Row::Column(_) => return quote!(|#cells| #(#taken)*),
        Row::Tuple(parentheses, _) => {
            let mut tuple = Group::new(Delimiter::Parenthesis, quote!(#(#names?),*));
            tuple.set_span(parentheses.join());
            tuple.into_token_stream()
        }
        Row::Struct(path, braces, fields) => {
            let fields = fields.iter().map(|(field, _)| field);
            let mut inside = Group::new(Delimiter::Brace, quote!(#(#fields: #names?),*));
            inside.set_span(braces.join());
            quote!(#path #inside)
        }
    };
    // With braces `Ok` is no function, whose argument a wrong type would be.
    quote! {
        |#cells| {
            let (#(#names,)*) = (#(#taken,)*);
            ::core::result::Result::Ok { 0: #value }
        }
    }
}
