//! Derived facts: their bodies, compiled as policies' bodies are, and the dependencies among the facts of a
//! block.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, Path, Type, braced};

use super::ast::{Block, Ending, Fact};
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
    /// The facts that it depends on and that are not derived in this block: it needs sources for them.
    pub(super) bases: Vec<Path>,
    /// The facts that depend on it and that it depends on, itself included; empty if it is not recursive.
    pub(super) cycle: Vec<Ident>,
    /// Whether neither its body nor a body of this block that it depends on can panic, by their tokens.
    pub(super) is_total: bool,
    /// The operands beside a recursive fact that may panic.
    pub(super) beside_recursion: Vec<PartialOperand>,
}

impl Derived<'_> {
    /// Whether `fact` depends on the fact whose body this is.
    pub(super) fn is_recursive(&self, fact: &Path) -> bool {
        is_in_cycle(&self.cycle, fact)
    }
}

/// Whether a type is `bool`, as far as its tokens tell.
pub(super) fn is_bool(ty: &Type) -> bool {
    text::is_named(ty, "bool")
}

/// Whether a type is an `Option`, as far as its tokens tell.
pub(super) fn is_option(ty: &Type) -> bool {
    text::is_named(ty, "Option")
}

/// Whether a path names one of the facts of a cycle.
pub(super) fn is_in_cycle(cycle: &[Ident], fact: &Path) -> bool {
    local_name(fact).is_some_and(|name| cycle.contains(name))
}

/// The name of a fact that may be one of this block: `Name`, or `self::Name`.
fn local_name(path: &Path) -> Option<&Ident> {
    let mut segments = path.segments.iter();
    let (first, second) = (segments.next()?, segments.next());
    match second {
        None if path.leading_colon.is_none() => Some(&first.ident),
        Some(second) if first.ident == "self" && segments.next().is_none() => Some(&second.ident),
        _ => None,
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
    errors: &Diagnostics,
) -> BTreeMap<usize, Derived<'b>> {
    let needs = DependencyGraph::of(block, bodies);
    let partial = partial(block, bodies);
    let mut derived = BTreeMap::new();
    for (&at, body) in bodies {
        let fact = &block.facts[at];
        let cycle = needs.cycle(&fact.name);
        let in_this = Diagnostics::new();
        recursion::check(fact, body, &cycle, &in_this);
        if in_this.is_empty() {
            let plan = BodyPlan::new(body, false);
            let bases = needs.bases(&fact.name);
            let is_total = needs.is_total(&fact.name, &partial);
            let beside_recursion =
                recursion::beside_recursion(body, &cycle, &|fact| match needs.derived_fact(fact) {
                    Some(name) if needs.is_total(name, &partial) => LoadPartiality::Total,
                    Some(_) => LoadPartiality::Partial,
                    None => LoadPartiality::Unknown,
                });
            let derived_fact = Derived { body, plan, bases, cycle, is_total, beside_recursion };
            derived.insert(at, derived_fact);
        }
        errors.absorb(&in_this);
    }
    check_base_cases(block, &derived, errors);
    derived
}

/// The facts of a block whose own bodies may panic.
fn partial(block: &Block, bodies: &BTreeMap<usize, Body>) -> BTreeSet<Ident> {
    let partial = bodies.iter().filter(|(_, body)| !body.block.nodes().all(is_total));
    partial.map(|(at, _)| block.facts[*at].name.clone()).collect()
}

/// A cycle of facts without a base case, reported once, at its first fact.
fn check_base_cases(block: &Block, derived: &BTreeMap<usize, Derived<'_>>, errors: &Diagnostics) {
    let mut said: Vec<&Ident> = Vec::new();
    for (at, Derived { cycle, .. }) in derived {
        let name = &block.facts[*at].name;
        let of_cycle = derived.iter().filter(|(at, _)| cycle.contains(&block.facts[**at].name));
        let groundless = of_cycle.filter(|(_, it)| recursion::has_no_base_case(it.body, cycle));
        // A fact of the cycle with an error might have been the base case.
        let all = !cycle.is_empty() && groundless.count() == cycle.len();
        if all && !said.contains(&name) {
            errors.push(name, diagnostics::recursive_without_base(name.unraw()));
            said.extend(cycle);
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

/// The facts that the bodies of a block load.
struct DependencyGraph {
    /// The facts with a body.
    derived: BTreeSet<Ident>,
    /// The facts that each of them loads.
    loads: BTreeMap<Ident, Vec<Path>>,
}

impl DependencyGraph {
    fn of(block: &Block, bodies: &BTreeMap<usize, Body>) -> Self {
        let derived = block.facts.iter().filter(|fact| matches!(fact.ending, Ending::Body(_)));
        let derived = derived.map(|fact| fact.name.clone()).collect();
        let mut loads: BTreeMap<Ident, Vec<Path>> = BTreeMap::new();
        for (at, body) in bodies {
            loads.entry(block.facts[*at].name.clone()).or_default().extend(body.facts());
        }
        Self { derived, loads }
    }

    /// The facts of the block that `path` names.
    fn derived_fact<'p>(&self, path: &'p Path) -> Option<&'p Ident> {
        local_name(path).filter(|name| self.derived.contains(*name))
    }

    /// The derived facts of the block that `name` depends on.
    fn reached(&self, name: &Ident) -> BTreeSet<Ident> {
        let (mut reached, mut open) = (BTreeSet::new(), vec![name.clone()]);
        while let Some(name) = open.pop() {
            let next = self.loads.get(&name).into_iter().flatten();
            for fact in next.filter_map(|path| self.derived_fact(path)) {
                if reached.insert(fact.clone()) {
                    open.push(fact.clone());
                }
            }
        }
        reached
    }

    /// Whether neither the body of `name` is `partial`, nor the body of a fact of the block that it depends on.
    fn is_total(&self, name: &Ident, partial: &BTreeSet<Ident>) -> bool {
        !partial.contains(name) && self.reached(name).is_disjoint(partial)
    }

    /// The facts that depend on `name` and that `name` depends on, itself first; none if it is not recursive.
    fn cycle(&self, name: &Ident) -> Vec<Ident> {
        let reached = self.reached(name);
        if !reached.contains(name) {
            return Vec::new();
        }
        let others = reached.iter().filter(|other| *other != name);
        let back = others.filter(|other| self.reached(other).contains(name));
        std::iter::once(name).chain(back).cloned().collect()
    }

    /// The facts that `name` depends on and that are not derived in this block.
    fn bases(&self, name: &Ident) -> Vec<Path> {
        let mut bases: BTreeMap<String, Path> = BTreeMap::new();
        for fact in std::iter::once(name.clone()).chain(self.reached(name)) {
            for path in self.loads.get(&fact).into_iter().flatten() {
                if self.derived_fact(path).is_none() {
                    bases.entry(quote!(#path).to_string()).or_insert_with(|| path.clone());
                }
            }
        }
        bases.into_values().collect()
    }
}
