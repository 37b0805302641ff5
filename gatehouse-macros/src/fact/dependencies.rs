//! The dependencies among the derived facts of a block, by component: facts that all depend on each other.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use quote::quote;
use syn::{Ident, Path};

use super::ast::{Block, Ending};
use super::components::components;
use crate::body::analysis::is_total;
use crate::body::tree::Body;

/// The derived facts of a block, and what their bodies load.
pub(super) struct Dependencies {
    /// The component of each fact with a body, by its name.
    by_name: BTreeMap<String, usize>,
    /// Each after those that it depends on.
    pub(super) components: Vec<Rc<Component>>,
}

/// Facts that all depend on each other, or one fact: a strongly connected component of the dependencies.
pub(super) struct Component {
    /// The names of its facts, in the order of the block. One name may be that of several facts, under conditions.
    pub(super) facts: Vec<Ident>,
    names: BTreeSet<String>,
    /// Whether its facts depend on themselves.
    pub(super) is_recursive: bool,
    /// The facts that it depends on and that are not derived in this block: it needs sources for them.
    pub(super) bases: Rc<Bases>,
    /// The derived facts of this block that its bodies load, without its own.
    pub(super) derived: Bases,
    /// Whether neither its bodies nor those of this block that it depends on can panic, by their tokens.
    pub(super) is_total: bool,
    /// The components that its bodies load facts of, without itself, and whether they all do so by the plain name.
    pub(super) loads: BTreeMap<usize, bool>,
}

/// Facts by their paths as text.
pub(super) type Bases = BTreeMap<String, Path>;

impl Component {
    /// Whether `fact` is one of its facts and depends on itself.
    pub(super) fn recurs(&self, fact: &Path) -> bool {
        self.is_recursive
            && local_name(fact).is_some_and(|name| self.names.contains(&name.to_string()))
    }
}

/// The name of a fact that may be one of this block: `Name`, or `self::Name`.
pub(super) fn local_name(path: &Path) -> Option<&Ident> {
    let mut segments = path.segments.iter();
    let (first, second) = (segments.next()?, segments.next());
    match second {
        None if path.leading_colon.is_none() => Some(&first.ident),
        Some(second) if first.ident == "self" && segments.next().is_none() => Some(&second.ident),
        _ => None,
    }
}

impl Dependencies {
    /// The dependencies of the facts that have a body. `bodies` are those without errors, by the index of the fact.
    pub(super) fn of(block: &Block, bodies: &BTreeMap<usize, Body>) -> Self {
        let nodes = Nodes::of(block, bodies);
        let found = components(&nodes.edges);
        let mut component_of = vec![0; nodes.edges.len()];
        for (id, component) in found.iter().enumerate() {
            for node in component {
                component_of[*node] = id;
            }
        }
        let mut components: Vec<Rc<Component>> = Vec::new();
        for members in &found {
            let component = nodes.component(members, &component_of, &components);
            components.push(Rc::new(component));
        }
        let by_name = nodes.by_name.into_iter();
        let by_name = by_name.map(|(name, node)| (name, component_of[node])).collect();
        Self { by_name, components }
    }

    /// The component of the fact of this block that `path` names, if it is a derived one.
    pub(super) fn component(&self, path: &Path) -> Option<&Rc<Component>> {
        self.component_of(local_name(path)?)
    }

    /// The component of the derived fact `name`.
    pub(super) fn component_of(&self, name: &Ident) -> Option<&Rc<Component>> {
        self.by_name.get(&name.to_string()).map(|id| &self.components[*id])
    }
}

/// The graph of names: alternatives of one name, under conditions, are one node.
struct Nodes {
    by_name: BTreeMap<String, usize>,
    names: Vec<Ident>,
    /// What the bodies of each load.
    loads: Vec<Vec<Path>>,
    /// The nodes that they load.
    edges: Vec<Vec<usize>>,
    /// Whether none of its own bodies can panic, by their tokens.
    is_total: Vec<bool>,
}

impl Nodes {
    fn of(block: &Block, bodies: &BTreeMap<usize, Body>) -> Self {
        let (mut by_name, mut names) = (BTreeMap::new(), Vec::new());
        for fact in block.facts.iter().filter(|fact| matches!(fact.ending, Ending::Body(_))) {
            by_name.entry(fact.name.to_string()).or_insert_with(|| {
                names.push(fact.name.clone());
                names.len() - 1
            });
        }
        let (mut loads, mut total) = (vec![Vec::new(); names.len()], vec![true; names.len()]);
        for (at, body) in bodies {
            let node = by_name[&block.facts[*at].name.to_string()];
            loads[node].extend(body.facts());
            total[node] &= body.block.nodes().all(is_total);
        }
        let mut nodes = Self { by_name, names, loads, edges: Vec::new(), is_total: total };
        let targets =
            |loads: &Vec<Path>| loads.iter().filter_map(|path| nodes.node(path)).collect();
        nodes.edges = nodes.loads.iter().map(targets).collect();
        nodes
    }

    /// The node that `path` names.
    fn node(&self, path: &Path) -> Option<usize> {
        local_name(path).and_then(|name| self.by_name.get(&name.to_string()).copied())
    }

    /// The component with these nodes; `known` are those that it depends on.
    fn component(
        &self,
        nodes: &[usize],
        component_of: &[usize],
        known: &[Rc<Component>],
    ) -> Component {
        let mut bases = Bases::new();
        let (mut loads, mut derived, mut is_recursive) = (BTreeMap::new(), Bases::new(), false);
        for path in nodes.iter().flat_map(|node| &self.loads[*node]) {
            match self.node(path).map(|target| component_of[target]) {
                None => {
                    bases.entry(quote!(#path).to_string()).or_insert_with(|| path.clone());
                }
                Some(own) if own == known.len() => is_recursive = true,
                Some(other) => {
                    derived.entry(quote!(#path).to_string()).or_insert_with(|| path.clone());
                    *loads.entry(other).or_insert(true) &= path.get_ident().is_some();
                }
            }
        }
        let needed: Vec<_> = loads.keys().map(|other| &known[*other]).collect();
        let is_total = nodes.iter().all(|node| self.is_total[*node])
            && needed.iter().all(|other| other.is_total);
        let bases = joined(bases, &needed);
        let facts: Vec<Ident> = nodes.iter().map(|node| self.names[*node].clone()).collect();
        let names = facts.iter().map(ToString::to_string).collect();
        Component { facts, names, is_recursive, bases, derived, is_total, loads }
    }
}

/// `own` and the bases of the components `needed`. Components with the same bases share one list of them.
fn joined(mut own: Bases, needed: &[&Rc<Component>]) -> Rc<Bases> {
    if let [first, others @ ..] = needed
        && others.iter().all(|other| Rc::ptr_eq(&other.bases, &first.bases))
        && own.keys().all(|text| first.bases.contains_key(text))
    {
        return Rc::clone(&first.bases);
    }
    for (text, path) in needed.iter().flat_map(|other| other.bases.iter()) {
        own.entry(text.clone()).or_insert_with(|| path.clone());
    }
    Rc::new(own)
}
