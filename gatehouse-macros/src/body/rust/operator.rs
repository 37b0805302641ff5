//! `||` and `&&`: Rust's own operators where only the right side loads a fact (then the left one cannot fail), or where
//! an effect of the left side could differ; the library's three-valued ones elsewhere.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;

use super::emitter::Emitter;
use super::variables::cx;
use crate::body::analysis::logic::{is_three_valued, three_valued};
use crate::body::source::as_written;
use crate::body::tree::{Logic, Node};
use crate::text;

impl Emitter<'_> {
    pub(super) fn logic(&self, it: &Logic) -> TokenStream {
        if is_three_valued(it, self.body, &self.body.nodes) {
            let result = self.result_of_logic(it);
            return quote!(#result?);
        }
        let (left, op, right) = (self.answer(&it.left), it.op, self.answer(&it.right));
        quote!(#left #op #right)
    }

    fn result_of_logic(&self, it: &Logic) -> TokenStream {
        let (runtime, cx) = (self.runtime, cx());
        let function = match (it.is_and(), self.body.nodes.get(&it.right).is_total) {
            (true, true) => quote!(and),
            (true, false) => quote!(partial_and),
            (false, true) => quote!(or),
            (false, false) => quote!(partial_or),
        };
        let inside = self.closure();
        // The left side ends before the right one begins, which may move what the left one borrowed.
        let left = if let Some(left) = three_valued(&it.left, self.body, &self.body.nodes) {
            inside.result_of_logic(left)
        } else {
            let left = inside.operand(&it.left);
            quote!(#runtime::attempt(#cx, #left))
        };
        let right = inside.operand(&it.right);
        quote!(#runtime::#function(#left, #cx, #right))
    }

    /// An operand of `or` or `and`: a closure that gives a result. An error in it is shown at the operand.
    fn operand(&self, node: &Node) -> TokenStream {
        let cx = cx();
        if let Some(logic) = three_valued(node, self.body, &self.body.nodes) {
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
