//! The plan of one body as data: when each load is requested, and which loads it waits for.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Pat;

use super::analysis::Analysis;
use super::emit::{Emitter, ReportedCondition, as_written};
use super::known::KnownConditions;
use super::load_path::{LoadPath, Step};
use super::slice;
use super::tree::{Body, LoadId, Node, Stmt};
use crate::text;

/// The plan of the loads of a policy.
pub(crate) struct BodyPlan {
    /// In evaluation order.
    pub(crate) loads: Vec<PlannedLoad>,
    /// The conditions that are evaluated before the slices run.
    pub(crate) known: KnownConditions,
    /// The body as code; its inputs are the parameters of the function around it.
    pub(crate) code: TokenStream,
    /// The conditions that it reports, by their numbers.
    pub(crate) conditions: Vec<ReportedCondition>,
}

pub(crate) struct PlannedLoad {
    pub(crate) round: u32,
    /// The loads that must be answered before it, each with the reason in words.
    pub(crate) waits_for: BTreeMap<LoadId, String>,
    /// The conditions on its path, as written, with the value that leads to it.
    pub(crate) guards: Vec<(String, bool)>,
    /// Whether it can be requested before the body reaches it.
    #[cfg(test)]
    pub(crate) is_early: bool,
    /// The code that requests it early, if that is of use.
    pub(crate) slice: Option<TokenStream>,
}

impl BodyPlan {
    /// Plans a body. `lazy` switches early requests off.
    pub(crate) fn new(body: &Body, lazy: bool, runtime: &TokenStream) -> Self {
        let body = &Analysis::of(body);
        let mut loads: Vec<PlannedLoad> = Vec::new();
        let mut known = KnownConditions::default();
        for (id, load) in body.loads.iter().enumerate() {
            let path = LoadPath::to(id, body);
            let slice = if lazy || load.lazy.is_some() {
                Err(String::from("it is lazy"))
            } else {
                slice::of(body, id, &path, &mut known, runtime)
            };
            #[cfg(test)]
            let is_early = slice.is_ok();
            let (waits_for, slice): (BTreeMap<LoadId, String>, _) = match slice {
                Ok(slice) => {
                    let needs = slice.needs.into_iter();
                    let reasons = needs.map(|(id, what)| (id, format!("{what} comes from there")));
                    (reasons.collect(), slice.code)
                }
                // The body reaches it when all loads before it are answered.
                Err(reason) => {
                    let before = path.loads_before().into_iter();
                    (before.map(|before| (before, reason.clone())).collect(), None)
                }
            };
            let rounds = waits_for.keys().map(|id| loads[*id].round);
            let round = 1 + rounds.max().unwrap_or(0);
            let guards = path.steps.iter().filter_map(|step| guard(*step)).collect();
            loads.push(PlannedLoad {
                round,
                waits_for,
                guards,
                #[cfg(test)]
                is_early,
                slice,
            });
        }
        let reported = RefCell::default();
        let emitter = Emitter::function(body, runtime, &reported);
        let code = emitter.stmts(&body.block);
        Self { loads, known, code, conditions: reported.into_inner() }
    }
}

/// The condition of a step on the path to a load, as written, and the value that it must have.
fn guard(step: Step<'_>) -> Option<(String, bool)> {
    let pattern = |pat: &Pat, node: &Node| {
        let scrutinee = as_written(node);
        text::of_expr(quote!(let #pat = #scrutinee))
    };
    match step {
        Step::Holds(node, holds) | Step::Operand(node, holds) => {
            Some((text::of_expr(as_written(node)), holds))
        }
        Step::Matches(pat, node, matched) => Some((pattern(pat, node), matched)),
        Step::Arm(it, at) => Some((pattern(&it.arms[at].pat, &it.scrutinee), true)),
        Step::Stmt(Stmt::Expr(Node::If(it), _)) if it.then.diverges() && it.otherwise.is_none() => {
            Some((text::of_expr(as_written(&it.condition)), false))
        }
        Step::Stmt(Stmt::Let(it)) if it.otherwise.is_some() => {
            it.init.as_ref().map(|init| (pattern(&it.pat, init), true))
        }
        Step::Stmt(_) | Step::Before(_) => None,
    }
}
