//! The compiler's own tree of a body.
//!
//! Only what the compiler must see is a variant: loads, early exits, and the control flow around them.
//! Everything else keeps its `syn` form, so that each later stage can point at the user's tokens.

use std::collections::BTreeSet;
use std::ops::{Deref, Index, IndexMut};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::token::Brace;
use syn::{
    Attribute, BinOp, Expr, Ident, Item, Label, Lifetime, Pat, Path, StmtMacro, Token, Type,
};

use crate::syntax::subpatterns;

/// Names of locals, and identifiers that could be such names.
pub(crate) type Names = BTreeSet<String>;

/// The index of a load in [`Body::loads`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LoadId(pub(crate) usize);

/// A list with an entry for each load of a body, in evaluation order.
pub(crate) struct PerLoad<T>(Vec<T>);

impl<T> PerLoad<T> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds the entry of the next load.
    pub(crate) fn push(&mut self, entry: T) -> LoadId {
        self.0.push(entry);
        LoadId(self.0.len() - 1)
    }

    /// The loads that have an entry.
    pub(crate) fn ids(&self) -> impl Iterator<Item = LoadId> + use<T> {
        (0..self.0.len()).map(LoadId)
    }
}

impl<T> Deref for PerLoad<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> Index<LoadId> for PerLoad<T> {
    type Output = T;

    fn index(&self, id: LoadId) -> &T {
        &self.0[id.0]
    }
}

impl<T> IndexMut<LoadId> for PerLoad<T> {
    fn index_mut(&mut self, id: LoadId) -> &mut T {
        &mut self.0[id.0]
    }
}

impl<'l, T> IntoIterator for &'l PerLoad<T> {
    type Item = &'l T;
    type IntoIter = std::slice::Iter<'l, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T> FromIterator<T> for PerLoad<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

/// The body of a rule, lowered.
pub(crate) struct Body {
    pub(crate) block: Block,
    /// The names of its inputs: parameters, key parts.
    pub(crate) given: Names,
    /// The type of its result.
    pub(crate) value: TokenStream,
    /// Whether the result is a `bool`.
    pub(crate) gives_bool: bool,
    /// Every load, in evaluation order.
    pub(crate) loads: PerLoad<Load>,
    /// The names that are bound with `mut` somewhere.
    pub(crate) mutable: Names,
    /// Whether the tree is complete: no code was left out because of an error. Then it can be emitted, whatever else is wrong
    /// with the rule.
    pub(crate) is_whole: bool,
}

impl Body {
    /// Each fact that is loaded, once.
    pub(crate) fn facts(&self) -> Vec<Path> {
        let mut found = BTreeSet::new();
        let facts = self.loads.iter().map(|load| &load.fact);
        facts.filter(|fact| found.insert(quote!(#fact).to_string())).cloned().collect()
    }
}

/// The number of keys of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    One,
    Any,
    All,
    Each,
}

/// One place that loads a fact.
pub(crate) struct Load {
    pub(crate) kind: Kind,
    /// The fact, as the user names it.
    pub(crate) fact: Path,
    /// Whether they name it at the keys: `any::<Fact>(keys)`.
    pub(crate) named: bool,
    /// The load as written, without `.await`.
    pub(crate) written: TokenStream,
    /// Its first token, and `await`.
    pub(crate) ends: (Span, Span),
    /// `any`, `all` or `each`, as the user names it; `None` if it is misspelt.
    pub(crate) word: Option<Expr>,
    /// `lazy`, as the user names it, if the load must not be requested early.
    pub(crate) lazy: Option<Path>,
}

impl Load {
    /// `::<_, _, Fact>`, where the user names the fact of several keys: the keys may get their type from it.
    pub(crate) fn turbofish(&self) -> Option<TokenStream> {
        let fact = &self.fact;
        (self.named && self.kind != Kind::One).then(|| quote!(::<_, _, #fact>))
    }
}

/// An expression.
pub(crate) enum Node {
    /// No load and no exit inside: emitted as it stands.
    Plain(Expr),
    /// Any other expression, with holes in place of its children.
    Compound(Expr, Vec<Node>),
    /// `Fact(…).await`; the node is the key, or the expression of the keys.
    Load(LoadId, Kind, Box<Node>),
    /// `…?`
    Try(Box<Node>, Token![?]),
    /// `return …`
    Return(Token![return], Option<Box<Node>>),
    /// `… || …` and `… && …`
    Logic(Box<Logic>),
    /// `let … = …` in a condition.
    Let(Box<Pat>, Box<Node>),
    /// `matches!(…, … if …)`
    Matches(Box<Arm>, Box<Node>),
    If(Box<If>),
    Match(Box<Match>),
    Block(Option<Label>, Block),
    Loop(Box<Loop>),
}

pub(crate) struct Logic {
    pub(crate) left: Node,
    pub(crate) op: Operator,
    pub(crate) right: Node,
}

impl Logic {
    pub(crate) fn is_and(&self) -> bool {
        matches!(self.op, Operator::And(_))
    }
}

/// A three-valued operator, with the user's token.
#[derive(Clone, Copy)]
pub(crate) enum Operator {
    And(Token![&&]),
    Or(Token![||]),
}

impl Operator {
    /// The operator that `op` is, if it is one.
    pub(crate) fn of(op: BinOp) -> Option<Self> {
        match op {
            BinOp::And(token) => Some(Self::And(token)),
            BinOp::Or(token) => Some(Self::Or(token)),
            _ => None,
        }
    }
}

impl ToTokens for Operator {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::And(token) => token.to_tokens(tokens),
            Self::Or(token) => token.to_tokens(tokens),
        }
    }
}

pub(crate) struct If {
    pub(crate) token: Token![if],
    pub(crate) condition: Node,
    pub(crate) then: Block,
    /// A block or another `if`.
    pub(crate) otherwise: Option<Node>,
}

pub(crate) struct Match {
    pub(crate) token: Token![match],
    pub(crate) scrutinee: Node,
    /// The braces around the arms.
    pub(crate) brace: Brace,
    pub(crate) arms: Vec<Arm>,
}

pub(crate) struct Arm {
    /// The attributes that set lint levels.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) pat: Pat,
    pub(crate) guard: Option<Node>,
    pub(crate) body: Node,
    /// The last token of the body; of a `matches!`, its name.
    pub(crate) end: Span,
}

/// `for`, `while` and `loop`: no load inside, but exits.
pub(crate) struct Loop {
    pub(crate) label: Option<Label>,
    pub(crate) head: LoopHead,
    pub(crate) body: Block,
}

pub(crate) enum LoopHead {
    For(Token![for], Box<(Pat, Node)>),
    While(Token![while], Box<Node>),
    Loop(Token![loop]),
}

pub(crate) struct Block {
    pub(crate) brace: Brace,
    pub(crate) stmts: Vec<Stmt>,
}

#[allow(clippy::large_enum_variant, reason = "most statements are expressions")]
pub(crate) enum Stmt {
    Let(Box<Let>),
    /// An expression, with its semicolon.
    Expr(Node, Option<Token![;]>),
    Item(Box<Item>),
    Macro(Box<StmtMacro>),
}

pub(crate) struct Let {
    /// The attributes that set lint levels.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) token: Token![let],
    pub(crate) pat: Pat,
    pub(crate) ty: Option<Type>,
    pub(crate) init: Option<Node>,
    /// The block after `else`, which exits.
    pub(crate) otherwise: Option<Node>,
}

impl Node {
    /// Stands for an expression with an error.
    pub(crate) fn refused() -> Self {
        Self::Plain(syn::parse_quote!(false))
    }

    /// The direct children, in evaluation order.
    pub(crate) fn children(&self) -> Vec<&Node> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Compound(_, children) => children.iter().collect(),
            Self::Load(_, _, node) | Self::Try(node, _) | Self::Let(_, node) => vec![node],
            Self::Return(_, value) => value.iter().map(|node| &**node).collect(),
            Self::Logic(logic) => vec![&logic.left, &logic.right],
            Self::Matches(arm, scrutinee) => {
                std::iter::once(&**scrutinee).chain(&arm.guard).collect()
            }
            Self::If(it) => {
                std::iter::once(&it.condition).chain(it.then.nodes()).chain(&it.otherwise).collect()
            }
            Self::Match(it) => {
                let arms = it.arms.iter().flat_map(|arm| arm.guard.iter().chain([&arm.body]));
                std::iter::once(&it.scrutinee).chain(arms).collect()
            }
            Self::Block(_, block) => block.nodes().collect(),
            Self::Loop(it) => {
                let head = match &it.head {
                    LoopHead::For(_, items) => Some(&items.1),
                    LoopHead::While(_, node) => Some(&**node),
                    LoopHead::Loop(_) => None,
                };
                head.into_iter().chain(it.body.nodes()).collect()
            }
        }
    }

    /// Whether `test` holds for this node or a node inside.
    pub(crate) fn any(&self, test: &dyn Fn(&Node) -> bool) -> bool {
        test(self) || self.children().into_iter().any(|child| child.any(test))
    }

    /// Whether a fact is loaded inside.
    pub(crate) fn loads(&self) -> bool {
        self.any(&|node| matches!(node, Node::Load(..)))
    }

    /// Whether the policy, or an enclosing loop or block, can be exited from inside.
    pub(crate) fn leaves(&self) -> bool {
        self.any(&|node| matches!(node, Node::Try(..) | Node::Return(..))) || self.jumps_out()
    }

    /// `break` or `continue`.
    pub(crate) fn is_jump(&self) -> bool {
        matches!(
            self,
            Self::Plain(Expr::Break(_) | Expr::Continue(_)) | Self::Compound(Expr::Break(_), _)
        )
    }

    /// The target of a `break` or `continue`.
    pub(crate) fn jump_label(&self) -> Option<&Lifetime> {
        match self {
            Self::Plain(Expr::Break(it)) | Self::Compound(Expr::Break(it), _) => it.label.as_ref(),
            Self::Plain(Expr::Continue(it)) => it.label.as_ref(),
            _ => None,
        }
    }

    /// A loop or a labelled block: a target of jumps inside.
    pub(crate) fn is_jumped_to(&self) -> bool {
        matches!(self, Self::Loop(_) | Self::Block(Some(_), _))
    }

    /// Whether a jump inside targets something outside the node.
    pub(crate) fn jumps_out(&self) -> bool {
        self.jumps_out_of(self, false)
    }

    #[cfg(test)]
    /// Whether a jump in a loop or labelled block inside targets something outside the node.
    pub(crate) fn jumps_far(&self) -> bool {
        self.any(&|inside| inside.is_jumped_to() && inside.jumps_out_of(self, true))
    }

    fn jumps_out_of(&self, root: &Node, in_loop: bool) -> bool {
        if let Some(label) = self.jump_label() {
            return !root.any(&|node| node.label() == Some(label));
        }
        let in_loop = in_loop || matches!(self, Node::Loop(_));
        self.is_jump() && !in_loop
            || self.children().into_iter().any(|child| child.jumps_out_of(root, in_loop))
    }

    pub(crate) fn label(&self) -> Option<&Lifetime> {
        match self {
            Self::Block(label, _) => label.as_ref().map(|label| &label.name),
            Self::Loop(it) => it.label.as_ref().map(|label| &label.name),
            _ => None,
        }
    }

    /// Whether control never reaches the end of the node.
    pub(crate) fn diverges(&self) -> bool {
        match self {
            Self::Return(..) => true,
            Self::If(it) => it.then.diverges() && it.otherwise.as_ref().is_some_and(Node::diverges),
            Self::Match(it) => it.arms.iter().all(|arm| arm.body.diverges()),
            Self::Block(None, block) => block.diverges(),
            Self::Compound(Expr::Paren(_), inside) => inside[0].diverges(),
            node => node.is_jump(),
        }
    }

    /// Every load inside.
    pub(crate) fn loads_inside(&self) -> BTreeSet<LoadId> {
        let mut loads = BTreeSet::new();
        self.note_loads(&mut loads);
        loads
    }

    #[cfg(test)]
    /// The loads that are answered once control has reached the end of the node.
    pub(crate) fn passed_loads(&self) -> BTreeSet<LoadId> {
        let mut loads = BTreeSet::new();
        self.note_passed_loads(&mut loads);
        loads
    }

    fn note_loads(&self, loads: &mut BTreeSet<LoadId>) {
        if let Self::Load(id, _, _) = self {
            loads.insert(*id);
        }
        self.children().into_iter().for_each(|child| child.note_loads(loads));
    }

    #[cfg(test)]
    fn note_passed_loads(&self, loads: &mut BTreeSet<LoadId>) {
        match self {
            node if node.diverges() => {}
            Self::If(it) => {
                it.condition.note_passed_loads(loads);
                it.then.note_passed_loads(loads);
                it.otherwise.iter().for_each(|node| node.note_passed_loads(loads));
            }
            Self::Block(None, block) => block.note_passed_loads(loads),
            node => {
                if let Self::Load(id, _, _) = node {
                    loads.insert(*id);
                }
                // An exit of a loop or a labelled block need not exit the node.
                let all = node.is_jumped_to();
                for child in node.children() {
                    if all { child.note_loads(loads) } else { child.note_passed_loads(loads) }
                }
            }
        }
    }
}

impl Block {
    /// The nodes of the block's statements, in evaluation order.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.stmts.iter().flat_map(Stmt::nodes)
    }

    #[cfg(test)]
    fn note_passed_loads(&self, loads: &mut BTreeSet<LoadId>) {
        if !self.diverges() {
            let nodes = self.stmts.iter().flat_map(Stmt::passed_nodes);
            nodes.for_each(|node| node.note_passed_loads(loads));
        }
    }

    /// Whether control never reaches the block's end.
    pub(crate) fn diverges(&self) -> bool {
        self.stmts.iter().any(|stmt| matches!(stmt, Stmt::Expr(node, _) if node.diverges()))
    }
}

impl Stmt {
    /// The nodes of the statement, in evaluation order.
    pub(crate) fn nodes(&self) -> Vec<&Node> {
        match self {
            Self::Let(it) => it.init.iter().chain(&it.otherwise).collect(),
            Self::Expr(node, _) => vec![node],
            Self::Item(_) | Self::Macro(_) => Vec::new(),
        }
    }

    /// [`Stmt::nodes`] without the block after `else`, which exits.
    pub(crate) fn passed_nodes(&self) -> Vec<&Node> {
        match self {
            Self::Let(it) => it.init.iter().collect(),
            _ => self.nodes(),
        }
    }
}

/// The names that a pattern binds. (A variant or a constant is a path: [`capitals`](super::capitals).)
pub(crate) fn bound_names(pat: &Pat) -> Vec<&Ident> {
    let mut names = Vec::new();
    visit_bindings(pat, &mut |ident, _| names.push(ident));
    names
}

/// Whether a pattern binds a name that can change.
pub(crate) fn binds_mutably(pat: &Pat) -> bool {
    let mut mutable = false;
    visit_bindings(pat, &mut |_, changes| mutable |= changes);
    mutable
}

/// Whether a pattern borrows the matched value by `ref mut`.
pub(crate) fn borrows_mutably(pat: &Pat) -> bool {
    matches!(pat, Pat::Ident(it) if it.by_ref.is_some() && it.mutability.is_some())
        || subpatterns(pat).into_iter().any(borrows_mutably)
}

fn visit_bindings<'p>(pat: &'p Pat, visit: &mut dyn FnMut(&'p Ident, bool)) {
    if let Pat::Ident(it) = pat {
        visit(&it.ident, it.mutability.is_some());
    }
    for inner in subpatterns(pat) {
        visit_bindings(inner, visit);
    }
}
