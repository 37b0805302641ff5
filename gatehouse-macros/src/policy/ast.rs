//! The compiler's own tree of a policy's body.
//!
//! Only what the compiler must see is a variant: loads, ways out, and the control flow around them.
//! Everything else keeps its `syn` form, so that each later stage can point at the user's tokens.

use proc_macro2::{Span, TokenStream};
use syn::{Expr, Ident, Item, Label, Pat, Path, StmtMacro, Token, Type};

use super::names::Names;

/// The place of a load in [`Body::loads`].
pub(crate) type LoadId = usize;

/// A policy's body, lowered.
pub(crate) struct Body {
    pub(crate) block: Block,
    /// Every load, in evaluation order.
    pub(crate) loads: Vec<Load>,
    /// The names that are bound with `mut` somewhere.
    pub(crate) mutable: Names,
}

/// How many keys a load asks for.
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
    /// The load as written, without `.await`.
    pub(crate) written: TokenStream,
    /// The first token, and `await`.
    pub(crate) ends: (Span, Span),
    /// Whether `lazy(…)` says that it is not to be asked for early.
    pub(crate) lazy: bool,
}

/// An expression.
pub(crate) enum Node {
    /// No load and no way out inside: emitted as it stands.
    Plain(Expr),
    /// Any other expression, with holes where its children were.
    Compound(Expr, Vec<Node>),
    /// `Fact(…).await`; the node is the key, or what gives the keys.
    Load(LoadId, Box<Node>),
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
    pub(crate) op: syn::BinOp,
    pub(crate) right: Node,
}

impl Logic {
    pub(crate) fn is_and(&self) -> bool {
        matches!(self.op, syn::BinOp::And(_))
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
    pub(crate) arms: Vec<Arm>,
}

pub(crate) struct Arm {
    pub(crate) pat: Pat,
    pub(crate) guard: Option<Node>,
    pub(crate) body: Node,
}

/// `for`, `while` and `loop`: no load inside, but ways out.
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
    pub(crate) token: Token![let],
    pub(crate) pat: Pat,
    pub(crate) ty: Option<Type>,
    pub(crate) init: Option<Node>,
    /// What follows `else`, a block that leaves.
    pub(crate) otherwise: Option<Node>,
}

impl Node {
    /// Stands for an expression that was refused.
    pub(crate) fn refused() -> Self {
        Self::Plain(syn::parse_quote!(false))
    }

    /// The nodes directly inside, in evaluation order.
    pub(crate) fn children(&self) -> Vec<&Node> {
        match self {
            Self::Plain(_) => Vec::new(),
            Self::Compound(_, children) => children.iter().collect(),
            Self::Load(_, node) | Self::Try(node, _) | Self::Let(_, node) => vec![node],
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

    /// Whether `test` holds for this node or one inside.
    pub(crate) fn any(&self, test: &dyn Fn(&Node) -> bool) -> bool {
        test(self) || self.children().into_iter().any(|child| child.any(test))
    }

    /// Whether a fact is loaded inside.
    pub(crate) fn loads(&self) -> bool {
        self.any(&|node| matches!(node, Node::Load(..)))
    }

    /// Whether the load `id` is inside.
    pub(crate) fn contains(&self, id: LoadId) -> bool {
        self.any(&|node| matches!(node, Node::Load(load, _) if *load == id))
    }

    /// Whether the policy, or a loop around, can be left from inside.
    pub(crate) fn leaves(&self) -> bool {
        let leaves = |node: &Node| {
            matches!(
                node,
                Node::Try(..) | Node::Return(..) | Node::Plain(Expr::Break(_) | Expr::Continue(_))
            )
        };
        self.any(&leaves)
    }
}

impl Block {
    /// The nodes of the block's statements, in evaluation order.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.stmts.iter().flat_map(Stmt::nodes)
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
}

/// The names that a pattern binds. A name that begins with a capital is a constant or a variant.
pub(crate) fn bound_names(pat: &Pat) -> Vec<&Ident> {
    let mut names = Vec::new();
    visit_bindings(pat, &mut |ident, _| names.push(ident));
    names
}

/// Whether a pattern binds something that can change.
pub(crate) fn binds_mutably(pat: &Pat) -> bool {
    let mut mutable = false;
    visit_bindings(pat, &mut |_, changes| mutable |= changes);
    mutable
}

fn visit_bindings<'p>(pat: &'p Pat, visit: &mut dyn FnMut(&'p Ident, bool)) {
    match pat {
        Pat::Ident(it) => {
            let text = it.ident.to_string();
            if !text.trim_start_matches("r#").starts_with(char::is_uppercase) {
                visit(&it.ident, it.mutability.is_some());
            }
            if let Some((_, inner)) = &it.subpat {
                visit_bindings(inner, visit);
            }
        }
        Pat::Guard(it) => visit_bindings(&it.pat, visit),
        Pat::Or(it) => it.cases.iter().for_each(|case| visit_bindings(case, visit)),
        Pat::Paren(it) => visit_bindings(&it.pat, visit),
        Pat::Reference(it) => visit_bindings(&it.pat, visit),
        Pat::Slice(it) => it.elems.iter().for_each(|elem| visit_bindings(elem, visit)),
        Pat::Struct(it) => it.fields.iter().for_each(|field| visit_bindings(&field.pat, visit)),
        Pat::Tuple(it) => it.elems.iter().for_each(|elem| visit_bindings(elem, visit)),
        Pat::TupleStruct(it) => it.elems.iter().for_each(|elem| visit_bindings(elem, visit)),
        Pat::Type(it) => visit_bindings(&it.pat, visit),
        _ => {}
    }
}
