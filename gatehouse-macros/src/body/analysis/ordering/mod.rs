//! Orderings of values that come from facts: `<`, `max`, `sort` and the like, where `None` is less than
//! everything.
//!
//! Wherever a body orders a value that a fact may have fed, the emitted code names the value to rustc as
//! `compared(&value)`, which does not compile if the type has missing values.
//!
//! - `flows`: the locals that a fact may feed. An estimate that has too many is harmless, because the type
//!   decides. Values that no fact feeds are the user's own data, and may be ordered freely.
//! - `methods`: the operations that order, by name.
//! - `operand`: what the tokens of the two sides reveal.
//! - `writer`: the emitted code, which evaluates the value once and moves it no further than before.
//!
//! Slices, which repeat parts of the body, and quoted conditions are emitted without this check.

mod flows;
mod inside;
mod methods;
mod operand;
mod writer;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Expr;

use self::flows::Flows;
use self::operand::Operand;
use self::writer::Writer;
use super::super::tree::{Block, Names, Node};
use super::names::mentioned_in;

/// The places where the body orders fact values.
#[derive(Default)]
pub(crate) struct Ordering {
    /// Whether the body loads anything.
    loads: bool,
    /// The locals that a fact may feed.
    fed: Names,
    /// The locals that are bound to a range somewhere.
    ranges: Names,
    /// The locals without a written type, whose types may depend on the code that follows.
    vague: Names,
}

impl Ordering {
    /// Learns which locals of a body depend on facts.
    pub(crate) fn of(block: &Block, mutable: &Names) -> Self {
        if !block.nodes().any(Node::loads) {
            return Self::default();
        }
        let Flows { ranges, vague, found, .. } = Flows::of(block, mutable);
        Self { loads: true, fed: flows::fed(&found), ranges, vague }
    }

    /// An expression without loads, with its ordered operands named to rustc.
    pub(crate) fn plain(&self, expr: &Expr, runtime: &TokenStream) -> TokenStream {
        if is_leaf(expr) || !self.feeds(expr) {
            return expr.to_token_stream();
        }
        let mut expr = expr.clone();
        Writer { ordering: self, runtime }.expr(&mut expr, &Names::new());
        expr.into_token_stream()
    }

    /// [`plain`](Self::plain) for an argument, where the parameters of a closure have types.
    pub(crate) fn argument(&self, argument: &Expr, runtime: &TokenStream) -> Expr {
        let mut argument = argument.clone();
        Writer { ordering: self, runtime }.argument(&mut argument, &Names::new());
        argument
    }

    /// Names to rustc the operands that `expr` orders itself; the code of `children` fills its holes.
    pub(crate) fn compound(&self, expr: &mut Expr, children: &[Node], runtime: &TokenStream) {
        if self.loads && methods::may_order(expr) {
            let operands: Vec<_> = children.iter().map(|node| Operand::of(node, self)).collect();
            Writer { ordering: self, runtime }.whole(expr, &operands);
        }
    }

    /// Whether `tokens`, which load nothing, may depend on a fact.
    fn feeds(&self, tokens: impl ToTokens) -> bool {
        !self.fed.is_empty() && !mentioned_in(tokens).is_disjoint(&self.fed)
    }
}

/// Whether an expression is a path, a literal, or a field of a path: nothing is ordered in it.
fn is_leaf(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Lit(_) => true,
        Expr::Field(it) => is_leaf(&it.base),
        _ => false,
    }
}
