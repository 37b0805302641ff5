//! Slices: for each load, the part of the body that leads to it and that its key needs.
//!
//! A slice keeps, in the body's order, the steps that the key needs, and the conditions on local data before
//! the load. Conditions on facts do not delay a load and are left out, unless they are
//! [`known`](super::known).
//!
//! Invariant: a slice evaluates nothing that the body might not have reached, unless it cannot panic
//! ([`is_safe`](crate::body::analysis::Summary::is_safe)). Code before the first load may panic: the stopped body has
//! already executed it.

use std::collections::{BTreeMap, BTreeSet};

use syn::Ident;

use super::keep::{Keep, is_opaque_macro, reason_of_change};
use super::paths::{PathStep, Paths, StepId};
use super::step::Step;
use crate::body::analysis::{Analysis, Nodes};
use crate::body::tree::{LoadId, Names, Node, Stmt};

/// The slice of a load.
pub(super) struct Slice {
    /// The steps of the path, from its beginning, each with whether the slice keeps it.
    pub(super) steps: Vec<(StepId, bool)>,
    /// The loads whose values it reads.
    pub(super) needs: BTreeMap<LoadId, Need>,
}

/// The need of one load for the value of another.
pub(super) struct Need {
    /// The part of the slice that has the value.
    pub(super) what: String,
    /// Whether the key mentions it, and not only another load on the way to the key.
    pub(super) is_direct: bool,
}

/// The slice of `load`, or the reason why it must wait until the body reaches it.
pub(super) fn of(load: LoadId, paths: &Paths<'_>, body: &Analysis<'_>) -> Result<Slice, String> {
    let Some(end) = paths.end(load) else { return Err("it is not on any path".into()) };
    if let Some(reason) = &end.blocked {
        return Err(reason.clone());
    }
    let mentioned = Names::clone(&body.nodes.mentioned(end.key));
    let (nodes, needs) = (&body.nodes, BTreeMap::new());
    let mut search = Search { nodes, needed: mentioned.clone(), direct: mentioned, needs };
    search.note_loads(end.key, "its key", true);
    let mut steps = Vec::new();
    for id in paths.back_from(end.last) {
        steps.push((id, search.keeps(paths.step(id))?));
    }
    if let Some(name) = bound_by_a_macro(&steps, paths, &search.needed, &body.given) {
        return Err(format!("a macro on the way may say what `{name}` is"));
    }
    steps.reverse();
    Ok(Slice { steps, needs: search.needs })
}

/// The first of `names` that no step of the path binds, if a macro of the user's on the path may bind it.
fn bound_by_a_macro(
    steps: &[(StepId, bool)],
    paths: &Paths<'_>,
    names: &Names,
    given: &Names,
) -> Option<String> {
    if !steps.iter().any(|(id, _)| is_opaque_macro(paths.step(*id).step)) {
        return None;
    }
    // Facts, types and constants are items defined elsewhere.
    let is_name = |name: &&String| name.starts_with(char::is_lowercase);
    let is_keyword = |name: &String| syn::parse_str::<Ident>(name).is_err();
    names.iter().filter(is_name).find(|name| !given.contains(*name) && !is_keyword(name)).cloned()
}

/// The state of a walk from a load back to the beginning of the body.
struct Search<'a> {
    nodes: &'a Nodes<'a>,
    /// The names that the steps behind need.
    needed: Names,
    /// Those of them that the key needs without another load between.
    direct: Names,
    needs: BTreeMap<LoadId, Need>,
}

impl Search<'_> {
    /// Whether the slice keeps a step.
    fn keeps(&mut self, step: &PathStep<'_>) -> Result<bool, String> {
        if !step.is_kept(&self.needed, self.nodes)? {
            return Ok(false);
        }
        let is_direct = !step.binds.is_disjoint(&self.direct) || step.binds.is_empty();
        if !matches!(step.keep, Keep::Condition(_)) {
            let name = step.binds.intersection(&self.needed).next();
            let what = name.map_or_else(|| "its key".into(), |name| format!("`{name}`"));
            for node in step.step.nodes() {
                self.note_loads(node, &what, is_direct);
            }
        }
        step.replace_names(&mut self.needed);
        if is_direct && step.step.loads(self.nodes).is_empty() {
            step.replace_names(&mut self.direct);
        } else {
            self.direct.retain(|name| !step.binds.contains(name));
        }
        Ok(true)
    }

    fn note_loads(&mut self, node: &Node, what: &str, is_direct: bool) {
        let nested = loads_in_keys(node, self.nodes);
        for id in self.nodes.get(node).passed_loads.iter() {
            let is_direct = is_direct && !nested.contains(&id);
            let need = || Need { what: what.to_owned(), is_direct };
            self.needs.entry(id).or_insert_with(need).is_direct |= is_direct;
        }
    }
}

impl PathStep<'_> {
    /// Whether a slice that needs the names `needed` behind the step keeps it, or the reason why it cannot.
    fn is_kept(&self, needed: &Names, nodes: &Nodes<'_>) -> Result<bool, String> {
        let is_needed = !self.binds.is_disjoint(needed);
        Ok(match &self.keep {
            Keep::Always if !is_needed && self.takes_its_type_from_later(nodes) => {
                let names = self.binds.iter().cloned().collect::<Vec<_>>().join("`, `");
                return Err(format!("the type of `{names}` is not written where it is bound"));
            }
            Keep::Always | Keep::Condition(_) => true,
            Keep::Arms { always, .. } => *always || is_needed,
            Keep::IfNeeded => is_needed,
            Keep::Blocks(reason) if is_needed => return Err(reason.clone()),
            Keep::Never | Keep::Blocks(_) => false,
            Keep::Changes { names, after_load } => match reason_of_change(names, needed) {
                Some(reason) if *after_load => return Err(reason),
                changed => changed.is_some(),
            },
        })
    }

    /// Whether the step binds a value whose type rustc infers from code that the slice leaves out:
    /// `let id = name.parse().ok()?`.
    fn takes_its_type_from_later(&self, nodes: &Nodes<'_>) -> bool {
        let is_open = match self.step {
            Step::Stmt(Stmt::Let(it)) => it.ty.is_none(),
            Step::Matches(..) => true,
            _ => false,
        };
        let has_open_type = |node| nodes.get(node).has_open_type();
        is_open && !self.binds.is_empty() && self.step.nodes().into_iter().any(has_open_type)
    }

    /// The names that are needed before the step, from those that are needed after it.
    pub(super) fn replace_names(&self, needed: &mut Names) {
        needed.retain(|name| !self.binds.contains(name));
        needed.extend(self.mentions.iter().cloned());
    }
}

/// The loads inside a node that are in the keys of other loads in it.
fn loads_in_keys(node: &Node, nodes: &Nodes<'_>) -> BTreeSet<LoadId> {
    match node {
        node if !nodes.get(node).has_loads() => BTreeSet::new(),
        Node::Load(_, _, key) => nodes.get(key).loads.clone().map(LoadId).collect(),
        node => node.children().into_iter().flat_map(|it| loads_in_keys(it, nodes)).collect(),
    }
}
