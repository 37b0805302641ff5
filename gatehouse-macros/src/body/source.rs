//! Nodes quoted as the user wrote them, for texts and spans.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::Expr;

use super::tree::{Arm, Block, If, Kind, Let, Loop, LoopHead, Match, Node, Stmt};
use crate::syntax::children_mut;
use crate::text;

/// The span of the first token that the user wrote: the braces of a block are not kept.
pub(crate) fn first_span(written: &TokenStream) -> Span {
    match written.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            first_span(&group.stream())
        }
        _ => text::ends(written).0,
    }
}

/// Quotes a node as the user wrote it.
pub(crate) fn as_written(node: &Node) -> TokenStream {
    match node {
        Node::Plain(expr) => quote!(#expr),
        Node::Compound(expr, children) => compound(expr, children),
        Node::Load(_, kind, key) => load(*kind, key),
        Node::Try(inner, question) => {
            let inner = as_written(inner);
            quote!(#inner #question)
        }
        Node::Return(token, value) => {
            let nothing = || quote_spanned!(token.span=> ());
            let value = value.as_ref().map_or_else(nothing, |value| as_written(value));
            quote!(#token #value)
        }
        Node::Logic(it) => {
            let (left, op, right) = (as_written(&it.left), it.op, as_written(&it.right));
            quote!(#left #op #right)
        }
        Node::Let(pat, value) => {
            let value = as_written(value);
            quote!(let #pat = #value)
        }
        Node::Matches(arm, scrutinee) => {
            let (of, pat, guard) = (as_written(scrutinee), &arm.pat, guard(arm));
            quote_spanned!(first_span(&of)=> matches!(#of, #pat #guard))
        }
        Node::If(it) => conditional(it),
        Node::Match(it) => matching(it),
        Node::Block(None, block) => braced(block),
        Node::Block(label, block) => {
            let block = braced(block);
            quote!(#label #block)
        }
        Node::Loop(it) => looping(it),
    }
}

fn compound(expr: &Expr, children: &[Node]) -> TokenStream {
    let mut expr = expr.clone();
    for (hole, child) in children_mut(&mut expr).into_iter().zip(children) {
        *hole = Expr::Verbatim(as_written(child));
    }
    quote!(#expr)
}

fn load(kind: Kind, key: &Node) -> TokenStream {
    let key = as_written(key);
    let first = first_span(&key);
    match kind {
        Kind::One => quote!(#key.await),
        Kind::Any => quote_spanned!(first=> any(#key).await),
        Kind::All => quote_spanned!(first=> all(#key).await),
        Kind::Each => quote_spanned!(first=> each(#key).await),
    }
}

fn conditional(it: &If) -> TokenStream {
    let (token, condition, then) = (it.token, as_written(&it.condition), braced(&it.then));
    let otherwise = it.otherwise.as_ref().map(|otherwise| {
        let otherwise = as_written(otherwise);
        quote!(else #otherwise)
    });
    quote!(#token #condition #then #otherwise)
}

fn matching(it: &Match) -> TokenStream {
    let (token, scrutinee) = (it.token, as_written(&it.scrutinee));
    let arms = it.arms.iter().map(|arm| {
        let Arm { attrs, pat, .. } = arm;
        let (guard, body) = (guard(arm), as_written(&arm.body));
        quote!(#(#attrs)* #pat #guard => #body,)
    });
    let arms = text::braces(it.brace, quote!(#(#arms)*));
    quote!(#token #scrutinee #arms)
}

fn guard(arm: &Arm) -> Option<TokenStream> {
    let guard = as_written(arm.guard.as_ref()?);
    Some(quote!(if #guard))
}

fn looping(it: &Loop) -> TokenStream {
    let (label, body) = (&it.label, braced(&it.body));
    let head = match &it.head {
        LoopHead::For(token, head) => {
            let (pat, items) = (&head.0, as_written(&head.1));
            quote!(#token #pat in #items)
        }
        LoopHead::While(token, condition) => {
            let condition = as_written(condition);
            quote!(#token #condition)
        }
        LoopHead::Loop(token) => quote!(#token),
    };
    quote!(#label #head #body)
}

fn braced(block: &Block) -> TokenStream {
    let stmts = block.stmts.iter().map(stmt);
    text::braces(block.brace, quote!(#(#stmts)*))
}

fn stmt(stmt: &Stmt) -> TokenStream {
    match stmt {
        Stmt::Let(it) => binding(it),
        Stmt::Expr(node, semi) => {
            let expr = as_written(node);
            quote!(#expr #semi)
        }
        Stmt::Item(item) => quote!(#item),
        Stmt::Macro(it) => quote!(#it),
    }
}

fn binding(it: &Let) -> TokenStream {
    let Let { attrs, token, pat, ty, init, otherwise } = it;
    let ty = ty.as_ref().map(|ty| quote!(: #ty));
    let init = init.as_ref().map(|init| {
        let init = as_written(init);
        quote!(= #init)
    });
    let otherwise = otherwise.as_ref().map(|otherwise| {
        let otherwise = as_written(otherwise);
        quote!(else #otherwise)
    });
    quote!(#(#attrs)* #token #pat #ty #init #otherwise;)
}
