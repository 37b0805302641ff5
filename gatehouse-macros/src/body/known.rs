//! Conditions on facts that are already loaded while the body waits for another fact.
//!
//! A condition on facts does not delay a load: while it is unknown, the loads behind it are requested. Once
//! it is known, it decides: with `a` true, `if a { A(x).await } else { B(x).await }` must not request `B`
//! while it waits for `A`. The function that requests loads therefore first evaluates each such condition
//! once, and each slice behind a condition begins with a test of it.
//!
//! A condition is evaluated only where it can matter: where the body can wait for a load that is not behind
//! the condition. The code is at most (conditions × the longest path to one).

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::analysis::{self as names, Analysis, is_total};
use super::emit::{Emitter, cx, scrutinee};
use super::load_path::Step;
use super::slice::{SlicedStep, wrap};
use super::tree::{Body, LoadId, Node, Stmt};

/// The conditions of a body that may be known early: a variable for each, and the code that sets it.
#[derive(Default)]
pub(crate) struct KnownConditions(Vec<(Ident, TokenStream)>);

impl KnownConditions {
    /// The conditions to evaluate before any slice runs.
    pub(crate) fn list(&self) -> &[(Ident, TokenStream)] {
        &self.0
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Drops the conditions that were added since there were `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    fn name(&mut self, code: TokenStream) -> Ident {
        let text = code.to_string();
        if let Some((name, _)) = self.0.iter().find(|(_, known)| known.to_string() == text) {
            return name.clone();
        }
        let name = format_ident!("__known_{}", self.0.len(), span = Span::mixed_site());
        self.0.push((name.clone(), code));
        name
    }

    /// The test that the step after `before` needs on the path to the load `id`: a variable, and the value that excludes the
    /// load. `None` if no known fact could exclude it.
    pub(super) fn exclusion(
        &mut self,
        (body, id): (&Analysis<'_>, LoadId),
        before: &[SlicedStep<'_>],
        step: &SlicedStep<'_>,
        runtime: &TokenStream,
    ) -> Option<(Ident, bool)> {
        let emitter = Emitter::known(body, runtime);
        let condition = condition(step.step, &emitter)?;
        let (steps, fed_by) = definitions(&condition, before, body)?;
        let first = fed_by.first()?;
        let elsewhere = |load: &LoadId| match &condition.leaves_at {
            Some(loads) => loads.contains(load),
            None => !step.guarded_loads.contains(load),
        };
        let may_wait = |load: LoadId| load > *first && load != id && !fed_by.contains(&load);
        if !(0..body.loads.len()).any(|load| may_wait(load) && elsewhere(&load)) {
            return None;
        }
        let is_partial = !is_total(condition.node) || steps.iter().any(|step| step.is_partial());
        let function = if is_partial { quote!(partial_if_known) } else { quote!(if_known) };
        let (cx, test) = (cx(), condition.test);
        let code = if steps.is_empty() {
            quote!(#runtime::#function(#cx, |#cx| ::core::result::Result::Ok(#test)))
        } else {
            let answer = quote!(return ::core::result::Result::Ok(#test););
            let inside = steps.iter().fold(answer, |rest, step| wrap(step, &rest, &emitter));
            quote! {
                #runtime::#function(#cx, |#cx| {
                    #inside
                    ::core::result::Result::Err(#runtime::Stop::Pending)
                })
            }
        };
        Some((self.name(code), !condition.leads_on))
    }
}

/// A condition on the path to a load.
struct EarlyCondition<'b> {
    /// The expression that it tests.
    node: &'b Node,
    /// The condition as an expression.
    test: TokenStream,
    /// Its value on the path to the load.
    leads_on: bool,
    /// The loads on its other path, if it exits the body there.
    leaves_at: Option<BTreeSet<LoadId>>,
}

fn condition<'b>(step: Step<'b>, emitter: &Emitter<'_>) -> Option<EarlyCondition<'b>> {
    let pattern = |pat: &syn::Pat, node: &Node| {
        let node = scrutinee(emitter.node(node));
        quote!((match #node { #pat => true, _ => false }))
    };
    let condition = |node, test, leads_on| EarlyCondition { node, test, leads_on, leaves_at: None };
    match step {
        Step::Holds(node, value) | Step::Operand(node, value) => {
            Some(condition(node, emitter.node(node), value))
        }
        Step::Matches(pat, node, matched) => Some(condition(node, pattern(pat, node), matched)),
        Step::Arm(it, at) => {
            let arms = it.arms[..at].iter().filter(|arm| arm.guard.is_none());
            let before: Vec<_> = arms.map(|arm| &arm.pat).collect();
            let (node, pat) = (emitter.node(&it.scrutinee), &it.arms[at].pat);
            let test = quote!((match #node { #(#before => false,)* #pat => true, _ => false }));
            Some(condition(&it.scrutinee, test, true))
        }
        Step::Stmt(Stmt::Expr(Node::If(it), _)) if it.then.diverges() && it.otherwise.is_none() => {
            let leaves_at = Some(it.then.loads_inside());
            let test = emitter.node(&it.condition);
            Some(EarlyCondition { leaves_at, ..condition(&it.condition, test, false) })
        }
        Step::Stmt(Stmt::Let(it)) => {
            let (init, otherwise) = (it.init.as_ref()?, it.otherwise.as_ref()?);
            let leaves_at = Some(otherwise.loads_inside());
            Some(EarlyCondition { leaves_at, ..condition(init, pattern(&it.pat, init), true) })
        }
        Step::Stmt(_) | Step::Before(_) => None,
    }
}

/// The steps that bind the names that a condition mentions, last first, and the loads that it depends on; `None` if it
/// cannot be evaluated early.
fn definitions<'t, 'b>(
    condition: &EarlyCondition<'_>,
    before: &'t [SlicedStep<'b>],
    body: &Body,
) -> Option<(Vec<&'t SlicedStep<'b>>, BTreeSet<LoadId>)> {
    let EarlyCondition { node, .. } = condition;
    if node.leaves() || binds(node) || !names::is_safe(node) {
        return None;
    }
    let mut needed = names::mentioned(node);
    let mut fed_by = node.passed_loads();
    let mut steps = Vec::new();
    // The steps that bind a name do not show its changes between them.
    let mut changes = !needed.is_disjoint(&body.mutable);
    for step in before.iter().rev() {
        let is_item = matches!(step.step, Step::Stmt(Stmt::Item(_)));
        if is_item || step.binds_one_of(&needed) {
            if !step.can_be_repeated() {
                return None;
            }
            fed_by.extend(step.step.loads());
            step.replace_names(&mut needed);
            changes |= !needed.is_disjoint(&body.mutable);
            steps.push(step);
        }
    }
    (!changes).then_some((steps, fed_by))
}

/// Whether a condition binds names.
fn binds(node: &Node) -> bool {
    node.any(&|node| matches!(node, Node::Let(..)))
}
