//! The names that an expression mentions, and the expressions that may run early.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use super::super::source;
use super::super::tree::{Block, Names, Node, Stmt};
use super::total::is_total_shape;
use crate::syntax::{MatchesArguments, children, is_assignment, is_comparison};

/// Every name in the kept part of `node` that may be a local: fields, methods and path segments are not.
pub(crate) fn mentioned(node: &Node) -> Names {
    mentioned_in(source::as_passed(node))
}

/// [`mentioned`] for any tokens.
pub(crate) fn mentioned_in(tokens: impl ToTokens) -> Names {
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
                if !is_field(&trees, i) && !is_path(&trees, i) {
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

/// Whether the identifier at `i` is the `b` of `a.b` (and not of `a..b`).
fn is_field(trees: &[TokenTree], i: usize) -> bool {
    let dot = |at: usize| is_punct(trees.get(at), '.');
    i > 0 && dot(i - 1) && !(i > 1 && dot(i - 2))
}

/// Whether the identifier at `i` is a part of `a::b`.
fn is_path(trees: &[TokenTree], i: usize) -> bool {
    let colon = |at: usize| is_punct(trees.get(at), ':');
    (colon(i + 1) && colon(i + 2)) || (i > 1 && colon(i - 1) && colon(i - 2))
}

/// The names in a format string: `"{role:>width$}"`. A raw name has no `r#` there.
fn captured(literal: &Literal, names: &mut Names) {
    let text = literal.to_string();
    if text.starts_with(['"', 'r']) {
        for piece in text.split('{').skip(1) {
            let inside = piece.split('}').next().unwrap_or(piece);
            let words = inside.split(|c: char| !c.is_alphanumeric() && c != '_');
            for word in words.filter(|word| !word.is_empty()) {
                names.extend([word.to_owned(), format!("r#{word}")]);
            }
        }
    }
}

/// Whether an expression may be evaluated although the body might not have reached it: it has no effect and cannot
/// panic. Such expressions are paths, fields, literals, `&`, `*`, constructors, getters without arguments, comparisons,
/// boolean operators, control flow, and the methods of options, strings and iterators that cannot panic. For a load, its
/// key decides.
pub(crate) fn is_safe(node: &Node) -> bool {
    match node {
        // It ends the slice, so its value is not evaluated.
        node if node.diverges() => true,
        Node::Plain(expr) => is_safe_expr(expr),
        // Where the operands are closures, `return` evaluates its value.
        Node::Logic(logic) => {
            let is_safe = |side: &Node| {
                is_safe(side) && !side.any(&|node| matches!(node, Node::Return(_, Some(_))))
            };
            is_safe(&logic.left) && is_safe(&logic.right)
        }
        // The `?` of an option is a condition, which the slice keeps.
        Node::Try(inner, _) => is_safe(inner),
        Node::Return(..) => true,
        Node::Let(_, value) => is_safe(value),
        Node::Matches(arm, scrutinee) => {
            is_safe(scrutinee) && arm.guard.as_ref().is_none_or(is_safe)
        }
        Node::Compound(expr, children) => is_safe_shape(expr) && children.iter().all(is_safe),
        Node::If(it) => {
            is_safe(&it.condition)
                && is_safe_block(&it.then)
                && it.otherwise.as_ref().is_none_or(is_safe)
        }
        Node::Block(label, block) => label.is_none() && is_safe_block(block),
        Node::Match(it) => {
            is_safe(&it.scrutinee)
                && it
                    .arms
                    .iter()
                    .all(|arm| arm.guard.as_ref().is_none_or(is_safe) && is_safe(&arm.body))
        }
        Node::Load(_, _, key) => is_safe(key),
        Node::Loop(_) => false,
    }
}

fn is_safe_block(block: &Block) -> bool {
    let is_safe = |stmt: &Stmt| match stmt {
        Stmt::Macro(_) => false,
        stmt => stmt.passed_nodes().into_iter().all(is_safe),
    };
    block.diverges() || block.stmts.iter().all(is_safe)
}

/// Whether `expr` itself, apart from its children, is safe: it cannot panic, or by convention never does.
fn is_safe_shape(expr: &Expr) -> bool {
    match expr {
        Expr::Binary(it) => is_comparison(&it.op) || is_total_shape(expr),
        Expr::MethodCall(it) => is_getter(it) || is_adaptor(it),
        Expr::Macro(it) => it.mac.path.is_ident("matches"),
        Expr::Closure(it) => is_safe_expr(&it.body),
        expr => is_total_shape(expr),
    }
}

fn is_safe_expr(expr: &Expr) -> bool {
    is_safe_shape(expr)
        && children(expr).into_iter().all(is_safe_expr)
        && match expr {
            Expr::Macro(it) => mentions_no_call(&it.mac),
            _ => true,
        }
}

/// Whether the tokens of a `matches!` are free of calls with arguments, indexing and arithmetic, as far as they show.
fn mentions_no_call(it: &syn::Macro) -> bool {
    match MatchesArguments::read(it) {
        Ok(it) => is_safe_expr(&it.scrutinee) && it.guard.as_ref().is_none_or(is_safe_expr),
        Err(_) => false,
    }
}

/// Methods without arguments that can panic, block, or change something.
const NO_GETTERS: [&str; 22] = [
    "abs",
    "borrow",
    "borrow_mut",
    "by_ref",
    "elapsed",
    "ilog10",
    "ilog2",
    "isqrt",
    "join",
    "lock",
    "neg",
    "next",
    "next_back",
    "next_power_of_two",
    "pop",
    "product",
    "read",
    "recv",
    "sum",
    "take",
    "wait",
    "write",
];

/// `value.name()`: a getter, unless its name says otherwise.
fn is_getter(call: &syn::ExprMethodCall) -> bool {
    let name = call.method.to_string();
    let panics = ["unwrap", "expect", "pop_", "take_", "strict_"];
    name == "unwrap_or_default"
        || call.args.is_empty()
            && !NO_GETTERS.contains(&name.as_str())
            && !panics.iter().any(|word| name.starts_with(word))
}

/// Methods of the standard library with arguments that cannot panic by themselves.
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
    !call.args.is_empty() && TOTAL_METHODS.iter().any(|name| call.method == name)
}

/// Macros that change nothing but their arguments.
const KNOWN_MACROS: [&str; 18] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprintln",
    "format",
    "matches",
    "panic",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Whether a macro of this name may change any local, by naming it in its body.
pub(crate) fn may_change_all(path: &syn::Path) -> bool {
    let is_known = |name: &syn::PathSegment| KNOWN_MACROS.iter().any(|known| name.ident == known);
    !path.segments.last().is_some_and(is_known)
}

/// Whether tokens use such a macro.
fn use_macro_that_may_change_all(tokens: TokenStream) -> bool {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    trees.iter().enumerate().any(|(i, tree)| match tree {
        TokenTree::Group(group) => use_macro_that_may_change_all(group.stream()),
        TokenTree::Ident(ident) => {
            is_punct(trees.get(i + 1), '!')
                && matches!(trees.get(i + 2), Some(TokenTree::Group(_)))
                && may_change_all(&syn::Path::from(ident.clone()))
        }
        _ => false,
    })
}

/// The locals that a statement acts on: the first name in `cell.set(…)` and in `*r += …`.
pub(crate) fn acted_on(node: &Node) -> Names {
    match node {
        Node::Block(_, block) => acted_on_in(block),
        Node::If(it) => {
            let mut names = acted_on_in(&it.then);
            names.extend(it.otherwise.iter().flat_map(acted_on));
            names
        }
        Node::Plain(expr) | Node::Compound(expr, _) if acts(expr) => {
            first_name(source::as_written(node)).into_iter().collect()
        }
        _ => Names::new(),
    }
}

/// Whether an expression may change the local that it begins with.
fn acts(expr: &Expr) -> bool {
    match expr {
        Expr::Assign(_) => true,
        Expr::Binary(it) => is_assignment(&it.op),
        Expr::MethodCall(it) => !is_getter(it) && !is_adaptor(it),
        _ => false,
    }
}

fn acted_on_in(block: &Block) -> Names {
    let nodes = block.stmts.iter().filter_map(|stmt| match stmt {
        Stmt::Expr(node, _) => Some(node),
        _ => None,
    });
    nodes.flat_map(acted_on).collect()
}

fn first_name(tokens: TokenStream) -> Option<String> {
    tokens.into_iter().find_map(|tree| match tree {
        TokenTree::Ident(ident) => Some(Some(ident.to_string())),
        TokenTree::Group(group) => Some(first_name(group.stream())),
        TokenTree::Punct(_) => None,
        TokenTree::Literal(_) => Some(None),
    })?
}

/// The names among `mutable` that evaluating `node` may change.
pub(crate) fn changed(node: &Node, mutable: &Names) -> Names {
    let written = source::as_written(node);
    if use_macro_that_may_change_all(written.clone()) {
        return mutable.clone();
    }
    let mut names = mentioned_in(written);
    names.retain(|name| mutable.contains(name));
    if !names.is_empty() && only_looks(node, &names) {
        names.clear();
    }
    names
}

/// Whether evaluating a node changes none of `names`, as far as its tokens show.
fn only_looks(node: &Node, names: &Names) -> bool {
    let shape = match node {
        Node::Plain(expr) => return only_looks_expr(expr, names),
        Node::Compound(expr, _) => only_looks_shape(expr, names),
        Node::If(it) => only_looks_block(&it.then),
        Node::Block(_, block) => only_looks_block(block),
        Node::Loop(_) => false,
        _ => true,
    };
    shape && node.children().into_iter().all(|child| only_looks(child, names))
}

/// The value of a statement is not used, so the statement has an effect.
fn only_looks_block(block: &Block) -> bool {
    !block.stmts.iter().any(|stmt| match stmt {
        Stmt::Macro(_) => true,
        Stmt::Expr(node, semi) => semi.is_some() && !node.leaves(),
        Stmt::Let(_) | Stmt::Item(_) => false,
    })
}

fn only_looks_expr(expr: &Expr, names: &Names) -> bool {
    let mut children = children(expr).into_iter();
    only_looks_shape(expr, names) && children.all(|child| only_looks_expr(child, names))
}

fn only_looks_shape(expr: &Expr, names: &Names) -> bool {
    let looks_elsewhere = |expr: &Expr| mentioned_in(expr).is_disjoint(names);
    match expr {
        Expr::Array(_)
        | Expr::Break(_)
        | Expr::Cast(_)
        | Expr::Continue(_)
        | Expr::Field(_)
        | Expr::Group(_)
        | Expr::Index(_)
        | Expr::Lit(_)
        | Expr::Paren(_)
        | Expr::Path(_)
        | Expr::Range(_)
        | Expr::Repeat(_)
        | Expr::Struct(_)
        | Expr::Tuple(_)
        | Expr::Unary(_) => true,
        Expr::Binary(it) => !is_assignment(&it.op),
        Expr::Call(it) => looks_elsewhere(&it.func),
        Expr::Closure(it) => only_looks_expr(&it.body, names),
        Expr::MethodCall(it) => is_getter(it) || is_adaptor(it) || looks_elsewhere(&it.receiver),
        Expr::Reference(it) => it.mutability.is_none(),
        expr => looks_elsewhere(expr),
    }
}

/// Whether rustc infers the type of a node from its use, as far as the tokens show.
pub(crate) fn has_open_type(node: &Node) -> bool {
    const OPEN: [&str; 7] =
        ["collect", "into", "parse", "product", "sum", "try_into", "unwrap_or_default"];
    fn is_open(tokens: TokenStream) -> bool {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        trees.iter().enumerate().any(|(i, tree)| match tree {
            TokenTree::Group(group) => is_open(group.stream()),
            TokenTree::Ident(ident) => {
                let is_turbofish = is_punct(trees.get(i + 1), ':');
                is_field(&trees, i) && !is_turbofish && OPEN.iter().any(|name| ident == name)
            }
            _ => false,
        })
    }
    is_open(source::as_passed(node))
}
