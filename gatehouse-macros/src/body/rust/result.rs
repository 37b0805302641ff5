//! The value of a body as the end of a function that gives a `Result`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Expr;

use crate::body::analysis::conditions::never_ends;
use crate::body::tree::{Block, Body, Node, Stmt};

/// A body of type `ty` as the end of a function that gives a `Result`. The tail has a type of its own, so that a wrong
/// one is shown there. No code follows a tail that never ends.
pub(crate) fn result(body: &Body, code: &TokenStream) -> TokenStream {
    let ty = &body.value;
    if is_left_at_its_end(&body.block) {
        return quote!({ #code });
    }
    // The body may call a function that never returns, which no token shows. No user constant has this name.
    quote! {
        let __value: #ty = { #code };
        #[allow(warnings)]
        return ::core::result::Result::Ok(__value);
    }
}

/// Whether a node has no value, because its tail exits.
fn is_left(node: &Node) -> bool {
    match node {
        Node::Return(..) => true,
        Node::If(it) => is_left_at_its_end(&it.then) && it.otherwise.as_ref().is_some_and(is_left),
        Node::Match(it) => it.arms.iter().all(|arm| is_left(&arm.body)),
        Node::Block(None, block) => is_left_at_its_end(block),
        node => node.is_jump(),
    }
}

/// [`is_left`] for a block. Code behind a `return` counts as a value, though it is never reached.
fn is_left_at_its_end(block: &Block) -> bool {
    matches!(block.stmts.last(), Some(Stmt::Expr(node, _)) if is_left(node))
}

/// The `allow` for generated code behind code that never has a value, if the body may have such code: a macro with
/// such a name.
pub(crate) fn lints_of(body: &Body) -> Option<TokenStream> {
    let never = |node: &Node| match node {
        Node::Plain(Expr::Macro(it)) => never_ends(&it.mac),
        Node::Block(_, block) => has_never_macro(block),
        Node::If(it) => has_never_macro(&it.then),
        _ => false,
    };
    let has_one = has_never_macro(&body.block) || body.block.nodes().any(|node| node.any(&never));
    has_one.then(|| quote!(#[allow(unreachable_code)]))
}

/// Whether a statement of a block is a macro that never ends.
fn has_never_macro(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| matches!(stmt, Stmt::Macro(it) if never_ends(&it.mac)))
}
