//! Expressions whose type rustc infers from their use.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use super::methods::is_open;
use super::names::{is_field, is_punct};
use crate::syntax::{Part, visit, visit_pat};

/// Whether a part of a node has such an expression, as far as its tokens show.
pub(super) fn has_open_type(part: &Part<'_>) -> bool {
    match part {
        Part::Expr(expr) => has_open_method(expr),
        Part::Pat(it) => {
            let mut found = false;
            visit_pat(it, &mut |part| found = found || has_open_type(&part));
            found
        }
        Part::Macro(it) => have_open_method(it.tokens.clone()),
        Part::Tokens(tokens) => have_open_method(tokens.to_token_stream()),
    }
}

fn has_open_method(expr: &Expr) -> bool {
    let mut found =
        matches!(expr, Expr::MethodCall(it) if it.turbofish.is_none() && is_open(&it.method));
    visit(expr, &mut |part| found = found || has_open_type(&part));
    found
}

fn have_open_method(tokens: TokenStream) -> bool {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    trees.iter().enumerate().any(|(i, tree)| match tree {
        TokenTree::Group(group) => have_open_method(group.stream()),
        TokenTree::Ident(ident) => {
            let is_turbofish = is_punct(trees.get(i + 1), ':');
            is_field(&trees, i) && !is_turbofish && is_open(ident)
        }
        _ => false,
    })
}
