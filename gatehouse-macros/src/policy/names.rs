//! Which names an expression mentions, and which expressions may run before their turn.

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, UnOp};

use super::ast::Node;
use super::emit;
use super::lower::is_capitalised;

/// Names of locals, or what looks like one.
pub(super) type Names = BTreeSet<String>;

/// Every name in `node` that may be a local: fields, methods and path segments are not.
pub(super) fn mentioned(node: &Node) -> Names {
    let mut names = Names::new();
    collect(emit::as_written(node), &mut names);
    names
}

/// As [`mentioned`], for any tokens.
pub(super) fn mentioned_in(tokens: impl ToTokens) -> Names {
    let mut names = Names::new();
    collect(tokens.to_token_stream(), &mut names);
    names
}

fn collect(tokens: TokenStream, names: &mut Names) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (i, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Literal(literal) => captured(literal, names),
            TokenTree::Ident(ident) => {
                let before = i.checked_sub(1).map(|at| &trees[at]);
                if !is_punct(before, '.') && !is_path(&trees, i) {
                    names.insert(ident.to_string());
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
}

fn is_punct(tree: Option<&TokenTree>, punct: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(it)) if it.as_char() == punct)
}

/// Whether the identifier at `i` is a part of `a::b`.
fn is_path(trees: &[TokenTree], i: usize) -> bool {
    let colon = |at: usize| is_punct(trees.get(at), ':');
    (colon(i + 1) && colon(i + 2)) || (i > 1 && colon(i - 1) && colon(i - 2))
}

/// Names in a format string: `"{role}"`.
fn captured(literal: &Literal, names: &mut Names) {
    let text = literal.to_string();
    if text.starts_with(['"', 'r']) {
        for piece in text.split('{').skip(1) {
            let name = piece.split(|c: char| !c.is_alphanumeric() && c != '_').next();
            names.extend(name.filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
}

/// Whether an expression may be evaluated although the body would not have come to it: it has no
/// effect and cannot panic. Paths, fields, literals, `&`, `*`, constructors, getters without
/// arguments, comparisons, boolean operators, control flow, and those methods of options, strings
/// and iterators that cannot panic. Loads inside are judged by their keys.
pub(super) fn is_safe(node: &Node) -> bool {
    match node {
        Node::Plain(expr) => is_safe_expr(expr),
        Node::Logic(logic) => is_safe(&logic.left) && is_safe(&logic.right),
        // The `?` of an option: a condition, which the slice keeps.
        Node::Try(inner, _) => is_safe(inner),
        Node::Return(_, value) => value.as_ref().is_none_or(|value| is_safe(value)),
        Node::Let(_, value) => is_safe(value),
        Node::Matches(arm, scrutinee) => {
            is_safe(scrutinee) && arm.guard.as_ref().is_none_or(is_safe)
        }
        Node::Compound(expr, children) => is_safe_shape(expr) && children.iter().all(is_safe),
        Node::If(it) => {
            is_safe(&it.condition)
                && it.then.nodes().all(is_safe)
                && it.otherwise.as_ref().is_none_or(is_safe)
        }
        Node::Block(_, block) => block.nodes().all(is_safe),
        Node::Match(it) => {
            is_safe(&it.scrutinee)
                && it
                    .arms
                    .iter()
                    .all(|arm| arm.guard.as_ref().is_none_or(is_safe) && is_safe(&arm.body))
        }
        Node::Load(_, key) => is_safe(key),
        Node::Loop(_) => false,
    }
}

/// Whether `expr` itself, whatever its children are, is safe.
fn is_safe_shape(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_)
        | Expr::Lit(_)
        | Expr::Field(_)
        | Expr::Paren(_)
        | Expr::Group(_)
        | Expr::Tuple(_)
        | Expr::Array(_)
        | Expr::Struct(_)
        | Expr::Cast(_) => true,
        Expr::Reference(it) => it.mutability.is_none(),
        Expr::Unary(it) => match it.op {
            UnOp::Not(_) | UnOp::Deref(_) => true,
            // The negative of a variable can overflow, that of a literal cannot.
            UnOp::Neg(_) => matches!(*it.expr, Expr::Lit(_)),
            _ => false,
        },
        Expr::Binary(it) => matches!(
            it.op,
            syn::BinOp::And(_)
                | syn::BinOp::Or(_)
                | syn::BinOp::Eq(_)
                | syn::BinOp::Ne(_)
                | syn::BinOp::Lt(_)
                | syn::BinOp::Le(_)
                | syn::BinOp::Gt(_)
                | syn::BinOp::Ge(_)
        ),
        Expr::Call(it) => matches!(&*it.func, Expr::Path(func) if is_capitalised(&func.path)),
        Expr::MethodCall(it) => is_getter(it) || is_adaptor(it),
        Expr::Macro(it) => it.mac.path.is_ident("matches"),
        Expr::Closure(it) => is_safe_expr(&it.body),
        _ => false,
    }
}

fn is_safe_expr(expr: &Expr) -> bool {
    let mut copy = expr.clone();
    is_safe_shape(expr)
        && super::lower::children_mut(&mut copy).into_iter().all(|child| is_safe_expr(child))
        && match expr {
            Expr::Macro(it) => mentions_no_call(it.mac.tokens.clone()),
            _ => true,
        }
}

/// Whether what stands in a `matches!` is free of calls with arguments, indexing and arithmetic,
/// as far as tokens tell.
fn mentions_no_call(tokens: TokenStream) -> bool {
    match syn::parse2::<super::lower::MatchesArguments>(tokens) {
        Ok(it) => is_safe_expr(&it.scrutinee) && it.guard.as_ref().is_none_or(is_safe_expr),
        Err(_) => false,
    }
}

/// `value.name()`: a getter, unless its name says that it panics or changes something.
fn is_getter(call: &syn::ExprMethodCall) -> bool {
    let name = call.method.to_string();
    let panics = ["unwrap", "expect", "take", "next", "pop", "borrow", "lock", "read", "write"];
    name == "unwrap_or_default"
        || call.args.is_empty() && !panics.iter().any(|word| name.starts_with(word))
}

/// Methods of the standard library that take arguments and cannot panic by themselves.
const TOTAL_METHODS: [&str; 26] = [
    "all",
    "and_then",
    "any",
    "chain",
    "cmp",
    "contains",
    "contains_key",
    "ends_with",
    "eq",
    "filter",
    "filter_map",
    "flat_map",
    "get",
    "is_none_or",
    "is_some_and",
    "map",
    "map_or",
    "map_or_else",
    "ne",
    "or",
    "or_else",
    "skip",
    "starts_with",
    "take",
    "unwrap_or",
    "unwrap_or_else",
];

/// `items.map(|item| …)` and the like: safe if the arguments are.
fn is_adaptor(call: &syn::ExprMethodCall) -> bool {
    TOTAL_METHODS.iter().any(|name| call.method == name)
}
