//! What the tokens of an operand reveal: whether a fact feeds it, and how it can be named to rustc.

use proc_macro2::Span;
use syn::{Expr, UnOp};

use super::super::super::source::as_written;
use super::super::super::tree::{Names, Node};
use super::locals::Ordering;
use crate::syntax::{bare, is_capitalised, is_of_prelude, only_name};
use crate::text;

/// An operand of an operation that orders.
pub(super) struct Operand {
    /// Whether it may depend on a fact.
    pub(super) fed: bool,
    pub(super) shape: Shape,
    pub(super) ty: Ty,
    /// Whether `&` before it would apply to a part of it only.
    pub(super) wants_parens: bool,
    /// Whether it is itself a load.
    pub(super) is_load: bool,
    /// Its first token.
    pub(super) at: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A place that can be named twice.
    Place,
    /// A place inside a value, which is evaluated once.
    PlaceInValue,
    Value,
}

/// The knowledge of its type, ordered by the cost of naming it to rustc.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ty {
    /// No `Option`, nor is the other operand: a literal, or a cast.
    Literal,
    /// The type of a constant, or of a variant without fields.
    Constant,
    Range,
    Any,
    /// It may depend on the code that follows.
    Vague,
    /// The type of a closure's parameter, which rustc infers where the closure is called.
    Open,
}

impl Operand {
    pub(super) fn of(node: &Node, ordering: &Ordering) -> Self {
        let fed = node.loads() || ordering.feeds_node(node);
        let at = text::ends(as_written(node)).0;
        let (shape, ty, wants_parens) = match node {
            Node::Plain(expr) => return Self::of_expr(expr, ordering, &Names::new()),
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                let inside = Self::of(&inside[0], ordering);
                return Self { wants_parens: false, at, ..inside };
            }
            Node::Compound(expr, _) => {
                // Its holes are evaluated once.
                let is_place = shape(expr) != Shape::Value;
                let shape = if is_place { Shape::PlaceInValue } else { Shape::Value };
                (shape, ty(expr, ordering, &Names::new()), wants_parens(expr))
            }
            Node::Load(..) | Node::Try(..) => (Shape::Value, Ty::Any, false),
            _ => (Shape::Value, Ty::Any, true),
        };
        let is_load = matches!(node, Node::Load(..));
        Self { fed, shape, ty, wants_parens, is_load, at }
    }

    /// An operand that loads nothing. `open`: the parameters of closures whose types are not known there.
    pub(super) fn of_expr(expr: &Expr, ordering: &Ordering, open: &Names) -> Self {
        Self {
            fed: ordering.feeds(expr),
            shape: shape(expr),
            ty: ty(expr, ordering, open),
            wants_parens: wants_parens(expr),
            is_load: false,
            at: text::ends(expr).0,
        }
    }
}

fn shape(expr: &Expr) -> Shape {
    match expr {
        Expr::Paren(it) => shape(&it.expr),
        Expr::Group(it) => shape(&it.expr),
        Expr::Path(_) => Shape::Place,
        Expr::Field(it) => place_in(&it.base),
        Expr::Index(it) if shape(&it.index) == Shape::Place => place_in(&it.expr),
        Expr::Index(it) if matches!(*it.index, Expr::Lit(_)) => place_in(&it.expr),
        Expr::Index(_) => Shape::PlaceInValue,
        Expr::Unary(it) if matches!(it.op, UnOp::Deref(_)) => place_in(&it.expr),
        _ => Shape::Value,
    }
}

/// A place inside `base`.
fn place_in(base: &Expr) -> Shape {
    if shape(base) == Shape::Place { Shape::Place } else { Shape::PlaceInValue }
}

fn ty(expr: &Expr, ordering: &Ordering, open: &Names) -> Ty {
    let all = |exprs: &mut dyn Iterator<Item = &Expr>| {
        exprs.map(|expr| ty(expr, ordering, open)).filter(|ty| *ty >= Ty::Vague).max()
    };
    match expr {
        Expr::Paren(it) => ty(&it.expr, ordering, open),
        Expr::Group(it) => ty(&it.expr, ordering, open),
        Expr::Reference(it) => ty(&it.expr, ordering, open),
        Expr::Unary(it) if matches!(bare(&it.expr), Expr::Lit(_)) => Ty::Literal,
        Expr::Lit(_) | Expr::Cast(_) => Ty::Literal,
        Expr::Range(_) => Ty::Range,
        Expr::Tuple(it) => all(&mut it.elems.iter()).unwrap_or(Ty::Any),
        Expr::Array(it) => all(&mut it.elems.iter()).unwrap_or(Ty::Any),
        Expr::Path(it) if is_capitalised(&it.path) && !is_of_prelude(&it.path) => Ty::Constant,
        expr => {
            let Some(name) = only_name(expr) else { return Ty::Any };
            match name {
                name if open.contains(&name) => Ty::Open,
                name if ordering.ranges.contains(&name) => Ty::Range,
                name if ordering.vague.contains(&name) => Ty::Vague,
                _ => Ty::Any,
            }
        }
    }
}

/// Whether `&` before an expression would apply to a part of it only.
fn wants_parens(expr: &Expr) -> bool {
    !matches!(
        expr,
        Expr::Array(_)
            | Expr::Call(_)
            | Expr::Field(_)
            | Expr::Index(_)
            | Expr::Lit(_)
            | Expr::Macro(_)
            | Expr::MethodCall(_)
            | Expr::Paren(_)
            | Expr::Path(_)
            | Expr::Reference(_)
            | Expr::Try(_)
            | Expr::Tuple(_)
            | Expr::Unary(_)
    )
}
