//! Guards as boolean expressions.

use proc_macro2::TokenStream;
use quote::quote;

use super::emitter::Emitter;
use crate::body::plan::guard::Guard;
use crate::syntax::scrutinee;

impl Emitter<'_> {
    /// A guard as an expression.
    pub(super) fn guard(&self, guard: &Guard<'_>) -> TokenStream {
        match guard {
            Guard::Always => quote!(true),
            Guard::Never => quote!(false),
            Guard::Is(node, true) => self.node(node),
            Guard::Is(node, false) => {
                let condition = self.node(node);
                quote!(!(#condition))
            }
            Guard::Chain(node, value) => {
                let (condition, otherwise) = (self.node(node), !value);
                quote!((if #condition { #value } else { #otherwise }))
            }
            Guard::Matches(pat, node, value) => {
                let (of, otherwise) = (self.node(node), !value);
                quote!((match #of { #pat => #value, _ => #otherwise }))
            }
            Guard::IsSome(node) => {
                let value = self.node(node);
                quote!(::core::option::Option::is_some(&(#value)))
            }
            Guard::And(guards) => {
                let (left, right) = (self.guard(&guards.0), self.guard(&guards.1));
                quote!((#left) && (#right))
            }
            Guard::Or(guards) => {
                let (left, right) = (self.guard(&guards.0), self.guard(&guards.1));
                quote!((#left) || (#right))
            }
            Guard::If(node, guards) => {
                let (condition, then) = (self.node(node), self.guard(&guards.0));
                let otherwise = self.guard(&guards.1);
                quote!((if #condition { #then } else { #otherwise }))
            }
            Guard::Match(it, guards) => {
                let of = self.node(&it.scrutinee);
                let arms = it.arms.iter().zip(guards).map(|(arm, guard)| {
                    let (pat, condition, guard) = (&arm.pat, self.if_guard(arm), self.guard(guard));
                    quote!(#pat #condition => #guard,)
                });
                quote!((match #of { #(#arms)* }))
            }
            Guard::With(pat, node, guard) => {
                let (of, guard) = (scrutinee(self.node(node)), self.guard(guard));
                quote!((match #of { #pat => #guard, _ => false }))
            }
            Guard::Let(it, init, guard) => {
                let (pat, init, guard) = (&it.pat, self.node(init), self.guard(guard));
                if it.otherwise.is_some() {
                    let init = scrutinee(init);
                    return quote!((match #init { #pat => #guard, _ => false }));
                }
                let ty = it.ty.as_ref().map(|ty| quote!(: #ty));
                quote!({ let #pat #ty = #init; #guard })
            }
        }
    }
}
