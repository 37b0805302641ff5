//! Loads in places that the compiler does not lower: patterns, types and generic arguments.
//!
//! Each `.await` that was compiled or rejected is counted once. An `.await` beyond that count is left over:
//! it stands in tokens that the tree keeps unchanged.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;

use super::tree::{Block, Body, LoopHead, Node, Stmt};
use crate::diagnostics::Diagnostics;
use crate::diagnostics::{self, Diagnostic};
use crate::syntax::{MatchesArguments, children_mut};

/// Every `.await` in `tokens`, however deep; one in an attribute is not code.
pub(crate) fn awaits(tokens: impl ToTokens) -> Vec<Span> {
    let mut found = Vec::new();
    note_awaits(tokens.to_token_stream(), &mut found);
    found
}

fn note_awaits(tokens: TokenStream, found: &mut Vec<Span>) {
    let (mut after_dot, mut after_hash) = (false, false);
    for tree in visible(tokens) {
        match &tree {
            TokenTree::Group(group) if !after_hash => note_awaits(group.stream(), found),
            TokenTree::Ident(ident) if after_dot && ident == "await" => found.push(ident.span()),
            _ => {}
        }
        let is_punct = |char| matches!(&tree, TokenTree::Punct(it) if it.as_char() == char);
        // `#!` begins an attribute too.
        after_hash = is_punct('#') || after_hash && is_punct('!');
        after_dot = is_punct('.');
    }
}

/// The tokens, with invisible groups replaced by their content.
pub(super) fn visible(tokens: TokenStream) -> Vec<TokenTree> {
    let mut trees = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                trees.extend(visible(group.stream()));
            }
            tree => trees.push(tree),
        }
    }
    trees
}

/// Reports every load in tokens that are no body; says whether there was one.
pub(crate) fn refuse_all(
    tokens: impl ToTokens,
    diagnostic: impl Fn() -> Diagnostic,
    errors: &Diagnostics,
) -> bool {
    let awaits = awaits(tokens);
    for at in &awaits {
        errors.push_at(*at, diagnostic());
    }
    !awaits.is_empty()
}

/// Reports the loads of a body that were not lowered; the source has `written` loads.
pub(super) fn refuse(body: &Body, written: usize, errors: &Diagnostics) {
    if written > body.loads.len() {
        let leftover = Leftover { errors };
        body.loads
            .iter()
            .for_each(|load| leftover.refuse(&load.fact, diagnostics::load_in_constant));
        leftover.block(&body.block);
    }
}

struct Leftover<'e> {
    errors: &'e Diagnostics,
}

impl Leftover<'_> {
    fn refuse(&self, tokens: impl ToTokens, diagnostic: fn() -> Diagnostic) {
        refuse_all(tokens, diagnostic, self.errors);
    }

    fn pattern(&self, pat: &syn::Pat) {
        self.refuse(pat, diagnostics::load_in_pattern);
    }

    fn block(&self, block: &Block) {
        for stmt in &block.stmts {
            if let Stmt::Let(it) = stmt {
                self.pattern(&it.pat);
                self.refuse(&it.ty, diagnostics::load_in_constant);
            }
            stmt.nodes().into_iter().for_each(|node| self.node(node));
        }
    }

    fn expr(&self, expr: &Expr) {
        match expr {
            Expr::Closure(it) => self.refuse(it, diagnostics::load_in_closure),
            // Any other macro has an error already.
            Expr::Macro(it) => {
                if let Ok(it) = syn::parse2::<MatchesArguments>(it.mac.tokens.clone()) {
                    self.pattern(&it.pat);
                    self.expr(&it.scrutinee);
                    it.guard.iter().for_each(|guard| self.expr(guard));
                }
            }
            _ => {
                let mut rest = expr.clone();
                for child in children_mut(&mut rest) {
                    self.expr(&std::mem::replace(child, Expr::Verbatim(TokenStream::new())));
                }
                // Without its children, an expression consists of names and types.
                self.refuse(rest, diagnostics::load_in_constant);
            }
        }
    }

    fn node(&self, node: &Node) {
        match node {
            Node::Plain(expr) | Node::Compound(expr, _) => self.expr(expr),
            Node::Let(pat, _) => self.pattern(pat),
            Node::Matches(arm, _) => self.pattern(&arm.pat),
            Node::Match(it) => it.arms.iter().for_each(|arm| self.pattern(&arm.pat)),
            Node::If(it) => {
                self.node(&it.condition);
                self.block(&it.then);
                it.otherwise.iter().for_each(|node| self.node(node));
                return;
            }
            Node::Block(_, block) => return self.block(block),
            Node::Loop(it) => {
                match &it.head {
                    LoopHead::For(_, head) => {
                        self.pattern(&head.0);
                        self.node(&head.1);
                    }
                    LoopHead::While(_, condition) => self.node(condition),
                    LoopHead::Loop(_) => {}
                }
                return self.block(&it.body);
            }
            Node::Load(..) | Node::Try(..) | Node::Return(..) | Node::Logic(_) => {}
        }
        node.children().into_iter().for_each(|child| self.node(child));
    }
}
