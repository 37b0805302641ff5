//! Conditions that are reported: `met(value, number, cx)`. Without reports, the code of a condition is its node's.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Expr, Pat, Token, UnOp};

use super::emitter::Emitter;
use super::variables::cx;
use crate::body::analysis::conditions::{Site, bare, without_parens};
use crate::body::analysis::logic::{is_surely_bool, is_surely_bool_expr};
use crate::body::tree::{Kind, Node};
use crate::syntax::children_mut;
use crate::text;

impl Emitter<'_> {
    /// The number of the condition at a place, if it is reported.
    fn number(&self, site: Site) -> Option<Literal> {
        let id = self.reports.then(|| self.body.conditions.at(site))??;
        Some(Literal::usize_unsuffixed(id.0))
    }

    /// Whether a node is a condition, or has one in its place.
    pub(super) fn has_site(&self, node: &Node) -> bool {
        match node {
            _ if !self.reports => false,
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => self.has_site(&inside[0]),
            Node::If(_) | Node::Match(_) | Node::Block(..) | Node::Logic(_) | Node::Let(..) => true,
            node => self.body.conditions.at(Site::of(node)).is_some(),
        }
    }

    /// The report that a pattern or an arm is matched, or is not, as a statement.
    pub(super) fn met(&self, site: Site, matched: bool) -> Option<TokenStream> {
        let (id, runtime, cx) = (self.number(site)?, self.runtime, cx());
        Some(quote!(#runtime::met(#matched, #id, #cx);))
    }

    /// The reports that a pattern matched, and that it did not.
    pub(super) fn pattern(&self, pat: &Pat) -> (Option<TokenStream>, Option<TokenStream>) {
        (self.met(Site::Pattern(pat), true), self.met(Site::Pattern(pat), false))
    }

    pub(super) fn answer_if(&self, answers: bool, node: &Node) -> TokenStream {
        if answers { self.answer(node) } else { self.node(node) }
    }

    /// An expression that is true or false, with its report.
    pub(super) fn answer(&self, node: &Node) -> TokenStream {
        if !self.reports {
            return self.node(node);
        }
        match node {
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                let inside = self.answer(&inside[0]);
                quote!((#inside))
            }
            Node::Plain(expr) => self.plain_answer(expr),
            Node::If(it) => self.conditional(it, true),
            Node::Match(it) => self.matching(it, true),
            Node::Block(None, block) => self.braced(block, true),
            Node::Block(label, block) => self.labelled(label.as_ref(), block, true),
            Node::Let(pat, of) => self.let_in_chain(pat, of),
            // Its operands have the reports.
            Node::Logic(_) => self.node(node),
            node => match self.number(Site::of(node)) {
                Some(id) => self.truth(&self.argument(node), &id, self.is_bool(node)),
                None => self.node(node),
            },
        }
    }

    /// [`answer`](Self::answer) for an expression without loads.
    pub(super) fn plain_answer(&self, expr: &Expr) -> TokenStream {
        match self.number(Site::Expr(without_parens(expr))) {
            Some(id) => {
                let expr = without_parens(expr);
                self.truth(&self.plain(expr), &id, is_surely_bool_expr(expr))
            }
            None => self.plain(expr),
        }
    }

    fn truth(&self, value: &TokenStream, id: &Literal, is_bool: bool) -> TokenStream {
        let (cx, first) = (cx(), text::ends(value).0);
        let runtime = text::at(self.runtime, first);
        if is_bool {
            return quote_spanned!(first=> #runtime::met(#value, #id, #cx));
        }
        // So a value of another type is shown as the wrong value, and not as a wrong argument.
        quote_spanned!(first=> #runtime::met(#runtime::Bool { bool: #value }.bool, #id, #cx))
    }

    /// Whether a node is known to be a `bool`, provided the code around it is correct.
    fn is_bool(&self, node: &Node) -> bool {
        match node {
            Node::Load(id, Kind::One, _) => self.body.expectations.bools.contains(id),
            Node::Load(..) => true,
            node => is_surely_bool(node),
        }
    }

    /// A `let` in a chain. That its value is there, and that the pattern matches, are reported apart.
    fn let_in_chain(&self, pat: &Pat, of: &Node) -> TokenStream {
        let (runtime, cx) = (self.runtime, cx());
        let Some(id) = self.number(Site::Pattern(pat)) else {
            let value = self.node(of);
            return quote!(let #pat = #value);
        };
        if let Node::Plain(value) = of {
            let value = self.plain(value);
            return quote!(#runtime::pattern_tried(#id, #cx) && let #pat = #value && #runtime::met(true, #id, #cx));
        }
        let value = self.tried(of, &id);
        quote!(let #pat = #value && #runtime::met(true, #id, #cx))
    }

    /// The value that a pattern is tried with, reported once nothing in it can stop the body any more. For a place
    /// expression the report goes inside it, since the pattern may borrow from the place.
    fn tried(&self, of: &Node, id: &Literal) -> TokenStream {
        if let Node::Compound(expr, children) = of
            && is_place(expr)
            && let Some(last) = children.iter().rposition(|it| !matches!(it, Node::Plain(_)))
        {
            let mut expr = expr.clone();
            let holes = children_mut(&mut expr).into_iter().zip(children);
            for (at, (hole, child)) in holes.enumerate() {
                let value = if at == last { self.tried(child, id) } else { self.node(child) };
                *hole = Expr::Verbatim(value);
            }
            return quote!(#expr);
        }
        let value = self.argument(of);
        let (cx, first) = (cx(), text::ends(&value).0);
        let runtime = text::at(self.runtime, first);
        quote_spanned!(first=> #runtime::pattern_tried_with(#value, #id, #cx))
    }

    /// The value of a macro called `matches!`, reported if it is a `bool`.
    pub(super) fn perhaps(&self, node: &Node) -> TokenStream {
        let node = bare(node);
        let value = match node {
            Node::Plain(expr) => self.plain(without_parens(expr)),
            node => self.node(node),
        };
        let Some(id) = self.number(Site::of(node)) else { return value };
        let (runtime, cx) = (self.runtime, cx());
        quote!({
            let __value = #value;
            {
                use #runtime::{MetIfBool as _, NotBool as _};
                (&#runtime::MaybeBool(&__value)).met(#id, #cx);
            }
            __value
        })
    }

    /// `inner?`, with the report whether there is a value.
    pub(super) fn present(&self, node: &Node, inner: &Node, question: Token![?]) -> TokenStream {
        let value = self.argument(inner);
        let (first, _) = text::ends(&value);
        let (runtime, cx) = (text::at(self.runtime, first), cx());
        if let Some(id) = self.number(Site::Present(node)) {
            let path = quote_spanned!(first=> #runtime::MaybeMissing::present_reported);
            return quote!(#path(#value, #id, #cx) #question);
        }
        let path = quote_spanned!(first=> #runtime::MaybeMissing::present);
        quote!(#path(#value) #question)
    }
}

/// Whether an expression may be a place inside its operand.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Field(_) | Expr::Index(_) | Expr::Paren(_) | Expr::Group(_) => true,
        Expr::Unary(it) => matches!(it.op, UnOp::Deref(_)),
        _ => false,
    }
}
