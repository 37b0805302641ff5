//! The plan of one policy, as data: when each load is asked for, and what it waits for.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use syn::Expr;

use super::ast::{Body, LoadId, Node};
use super::emit::as_written;
use super::slice;
use super::way::Way;
use crate::text;

/// When the loads of a policy are asked for.
pub(crate) struct PolicyPlan {
    /// In evaluation order.
    pub(crate) loads: Vec<PlannedLoad>,
    /// The conditions as written, and where each begins.
    pub(crate) conditions: Vec<(String, Span)>,
}

pub(crate) struct PlannedLoad {
    pub(crate) round: u32,
    /// The loads that must be answered before, each with the reason in words.
    pub(crate) waits_for: BTreeMap<LoadId, String>,
    /// The code that asks for it early, if it need not wait until the body comes to it.
    pub(crate) slice: Option<TokenStream>,
}

impl PolicyPlan {
    /// Plans a body. `lazy` switches early asking off.
    pub(super) fn new(body: &Body, lazy: bool, runtime: &TokenStream) -> Self {
        let mut loads: Vec<PlannedLoad> = Vec::new();
        for (id, load) in body.loads.iter().enumerate() {
            let way = Way::to(id, body);
            let slice = if lazy || load.lazy {
                Err(String::from("it is lazy"))
            } else {
                slice::of(body, id, &way, runtime)
            };
            let (waits_for, slice): (BTreeMap<LoadId, String>, _) = match slice {
                Ok(slice) => {
                    let needs = slice.needs.into_iter();
                    let reasons = needs.map(|(id, what)| (id, format!("{what} comes from there")));
                    (reasons.collect(), Some(slice.code))
                }
                // The body comes to it when everything before is answered.
                Err(reason) => {
                    let before = way.loads_before().into_iter();
                    (before.map(|before| (before, reason.clone())).collect(), None)
                }
            };
            let rounds = waits_for.keys().map(|id| loads[*id].round);
            let round = 1 + rounds.max().unwrap_or(0);
            loads.push(PlannedLoad { round, waits_for, slice });
        }
        let mut conditions = Vec::new();
        body.block.nodes().for_each(|node| note_conditions(node, &mut conditions));
        Self { loads, conditions }
    }

    /// Round trips at most.
    pub(super) fn rounds(&self) -> u32 {
        self.loads.iter().map(|load| load.round).max().unwrap_or(0)
    }
}

/// The conditions of `if`, `match` guards, and the operands of `&&` and `||`.
fn note_conditions(node: &Node, conditions: &mut Vec<(String, Span)>) {
    match node {
        Node::Logic(it) => {
            note_operand(&it.left, conditions);
            note_operand(&it.right, conditions);
            return;
        }
        Node::If(it) if !matches!(it.condition, Node::Logic(_)) => {
            conditions.push(quoted(&it.condition));
        }
        Node::Match(it) => {
            conditions.extend(it.arms.iter().filter_map(|arm| arm.guard.as_ref()).map(quoted));
        }
        _ => {}
    }
    node.children().into_iter().for_each(|child| note_conditions(child, conditions));
}

fn note_operand(node: &Node, conditions: &mut Vec<(String, Span)>) {
    let is_operand = match node {
        Node::Logic(_) | Node::Block(..) | Node::If(_) | Node::Match(_) => false,
        Node::Compound(Expr::Paren(_), inside) => {
            return note_operand(&inside[0], conditions);
        }
        _ => true,
    };
    if is_operand {
        conditions.push(quoted(node));
    }
    note_conditions(node, conditions);
}

fn quoted(node: &Node) -> (String, Span) {
    let tokens = as_written(node);
    let start = text::ends(&tokens).0;
    (text::of_expr(tokens), start)
}
