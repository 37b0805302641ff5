//! `||` and `&&`: Rust's own operators where only the right side loads a fact (then the left one cannot fail), or where
//! an effect of the left side could differ; the library's three-valued ones elsewhere.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;

use super::emitter::Emitter;
use super::variables::{cx, left};
use crate::body::analysis::logic::{is_three_valued, three_valued};
use crate::body::source::as_written;
use crate::body::tree::{Logic, Node};
use crate::text;

/// The number of operators of a chain that are nested calls.
const MAX_NESTED: usize = 8;

impl Emitter<'_> {
    pub(super) fn logic(&self, it: &Logic) -> TokenStream {
        if is_three_valued(it, self.body, &self.body.nodes) {
            let result = self.result_of_logic(it);
            return quote!(#result?);
        }
        let (left, op, right) = (self.answer(&it.left), it.op, self.answer(&it.right));
        quote!(#left #op #right)
    }

    /// The result of a three-valued operator.
    ///
    /// A chain is nested calls, the first operand innermost. rustc's work grows with the square of the depth, so the end of
    /// a long chain is a sequence of statements.
    fn result_of_logic(&self, it: &Logic) -> TokenStream {
        let chain = std::iter::successors(Some(it), |it| self.three_valued(&it.left));
        let mut chain: Vec<&Logic> = chain.collect();
        let Some(first) = chain.len().checked_sub(MAX_NESTED) else {
            return self.nested(it);
        };
        let nested_part = chain.split_off(first);
        let (name, nested) = (left(), self.nested(nested_part[0]));
        let operations = chain.iter().rev().map(|it| self.operation(it, &quote!(#name)));
        let parts: Vec<TokenStream> = std::iter::once(nested).chain(operations).collect();
        match parts.as_slice() {
            [nested] => nested.clone(),
            [before @ .., last] => quote!(({ #(let #name = #before;)* #last })),
            [] => TokenStream::new(),
        }
    }

    fn three_valued<'n>(&self, node: &'n Node) -> Option<&'n Logic> {
        three_valued(node, self.body, &self.body.nodes)
    }

    /// A three-valued operator whose left side may be another one.
    fn nested(&self, it: &Logic) -> TokenStream {
        let inside = self.closure();
        // The left side ends before the right one begins, which may move what the left one borrowed.
        let left = if let Some(left) = self.three_valued(&it.left) {
            inside.nested(left)
        } else {
            let (runtime, cx, left) = (self.runtime, cx(), inside.operand(&it.left));
            quote!(#runtime::attempt(#cx, #left))
        };
        self.operation(it, &left)
    }

    /// A three-valued operator on the result of its left side.
    fn operation(&self, it: &Logic, left: &TokenStream) -> TokenStream {
        let (runtime, cx) = (self.runtime, cx());
        let function = match (it.is_and(), self.body.nodes.get(&it.right).is_total) {
            (true, true) => quote!(and),
            (true, false) => quote!(partial_and),
            (false, true) => quote!(or),
            (false, false) => quote!(partial_or),
        };
        let right = self.closure().operand(&it.right);
        quote!(#runtime::#function(#left, #cx, #right))
    }

    /// An operand of `or` or `and`: a closure that gives a result. An error in it is shown at the operand.
    fn operand(&self, node: &Node) -> TokenStream {
        let cx = cx();
        if let Some(logic) = self.three_valued(node) {
            let (runtime, result) = (self.runtime, self.result_of_logic(logic));
            return quote!(|#cx| #runtime::side(#result));
        }
        let value = match node {
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                return self.operand(&inside[0]);
            }
            node if self.reports => self.answer(node),
            node => self.argument(node),
        };
        // From the operand's first token to its last, where rustc shows a side that changes something.
        let first = text::ends(&value).0;
        let last = match node {
            Node::Load(id, _, _) => self.body.loads[*id].ends.1,
            node => text::ends(as_written(node)).1,
        };
        let runtime = text::at(self.runtime, first);
        let in_parentheses = |inside: TokenStream| {
            let mut group = Group::new(Delimiter::Parenthesis, inside);
            group.set_span(last);
            group
        };
        let value = in_parentheses(value);
        let result = in_parentheses(quote_spanned!(first=> ::core::result::Result::Ok #value));
        quote_spanned!(first=> |#cx| #runtime::side #result)
    }
}
