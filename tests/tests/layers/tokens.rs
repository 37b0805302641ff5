//! Questions to the tokens of an item.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

use super::cfg;
use super::syntax::Path;

pub fn trees(tokens: TokenStream) -> Vec<TokenTree> {
    tokens.into_iter().collect()
}

pub fn text_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// Whether an attribute before the item says that only tests compile it.
pub fn is_only_for_tests(item: &[TokenTree]) -> bool {
    let mut at = 0;
    while let Some((attribute, next)) = attribute_at(item, at) {
        if cfg::is_for_tests(attribute) {
            return true;
        }
        at = next;
    }
    false
}

/// The attribute `#[…]` or `#![…]` at `at`, and where the next token is.
pub fn attribute_at(trees: &[TokenTree], at: usize) -> Option<(&Group, usize)> {
    if !is_at(trees, at, '#') {
        return None;
    }
    let at = if is_at(trees, at + 1, '!') { at + 2 } else { at + 1 };
    match trees.get(at) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            Some((group, at + 1))
        }
        _ => None,
    }
}

/// Where the item, the statement or the field that begins at `at` has ended, at the latest. It can be
/// earlier, since a `,` in generic arguments ends it: then more is read than had to be.
pub fn behind_item(trees: &[TokenTree], mut at: usize) -> usize {
    while let Some((_, next)) = attribute_at(trees, at) {
        at = next;
    }
    let is_end = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        tree => is(tree, ';') || is(tree, ','),
    };
    trees[at..].iter().position(is_end).map_or(trees.len(), |end| at + end + 1)
}

pub fn is(tree: &TokenTree, punct: char) -> bool {
    matches!(tree, TokenTree::Punct(found) if found.as_char() == punct)
}

pub fn is_at(trees: &[TokenTree], at: usize, punct: char) -> bool {
    trees.get(at).is_some_and(|tree| is(tree, punct))
}

/// Whether `at` is preceded by `punct`.
pub fn is_behind(trees: &[TokenTree], at: usize, punct: char) -> bool {
    at > 0 && is_at(trees, at - 1, punct)
}

/// Whether the name at `at` begins a path: it is no method, field, lifetime or variable of a macro, and
/// does not go on with a path.
pub fn is_path_start(trees: &[TokenTree], at: usize) -> bool {
    let is_doubled =
        |punct| at > 1 && is_behind(trees, at, punct) && is_behind(trees, at - 1, punct);
    let is_variable = is_behind(trees, at, '$')
        && !matches!(&trees[at], TokenTree::Ident(ident) if ident == "crate");
    let is_member = is_behind(trees, at, '.') && !is_doubled('.');
    !(is_variable || is_member || is_behind(trees, at, '\'') || is_doubled(':'))
}

/// The path that begins at `at`, and where it ends: before generic arguments at the latest.
pub fn path_at(trees: &[TokenTree], at: usize) -> (Path, usize) {
    let mut path = Vec::new();
    let mut next = at;
    while let Some(TokenTree::Ident(ident)) = trees.get(next) {
        path.push(text_of(ident));
        next += 1;
        if !(is_at(trees, next, ':') && is_at(trees, next + 1, ':')) {
            return (path, next);
        }
        if let (true, Some(TokenTree::Ident(variable))) =
            (is_at(trees, next + 2, '$'), trees.get(next + 3))
        {
            // What a macro is given: a definition must stand before it.
            path.push(format!("${variable}"));
            return (path, next + 4);
        }
        if !matches!(trees.get(next + 2), Some(TokenTree::Ident(_))) {
            return (path, next);
        }
        next += 2;
    }
    (path, next)
}

/// Whether an item can begin at `at`, so that `impl` is no type there.
pub fn is_item_start(trees: &[TokenTree], at: usize) -> bool {
    match at.checked_sub(1).map(|before| &trees[before]) {
        None => true,
        Some(TokenTree::Group(group)) => group.delimiter() != Delimiter::Parenthesis,
        Some(TokenTree::Ident(ident)) => ident == "unsafe",
        Some(tree) => is(tree, ';'),
    }
}

/// The type of an `impl` without a trait, whose tokens after `impl` begin at `at`.
pub fn inherent_type(trees: &[TokenTree], mut at: usize) -> Option<(Path, usize)> {
    if is_at(trees, at, '<') {
        at = behind_generics(trees, at);
    }
    let body = at + trees[at..].iter().position(is_brace)?;
    let head = &trees[at..body];
    let is_trait = |at: usize| {
        matches!(&head[at], TokenTree::Ident(ident) if ident == "for") && !is_at(head, at + 1, '<')
    };
    if (0..head.len()).any(is_trait) {
        return None;
    }
    if matches!(head.first(), Some(TokenTree::Ident(ident)) if ident == "dyn") {
        at += 1;
    }
    matches!(trees[at], TokenTree::Ident(_))
        .then(|| (path_at(trees, at).0, trees[at].span().start().line))
}

pub fn is_brace(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

pub fn behind_generics(trees: &[TokenTree], mut at: usize) -> usize {
    let mut depth = 0;
    while at < trees.len() {
        if is_at(trees, at, '<') {
            depth += 1;
        } else if is_at(trees, at, '>') && !is_behind(trees, at, '-') {
            depth -= 1;
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}
