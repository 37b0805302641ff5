//! Slices: for each load, the part of the body that leads to it and that its key needs.
//!
//! A policy that stopped at one load requests the later ones by running their slices. A slice keeps, in the
//! body's order, the statements that the key needs, and the conditions on local data before the load.
//! Conditions on facts do not delay a load and are left out, unless they are [`known`](super::known). A slice
//! begins at the parameters, so it borrows and moves nothing that belongs to another slice.
//!
//! Invariant: a slice evaluates nothing that the body might not have reached, unless it cannot panic
//! ([`names::is_safe`]). Code before the first load may panic: the stopped body has already executed it.
//!
//! The code of all slices is at most (number of loads × longest path to a load).

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::analysis::{self as names, Analysis, is_total};
use super::emit::{Emitter, as_written, cx, scrutinee};
use super::guard::{Goal, and};
use super::known::KnownConditions;
use super::load_path::{LoadPath, Step, pat_binds};
use super::tree::{Kind, Load, LoadId, Match, Names, Node, Stmt, binds_mutably, borrows_mutably};
use crate::text;

/// The early code of a load.
pub(crate) struct Slice {
    /// The code; `None` if it never runs: the load needs every load at which the body can have stopped, and a body that stops
    /// at the load itself has registered it.
    pub(crate) code: Option<TokenStream>,
    /// The loads whose values the slice reads, each with the reason.
    pub(crate) needs: BTreeMap<LoadId, String>,
}

/// The slice of the load `id`, or the reason why the load must wait until the body reaches it.
pub(crate) fn of(
    body: &Analysis<'_>,
    id: LoadId,
    path: &LoadPath<'_>,
    known: &mut KnownConditions,
    runtime: &TokenStream,
) -> Result<Slice, String> {
    let Some(key) = path.key else { return Err("it is not on any path".into()) };
    let emitter = Emitter::slice(body, runtime);
    let mut slicing = Dataflow::new(&emitter);
    let mut taken: Vec<SlicedStep<'_>> = Vec::new();
    for (step, guarded_loads) in path.steps.iter().zip(&path.guarded_loads) {
        taken.extend(slicing.local_exits(*step)?);
        taken.push(SlicedStep { guarded_loads: guarded_loads.clone(), ..slicing.take(*step)? });
    }
    slicing.origin(key)?;
    let mut needs = BTreeMap::new();
    let mut needed = names::mentioned(key);
    note_loads(key, "its key", &mut needs);
    let known_before = known.len();
    let mut kept = Vec::new();
    for (at, step) in taken.iter().enumerate().rev() {
        if step.is_kept(&needed)? {
            step.note_needs(&needed, &mut needs);
            step.replace_names(&mut needed);
            kept.push(SlicePart::Step(step));
        } else {
            let ruled_out = known.exclusion((body, id), &taken[..at], step, runtime);
            kept.extend(ruled_out.map(|(name, value)| SlicePart::Unless(name, value)));
        }
    }
    if let Some(name) = bound_by_a_macro(path, &needed, &body.given) {
        return Err(format!("a macro on the way may say what `{name}` is"));
    }
    if (0..id).all(|before| needs.contains_key(&before)) {
        known.truncate(known_before);
        return Ok(Slice { code: None, needs });
    }
    kept.reverse();
    let is_partial = slicing.after_load && !is_total(key)
        || kept.iter().any(|kept| matches!(kept, SlicePart::Step(step) if step.is_partial()));
    let function = if is_partial { quote!(run_partial_slice) } else { quote!(run_slice) };
    let inside = code(&body.loads[id], key, &kept, &emitter, runtime);
    let cx = cx();
    let code = quote! {
        #runtime::#function(#cx, |#cx| {
            #inside
            ::core::result::Result::Ok(())
        });
    };
    Ok(Slice { code: Some(code), needs })
}

/// The first of `names` that no step of the path binds, if a macro of the user's on the path may bind it.
fn bound_by_a_macro(path: &LoadPath<'_>, names: &Names, given: &Names) -> Option<String> {
    let is_unknown = |step: &Step<'_>| matches!(step, Step::Stmt(Stmt::Macro(it)) if names::may_change_all(&it.mac.path));
    if !path.steps.iter().any(is_unknown) {
        return None;
    }
    // Facts, types and constants are items defined elsewhere.
    let is_name = |name: &&String| name.starts_with(char::is_lowercase);
    let is_keyword = |name: &String| syn::parse_str::<Ident>(name).is_err();
    names.iter().filter(is_name).find(|name| !given.contains(*name) && !is_keyword(name)).cloned()
}

/// A part of a slice.
enum SlicePart<'t, 'b> {
    Step(&'t SlicedStep<'b>),
    /// The rest of the slice never runs, if the variable is known to have the value.
    Unless(Ident, bool),
}

/// The knowledge of a local at build time.
#[derive(Clone, Debug)]
enum Local {
    /// It is computed from the parameters alone.
    FromParameters,
    /// It is computed from a fact.
    FromFact,
    /// It cannot be computed early, for this reason.
    Opaque(String),
}

/// The origin of the value of an expression.
pub(crate) enum Origin {
    Parameters,
    Facts,
}

/// Follows the steps of a path, and learns the origin of each local.
pub(crate) struct Dataflow<'e> {
    pub(crate) emitter: &'e Emitter<'e>,
    locals: BTreeMap<String, Local>,
    /// Names that can change.
    pub(super) mutable: Names,
    /// Whether a load precedes.
    pub(crate) after_load: bool,
}

/// A step, and its part in the slice.
pub(super) struct SlicedStep<'b> {
    pub(super) step: Step<'b>,
    /// The loads that the body reaches only if the step leads there.
    pub(super) guarded_loads: BTreeSet<LoadId>,
    /// Whether a load is in it or precedes it, so that the body may not reach its end.
    is_early: bool,
    keep: Keep,
    /// The names that it binds.
    binds: Names,
    /// The names that it mentions.
    mentions: Names,
}

enum Keep {
    Always,
    Never,
    /// Kept if it binds a needed name.
    IfNeeded,
    /// If it binds a needed name, the load must wait, for this reason.
    Blocks(String),
    /// If it mentions a needed name that can change: kept before the first load; behind it, the load must wait.
    Changes {
        names: Names,
        after_load: bool,
    },
    /// Only this condition is kept: the part of the condition that does not depend on facts.
    Condition(TokenStream),
    /// Kept if it binds a needed name, or always; of the arms before it, these are kept.
    Arms {
        always: bool,
        before: Vec<usize>,
    },
}

impl<'e> Dataflow<'e> {
    fn new(emitter: &'e Emitter<'e>) -> Self {
        Self { emitter, locals: BTreeMap::new(), mutable: Names::new(), after_load: false }
    }

    fn take<'b>(&mut self, step: Step<'b>) -> Result<SlicedStep<'b>, String> {
        let keep = match step {
            Step::Stmt(stmt) => self.stmt(stmt)?,
            Step::Before(node) => self.effect(node)?,
            Step::Holds(node, value) => {
                self.guard(node, Goal::Value(value))?.map_or(Keep::Never, Keep::Condition)
            }
            Step::Operand(node, value) => {
                let guard = self.operand_guard(node, value)?;
                guard.map_or(Keep::Never, Keep::Condition)
            }
            Step::Matches(_, node, matched) => match self.origin(node)? {
                Origin::Parameters => Keep::Always,
                Origin::Facts if matched => Keep::IfNeeded,
                Origin::Facts => Keep::Never,
            },
            Step::Arm(it, at) => self.arms(it, at)?,
        };
        let (mentions, binds) = (mentions(step, &keep), step.binds());
        self.bind(step, &binds, &keep);
        self.after_load |= !step.loads().is_empty();
        let is_early = self.after_load;
        Ok(SlicedStep { step, guarded_loads: BTreeSet::new(), is_early, keep, binds, mentions })
    }

    /// The exits on local data of a step that depends on facts: `Fact(doc.folder?).await`.
    fn local_exits<'b>(&mut self, step: Step<'b>) -> Result<Option<SlicedStep<'b>>, String> {
        if matches!(step, Step::Stmt(Stmt::Expr(..)) | Step::Before(_) | Step::Holds(..)) {
            return Ok(None);
        }
        let (before, mut passed) = (self.after_load, None);
        for node in step.nodes() {
            if self.depends_on_fact(node) {
                passed = and(passed, self.guard(node, Goal::Completes)?);
            }
        }
        self.after_load = before;
        Ok(passed.map(|guard| {
            let keep = Keep::Condition(guard);
            let (mentions, binds) = (mentions(step, &keep), Names::new());
            SlicedStep {
                step,
                guarded_loads: BTreeSet::new(),
                is_early: true,
                keep,
                binds,
                mentions,
            }
        }))
    }

    /// Handles code in which local data binds `names`.
    pub(super) fn with_local_names<T>(
        &mut self,
        names: &Names,
        look: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        self.with_names(names, &Local::FromParameters, look)
    }

    /// Handles code in which facts bind `names`.
    pub(super) fn with_fact_names<T>(
        &mut self,
        names: &Names,
        look: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        self.with_names(names, &Local::FromFact, look)
    }

    fn with_names<T>(
        &mut self,
        names: &Names,
        local: &Local,
        look: impl FnOnce(&mut Self) -> Result<T, String>,
    ) -> Result<T, String> {
        let (locals, mutable) = (self.locals.clone(), self.mutable.clone());
        self.locals.extend(names.iter().map(|name| (name.clone(), local.clone())));
        self.mutable.retain(|name| !names.contains(name));
        let result = look(self);
        (self.locals, self.mutable) = (locals, mutable);
        result
    }

    /// Arms before the taken one are tried first, unless a fact decides about them.
    fn arms(&mut self, it: &Match, at: usize) -> Result<Keep, String> {
        if let Origin::Facts = self.origin(&it.scrutinee)? {
            return Ok(Keep::Arms { always: false, before: Vec::new() });
        }
        let mut before = Vec::new();
        for (i, arm) in it.arms[..at].iter().enumerate() {
            let guard = arm.guard.as_ref();
            if guard.is_none_or(Node::loads) {
                before.extend(guard.is_none().then_some(i));
                self.after_load |= guard.is_some();
                continue;
            }
            let wrap = self.locals.clone();
            self.locals.retain(|name, _| !pat_binds(&arm.pat).contains(name));
            let made = guard.map(|guard| self.origin(guard)).transpose();
            self.locals = wrap;
            if let Some(Origin::Parameters) = made? {
                before.push(i);
            }
        }
        Ok(Keep::Arms { always: true, before })
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<Keep, String> {
        match stmt {
            Stmt::Item(_) => Ok(Keep::Always),
            // The item may precede the macro that it uses, so it is not kept; a load that needs a name that it may change waits.
            Stmt::Macro(it) if names::may_change_all(&it.mac.path) => {
                Ok(Keep::Changes { names: self.mutable.clone(), after_load: true })
            }
            Stmt::Macro(it) => {
                let mentioned = names::mentioned_in(&it.mac.tokens);
                Ok(self.changing(mentioned.intersection(&self.mutable).cloned().collect()))
            }
            Stmt::Expr(node, _) => self.effect(node),
            Stmt::Let(it) => {
                let Some(init) = &it.init else {
                    return Ok(Keep::Blocks("it is assigned later".into()));
                };
                let leaves = it.otherwise.is_some() || init.leaves();
                match self.origin(init) {
                    Ok(Origin::Parameters) if leaves => Ok(Keep::Always),
                    Ok(_) => Ok(Keep::IfNeeded),
                    Err(reason) if leaves && !self.depends_on_fact(init) => Err(reason),
                    Err(reason) => Ok(Keep::Blocks(reason)),
                }
            }
        }
    }

    /// An expression whose value is not used: it counts if it can exit or change something.
    fn effect(&mut self, node: &Node) -> Result<Keep, String> {
        if !self.depends_on_fact(node) && node.leaves() {
            self.origin(node)?;
            return Ok(Keep::Always);
        }
        let changes = self.changes(node);
        if !matches!(changes, Keep::Never) || !node.leaves() {
            return Ok(changes);
        }
        let passed = self.guard(node, Goal::Completes)?;
        Ok(passed.map_or(Keep::Never, Keep::Condition))
    }

    /// The names that a statement changes: those that it mentions and can change, and those that it acts on. (A cell
    /// changes without `mut`.)
    fn changes(&self, node: &Node) -> Keep {
        let mut names = names::acted_on(node);
        names.retain(|name| self.locals.contains_key(name));
        names.extend(names::mentioned(node).intersection(&self.mutable).cloned());
        self.changing(names)
    }

    fn changing(&self, names: Names) -> Keep {
        if names.is_empty() {
            return Keep::Never;
        }
        Keep::Changes { names, after_load: self.after_load }
    }

    /// The origin of the value of `node`; an error if `node` cannot be evaluated early.
    pub(crate) fn origin(&self, node: &Node) -> Result<Origin, String> {
        for name in names::mentioned(node) {
            if let Some(Local::Opaque(reason)) = self.locals.get(&name) {
                return Err(reason.clone());
            }
        }
        if self.after_load && !names::is_safe(node) {
            let written = text::of_expr(as_written(node));
            return Err(format!("`{written}` may do more than look, so it must wait for its turn"));
        }
        if node.jumps_far() {
            return Err("the body jumps to a label before it".into());
        }
        Ok(if self.depends_on_fact(node) { Origin::Facts } else { Origin::Parameters })
    }

    /// Whether the value of `node` depends on a fact.
    pub(crate) fn depends_on_fact(&self, node: &Node) -> bool {
        let depends_on_fact =
            |name: &String| matches!(self.locals.get(name), Some(Local::FromFact));
        !node.passed_loads().is_empty() || names::mentioned(node).iter().any(depends_on_fact)
    }

    /// Learns the origins of the locals of a step, and the names that it may change.
    fn bind(&mut self, step: Step<'_>, binds: &Names, keep: &Keep) {
        let local = match keep {
            Keep::Blocks(reason) => Local::Opaque(reason.clone()),
            _ if step.nodes().into_iter().any(|node| self.depends_on_fact(node)) => Local::FromFact,
            _ => Local::FromParameters,
        };
        // The changes of a statement are `Keep::Changes`; here the change comes with a value.
        if !matches!(step, Step::Stmt(Stmt::Expr(..)) | Step::Before(_)) {
            for node in step.nodes() {
                let mut changed = names::changed(node, &self.mutable);
                if step.pat().is_some_and(borrows_mutably) {
                    changed.extend(names::mentioned(node).intersection(&self.mutable).cloned());
                }
                for name in changed {
                    let reason = changes(&name);
                    self.locals.insert(name, Local::Opaque(reason));
                }
            }
        }
        self.locals.extend(binds.iter().map(|name| (name.clone(), local.clone())));
        self.mutable.retain(|name| !binds.contains(name));
        if step.pat().is_some_and(binds_mutably) {
            self.mutable.extend(binds.iter().cloned());
        }
    }
}

impl SlicedStep<'_> {
    fn is_kept(&self, needed: &Names) -> Result<bool, String> {
        let is_needed = !self.binds.is_disjoint(needed);
        Ok(match &self.keep {
            Keep::Always if !is_needed && self.takes_its_type_from_later() => {
                let names = self.binds.iter().cloned().collect::<Vec<_>>().join("`, `");
                return Err(format!("the type of `{names}` is not written where it is bound"));
            }
            Keep::Always | Keep::Condition(_) => true,
            Keep::Arms { always, .. } => *always || is_needed,
            Keep::IfNeeded => is_needed,
            Keep::Blocks(reason) if is_needed => return Err(reason.clone()),
            Keep::Never | Keep::Blocks(_) => false,
            Keep::Changes { names, after_load } => match names.intersection(needed).next() {
                Some(name) if *after_load => return Err(changes(name)),
                changed => changed.is_some(),
            },
        })
    }

    /// Whether the step binds a value whose type rustc infers from code that the slice leaves out:
    /// `let id = name.parse().ok()?`.
    fn takes_its_type_from_later(&self) -> bool {
        let is_open = match self.step {
            Step::Stmt(Stmt::Let(it)) => it.ty.is_none(),
            Step::Matches(..) => true,
            _ => false,
        };
        is_open && !self.binds.is_empty() && self.step.nodes().into_iter().any(names::has_open_type)
    }

    /// Adds the loads that the step reads.
    fn note_needs(&self, needed: &Names, needs: &mut BTreeMap<LoadId, String>) {
        let name = self.binds.intersection(needed).next();
        let what = name.map_or_else(|| "its key".into(), |name| format!("`{name}`"));
        if !matches!(self.keep, Keep::Condition(_)) {
            for node in self.step.nodes() {
                note_loads(node, &what, needs);
            }
        }
    }

    /// Whether it may panic, by its tokens, where the body may not reach it.
    pub(super) fn is_partial(&self) -> bool {
        let guards = match self.step {
            Step::Arm(it, at) => {
                it.arms[..at].iter().filter_map(|arm| arm.guard.as_ref()).collect()
            }
            _ => Vec::new(),
        };
        self.is_early && !self.step.nodes().into_iter().chain(guards).all(is_total)
    }

    /// Whether it binds one of `needed`.
    pub(super) fn binds_one_of(&self, needed: &Names) -> bool {
        !self.binds.is_disjoint(needed)
    }

    /// Whether a slice may evaluate it.
    pub(super) fn can_be_repeated(&self) -> bool {
        !matches!(self.keep, Keep::Blocks(_) | Keep::Changes { .. })
    }

    /// The names that are needed before the step, from those that are needed after it.
    pub(super) fn replace_names(&self, needed: &mut Names) {
        needed.retain(|name| !self.binds.contains(name));
        needed.extend(self.mentions.iter().cloned());
    }
}

/// The reason why a load waits whose key needs a local that may change before it.
fn changes(name: &str) -> String {
    format!("`{name}` can change on the way")
}

fn note_loads(node: &Node, what: &str, needs: &mut BTreeMap<LoadId, String>) {
    for id in node.passed_loads() {
        needs.entry(id).or_insert_with(|| what.to_owned());
    }
}

/// The names that a step mentions where it is kept.
fn mentions(step: Step<'_>, keep: &Keep) -> Names {
    let mut nodes = step.nodes();
    match (step, keep) {
        (_, Keep::Condition(tokens)) => return names::mentioned_in(tokens),
        (Step::Stmt(Stmt::Macro(it)), _) => return names::mentioned_in(&it.mac.tokens),
        (Step::Arm(it, _), Keep::Arms { before, .. }) => {
            nodes.extend(before.iter().filter_map(|i| it.arms[*i].guard.as_ref()));
        }
        _ => {}
    }
    nodes.into_iter().flat_map(names::mentioned).collect()
}

/// The code of a slice: each kept step stands around, or before, the steps after it.
fn code(
    load: &Load,
    key: &Node,
    kept: &[SlicePart<'_, '_>],
    emitter: &Emitter<'_>,
    runtime: &TokenStream,
) -> TokenStream {
    let (cx, keys, fact) = (cx(), emitter.node(key), load.turbofish());
    let ask = match load.kind {
        Kind::One => quote!(#runtime::ask(#keys, #cx);),
        Kind::Any | Kind::All | Kind::Each => quote!(#runtime::ask_each #fact(#keys, #cx);),
    };
    kept.iter().rev().fold(ask, |rest, kept| match kept {
        SlicePart::Step(step) => wrap(step, &rest, emitter),
        SlicePart::Unless(name, value) => {
            quote!(if #name != ::core::option::Option::Some(#value) { #rest })
        }
    })
}

/// A step, and the rest of the slice after it.
pub(super) fn wrap(
    taken: &SlicedStep<'_>,
    rest: &TokenStream,
    emitter: &Emitter<'_>,
) -> TokenStream {
    if let Keep::Condition(condition) = &taken.keep {
        return quote!(if #condition { #rest });
    }
    match taken.step {
        Step::Stmt(stmt) => {
            let stmt = emitter.stmt(stmt);
            quote!(#stmt #rest)
        }
        Step::Before(node) | Step::Holds(node, _) | Step::Operand(node, _) => {
            let node = emitter.node(node);
            quote!(let _ = #node; #rest)
        }
        Step::Matches(pat, node, matched) => {
            let node = scrutinee(emitter.node(node));
            if matched {
                quote!(if let #pat = #node { #rest })
            } else {
                quote!(if let #pat = #node {} else { #rest })
            }
        }
        Step::Arm(it, at) => {
            let scrutinee = emitter.node(&it.scrutinee);
            let arms = wrap_in_arms(it, at, &taken.keep, rest, emitter);
            quote!(match #scrutinee { #arms _ => {} })
        }
    }
}

fn wrap_in_arms(
    it: &Match,
    at: usize,
    keep: &Keep,
    rest: &TokenStream,
    emitter: &Emitter<'_>,
) -> TokenStream {
    let Keep::Arms { before, .. } = keep else { return TokenStream::new() };
    let before = before.iter().map(|&i| {
        let guard = it.arms[i].guard.as_ref().map(|guard| {
            let guard = emitter.node(guard);
            quote!(if #guard)
        });
        let pat = &it.arms[i].pat;
        quote!(#pat #guard => {})
    });
    let pat = &it.arms[at].pat;
    quote!(#(#before)* #pat => { #rest })
}
