//! Nodes quoted as the user wrote them, for texts and spans.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::Expr;

use super::tree::{Arm, Block, If, Kind, Let, Loop, LoopHead, Match, Node, Stmt};
use crate::syntax::children_mut;
use crate::text;

/// Quotes a node as the user wrote it.
pub(crate) fn as_written(node: &Node) -> TokenStream {
    Quote { kept: false, jumps: false }.node(node)
}

/// Quotes the part of a node that a slice keeps: an exit stands for the code behind it.
pub(crate) fn as_passed(node: &Node) -> TokenStream {
    Quote { kept: true, jumps: false }.node(node)
}

/// The span of the first token that the user wrote: the braces of a block are not kept.
pub(crate) fn first_span(written: &TokenStream) -> Span {
    match written.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            first_span(&group.stream())
        }
        _ => text::ends(written).0,
    }
}

/// The treatment of exits.
#[derive(Clone, Copy)]
struct Quote {
    /// Whether an exit is quoted without the code around it.
    kept: bool,
    /// Whether a `break` or `continue` has its target inside.
    jumps: bool,
}

impl Quote {
    fn ends_at(self, is_exit: bool) -> bool {
        self.kept && is_exit
    }

    fn node(self, node: &Node) -> TokenStream {
        if self.ends_at(!self.jumps && node.is_jump()) {
            return quote!(return);
        }
        match node {
            Node::Plain(expr) => quote!(#expr),
            Node::Compound(expr, children) => self.compound(expr, children),
            Node::Load(_, kind, key) => self.load(*kind, key),
            Node::Try(inner, question) => {
                let inner = self.node(inner);
                quote!(#inner #question)
            }
            Node::Return(..) if self.kept => quote!(return),
            Node::Return(token, value) => {
                let nothing = || quote_spanned!(token.span=> ());
                let value = value.as_ref().map_or_else(nothing, |value| self.node(value));
                quote!(#token #value)
            }
            Node::Logic(it) => {
                let (left, op, right) = (self.node(&it.left), it.op, self.node(&it.right));
                quote!(#left #op #right)
            }
            Node::Let(pat, value) => {
                let value = self.node(value);
                quote!(let #pat = #value)
            }
            Node::Matches(arm, scrutinee) => {
                let (of, pat, guard) = (self.node(scrutinee), &arm.pat, self.guard(arm));
                quote_spanned!(first_span(&of)=> matches!(#of, #pat #guard))
            }
            Node::If(it) => self.conditional(it),
            Node::Match(it) => self.matching(it),
            Node::Block(None, block) => self.block(block),
            Node::Block(label, block) => {
                let block = Self { jumps: true, ..self }.block(block);
                quote!(#label #block)
            }
            Node::Loop(it) => self.looping(it),
        }
    }

    fn compound(self, expr: &Expr, children: &[Node]) -> TokenStream {
        let mut expr = expr.clone();
        for (hole, child) in children_mut(&mut expr).into_iter().zip(children) {
            *hole = Expr::Verbatim(self.node(child));
        }
        quote!(#expr)
    }

    fn load(self, kind: Kind, key: &Node) -> TokenStream {
        let key = self.node(key);
        let first = first_span(&key);
        match kind {
            Kind::One => quote!(#key.await),
            Kind::Any => quote_spanned!(first=> any(#key).await),
            Kind::All => quote_spanned!(first=> all(#key).await),
            Kind::Each => quote_spanned!(first=> each(#key).await),
        }
    }

    fn conditional(self, it: &If) -> TokenStream {
        let (token, condition, then) = (it.token, self.node(&it.condition), self.block(&it.then));
        let otherwise = it.otherwise.as_ref().map(|otherwise| {
            let otherwise = self.node(otherwise);
            quote!(else #otherwise)
        });
        quote!(#token #condition #then #otherwise)
    }

    fn matching(self, it: &Match) -> TokenStream {
        let (token, scrutinee) = (it.token, self.node(&it.scrutinee));
        let arms = it.arms.iter().map(|arm| {
            let Arm { attrs, pat, .. } = arm;
            let (guard, body) = (self.guard(arm), self.node(&arm.body));
            quote!(#(#attrs)* #pat #guard => #body,)
        });
        quote!(#token #scrutinee { #(#arms)* })
    }

    fn guard(self, arm: &Arm) -> Option<TokenStream> {
        let guard = self.node(arm.guard.as_ref()?);
        Some(quote!(if #guard))
    }

    fn looping(self, it: &Loop) -> TokenStream {
        let (label, body) = (&it.label, Self { jumps: true, ..self }.block(&it.body));
        let head = match &it.head {
            LoopHead::For(token, head) => {
                let (pat, items) = (&head.0, self.node(&head.1));
                quote!(#token #pat in #items)
            }
            LoopHead::While(token, condition) => {
                let condition = self.node(condition);
                quote!(#token #condition)
            }
            LoopHead::Loop(token) => quote!(#token),
        };
        quote!(#label #head #body)
    }

    fn block(self, block: &Block) -> TokenStream {
        if self.ends_at(!self.jumps && block.diverges()) {
            return quote!({
                return;
            });
        }
        let stmts = block.stmts.iter().map(|stmt| self.stmt(stmt));
        quote!({ #(#stmts)* })
    }

    fn stmt(self, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Let(it) => self.binding(it),
            Stmt::Expr(node, semi) => {
                let expr = self.node(node);
                quote!(#expr #semi)
            }
            Stmt::Item(item) => quote!(#item),
            Stmt::Macro(it) => quote!(#it),
        }
    }

    fn binding(self, it: &Let) -> TokenStream {
        let Let { attrs, token, pat, ty, init, otherwise } = it;
        let ty = ty.as_ref().map(|ty| quote!(: #ty));
        let init = init.as_ref().map(|init| {
            let init = self.node(init);
            quote!(= #init)
        });
        let otherwise = otherwise.as_ref().map(|otherwise| {
            let otherwise = if self.ends_at(!self.jumps) {
                quote!({
                    return;
                })
            } else {
                self.node(otherwise)
            };
            quote!(else #otherwise)
        });
        quote!(#(#attrs)* #token #pat #ty #init #otherwise;)
    }
}
