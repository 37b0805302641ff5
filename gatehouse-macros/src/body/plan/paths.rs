//! The paths to the loads of a body, found in one walk. Paths with the same beginning share its steps: they are a
//! tree, in which each step knows the one before it.

use std::collections::BTreeSet;

use syn::{Expr, UnOp};

use super::flow::{Flow, Mark};
use super::guard::Guard;
use super::keep::Keep;
use super::step::Step;
use crate::body::analysis::logic::is_three_valued;
use crate::body::analysis::{Analysis, LoadSet, Nodes};
use crate::body::tree::{Block, If, Let, LoadId, Logic, Match, Names, Node, PerLoad, Stmt};

/// The number of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StepId(usize);

/// A step, and its part in the early code.
pub(crate) struct PathStep<'b> {
    pub(super) before: Option<StepId>,
    pub(crate) step: Step<'b>,
    /// Whether these are only the exits on local data of the step that follows.
    pub(super) is_exits: bool,
    pub(crate) keep: Keep<'b>,
    /// The loads that the body reaches only if the step leads there.
    pub(super) guarded_loads: LoadSet,
    /// Whether a load is in it or precedes it, so that the body may not reach its end.
    is_early: bool,
    /// The names that it binds.
    pub(super) binds: Names,
    /// The names that it mentions.
    pub(super) mentions: Names,
}

/// The end of a path.
pub(crate) struct PathEnd<'b> {
    pub(super) last: Option<StepId>,
    /// The load's key, or its keys.
    pub(crate) key: &'b Node,
    /// Whether evaluating the key may panic, by its tokens, where the body may not reach it.
    pub(crate) is_partial: bool,
    /// The reason why nothing of the path can be evaluated early, if there is one.
    pub(super) blocked: Option<String>,
}

/// The paths to the loads of a body.
pub(crate) struct Paths<'b> {
    steps: Vec<PathStep<'b>>,
    /// The path to each load; `None` for a load that no path leads to.
    ends: PerLoad<Option<PathEnd<'b>>>,
}

impl<'b> Paths<'b> {
    /// The paths of a body.
    pub(super) fn of<'a>(body: &'a Analysis<'b>) -> Self {
        let ends = body.loads.iter().map(|_| None).collect();
        let paths = Paths { steps: Vec::new(), ends };
        let flow = Flow::new(&body.nodes);
        let mut walk = Walk { body, paths, flow, last: None, blocked: None };
        walk.stmts(&body.body.block.stmts);
        walk.paths
    }

    pub(crate) fn step(&self, id: StepId) -> &PathStep<'b> {
        &self.steps[id.0]
    }

    pub(crate) fn end(&self, load: LoadId) -> Option<&PathEnd<'b>> {
        self.ends[load].as_ref()
    }

    /// The steps of a path from its end to its beginning.
    pub(super) fn back_from(&self, last: Option<StepId>) -> impl Iterator<Item = StepId> {
        std::iter::successors(last, |id| self.step(*id).before)
    }

    /// The loads that are answered when the body reaches `load`.
    pub(super) fn loads_before(&self, load: LoadId, nodes: &Nodes<'_>) -> BTreeSet<LoadId> {
        let Some(end) = self.end(load) else { return BTreeSet::new() };
        let on_the_way = self.back_from(end.last).flat_map(|id| self.step(id).step.loads(nodes));
        on_the_way.chain(nodes.get(end.key).passed_loads.iter()).collect()
    }
}

impl PathStep<'_> {
    /// Whether it binds or changes names.
    pub(crate) fn binds(&self) -> bool {
        !self.binds.is_empty() || matches!(self.keep, Keep::Changes { .. })
    }

    /// Whether the nodes that it evaluates cannot panic, by their tokens, where the body may not reach them.
    pub(crate) fn scrutinee_is_total(&self, nodes: &Nodes<'_>) -> bool {
        !self.is_early || self.step.nodes().into_iter().all(|node| nodes.get(node).is_total)
    }

    /// Whether it may panic, by its tokens, where the body may not reach it.
    pub(crate) fn is_partial(&self, nodes: &Nodes<'_>) -> bool {
        let mut evaluated = self.step.nodes().into_iter().chain(self.step.guards_before());
        self.is_early && !evaluated.all(|node| nodes.get(node).is_total)
    }
}

/// The kind of the steps that a condition makes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Holds,
    Operand,
}

/// A place in the body: a path, and the flow of values along it.
#[derive(Clone)]
struct Place {
    last: Option<StepId>,
    flow: Mark,
    is_blocked: bool,
}

struct Walk<'a, 'b> {
    body: &'a Analysis<'b>,
    paths: Paths<'b>,
    flow: Flow<'a>,
    last: Option<StepId>,
    /// The reason why the loads behind a step of the path must wait.
    blocked: Option<String>,
}

impl<'b> Walk<'_, 'b> {
    fn place(&self) -> Place {
        Place { last: self.last, flow: self.flow.mark(), is_blocked: self.blocked.is_some() }
    }

    fn return_to(&mut self, place: &Place) {
        self.last = place.last;
        self.flow.return_to(place.flow);
        if !place.is_blocked {
            self.blocked = None;
        }
    }

    /// Walks a branch, and returns.
    fn branch(&mut self, walk: impl FnOnce(&mut Self)) {
        let place = self.place();
        walk(self);
        self.return_to(&place);
    }

    fn loads(&self, node: &Node) -> bool {
        self.flow.of(node).has_loads()
    }

    fn inside(&self, node: &Node) -> LoadSet {
        self.flow.of(node).loads.clone().into()
    }

    fn inside_block(&self, block: &Block) -> LoadSet {
        self.body.nodes.loads_in(block)
    }

    /// Adds a step, on which `guarded_loads` depend.
    fn push(&mut self, step: Step<'b>, guarded_loads: LoadSet) {
        if let Err(reason) = self.plan(step, &guarded_loads) {
            // The loads behind it wait for those on the path, this step's included.
            self.blocked = Some(reason);
            self.add(step, Keep::Never, guarded_loads, Names::new());
        }
    }

    fn plan(&mut self, step: Step<'b>, guarded_loads: &LoadSet) -> Result<(), String> {
        if let Some(reason) = &self.blocked {
            return Err(reason.clone());
        }
        let exits = Keep::local_exits(step, &mut self.flow)?;
        let keep = Keep::of(step, &mut self.flow)?;
        if !exits.is_always() {
            self.add_exits(step, exits);
        }
        let binds = step.binds();
        let opaque = if let Keep::Blocks(reason) = &keep { Some(reason.as_str()) } else { None };
        self.flow.bind(step, &binds, opaque);
        self.flow.after_load |= !step.loads(&self.body.nodes).is_empty();
        self.add(step, keep, guarded_loads.clone(), binds);
        Ok(())
    }

    /// Adds the exits on local data of a step that depends on facts.
    fn add_exits(&mut self, step: Step<'b>, exits: Guard<'b>) {
        let after_load = std::mem::replace(&mut self.flow.after_load, true);
        self.add(step, Keep::Condition(exits), LoadSet::default(), Names::new());
        self.flow.after_load = after_load;
        if let Some(exits) = self.paths.steps.last_mut() {
            exits.is_exits = true;
        }
    }

    fn add(&mut self, step: Step<'b>, keep: Keep<'b>, guarded_loads: LoadSet, binds: Names) {
        let (before, is_early, mentions) = (self.last, self.flow.after_load, keep.mentions(step));
        self.last = Some(StepId(self.paths.steps.len()));
        let is_exits = false;
        let step =
            PathStep { before, step, is_exits, keep, guarded_loads, is_early, binds, mentions };
        self.paths.steps.push(step);
    }

    /// The statements of a block up to the last one with a load. Items are in scope in the whole block.
    fn stmts(&mut self, stmts: &'b [Stmt]) {
        let loads = |stmt: &Stmt| stmt.nodes().into_iter().any(|node| self.loads(node));
        let Some(last) = stmts.iter().rposition(loads) else { return };
        let is_item = |stmt: &&Stmt| matches!(stmt, Stmt::Item(_));
        for item in stmts.iter().filter(is_item) {
            self.push(Step::Stmt(item), LoadSet::default());
        }
        for (at, stmt) in stmts[..=last].iter().enumerate().filter(|(_, stmt)| !is_item(stmt)) {
            match stmt {
                Stmt::Expr(node, _) => self.node(node),
                Stmt::Let(it) => self.binding(it),
                Stmt::Item(_) | Stmt::Macro(_) => {}
            }
            if at < last {
                self.push(Step::Stmt(stmt), LoadSet::default());
            }
        }
    }

    fn binding(&mut self, it: &'b Let) {
        let Some(init) = &it.init else { return };
        self.node(init);
        if let Some(otherwise) = it.otherwise.as_ref().filter(|node| self.loads(node)) {
            self.branch(|this| {
                this.push(Step::Matches(&it.pat, init, false), this.inside(otherwise));
                this.node(otherwise);
            });
        }
    }

    /// The loads inside a node. The path ends where it began.
    fn node(&mut self, node: &'b Node) {
        if !self.loads(node) {
            return;
        }
        match node {
            Node::Load(id, _, key) => {
                self.node(key);
                self.end(*id, key);
            }
            Node::Logic(it) => self.branch(|this| {
                let right = this.inside(&it.right);
                if right.is_empty() {
                    return this.node(&it.left);
                }
                this.condition(&it.left, it.is_and(), this.mode(it), &right);
                this.node(&it.right);
            }),
            Node::If(it) => self.conditional(it),
            Node::Match(it) => self.arms(it),
            Node::Matches(arm, scrutinee) => {
                self.node(scrutinee);
                if let Some(guard) = arm.guard.as_ref().filter(|guard| self.loads(guard)) {
                    self.branch(|this| {
                        let step = Step::Matches(&arm.pat, scrutinee, true);
                        this.push(step, this.inside(guard));
                        this.node(guard);
                    });
                }
            }
            Node::Block(_, block) => self.branch(|this| this.stmts(&block.stmts)),
            node => self.branch(|this| this.children(node)),
        }
    }

    fn children(&mut self, node: &'b Node) {
        let children = node.children();
        let last = children.iter().rposition(|child| self.loads(child)).unwrap_or(0);
        for child in &children[..last] {
            self.node(child);
            self.push(Step::Before(child), LoadSet::default());
        }
        children[last..].first().into_iter().for_each(|child| self.node(child));
    }

    fn end(&mut self, id: LoadId, key: &'b Node) {
        let blocked = self.blocked.clone().or_else(|| self.flow.origin(key).err());
        let is_partial = self.flow.after_load && !self.flow.of(key).is_total;
        self.paths.ends[id] = Some(PathEnd { last: self.last, key, is_partial, blocked });
    }

    fn conditional(&mut self, it: &'b If) {
        let then = self.inside_block(&it.then);
        self.branch(|this| {
            if then.is_empty() {
                return this.node(&it.condition);
            }
            this.condition(&it.condition, true, Mode::Holds, &then);
            this.stmts(&it.then.stmts);
        });
        if let Some(otherwise) = it.otherwise.as_ref().filter(|node| self.loads(node)) {
            self.branch(|this| {
                this.holds(&it.condition, false, Mode::Holds, &this.inside(otherwise));
                this.node(otherwise);
            });
        }
    }

    fn arms(&mut self, it: &'b Match) {
        self.node(&it.scrutinee);
        for (at, arm) in it.arms.iter().enumerate() {
            let of_body = self.inside(&arm.body);
            let of_guard = arm.guard.as_ref().map(|guard| self.inside(guard)).unwrap_or_default();
            if of_body.is_empty() && of_guard.is_empty() {
                continue;
            }
            self.branch(|this| {
                this.push(Step::Arm(it, at), of_guard.and(&of_body));
                match &arm.guard {
                    Some(guard) if of_body.is_empty() => this.node(guard),
                    Some(guard) => this.condition(guard, true, Mode::Holds, &of_body),
                    None => {}
                }
                this.node(&arm.body);
            });
        }
    }

    fn mode(&self, it: &Logic) -> Mode {
        if is_three_valued(it, self.body, &self.body.nodes) { Mode::Operand } else { Mode::Holds }
    }

    /// Walks the loads inside a condition, and goes on along the path on which the condition has the `value`.
    fn condition(&mut self, condition: &'b Node, value: bool, mode: Mode, guarded: &LoadSet) {
        self.follow(condition, value, mode, guarded, self.loads(condition));
    }

    /// Goes on along the path on which a condition has the `value`.
    fn holds(&mut self, condition: &'b Node, value: bool, mode: Mode, guarded: &LoadSet) {
        self.follow(condition, value, mode, guarded, false);
    }

    /// Goes on along the path on which a condition has the `value`; with `walks`, walks the loads inside it first. A chain
    /// of `&&` that must be true is one step for each operand; so is a chain of `||` that must be false.
    fn follow(
        &mut self,
        condition: &'b Node,
        value: bool,
        mode: Mode,
        guarded: &LoadSet,
        walks: bool,
    ) {
        match condition {
            Node::Logic(it) if value == it.is_and() => {
                // The steps of a left side without loads are the same in both modes.
                let own = if walks && self.loads(&it.left) { self.mode(it) } else { mode };
                let (place, of_right) = (self.place(), self.inside(&it.right).and(guarded));
                self.follow(&it.left, value, own, &of_right, walks);
                if own == mode {
                    return self.follow(&it.right, value, mode, guarded, walks);
                }
                self.node(&it.right);
                self.return_to(&place);
                self.holds(condition, value, mode, guarded);
            }
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                self.follow(&inside[0], value, mode, guarded, walks);
            }
            Node::Compound(Expr::Unary(it), inside) if matches!(it.op, UnOp::Not(_)) => {
                self.follow(&inside[0], !value, mode, guarded, walks);
            }
            condition => {
                if walks {
                    self.node(condition);
                }
                let step = match condition {
                    Node::Let(pat, scrutinee) => Step::Matches(pat, scrutinee, value),
                    condition if mode == Mode::Operand => Step::Operand(condition, value),
                    condition => Step::Holds(condition, value),
                };
                self.push(step, guarded.clone());
            }
        }
    }
}
