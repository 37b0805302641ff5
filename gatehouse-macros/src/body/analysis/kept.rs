//! The parts of a node that are left of it in a slice.
//!
//! A slice keeps what leads to a load. Where the body exits, the slice ends: it keeps neither the value of a `return`,
//! nor a block that ends with an exit, nor the block after `else` of a `let`. In a loop or a labelled block a `break` need
//! not exit, so all of it is kept.

use super::super::tree::{Arm, Block, LoopHead, Node, Stmt};
use super::exits::block_diverges;
use super::inner::Inner;
use super::summary::Reading;
use crate::syntax::Part;

/// A direct part of a node.
pub(super) enum Kept<'n> {
    /// A node, and what is read of it.
    Node(&'n Node, Reading),
    /// Code that is no node.
    Part(Part<'n>),
}

/// Visits the direct parts of a node that are kept.
pub(super) fn visit<'n>(
    node: &'n Node,
    reading: Reading,
    inner: &dyn Inner,
    on: &mut dyn FnMut(Kept<'n>),
) {
    Visit { reading, inner, on }.node(node);
}

struct Visit<'v, 'n> {
    reading: Reading,
    inner: &'v dyn Inner,
    on: &'v mut dyn FnMut(Kept<'n>),
}

impl<'n> Visit<'_, 'n> {
    fn node(&mut self, node: &'n Node) {
        if self.reading == Reading::Passed && node.is_jump() {
            return;
        }
        match node {
            Node::Return(_, value) => {
                if self.reading == Reading::Written {
                    self.children(value.iter().map(|value| &**value));
                }
            }
            Node::Plain(expr) => self.part(Part::Expr(expr)),
            Node::Compound(expr, children) => {
                // Its holes are empty.
                self.part(Part::Expr(expr));
                self.children(children);
            }
            Node::Load(_, _, node) | Node::Try(node, _) => self.child(node),
            Node::Logic(it) => {
                self.child(&it.left);
                self.child(&it.right);
            }
            Node::Let(pat, node) => {
                self.part(Part::Pat(pat));
                self.child(node);
            }
            Node::Matches(arm, scrutinee) => {
                self.child(scrutinee);
                self.head(arm);
            }
            Node::If(it) => {
                self.child(&it.condition);
                self.block(&it.then);
                self.children(&it.otherwise);
            }
            Node::Match(it) => {
                self.child(&it.scrutinee);
                for arm in &it.arms {
                    self.head(arm);
                    self.child(&arm.body);
                }
            }
            Node::Block(None, block) => self.block(block),
            Node::Block(Some(_), block) => self.jumped_to(block),
            Node::Loop(it) => {
                match &it.head {
                    LoopHead::For(_, head) => {
                        self.part(Part::Pat(&head.0));
                        self.child(&head.1);
                    }
                    LoopHead::While(_, condition) => self.child(condition),
                    LoopHead::Loop(_) => {}
                }
                self.jumped_to(&it.body);
            }
        }
    }

    fn child(&mut self, node: &'n Node) {
        (self.on)(Kept::Node(node, self.reading));
    }

    fn children(&mut self, nodes: impl IntoIterator<Item = &'n Node>) {
        nodes.into_iter().for_each(|node| self.child(node));
    }

    fn part(&mut self, part: Part<'n>) {
        (self.on)(Kept::Part(part));
    }

    /// The pattern of an arm, and its guard.
    fn head(&mut self, arm: &'n Arm) {
        self.part(Part::Pat(&arm.pat));
        self.children(&arm.guard);
    }

    fn block(&mut self, block: &'n Block) {
        if self.reading != Reading::Passed || !block_diverges(block, self.inner) {
            self.stmts(block);
        }
    }

    /// The block of a loop, or one with a label.
    fn jumped_to(&mut self, block: &'n Block) {
        let reading = match self.reading {
            Reading::Written => Reading::Written,
            Reading::Passed | Reading::PassedInJump => Reading::PassedInJump,
        };
        Visit { reading, inner: self.inner, on: self.on }.stmts(block);
    }

    fn stmts(&mut self, block: &'n Block) {
        for stmt in &block.stmts {
            match stmt {
                Stmt::Let(it) => {
                    self.part(Part::Pat(&it.pat));
                    it.ty.iter().for_each(|ty| self.part(Part::Tokens(ty)));
                    self.children(&it.init);
                    if self.reading != Reading::Passed {
                        self.children(&it.otherwise);
                    }
                }
                Stmt::Expr(node, _) => self.child(node),
                Stmt::Item(item) => self.part(Part::Tokens(&**item)),
                Stmt::Macro(it) => self.part(Part::Macro(&it.mac)),
            }
        }
    }
}
