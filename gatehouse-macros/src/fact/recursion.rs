//! The rules for recursive facts, so that cyclic data have a unique least fixpoint: a recursive fact is a
//! `bool`, and it is monotone in its uses of itself.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{Expr, Lit, Path};

use super::ast::{Fact, is_bool};
use super::dependencies::{Component, local_name};
use crate::body::analysis::logic::is_three_valued;
use crate::body::analysis::{Nodes, is_total};
use crate::body::source::as_written;
use crate::body::tree::{Body, Kind, LoadId, Node, Stmt};
use crate::diagnostics::Diagnostics;
use crate::{diagnostics, text};

/// Checks the body of a fact, if it depends on itself through the facts of `cycle`.
pub(super) fn check(fact: &Fact, body: &Body, cycle: &Component, errors: &Diagnostics) {
    if !cycle.is_recursive {
        return;
    }
    let check = Check { fact, body, cycle, errors };
    if fact.value.as_ref().is_some_and(|value| !is_bool(value)) {
        check.refuse_all();
        return;
    }
    check.block_value(&body.block.stmts);
}

/// An operand after a recursive fact that may panic.
pub(super) enum PartialOperand {
    /// The operand, if the tokens of the `fact!` block show that it may panic.
    Tokens(TokenStream),
    /// The fact, if the operand loads a derived fact that may panic.
    Fact(Path),
}

/// Whether the load of an operand may panic.
pub(super) enum LoadPartiality {
    /// Its body cannot panic.
    Total,
    /// Its body is in the block, and may panic.
    Partial,
    /// It is a fact from elsewhere, which only the library knows.
    Unknown,
}

/// The operands after a recursive fact that may panic. Where a panic ends the process, such an operand does not run after
/// a failure; so a fact that failed, where it would have been false, would make the result smaller.
pub(super) fn beside_recursion(
    body: &Body,
    cycle: &Component,
    partiality_of: &dyn Fn(&Path) -> LoadPartiality,
) -> Vec<PartialOperand> {
    let mut found = Vec::new();
    for node in body.block.nodes() {
        note_beside(node, body, cycle, partiality_of, &mut found);
    }
    found
}

/// Whether a fact of `cycle` is loaded in a node.
fn recurs(node: &Node, body: &Body, cycle: &Component) -> bool {
    node.any(&|it| matches!(it, Node::Load(id, _, _) if cycle.recurs(&body.loads[*id].fact)))
}

fn note_beside(
    node: &Node,
    body: &Body,
    cycle: &Component,
    partiality_of: &dyn Fn(&Path) -> LoadPartiality,
    found: &mut Vec<PartialOperand>,
) {
    if let Node::Logic(it) = node
        && is_three_valued(it, body, &Nodes::none())
        && recurs(&it.left, body, cycle)
    {
        let mut is_partial = !is_total(&it.right);
        for id in it.right.loads_inside() {
            let fact = &body.loads[id].fact;
            match partiality_of(fact) {
                LoadPartiality::Total => {}
                LoadPartiality::Partial => is_partial = true,
                LoadPartiality::Unknown => found.push(PartialOperand::Fact(fact.clone())),
            }
        }
        if is_partial {
            found.push(PartialOperand::Tokens(as_written(&it.right)));
        }
    }
    for child in node.children() {
        note_beside(child, body, cycle, partiality_of, found);
    }
}

/// Whether a body can be true only if a fact of `cycle` is true. If all bodies of the cycle are like that, none of its
/// facts is ever true.
pub(super) fn has_no_base_case(body: &Body, cycle: &Component) -> bool {
    let base_case = BaseCase { body, cycle };
    let returns =
        |node: &Node| matches!(node, Node::Return(_, Some(value)) if base_case.exists_in(value));
    cycle.is_recursive
        && !base_case.exists_in_block(&body.block.stmts)
        && !body.block.nodes().any(|node| node.any(&returns))
}

/// The search for an answer that can be true without the cycle.
struct BaseCase<'c> {
    body: &'c Body,
    cycle: &'c Component,
}

impl BaseCase<'_> {
    fn exists_in_block(&self, stmts: &[Stmt]) -> bool {
        match stmts.last() {
            Some(Stmt::Expr(node, None)) => self.exists_in(node),
            Some(Stmt::Macro(_)) => true,
            _ => false,
        }
    }

    /// Whether an answer can be true without a fact of the cycle. `all` can: over no keys.
    fn exists_in(&self, node: &Node) -> bool {
        match node {
            Node::Load(id, kind, _) => {
                *kind == Kind::All || !self.cycle.recurs(&self.body.loads[*id].fact)
            }
            Node::Plain(Expr::Lit(it)) => !matches!(&it.lit, Lit::Bool(it) if !it.value),
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => self.exists_in(&inside[0]),
            Node::Logic(it) if it.is_and() => self.exists_in(&it.left) && self.exists_in(&it.right),
            Node::Logic(it) => self.exists_in(&it.left) || self.exists_in(&it.right),
            Node::If(it) => {
                self.exists_in_block(&it.then.stmts)
                    || it.otherwise.as_ref().is_some_and(|node| self.exists_in(node))
            }
            Node::Match(it) => it.arms.iter().any(|arm| self.exists_in(&arm.body)),
            Node::Block(None, block) => self.exists_in_block(&block.stmts),
            Node::Return(..) => false,
            _ => true,
        }
    }
}

struct Check<'c> {
    fact: &'c Fact,
    body: &'c Body,
    cycle: &'c Component,
    errors: &'c Diagnostics,
}

impl Check<'_> {
    fn is_recursive(&self, id: LoadId) -> bool {
        self.cycle.recurs(&self.body.loads[id].fact)
    }

    fn recurs(&self, node: &Node) -> bool {
        recurs(node, self.body, self.cycle)
    }

    /// The other fact on the path of the recursion, if there is one.
    fn through(&self, fact: &Path) -> String {
        if local_name(fact) == Some(&self.fact.name) {
            return String::new();
        }
        format!(" through `{}`", text::of_type(fact))
    }

    /// Reports every recursive load of the body.
    fn refuse_all(&self) {
        for load in self.body.loads.iter().filter(|load| self.cycle.recurs(&load.fact)) {
            let through = self.through(&load.fact);
            self.errors
                .push(&load.fact, diagnostics::recursive_value(self.fact.name.unraw(), through));
        }
    }

    /// Reports the recursive loads inside `node`, whose value is used for something other than an answer.
    fn refuse(&self, node: &Node, place: &str) {
        if let Node::Load(id, _, _) = node
            && self.is_recursive(*id)
        {
            let fact = &self.body.loads[*id].fact;
            let (name, through) = (self.fact.name.unraw(), self.through(fact));
            self.errors.push(fact, diagnostics::recursive_place(name, through, place));
        }
        node.children().into_iter().for_each(|child| self.refuse(child, place));
    }

    /// The statements of a block whose value is an answer.
    fn block_value(&self, stmts: &[Stmt]) {
        for (i, stmt) in stmts.iter().enumerate() {
            match stmt {
                Stmt::Expr(node, None) if i + 1 == stmts.len() => self.answer(node),
                Stmt::Expr(node, _) => self.effect(node),
                Stmt::Let(it) => {
                    it.init.iter().for_each(|init| self.refuse(init, "a `let`"));
                    it.otherwise.iter().for_each(|otherwise| self.effect(otherwise));
                }
                Stmt::Item(_) | Stmt::Macro(_) => {}
            }
        }
    }

    /// A node whose value is an answer of the fact.
    fn answer(&self, node: &Node) {
        match node {
            Node::Load(id, _, key) => {
                self.refuse(key, "a key");
                let kind = self.body.loads[*id].kind;
                if self.is_recursive(*id) && kind == Kind::Each {
                    self.refuse(node, "`each`");
                }
            }
            Node::Logic(it) => {
                let strict = !is_three_valued(it, self.body, &Nodes::none()) || it.right.leaves();
                if strict && self.recurs(&it.left) {
                    self.refuse(&it.left, "an operand beside one that leaves the body");
                } else {
                    self.answer(&it.left);
                }
                self.answer(&it.right);
            }
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => self.answer(&inside[0]),
            Node::Compound(Expr::Unary(_), inside) => self.refuse(&inside[0], "`!`"),
            node => self.branches(node, &|node| self.answer(node), &|stmts| {
                self.block_value(stmts);
            }),
        }
    }

    /// A node whose value is not used: it may still return.
    fn effect(&self, node: &Node) {
        match node {
            Node::Load(..) => self.refuse(node, "a statement"),
            node => self.branches(node, &|node| self.effect(node), &|stmts| self.effects(stmts)),
        }
    }

    fn effects(&self, stmts: &[Stmt]) {
        for stmt in stmts {
            match stmt {
                Stmt::Expr(node, _) => self.effect(node),
                stmt => self.block_value(std::slice::from_ref(stmt)),
            }
        }
    }

    /// Control flow: conditions decide, branches answer.
    fn branches(&self, node: &Node, inside: &dyn Fn(&Node), block: &dyn Fn(&[Stmt])) {
        match node {
            Node::Return(_, value) => value.iter().for_each(|value| self.answer(value)),
            Node::If(it) => {
                self.refuse(&it.condition, "a condition");
                block(&it.then.stmts);
                it.otherwise.iter().for_each(inside);
            }
            Node::Match(it) => {
                self.refuse(&it.scrutinee, "the value that `match` looks at");
                for arm in &it.arms {
                    arm.guard.iter().for_each(|guard| self.refuse(guard, "a condition"));
                    inside(&arm.body);
                }
            }
            Node::Block(None, it) => block(&it.stmts),
            Node::Let(..) | Node::Matches(..) => self.refuse(node, "a pattern's value"),
            node => self.refuse(node, "an expression that is not its answer"),
        }
    }
}
