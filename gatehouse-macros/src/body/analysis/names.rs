//! The names that code mentions and that may be locals.
//!
//! A name is found by walking the code: a path of one segment, wherever an expression may stand. Fields, methods, types,
//! labels, patterns and attributes mention no local. Where there are only tokens, any identifier may be a local that does
//! not follow a dot or belong to a longer path: in the arguments of macros, in types with constants, and in items, whose
//! macros see the locals around them.
//!
//! Invariant: every local that the code uses is found. A name too many makes a load wait; one too few would leave it
//! without a variable.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use super::super::tree::Names;
use crate::syntax::{Part, visit, visit_pat};

/// The names that an expression mentions.
pub(crate) fn mentioned_in_expr(expr: &Expr) -> Names {
    let mut names = Names::new();
    note_expr(expr, &mut names);
    names
}

/// The names that tokens mention.
pub(crate) fn mentioned_in(tokens: impl ToTokens) -> Names {
    let mut names = Names::new();
    note_tokens(tokens.to_token_stream(), &mut names);
    names
}

/// Adds the names of a part of a node.
pub(super) fn note(part: &Part<'_>, names: &mut Names) {
    match part {
        Part::Expr(expr) => note_expr(expr, names),
        Part::Pat(it) => visit_pat(it, &mut |part| note(&part, names)),
        Part::Macro(it) => note_tokens(it.tokens.clone(), names),
        Part::Tokens(tokens) => note_tokens(tokens.to_token_stream(), names),
    }
}

fn note_expr(expr: &Expr, names: &mut Names) {
    if let Expr::Path(it) = expr
        && let Some(name) = it.path.get_ident()
    {
        names.insert(name.to_string());
    }
    visit(expr, &mut |part| note(&part, names));
}

fn note_tokens(tokens: TokenStream, names: &mut Names) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => note_tokens(group.stream(), names),
            TokenTree::Literal(literal) => note_captured(literal, names),
            TokenTree::Ident(ident) => {
                if !is_field(&trees, i) && !is_path(&trees, i) && !is_lifetime(&trees, i) {
                    names.insert(ident.to_string());
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
}

pub(super) fn is_punct(tree: Option<&TokenTree>, punct: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(it)) if it.as_char() == punct)
}

/// Whether the identifier at `i` is the `b` of `a.b` (and not of `a..b`).
pub(super) fn is_field(trees: &[TokenTree], i: usize) -> bool {
    let dot = |at: usize| is_punct(trees.get(at), '.');
    i > 0 && dot(i - 1) && !(i > 1 && dot(i - 2))
}

/// Whether the identifier at `i` is a part of `a::b`.
fn is_path(trees: &[TokenTree], i: usize) -> bool {
    let colon = |at: usize| is_punct(trees.get(at), ':');
    (colon(i + 1) && colon(i + 2)) || (i > 1 && colon(i - 1) && colon(i - 2))
}

/// Whether the identifier at `i` is the `a` of `'a`.
fn is_lifetime(trees: &[TokenTree], i: usize) -> bool {
    i > 0 && is_punct(trees.get(i - 1), '\'')
}

/// Adds the names in a format string: `"{role:>width$}"`. A raw name has no `r#` there.
fn note_captured(literal: &Literal, names: &mut Names) {
    let text = literal.to_string();
    if text.starts_with(['"', 'r']) {
        for piece in text.split('{').skip(1) {
            let inside = piece.split('}').next().unwrap_or(piece);
            let words = inside.split(|c: char| !c.is_alphanumeric() && c != '_');
            // A number is the place of an argument.
            let is_name = |word: &&str| word.starts_with(|c: char| !c.is_numeric());
            for word in words.filter(is_name) {
                names.extend([word.to_owned(), format!("r#{word}")]);
            }
        }
    }
}
