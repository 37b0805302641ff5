//! Derived facts: their bodies, compiled as policies' bodies are.

use std::collections::BTreeMap;
use std::rc::Rc;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Path, braced};

use super::ast::{Block, Ending, Fact, is_bool, is_option};
use super::dependencies::{Component, Dependencies};
use super::recursion::{self, LoadPartiality, PartialOperand};
use crate::body::analysis::is_total;
use crate::body::lower;
use crate::body::plan::body_plan::BodyPlan;
use crate::body::tree::{Body, Node};
use crate::diagnostics::Diagnostics;
use crate::{diagnostics, text};

/// A body that compiles.
pub(super) struct Derived<'b> {
    pub(super) body: &'b Body,
    pub(super) plan: BodyPlan<'b>,
    /// The facts that it depends on and that depend on it, itself included.
    pub(super) component: Rc<Component>,
    /// Whether the body cannot panic, by its tokens alone.
    pub(super) is_total: bool,
    /// The operands beside a recursive fact that may panic.
    pub(super) beside_recursion: Vec<PartialOperand>,
}

impl Derived<'_> {
    /// The facts that it needs sources for. Those that it loads are the tokens of its body, where an error about one is
    /// shown.
    pub(super) fn bases(&self) -> Vec<&Path> {
        let loads = self.body.loads.iter().rev().map(|load| &load.fact);
        let own: BTreeMap<String, &Path> =
            loads.map(|fact| (quote!(#fact).to_string(), fact)).collect();
        let bases = self.component.bases.iter();
        bases.map(|(text, base)| own.get(text).copied().unwrap_or(base)).collect()
    }

    /// The facts that it depends on, without those that depend on it: those of other blocks, through any facts of
    /// this one, and the derived ones of this block that it loads.
    pub(super) fn loaded_elsewhere(&self) -> impl Iterator<Item = &Path> {
        let bases = self.component.bases.values();
        bases.chain(self.component.derived.values())
    }
}

/// Lowers every body of a block. A body with errors has none in the result.
pub(super) fn bodies(block: &Block, errors: &Diagnostics) -> BTreeMap<usize, Body> {
    let mut bodies = BTreeMap::new();
    for (at, fact) in block.facts.iter().enumerate() {
        let in_this = Diagnostics::new();
        if let Some(body) = lowered(fact, &block.facts, &in_this)
            && in_this.is_empty()
        {
            bodies.insert(at, body);
        }
        errors.absorb(&in_this);
    }
    bodies
}

/// Plans every body of a block. A body with errors has none in the result.
pub(super) fn block<'b>(
    block: &Block,
    bodies: &'b BTreeMap<usize, Body>,
    dependencies: &Dependencies,
    errors: &Diagnostics,
) -> BTreeMap<usize, Derived<'b>> {
    let mut derived = BTreeMap::new();
    for (&at, body) in bodies {
        let fact = &block.facts[at];
        let Some(component) = dependencies.component_of(&fact.name) else { continue };
        let in_this = Diagnostics::new();
        recursion::check(fact, body, component, &in_this);
        if in_this.is_empty() {
            let plan = BodyPlan::new(body, false, &|fact| component.recurs(fact));
            let beside_recursion =
                recursion::beside_recursion(body, component, &|fact| match dependencies
                    .component(fact)
                {
                    Some(component) if component.is_total => LoadPartiality::Total,
                    Some(_) => LoadPartiality::Partial,
                    None => LoadPartiality::Unknown,
                });
            let component = Rc::clone(component);
            let is_total = body.block.nodes().all(is_total);
            derived.insert(at, Derived { body, plan, component, is_total, beside_recursion });
        }
        errors.absorb(&in_this);
    }
    check_base_cases(block, dependencies, &derived, errors);
    derived
}

/// A cycle of facts without a base case, reported once, at its first fact.
fn check_base_cases(
    block: &Block,
    dependencies: &Dependencies,
    derived: &BTreeMap<usize, Derived<'_>>,
    errors: &Diagnostics,
) {
    let mut groundless: BTreeMap<String, usize> = BTreeMap::new();
    for (at, Derived { body, component, .. }) in derived {
        if recursion::has_no_base_case(body, component) {
            *groundless.entry(block.facts[*at].name.to_string()).or_default() += 1;
        }
    }
    for component in dependencies.components.iter().filter(|component| component.is_recursive) {
        let of_fact = |name: &Ident| groundless.get(&name.to_string()).copied().unwrap_or_default();
        // A fact of the cycle with an error might have been the base case.
        if let [first, ..] = component.facts.as_slice()
            && component.facts.iter().map(of_fact).sum::<usize>() == component.facts.len()
        {
            errors.push(first, diagnostics::recursive_without_base(first.unraw()));
        }
    }
}

/// The body in the compiler's own tree.
fn lowered(fact: &Fact, block_facts: &[Fact], errors: &Diagnostics) -> Option<Body> {
    let Ending::Body(body) = &fact.ending else { return None };
    let parsed = |input: ParseStream<'_>| {
        let content;
        let brace_token = braced!(content in input);
        for attr in content.call(Attribute::parse_inner)? {
            errors.push(&attr, diagnostics::attribute_inside(text::of_expr(attr.path())));
        }
        Ok(syn::Block { brace_token, stmts: content.call(syn::Block::parse_within)? })
    };
    let block = errors.keep(parsed.parse2(body.to_token_stream()))?;
    refuse_await_calls(body.stream(), errors);
    // A value with an error is reported already.
    let value = fact.value.as_ref()?;
    let given = fact.parts.iter().filter_map(|part| Some(part.name.as_ref()?.to_string()));
    let body = lower::body(block, given.collect(), quote!(#value), is_bool(value), errors);
    for load in &body.loads {
        refuse_path(&load.fact, block_facts, errors);
    }
    if !is_option(value) {
        for node in body.block.nodes() {
            refuse_question_marks(node, fact, errors);
        }
    }
    Some(body)
}

/// `.await()`. In a function Rust's parser reports it; here the parser does not read the tokens.
fn refuse_await_calls(body: TokenStream, errors: &Diagnostics) {
    let mut is_await = false;
    for token in body {
        if let TokenTree::Group(group) = &token {
            if is_await && group.delimiter() == Delimiter::Parenthesis {
                errors.push(group, diagnostics::await_called());
            }
            refuse_await_calls(group.stream(), errors);
        }
        is_await = matches!(&token, TokenTree::Ident(word) if word == "await");
    }
}

/// A fact of the block must be named as it is declared: behind a path, the recursion would not be visible.
fn refuse_path(path: &Path, facts: &[Fact], errors: &Diagnostics) {
    let (Some(first), Some(last)) = (path.segments.first(), path.segments.last()) else { return };
    let is_path = ["crate", "super"].iter().any(|root| first.ident == root);
    let is_derived =
        |fact: &Fact| matches!(fact.ending, Ending::Body(_)) && fact.name == last.ident;
    if is_path && facts.iter().any(is_derived) {
        errors.push(path, diagnostics::recursive_by_path(text::of_expr(path), last.ident.unraw()));
    }
}

/// A derived fact always has a value: its author decides about missing facts.
fn refuse_question_marks(node: &Node, fact: &Fact, errors: &Diagnostics) {
    if let Node::Try(_, question) = node {
        let value = fact.value.as_ref().map(text::of_type).unwrap_or_default();
        errors.push(question, diagnostics::derived_question(fact.name.unraw(), value));
    }
    for child in node.children() {
        refuse_question_marks(child, fact, errors);
    }
}
