//! Tokens of `#[rows(…)]` to [`Rows`].

use proc_macro2::extra::DelimSpan;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseBuffer, ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Meta, Path, Token};

use super::ast::{By, Column, Row, Rows, Table, Value};
use crate::diagnostics::Diagnostics;
use crate::parse_util::up_to_comma;
use crate::text::is_type_name;
use crate::{diagnostics, text};

/// The mappings of one `#[rows(…)]`: each fact, and its rows if they have no error.
pub(super) fn mappings(attr: &Attribute, errors: &Diagnostics) -> Vec<(Path, By)> {
    let list = match &attr.meta {
        Meta::List(list) if !list.tokens.is_empty() => list,
        meta => {
            errors.push(meta, diagnostics::rows_nothing());
            return Vec::new();
        }
    };
    let parser = |input: ParseStream| {
        let mut mappings = Vec::new();
        while !input.is_empty() {
            let one = up_to_comma(input);
            if one.is_empty() {
                errors.push_at(input.span(), diagnostics::rows_mapping());
            } else {
                let fact = fact.parse2(one.clone());
                let parse = |input: ParseStream| mapping(input);
                mappings.extend(match errors.keep(parse.parse2(one)) {
                    Some((fact, rows)) => Some((fact, By::Rows(Box::new(rows)))),
                    None => fact.ok().map(|fact| (fact, By::Refused)),
                });
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(mappings)
    };
    errors.keep(list.parse_args_with(parser)).unwrap_or_default()
}

/// The fact of a mapping, whatever else is wrong.
fn fact(input: ParseStream) -> syn::Result<Path> {
    let fact = input.parse::<Path>()?;
    let name = fact.segments.last();
    let is_fact = name.is_some_and(|last| last.arguments.is_none() && is_type_name(&last.ident));
    let rest: TokenStream = input.parse()?;
    if is_fact { Ok(fact) } else { Err(diagnostics::rows_mapping().on(rest)) }
}

/// `Fact = table(key) -> value`
fn mapping(input: ParseStream) -> syn::Result<(Path, Rows)> {
    let all = input.fork().parse::<TokenStream>()?;
    let begin = |input: ParseStream| {
        let fact = input.parse::<Path>()?;
        input.parse::<Token![=]>()?;
        syn::Result::Ok(fact)
    };
    let fact = begin(input).map_err(|_| diagnostics::rows_mapping().on(&all))?;
    let table = table(input, &all)?;
    let (key, key_span) = key(input, &table)?;
    let (value, order) = value(input)?;
    let rest: TokenStream = input.parse()?;
    if !rest.is_empty() {
        return Err(diagnostics::rows_rest(text::of_expr(&rest)).on(rest));
    }
    let text = text::of_expr(&all);
    Ok((fact, Rows { text, table, key, key_span, value, order }))
}

/// `table`, `schema.table` or a query, in the mapping `all`.
fn table(input: ParseStream, all: &TokenStream) -> syn::Result<Table> {
    if let Some(query) = input.parse::<Option<LitStr>>()? {
        let text = query.value();
        if !text.trim().contains(char::is_whitespace) {
            return Err(diagnostics::rows_no_query(text).on(query));
        }
        if text.trim_end().ends_with(';') {
            return Err(diagnostics::rows_semicolon().on(query));
        }
        return Ok(Table::Query(query));
    }
    let mut names = vec![name(input).map_err(|at| diagnostics::rows_table().on(or(at, all)))?];
    while input.parse::<Option<Token![.]>>()?.is_some() {
        names.push(name(input).map_err(|at| diagnostics::rows_table().on(or(at, all)))?);
    }
    Ok(Table::Named(names))
}

/// `(key columns)`
fn key(input: ParseStream, table: &Table) -> syn::Result<(Vec<Column>, DelimSpan)> {
    let Some(group) = group(input, Delimiter::Parenthesis) else {
        return Err(diagnostics::rows_key().at(table.span()));
    };
    let columns = columns(&group)?;
    for (at, column) in columns.iter().enumerate() {
        if columns[..at].iter().any(|before| before.name == column.name) {
            return Err(diagnostics::rows_key_twice(&column.name).at(column.span));
        }
    }
    Ok((columns, group.delim_span()))
}

/// The columns of a value, and how its rows are ordered.
type Valued = (Value, Vec<(Column, bool)>);

/// Nothing, `if column`, or `-> value`.
fn value(input: ParseStream) -> syn::Result<Valued> {
    if let Some(token) = input.parse::<Option<Token![if]>>()? {
        let column = name(input).map_err(|at| diagnostics::rows_column().on(or(at, &token)))?;
        return Ok((Value::IsSet(column), Vec::new()));
    }
    let Some(arrow) = input.parse::<Option<Token![->]>>()? else {
        return Ok((Value::Presence, Vec::new()));
    };
    if input.is_empty() {
        return Err(diagnostics::rows_value().on(arrow));
    }
    if let Some(group) = group(input, Delimiter::Bracket) {
        let parser = |input: ParseStream| Ok((row(input)?, order(input)?));
        if group.stream().is_empty() {
            return Err(diagnostics::rows_value().on(group));
        }
        let (row, order) = parser.parse2(group.stream())?;
        return Ok((Value::All(row), order));
    }
    Ok((Value::Single(row(input)?), Vec::new()))
}

/// A column, a tuple of columns or a struct.
fn row(input: ParseStream) -> syn::Result<Row> {
    if let Some(group) = group(input, Delimiter::Parenthesis) {
        let columns = columns(&group)?;
        if columns.len() < 2 {
            return Err(diagnostics::rows_tuple().on(group));
        }
        return Ok(Row::Tuple(group.delim_span(), columns));
    }
    if is_struct(input) {
        let path = input.parse::<Path>()?;
        let group =
            group(input, Delimiter::Brace).ok_or_else(|| diagnostics::rows_value().on(&path))?;
        let fields = Parser::parse2(fields, group.stream())?;
        if fields.is_empty() {
            return Err(diagnostics::rows_value().on(group));
        }
        return Ok(Row::Struct(path, group.delim_span(), fields));
    }
    let all = input.fork().parse::<TokenStream>()?;
    name(input).map(Row::Column).map_err(|at| diagnostics::rows_value().on(or(at, &all)))
}

/// Whether a struct comes next: a path, and braces.
fn is_struct(input: ParseStream) -> bool {
    let ahead = input.fork();
    ahead.parse::<Path>().is_ok() && ahead.peek(syn::token::Brace)
}

/// `field, field: column`
fn fields(input: ParseStream) -> syn::Result<Vec<(Ident, Column)>> {
    let mut fields = Vec::new();
    while !input.is_empty() {
        let at = input.fork();
        let field =
            input.parse::<Ident>().map_err(|_| diagnostics::rows_column().on(first_of(&at)))?;
        let column = if let Some(colon) = input.parse::<Option<Token![:]>>()? {
            name(input).map_err(|at| diagnostics::rows_column().on(or(at, &colon)))?
        } else {
            Column { name: field.unraw().to_string(), span: field.span() }
        };
        fields.push((field, column));
        comma(input)?;
    }
    Ok(fields)
}

/// `order by column desc, column`, or nothing.
fn order(input: ParseStream) -> syn::Result<Vec<(Column, bool)>> {
    let mut order = Vec::new();
    if input.is_empty() {
        return Ok(order);
    }
    let rest = input.fork().parse::<TokenStream>()?;
    let wrong = || diagnostics::rows_order(text::of_expr(&rest)).on(&rest);
    for word in ["order", "by"] {
        if input.call(Ident::parse_any).map_err(|_| wrong())? != word {
            return Err(wrong());
        }
    }
    while !input.is_empty() {
        let column = name(input).map_err(|_| wrong())?;
        let direction = input.call(Ident::parse_any).ok();
        let descending = match direction.map(|word| word.to_string().to_lowercase()).as_deref() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(wrong()),
        };
        order.push((column, descending));
        comma(input).map_err(|_| wrong())?;
    }
    if order.is_empty() { Err(wrong()) } else { Ok(order) }
}

/// The columns in parentheses.
fn columns(group: &Group) -> syn::Result<Vec<Column>> {
    let parser = |input: ParseStream| {
        let mut columns = Vec::new();
        while !input.is_empty() {
            columns.push(name(input).map_err(|at| diagnostics::rows_column().on(or(at, group)))?);
            comma(input)?;
        }
        Ok(columns)
    };
    parser.parse2(group.stream())
}

/// A comma, or the end.
fn comma(input: ParseStream) -> syn::Result<()> {
    if input.is_empty() || input.parse::<Option<Token![,]>>()?.is_some() {
        return Ok(());
    }
    Err(diagnostics::rows_column().on(first_of(input)))
}

/// A name: an identifier, which may be a keyword, or a text; or the tokens that are none.
fn name(input: ParseStream) -> Result<Column, TokenStream> {
    let at = input.fork();
    if let Ok(Some(text)) = input.parse::<Option<LitStr>>() {
        let name = text.value();
        let is_name = !name.is_empty() && !name.contains('\0');
        return if is_name { Ok(Column { name, span: text.span() }) } else { Err(first_of(&at)) };
    }
    let ident = input.call(Ident::parse_any).map_err(|_| first_of(&at))?;
    Ok(Column { name: ident.unraw().to_string(), span: ident.span() })
}

/// The next token.
fn first_of(input: &ParseBuffer<'_>) -> TokenStream {
    input.fork().parse::<TokenTree>().map(TokenTree::into_token_stream).unwrap_or_default()
}

/// `tokens`, or `other` at the end of the input.
fn or(tokens: TokenStream, other: &impl ToTokens) -> TokenStream {
    if tokens.is_empty() { other.to_token_stream() } else { tokens }
}

/// The next token, if it is a group of this kind.
fn group(input: ParseStream, delimiter: Delimiter) -> Option<Group> {
    let ahead = input.fork().parse::<Group>().ok()?;
    (ahead.delimiter() == delimiter).then(|| input.parse().ok()).flatten()
}
