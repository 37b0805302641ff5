//! The locals that a fact may feed: an estimate by names, without order and without scopes.

use std::rc::Rc;

use syn::{Expr, Pat};

use super::super::super::tree::{Block, Body, Let, LoopHead, Names, Node, Stmt, bound_names};
use super::super::nodes::Nodes;
use super::locals::{Ordering, is_leaf};
use crate::syntax::{MatchesArguments, Part, bare, visit};

impl Ordering {
    /// Learns which locals of a body depend on facts.
    pub(crate) fn of(body: &Body, nodes: &Nodes<'_>) -> Self {
        if body.loads.is_empty() {
            return Self::default();
        }
        let Flows { ranges, vague, found, .. } = Flows::of(body, nodes);
        Self { loads: true, fed: fed(&found), ranges, vague }
    }
}

/// The flow of a statement: if a mentioned name depends on a fact, so may the bound names.
struct Flow {
    /// Whether a load is mentioned.
    loads: bool,
    mentions: Rc<Names>,
    binds: Names,
}

/// The names that a fact may feed.
fn fed(flows: &[Flow]) -> Names {
    let mut fed = Names::new();
    loop {
        let before = fed.len();
        for flow in flows {
            if flow.loads || !flow.mentions.is_disjoint(&fed) {
                fed.extend(flow.binds.iter().cloned());
            }
        }
        if fed.len() == before {
            return fed;
        }
    }
}

/// The search for flows in a body.
struct Flows<'b> {
    /// The names that can change.
    mutable: &'b Names,
    nodes: &'b Nodes<'b>,
    found: Vec<Flow>,
    /// See [`Ordering`](super::Ordering).
    ranges: Names,
    vague: Names,
    /// Each closure that a `let` binds: its name, and the names that are bound in it.
    closures: Vec<(Names, Names)>,
}

impl<'b> Flows<'b> {
    fn of(body: &'b Body, nodes: &'b Nodes<'b>) -> Self {
        let (found, closures) = (Vec::new(), Vec::new());
        let (ranges, vague) = (Names::new(), Names::new());
        let mut flows = Self { mutable: &body.mutable, nodes, found, ranges, vague, closures };
        flows.block(&body.block);
        flows
    }

    fn push(&mut self, node: &Node, binds: Names) {
        if !binds.is_empty() {
            let (loads, mentions) = (self.nodes.get(node).has_loads(), self.mentioned(node));
            self.found.push(Flow { loads, mentions, binds });
        }
    }

    /// The names that a node mentions, as it is written.
    fn mentioned(&self, node: &Node) -> Rc<Names> {
        self.nodes.mentioned_as_written(node)
    }

    /// The names that `pats` bind come from `node`.
    fn bind<'p>(&mut self, pats: impl IntoIterator<Item = &'p Pat>, node: &Node) {
        let names = pats.into_iter().flat_map(names_of).collect();
        self.push(node, names);
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let(it) => self.local(it),
                // Its value is not used, so it has an effect: `seen.borrow_mut().push(level);`
                Stmt::Expr(node @ (Node::Plain(_) | Node::Compound(..)), Some(_)) => {
                    self.push(node, Names::clone(&self.mentioned(node)));
                }
                _ => {}
            }
            stmt.nodes().into_iter().for_each(|node| self.node(node));
        }
    }

    fn local(&mut self, it: &Let) {
        let Some(init) = &it.init else { return };
        let names = names_of(&it.pat);
        if let Node::Plain(expr) | Node::Compound(expr, _) = init {
            match bare(expr) {
                Expr::Closure(_) => self.closures.push((names.clone(), bound_inside(expr))),
                Expr::Range(_) => self.ranges.extend(names.iter().cloned()),
                // `Vec::new()`, `Default::default()`
                Expr::Call(call) if it.ty.is_none() && call.args.is_empty() => {
                    self.vague.extend(names.iter().cloned());
                }
                _ => {}
            }
        }
        if it.ty.is_none() && self.nodes.get(init).has_open_type() {
            self.vague.extend(names);
        }
        self.bind([&it.pat], init);
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Plain(_) => return self.expr(node),
            Node::Compound(..) => {
                self.expr(node);
                return self.inside(node);
            }
            Node::Let(pat, of) => self.bind([&**pat], of),
            Node::Matches(arm, of) => self.bind([&arm.pat], of),
            Node::Match(it) => self.bind(it.arms.iter().map(|arm| &arm.pat), &it.scrutinee),
            Node::Loop(it) => {
                if let LoopHead::For(_, head) = &it.head {
                    self.bind([&head.0], &head.1);
                }
            }
            _ => {}
        }
        match node {
            Node::If(it) => {
                self.node(&it.condition);
                self.block(&it.then);
                it.otherwise.iter().for_each(|node| self.node(node));
            }
            Node::Block(_, block) => self.block(block),
            Node::Loop(it) => {
                match &it.head {
                    LoopHead::For(_, head) => self.node(&head.1),
                    LoopHead::While(_, condition) => self.node(condition),
                    LoopHead::Loop(_) => {}
                }
                self.block(&it.body);
            }
            node => node.children().into_iter().for_each(|child| self.node(child)),
        }
    }

    /// The parts of an expression that have statements of their own; the rest belongs to the whole.
    fn inside(&mut self, node: &Node) {
        for child in node.children() {
            match child {
                Node::Plain(_) => {}
                Node::Compound(..) => self.inside(child),
                child => self.node(child),
            }
        }
    }

    /// The names that an expression binds inside, those that it may change, and the parameters of the closures that it
    /// mentions.
    fn expr(&mut self, node: &Node) {
        if matches!(node, Node::Plain(expr) if is_leaf(expr)) {
            return;
        }
        let (mentions, mut binds) = (self.mentioned(node), Names::new());
        note_bound(node, &mut binds);
        if let Node::Plain(Expr::Assign(_)) | Node::Compound(Expr::Assign(_), _) = node {
            binds.extend(mentions.iter().cloned());
        }
        binds.extend(mentions.intersection(self.mutable).cloned());
        for (names, inside) in &self.closures {
            if !names.is_disjoint(&mentions) {
                binds.extend(inside.iter().cloned());
            }
        }
        self.push(node, binds);
    }
}

/// The names that a pattern binds.
pub(super) fn names_of(pat: &Pat) -> Names {
    bound_names(pat).into_iter().map(ToString::to_string).collect()
}

/// Adds the names that the expressions of a node bind.
fn note_bound(node: &Node, names: &mut Names) {
    if let Node::Plain(expr) = node {
        names.extend(bound_inside(expr));
    }
    node.children().into_iter().for_each(|child| note_bound(child, names));
}

/// The names that an expression binds inside: parameters and locals of closures, patterns of `matches!`.
fn bound_inside(expr: &Expr) -> Names {
    fn note(expr: &Expr, names: &mut Names) {
        if let Expr::Macro(it) = expr
            && it.mac.path.is_ident("matches")
            && let Ok(it) = MatchesArguments::read(&it.mac)
        {
            note(&it.scrutinee, names);
            names.extend(names_of(&it.pat));
            it.guard.iter().for_each(|guard| note(guard, names));
        }
        visit(expr, &mut |part| match part {
            Part::Pat(pat) => {
                names.extend(names_of(pat));
                if let Pat::Guard(it) = pat {
                    note(&it.guard, names);
                }
            }
            Part::Expr(expr) => note(expr, names),
            Part::Macro(_) | Part::Tokens(_) => {}
        });
    }
    let mut names = Names::new();
    note(expr, &mut names);
    names
}
