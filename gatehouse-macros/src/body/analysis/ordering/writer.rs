//! Emits the code that names an ordered value to rustc.
//!
//! - The side of an operator is a place: `*compared(&level).value() < limit`.
//! - A method may take its receiver by value. A place is named beside the call, so that it is moved no
//!   further than before: `(compared_by(&levels).check(), levels.sort()).1`. A value is named on its way to
//!   the call, and what it borrows lives as long as before:
//!   `(match level() { value => { …; value } }).max(limit)`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprCall, ExprMethodCall, Pat};

use super::super::super::tree::{Names, Node};
use super::flows::names_of;
use super::inside::visit;
use super::locals::{Ordering, is_leaf};
use super::methods::{
    self, changes_receiver, is_function_given_order, is_given_order, is_order, orders,
    orders_by_key,
};
use super::operand::{Operand, Shape, Ty};
use crate::syntax::{children_mut, scrutinee};
use crate::text;

impl Ordering {
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
}

/// Adds the code that names operands to rustc.
struct Writer<'o> {
    ordering: &'o Ordering,
    runtime: &'o TokenStream,
}

impl Writer<'_> {
    /// An expression and its children. `open`: the parameters of closures whose types are unknown there.
    fn expr(&self, expr: &mut Expr, open: &Names) {
        let mut operands = Vec::new();
        if methods::may_order(expr) {
            let of_child = |child: &mut Expr| Operand::of_expr(child, self.ordering, open);
            operands.extend(children_mut(expr).into_iter().map(of_child));
        }
        if let Expr::Call(_) | Expr::MethodCall(_) = expr {
            for child in children_mut(expr) {
                self.argument(child, open);
            }
        } else {
            let mut inside = open.clone();
            if let Expr::Closure(it) = &*expr {
                inside.extend(it.inputs.iter().flat_map(untyped));
            }
            visit(expr, &mut |expr| self.expr(expr, &inside));
        }
        self.whole(expr, &operands);
    }

    /// [`expr`](Self::expr) for an argument, where the parameters of a closure have types.
    fn argument(&self, expr: &mut Expr, open: &Names) {
        let Expr::Closure(it) = expr else { return self.expr(expr, open) };
        let mut inside = open.clone();
        inside.retain(|name| !it.inputs.iter().any(|pat| names_of(pat).contains(name)));
        self.expr(&mut it.body, &inside);
    }

    /// The operations that an expression does itself. Its children are done.
    fn whole(&self, expr: &mut Expr, operands: &[Operand]) {
        if !operands.iter().any(|operand| operand.fed) {
            return;
        }
        match expr {
            Expr::Binary(_) => self.operator(expr, operands),
            Expr::MethodCall(it) if orders_by_key(&it.method) => self.keys(it.args.iter_mut()),
            Expr::MethodCall(it) if orders_receiver(it, operands) => {
                self.receiver(expr, &operands[0]);
            }
            Expr::Call(it) => self.function(it, operands),
            _ => {}
        }
    }

    /// `left < right`: naming one side is enough, because both have one type.
    fn operator(&self, expr: &mut Expr, operands: &[Operand]) {
        let (Expr::Binary(it), [left, right]) = (expr, operands) else { return };
        if has_literal(operands) {
            return;
        }
        let (operand, side) =
            if rank(left) <= rank(right) { (left, &mut it.left) } else { (right, &mut it.right) };
        if operand.ty != Ty::Open {
            // rustc shows the side that may be missing, and not the other one.
            let at = if left.fed { left.at } else { right.at };
            let function = if operand.is_load { "compared_load" } else { "compared" };
            let compared = self.compared(function, &**side, operand.wants_parens, at);
            **side = Expr::Verbatim(quote_spanned!(at=> *#compared.value()));
        }
    }

    /// The receiver of a method, which may take it by value.
    fn receiver(&self, expr: &mut Expr, operand: &Operand) {
        let Expr::MethodCall(it) = expr else { return };
        let (receiver, at) = (&mut it.receiver, operand.at);
        match operand.shape {
            Shape::Place => {
                let compared = self.compared("compared_by", &**receiver, operand.wants_parens, at);
                let check = quote_spanned!(at=> #compared.check());
                *expr = Expr::Verbatim(quote!((#check, #expr).1));
            }
            Shape::PlaceInValue if !changes_receiver(&it.method) => {
                let compared = self.compared("compared_by", &**receiver, operand.wants_parens, at);
                **receiver = Expr::Verbatim(quote_spanned!(at=> (*#compared.value())));
            }
            Shape::PlaceInValue => {
                let passed = self.passed(quote!(&mut #receiver), at);
                **receiver = Expr::Verbatim(quote!((#passed)));
            }
            Shape::Value => {
                let passed = self.passed(&**receiver, at);
                **receiver = Expr::Verbatim(quote!((#passed)));
            }
        }
    }

    /// `Ord::max(a, b)`, `std::cmp::min(a, b)`: naming one argument is enough, because both have one type.
    fn function(&self, it: &mut ExprCall, operands: &[Operand]) {
        let Expr::Path(path) = &*it.func else { return };
        // The last argument gives the order of the others.
        let operands = match operands {
            [others @ .., _] if is_function_given_order(it) => others,
            operands => operands,
        };
        if !is_order(path) && !is_function_given_order(it) {
            return self.keys(it.args.iter_mut());
        }
        if has_literal(operands) {
            return;
        }
        let Some(at) = (0..operands.len()).min_by_key(|at| rank(&operands[*at])) else { return };
        if operands[at].ty == Ty::Open {
            return;
        }
        let fed = operands.iter().find(|operand| operand.fed).unwrap_or(&operands[at]);
        let argument = &mut it.args[at];
        *argument = Expr::Verbatim(self.passed(&*argument, fed.at));
    }

    /// The results of the closures among the arguments.
    fn keys<'e>(&self, arguments: impl Iterator<Item = &'e mut Expr>) {
        for argument in arguments {
            if let Expr::Closure(it) = argument {
                let at = text::ends(&it.body).0;
                *it.body = Expr::Verbatim(self.passed(&it.body, at));
            }
        }
    }

    /// `compared(&value)`
    fn compared(
        &self,
        function: &str,
        value: impl ToTokens,
        wants_parens: bool,
        at: Span,
    ) -> TokenStream {
        let (runtime, compared) = (text::at(self.runtime, at), Ident::new(function, at));
        let value = if wants_parens { quote!((#value)) } else { value.into_token_stream() };
        quote_spanned!(at=> #runtime::#compared(&#value))
    }

    /// A value that is named to rustc before it is used.
    fn passed(&self, value: impl ToTokens, at: Span) -> TokenStream {
        let name = Ident::new("__value", Span::mixed_site());
        let value = scrutinee(without_advice(value.into_token_stream()));
        let compared = self.compared("compared_by", &name, false, at);
        let check = quote_spanned!(at=> #compared.check(););
        quote!(match #value { #name => { #check #name } })
    }
}

/// An expression whose parentheses are never reported as unused.
fn without_advice(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(mut group)), None) => {
            group.set_span(text::located(group.span()));
            TokenTree::Group(group).into()
        }
        _ => tokens,
    }
}

/// The operand that is named, of several of one type: of those that are alike, one that depends on a fact.
fn rank(operand: &Operand) -> (Ty, bool) {
    (operand.ty, !operand.fed)
}

/// Whether a method orders its receiver.
fn orders_receiver(it: &ExprMethodCall, operands: &[Operand]) -> bool {
    if it.method == "contains" {
        return operands[0].ty == Ty::Range;
    }
    let both = methods::orders_both(&it.method) && has_literal(operands);
    orders(&it.method) && !both || is_given_order(it)
}

/// Whether an operand is a literal: then no operand is an `Option`.
fn has_literal(operands: &[Operand]) -> bool {
    operands.iter().any(|operand| operand.ty == Ty::Literal)
}

/// The names of a closure's parameter that has no type.
fn untyped(pat: &Pat) -> Names {
    if matches!(pat, Pat::Type(_)) { Names::new() } else { names_of(pat) }
}
