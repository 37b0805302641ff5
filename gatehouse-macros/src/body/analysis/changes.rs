//! The locals that a node may change.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use super::super::tree::{Block, Names, Node, Stmt};
use super::methods::{is_adaptor, is_getter, is_known_macro, may_change_all};
use super::names::{is_punct, mentioned_in_expr};
#[cfg(test)]
use super::summary::Reading;
#[cfg(test)]
use super::walk::any_part;
use super::walk::mentioned_as_written;
use crate::syntax::{Part, children, is_assignment, visit, visit_pat};

/// Whether a part of a node uses a macro that may change any local.
pub(super) fn uses_unknown_macro(part: &Part<'_>) -> bool {
    let mut found = false;
    match part {
        Part::Expr(expr) => visit(expr, &mut |part| found = found || uses_unknown_macro(&part)),
        Part::Pat(it) => visit_pat(it, &mut |part| found = found || uses_unknown_macro(&part)),
        Part::Macro(it) => found = may_change_all(&it.path) || use_unknown_macro(it.tokens.clone()),
        Part::Tokens(tokens) => found = use_unknown_macro(tokens.to_token_stream()),
    }
    found
}

fn use_unknown_macro(tokens: TokenStream) -> bool {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    trees.iter().enumerate().any(|(i, tree)| match tree {
        TokenTree::Group(group) => use_unknown_macro(group.stream()),
        TokenTree::Ident(ident) => {
            is_punct(trees.get(i + 1), '!')
                && matches!(trees.get(i + 2), Some(TokenTree::Group(_)))
                && !is_known_macro(ident)
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
            first_name(node).into_iter().collect()
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

/// The name that a node begins with, as it is written.
fn first_name(node: &Node) -> Option<String> {
    match node {
        Node::Plain(expr) => first_name_of(expr),
        // It is evaluated last.
        Node::Compound(Expr::Assign(_), children) => first_name(children.last()?),
        Node::Compound(Expr::Call(it), _) if matches!(*it.func, Expr::Path(_)) => None,
        Node::Compound(_, children) => first_name(children.first()?),
        Node::Try(node, _) => first_name(node),
        Node::Logic(it) => first_name(&it.left),
        _ => None,
    }
}

fn first_name_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(it) => it.path.get_ident().map(ToString::to_string),
        Expr::Assign(it) => first_name_of(&it.left),
        // It begins with the name of the function.
        Expr::Call(it) if matches!(*it.func, Expr::Path(_)) => None,
        Expr::RawAddr(it) => first_name_of(&it.expr),
        Expr::Try(it) => first_name_of(&it.expr),
        expr => children(expr).first().and_then(|first| first_name_of(first)),
    }
}

/// The names among `mutable` that evaluating a node may change.
#[cfg(test)]
pub(crate) fn changed(node: &Node, mutable: &Names) -> Names {
    if any_part(node, Reading::Written, uses_unknown_macro) {
        return mutable.clone();
    }
    changed_by_looks(node, &mentioned_as_written(node), mutable)
}

/// [`changed`] for a node that mentions these names, and uses no macro that may change any local.
pub(super) fn changed_by_looks(node: &Node, mentioned: &Names, mutable: &Names) -> Names {
    let mut names: Names = mentioned.intersection(mutable).cloned().collect();
    if !names.is_empty() && only_looks(node, &names) {
        names.clear();
    }
    names
}

/// Whether evaluating a node changes none of `names`, as far as its tokens show.
fn only_looks(node: &Node, names: &Names) -> bool {
    let shape = match node {
        Node::Plain(expr) => return only_looks_expr(expr, names),
        Node::Compound(expr, children) => only_looks_compound(expr, children, names),
        Node::If(it) => only_looks_block(&it.then),
        Node::Block(_, block) => only_looks_block(block),
        Node::Loop(_) => false,
        _ => true,
    };
    shape && node.children().into_iter().all(|child| only_looks(child, names))
}

/// [`only_looks_shape`] for an expression whose holes are empty.
fn only_looks_compound(expr: &Expr, children: &[Node], names: &Names) -> bool {
    let looks_elsewhere = |node: &Node| mentioned_as_written(node).is_disjoint(names);
    match expr {
        Expr::MethodCall(it) => {
            is_getter(it) || is_adaptor(it) || children.first().is_some_and(looks_elsewhere)
        }
        Expr::Call(it) if !matches!(*it.func, Expr::Path(_)) => {
            children.first().is_some_and(looks_elsewhere)
        }
        Expr::Assign(_) => children.iter().all(looks_elsewhere),
        expr => only_looks_shape(expr, names),
    }
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
    let looks_elsewhere = |expr: &Expr| mentioned_in_expr(expr).is_disjoint(names);
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
