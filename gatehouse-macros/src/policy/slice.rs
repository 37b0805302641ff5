//! Slices: for each load, the part of the body that leads to it and that its key needs.
//!
//! A policy that stopped at one load asks for those further on by running their slices. A slice
//! keeps, in the body's order, the statements that the key needs, and the conditions on local data
//! that stand before the load; conditions on facts do not delay a load and are left out. It begins
//! at the parameters, so it borrows and moves nothing that another slice has.
//!
//! What an ordering must preserve: a slice evaluates nothing that the body might not have come to,
//! unless it cannot panic ([`names::is_safe`]). What stands before the first load the stopped body
//! did come to.
//!
//! The code of all slices is at most (loads × the longest way to one).

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Pat;

use super::ast::{Body, Kind, LoadId, Match, Node, Stmt, binds_mutably, bound_names};
use super::emit::{Emitter, as_written, cx};
use super::guard::Aim;
use super::names::{self, Names};
use crate::text;

/// How a load is asked for early.
pub(super) struct Slice {
    /// The code that asks.
    pub(super) code: TokenStream,
    /// The loads whose values the slice reads, and for what.
    pub(super) needs: BTreeMap<LoadId, String>,
}

/// The slice of the load `id`, or why it must wait until the body comes to it.
pub(super) fn of(body: &Body, id: LoadId, runtime: &TokenStream) -> Result<Slice, String> {
    let mut way = Way { target: id, steps: Vec::new(), key: None };
    way.block(&body.block.stmts);
    let Some(key) = way.key else { return Err("it is not on any path".into()) };
    let emitter = Emitter::closure(body, runtime);
    let mut slicing = Slicing::new(&emitter);
    let taken: Vec<Taken<'_>> =
        way.steps.into_iter().map(|step| slicing.take(step)).collect::<Result<_, _>>()?;
    slicing.check_key(key)?;
    let mut needs = BTreeMap::new();
    let mut needed = names::mentioned(key);
    note_loads(key, "its key", &mut needs);
    let mut kept = Vec::new();
    for step in taken.into_iter().rev() {
        if step.is_kept(&needed)? {
            step.note_needs(&needed, &mut needs);
            step.replace_names(&mut needed);
            kept.push(step);
        }
    }
    kept.reverse();
    Ok(Slice { code: code(body.loads[id].kind, key, &kept, &emitter, runtime), needs })
}

/// One thing that stands between the beginning of the body and a load.
#[derive(Clone, Copy)]
enum Step<'b> {
    Stmt(&'b Stmt),
    /// An operand that is evaluated before.
    Before(&'b Node),
    /// A condition that is to be true, or false.
    Holds(&'b Node, bool),
    /// `if let`: a pattern that is to match, or not.
    Matches(&'b Pat, &'b Node, bool),
    /// The pattern of an arm of a `match`; its guard is a step of its own.
    Arm(&'b Match, usize),
}

/// Collects the steps to a load.
struct Way<'b> {
    target: LoadId,
    steps: Vec<Step<'b>>,
    key: Option<&'b Node>,
}

impl<'b> Way<'b> {
    fn block(&mut self, stmts: &'b [Stmt]) {
        for stmt in stmts {
            if !stmt.nodes().iter().any(|node| node.contains(self.target)) {
                self.steps.push(Step::Stmt(stmt));
                continue;
            }
            match stmt {
                Stmt::Expr(node, _) => self.node(node),
                Stmt::Let(it) => match (&it.init, &it.otherwise) {
                    (Some(init), Some(otherwise)) if !init.contains(self.target) => {
                        self.steps.push(Step::Matches(&it.pat, init, false));
                        self.node(otherwise);
                    }
                    (Some(init), _) => self.node(init),
                    (None, _) => {}
                },
                Stmt::Item(_) | Stmt::Macro(_) => {}
            }
            return;
        }
    }

    fn node(&mut self, node: &'b Node) {
        match node {
            Node::Load(id, key) if *id == self.target => self.key = Some(key),
            Node::Logic(it) if it.right.contains(self.target) => {
                self.holds(&it.left, it.is_and());
                self.node(&it.right);
            }
            Node::If(it) => {
                if it.condition.contains(self.target) {
                    self.node(&it.condition);
                } else if it.then.nodes().any(|node| node.contains(self.target)) {
                    self.holds(&it.condition, true);
                    self.block(&it.then.stmts);
                } else if let Some(otherwise) = &it.otherwise {
                    self.holds(&it.condition, false);
                    self.node(otherwise);
                }
            }
            Node::Match(it) if !it.scrutinee.contains(self.target) => self.arm(it),
            Node::Matches(arm, scrutinee) if !scrutinee.contains(self.target) => {
                self.steps.push(Step::Matches(&arm.pat, scrutinee, true));
                arm.guard.iter().for_each(|guard| self.node(guard));
            }
            Node::Block(_, block) => self.block(&block.stmts),
            _ => {
                for child in node.children() {
                    if child.contains(self.target) {
                        self.node(child);
                        return;
                    }
                    self.steps.push(Step::Before(child));
                }
            }
        }
    }

    fn arm(&mut self, it: &'b Match) {
        for (i, arm) in it.arms.iter().enumerate() {
            if let Some(guard) = arm.guard.as_ref().filter(|guard| guard.contains(self.target)) {
                self.steps.push(Step::Arm(it, i));
                self.node(guard);
            } else if arm.body.contains(self.target) {
                self.steps.push(Step::Arm(it, i));
                arm.guard.iter().for_each(|guard| self.holds(guard, true));
                self.node(&arm.body);
            }
        }
    }

    /// A chain of `&&` that is to be true is a step for each operand.
    fn holds(&mut self, condition: &'b Node, value: bool) {
        match condition {
            Node::Logic(it) if value && it.is_and() => {
                self.holds(&it.left, true);
                self.holds(&it.right, true);
            }
            Node::Let(pat, scrutinee) => self.steps.push(Step::Matches(pat, scrutinee, value)),
            condition => self.steps.push(Step::Holds(condition, value)),
        }
    }
}

/// What is known of a local at build time.
#[derive(Clone, Debug)]
enum Local {
    /// It comes from the parameters alone.
    Known,
    /// A fact feeds it.
    Fed,
    /// It cannot be had early, because of this.
    Opaque(String),
}

/// What an expression is made of.
pub(super) enum Made {
    Locally,
    OfFacts,
}

/// Goes along the steps and learns what each local is.
pub(super) struct Slicing<'e> {
    pub(super) emitter: &'e Emitter<'e>,
    locals: BTreeMap<String, Local>,
    /// Names that can change.
    mutable: Names,
    /// Whether a load stands before.
    after_load: bool,
}

/// A step, and what the slice does with it.
struct Taken<'b> {
    step: Step<'b>,
    keep: Keep,
    /// What it binds.
    binds: Names,
    /// What it mentions.
    mentions: Names,
}

enum Keep {
    Always,
    Never,
    /// If it binds a name that is needed.
    IfNeeded,
    /// If it binds a name that is needed, the load must wait, because of this.
    Blocks(String),
    /// If it mentions a name that is needed and can change: kept before the first load, else the
    /// load must wait.
    Changes {
        names: Names,
        after_load: bool,
    },
    /// Only this condition, what is left of it when facts are unknown.
    Condition(TokenStream),
    /// If it binds a name that is needed, or always; of the arms before, these.
    Arms {
        always: bool,
        before: Vec<usize>,
    },
}

impl<'e> Slicing<'e> {
    fn new(emitter: &'e Emitter<'e>) -> Self {
        Self { emitter, locals: BTreeMap::new(), mutable: Names::new(), after_load: false }
    }

    fn take<'b>(&mut self, step: Step<'b>) -> Result<Taken<'b>, String> {
        let (keep, binds, nodes): (Keep, Names, Vec<&Node>) = match step {
            Step::Stmt(stmt) => (self.stmt(stmt)?, stmt_binds(stmt), stmt.nodes()),
            Step::Before(node) => (self.effect(node)?, Names::new(), vec![node]),
            Step::Holds(node, value) => {
                let condition = self.guard(node, Aim::Value(value))?;
                (condition.map_or(Keep::Never, Keep::Condition), Names::new(), vec![node])
            }
            Step::Matches(pat, node, matched) => {
                let keep = match self.made(node)? {
                    Made::Locally => Keep::Always,
                    Made::OfFacts if matched => Keep::IfNeeded,
                    Made::OfFacts => Keep::Never,
                };
                let binds = if matched { pat_binds(pat) } else { Names::new() };
                (keep, binds, vec![node])
            }
            Step::Arm(it, at) => {
                let keep = self.arms(it, at)?;
                (keep, pat_binds(&it.arms[at].pat), vec![&it.scrutinee])
            }
        };
        let mentions = mentions(step, &keep);
        self.bind(&binds, &keep, &nodes);
        self.mutable.extend(step_mutable(step));
        self.after_load |= nodes.iter().any(|node| node.loads());
        Ok(Taken { step, keep, binds, mentions })
    }

    /// Arms before the one that leads on take their turn, unless a fact decides about them.
    fn arms(&self, it: &Match, at: usize) -> Result<Keep, String> {
        if let Made::OfFacts = self.made(&it.scrutinee)? {
            return Ok(Keep::Arms { always: false, before: Vec::new() });
        }
        let mut before = Vec::new();
        for i in 0..at {
            if self.is_local_guard(it, i)? {
                before.push(i);
            }
        }
        Ok(Keep::Arms { always: true, before })
    }

    fn is_local_guard(&self, it: &Match, at: usize) -> Result<bool, String> {
        let Some(guard) = &it.arms[at].guard else { return Ok(true) };
        let mut locals = self.locals.clone();
        locals.retain(|name, _| !pat_binds(&it.arms[at].pat).contains(name));
        let inside = Slicing { locals, mutable: Names::new(), ..*self };
        Ok(matches!(inside.made(guard)?, Made::Locally))
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result<Keep, String> {
        match stmt {
            Stmt::Item(_) => Ok(Keep::Always),
            Stmt::Macro(it) => Ok(self.changes(&names::mentioned_in(&it.mac.tokens))),
            Stmt::Expr(node, _) => self.effect(node),
            Stmt::Let(it) => {
                let Some(init) = &it.init else {
                    return Ok(Keep::Blocks("it is assigned later".into()));
                };
                let leaves = it.otherwise.is_some() || init.leaves();
                match self.made(init) {
                    Ok(Made::Locally) if leaves => Ok(Keep::Always),
                    Ok(_) => Ok(Keep::IfNeeded),
                    Err(reason) if leaves && !init.loads() && !self.is_fed(init) => Err(reason),
                    Err(reason) => Ok(Keep::Blocks(reason)),
                }
            }
        }
    }

    /// An expression whose value is not used: it counts if it can leave, or change something.
    fn effect(&mut self, node: &Node) -> Result<Keep, String> {
        let changes = self.changes(&names::mentioned(node));
        if !matches!(changes, Keep::Never) || !node.leaves() {
            return Ok(changes);
        }
        if !node.loads() && matches!(self.made(node)?, Made::Locally) {
            return Ok(Keep::Always);
        }
        let passed = self.guard(node, Aim::Passed)?;
        Ok(passed.map_or(Keep::Never, Keep::Condition))
    }

    fn changes(&self, mentioned: &Names) -> Keep {
        let names: Names = mentioned.intersection(&self.mutable).cloned().collect();
        if names.is_empty() {
            return Keep::Never;
        }
        Keep::Changes { names, after_load: self.after_load }
    }

    /// What `node` is made of; an error if it cannot be evaluated early.
    pub(super) fn made(&self, node: &Node) -> Result<Made, String> {
        for name in names::mentioned(node) {
            if let Some(Local::Opaque(reason)) = self.locals.get(&name) {
                return Err(reason.clone());
            }
        }
        if self.after_load && !names::is_safe(node) {
            let written = text::of_expr(as_written(node));
            return Err(format!("`{written}` may do more than look, so it must wait for its turn"));
        }
        Ok(if node.loads() || self.is_fed(node) { Made::OfFacts } else { Made::Locally })
    }

    pub(super) fn is_fed(&self, node: &Node) -> bool {
        let mentioned = names::mentioned(node);
        mentioned.iter().any(|name| matches!(self.locals.get(name), Some(Local::Fed)))
    }

    fn bind(&mut self, binds: &Names, keep: &Keep, nodes: &[&Node]) {
        let local = match keep {
            Keep::Blocks(reason) => Local::Opaque(reason.clone()),
            _ if nodes.iter().any(|node| node.loads() || self.is_fed(node)) => Local::Fed,
            _ => Local::Known,
        };
        self.locals.extend(binds.iter().map(|name| (name.clone(), local.clone())));
        self.mutable.retain(|name| !binds.contains(name));
    }

    fn check_key(&self, key: &Node) -> Result<(), String> {
        self.made(key).map(|_| ())
    }
}

impl Taken<'_> {
    fn is_kept(&self, needed: &Names) -> Result<bool, String> {
        let is_needed = !self.binds.is_disjoint(needed);
        Ok(match &self.keep {
            Keep::Always | Keep::Condition(_) => true,
            Keep::Arms { always, .. } => *always || is_needed,
            Keep::IfNeeded => is_needed,
            Keep::Blocks(reason) if is_needed => return Err(reason.clone()),
            Keep::Never | Keep::Blocks(_) => false,
            Keep::Changes { names, after_load } => match names.intersection(needed).next() {
                Some(name) if *after_load => return Err(format!("`{name}` can change on the way")),
                changed => changed.is_some(),
            },
        })
    }

    /// Notes the loads that the step reads.
    fn note_needs(&self, needed: &Names, needs: &mut BTreeMap<LoadId, String>) {
        let name = self.binds.intersection(needed).next();
        let what = name.map_or_else(|| "its key".into(), |name| format!("`{name}`"));
        for node in self.nodes() {
            note_loads(node, &what, needs);
        }
    }

    fn nodes(&self) -> Vec<&Node> {
        match (&self.keep, self.step) {
            (Keep::Condition(_), _) => Vec::new(),
            (_, Step::Stmt(stmt)) => stmt.nodes(),
            (_, Step::Before(node) | Step::Holds(node, _) | Step::Matches(_, node, _)) => {
                vec![node]
            }
            (_, Step::Arm(it, _)) => vec![&it.scrutinee],
        }
    }

    /// What is needed before the step, from what is needed after it.
    fn replace_names(&self, needed: &mut Names) {
        if !matches!(self.keep, Keep::Changes { .. }) {
            needed.retain(|name| !self.binds.contains(name));
        }
        needed.extend(self.mentions.iter().cloned());
    }
}

fn note_loads(node: &Node, what: &str, needs: &mut BTreeMap<LoadId, String>) {
    if let Node::Load(id, _) = node {
        needs.entry(*id).or_insert_with(|| what.to_owned());
    }
    node.children().into_iter().for_each(|child| note_loads(child, what, needs));
}

fn pat_binds(pat: &Pat) -> Names {
    bound_names(pat).into_iter().map(ToString::to_string).collect()
}

fn stmt_binds(stmt: &Stmt) -> Names {
    match stmt {
        Stmt::Let(it) => pat_binds(&it.pat),
        _ => Names::new(),
    }
}

fn step_mutable(step: Step<'_>) -> Names {
    let pat = match step {
        Step::Stmt(Stmt::Let(it)) => &it.pat,
        Step::Matches(pat, _, true) => pat,
        Step::Arm(it, at) => &it.arms[at].pat,
        _ => return Names::new(),
    };
    if binds_mutably(pat) { pat_binds(pat) } else { Names::new() }
}

/// The names that a step mentions where it is kept.
fn mentions(step: Step<'_>, keep: &Keep) -> Names {
    let of =
        |nodes: Vec<&Node>| -> Names { nodes.into_iter().flat_map(names::mentioned).collect() };
    match (step, keep) {
        (_, Keep::Condition(tokens)) => names::mentioned_in(tokens),
        (Step::Stmt(Stmt::Macro(it)), _) => names::mentioned_in(&it.mac.tokens),
        (Step::Stmt(stmt), _) => of(stmt.nodes()),
        (Step::Arm(it, _), Keep::Arms { before, .. }) => {
            let guards = before.iter().filter_map(|i| it.arms[*i].guard.as_ref());
            of(std::iter::once(&it.scrutinee).chain(guards).collect())
        }
        (Step::Before(node) | Step::Holds(node, _) | Step::Matches(_, node, _), _) => {
            of(vec![node])
        }
        (Step::Arm(it, _), _) => of(vec![&it.scrutinee]),
    }
}

/// The code of a slice: each kept step around, or before, what comes after it.
fn code(
    kind: Kind,
    key: &Node,
    kept: &[Taken<'_>],
    emitter: &Emitter<'_>,
    runtime: &TokenStream,
) -> TokenStream {
    let (cx, keys) = (cx(), emitter.node(key));
    let ask = match kind {
        Kind::One => quote!(#runtime::ask(#keys, #cx);),
        Kind::Any | Kind::All | Kind::Each => quote!(#runtime::ask_each(#keys, #cx);),
    };
    if kept.is_empty() && !key.leaves() && !key.loads() {
        return ask;
    }
    let inside = kept.iter().rev().fold(ask, |rest, step| around(step, &rest, emitter));
    quote! {
        #runtime::slice(#cx, |#cx| {
            #inside
            ::core::result::Result::Ok(())
        });
    }
}

fn around(taken: &Taken<'_>, rest: &TokenStream, emitter: &Emitter<'_>) -> TokenStream {
    if let Keep::Condition(condition) = &taken.keep {
        return quote!(if #condition { #rest });
    }
    match taken.step {
        Step::Stmt(stmt) => {
            let stmt = emitter.stmt(stmt);
            quote!(#stmt #rest)
        }
        Step::Before(node) | Step::Holds(node, _) => {
            let node = emitter.node(node);
            quote!(let _ = #node; #rest)
        }
        Step::Matches(pat, node, matched) => {
            let node = emitter.node(node);
            if matched {
                quote!(if let #pat = #node { #rest })
            } else {
                quote!(if let #pat = #node {} else { #rest })
            }
        }
        Step::Arm(it, at) => {
            let scrutinee = emitter.node(&it.scrutinee);
            let arms = arms_around(it, at, &taken.keep, rest, emitter);
            quote!(match #scrutinee { #arms _ => {} })
        }
    }
}

fn arms_around(
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
