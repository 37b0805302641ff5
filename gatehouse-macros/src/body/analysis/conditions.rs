//! The conditions that a body reports: found and numbered in one walk, in the order in which the body's code has
//! them. A condition inside another one has the smaller number.

use std::collections::BTreeMap;
use std::ops::Range;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Expr, ExprLit, Label, Lifetime, Lit, Pat};

use super::logic::{is_surely_bool, rests_on_matches};
use super::nodes::Nodes;
use crate::body::source::{as_written, first_span};
use crate::body::tree::{Arm, Block, Body, If, Let, Logic, LoopHead, Match, Node, Stmt};
use crate::text;

/// The number of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConditionId(pub(crate) usize);

/// The conditions of a body, by their numbers.
pub(crate) struct Conditions {
    pub(crate) list: Vec<Condition>,
    /// The number of the condition at each place of the tree.
    ids: BTreeMap<Site, ConditionId>,
}

/// A condition that a body reports.
pub(crate) struct Condition {
    pub(crate) kind: ConditionKind,
    /// As written.
    pub(crate) text: String,
    /// The span of its first token.
    pub(crate) at: Span,
    /// Its loads, those of conditions inside it included.
    pub(crate) loads: Range<usize>,
    pub(crate) ends: ImmediateAnswers,
}

/// The kind of a condition.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ConditionKind {
    /// Whether it is true.
    Truth,
    /// `?`: whether there is a value.
    Present,
    /// Whether a pattern matches.
    Pattern,
    /// Whether an arm of a `match` is taken.
    Arm,
}

/// A place of the tree with a condition. Places are told apart by their addresses, which last as long as the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Site {
    /// An expression without loads that is true or false.
    Expr(*const Expr),
    /// Any other node that is true or false.
    Node(*const Node),
    /// `?`
    Present(*const Node),
    Pattern(*const Pat),
    Arm(*const Arm),
}

impl Site {
    /// The place of a node that is true or false.
    pub(crate) fn of(node: &Node) -> Self {
        match node {
            Node::Plain(expr) => Self::Expr(without_parens(expr)),
            node => Self::Node(node),
        }
    }
}

/// The answers that a body gives at once, without another evaluation, if a condition is true and if it is false; `None`
/// where the body goes on.
#[derive(Clone, Copy, Default)]
pub(crate) struct ImmediateAnswers {
    pub(crate) yes: Option<bool>,
    pub(crate) no: Option<bool>,
}

impl Conditions {
    /// The conditions of a body.
    pub(crate) fn of(body: &Body, nodes: &Nodes<'_>) -> Self {
        let found = Self { list: Vec::new(), ids: BTreeMap::new() };
        let mut search = Search { body, nodes, found, scopes: Vec::new() };
        search.block(&body.block, body.gives_bool.then_some(ImmediateAnswers::ANSWER));
        search.found
    }

    /// The number of the condition at a place, if there is one.
    pub(crate) fn at(&self, site: Site) -> Option<ConditionId> {
        self.ids.get(&site).copied()
    }

    fn add(&mut self, site: Site, condition: Condition) {
        self.ids.insert(site, ConditionId(self.list.len()));
        self.list.push(condition);
    }
}

struct Search<'b> {
    body: &'b Body,
    nodes: &'b Nodes<'b>,
    found: Conditions,
    /// The labels around, each with the answers of the body if its value is true or false.
    scopes: Vec<(Option<&'b Lifetime>, Option<ImmediateAnswers>)>,
}

impl<'b> Search<'b> {
    fn block(&mut self, block: &'b Block, answers: Option<ImmediateAnswers>) {
        let last = block.stmts.len().wrapping_sub(1);
        for (at, stmt) in block.stmts.iter().enumerate() {
            match stmt {
                Stmt::Expr(node, None) if at == last => self.answer_if(answers, node),
                Stmt::Expr(node, _) => self.node(node),
                Stmt::Let(it) => self.binding(it),
                Stmt::Item(_) | Stmt::Macro(_) => {}
            }
        }
    }

    fn jumped_to(
        &mut self,
        label: Option<&'b Label>,
        block: &'b Block,
        answers: Option<ImmediateAnswers>,
    ) {
        self.scopes.push((label.map(|label| &label.name), answers));
        self.block(block, answers);
        self.scopes.pop();
    }

    /// The answers of the body if `break` takes a true or false value to `label`.
    fn answers_of(&self, label: Option<&Lifetime>) -> Option<ImmediateAnswers> {
        let label = label?;
        self.scopes.iter().rev().find(|(name, _)| *name == Some(label))?.1
    }

    fn binding(&mut self, it: &'b Let) {
        let Some(init) = &it.init else { return };
        let Some(otherwise) = &it.otherwise else { return self.bound(init) };
        self.node(init);
        self.pattern(&it.pat, init);
        self.node(otherwise);
    }

    /// The value of a pattern that must match. The value may be part of another condition, so it has no answer.
    fn bound(&mut self, init: &'b Node) {
        if rests_on_matches(init) {
            let init = bare(init);
            self.node(init);
            self.truth(init, ImmediateAnswers::default());
        } else if is_surely_bool(init) {
            self.answer(init, ImmediateAnswers::default());
        } else {
            self.node(init);
        }
    }

    fn answer_if(&mut self, answers: Option<ImmediateAnswers>, node: &'b Node) {
        match answers {
            Some(ends) => self.answer(node, ends),
            None => self.node(node),
        }
    }

    /// An expression that is true or false.
    fn answer(&mut self, node: &'b Node, ends: ImmediateAnswers) {
        match node {
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                self.answer(&inside[0], ends);
            }
            Node::If(it) => self.conditional(it, Some(ends)),
            Node::Match(it) => self.matching(it, Some(ends)),
            Node::Block(None, block) => self.block(block, Some(ends)),
            Node::Block(label, block) => self.jumped_to(label.as_ref(), block, Some(ends)),
            Node::Logic(it) => self.logic(it, ends),
            Node::Let(pat, of) => {
                self.node(of);
                self.pattern(pat, of);
            }
            Node::Plain(expr) => self.plain_answer(expr, ends),
            node if is_silent(node) => self.node(node),
            node => {
                self.node(node);
                self.truth(node, ends);
            }
        }
    }

    /// [`answer`](Self::answer) for an expression without loads.
    fn plain_answer(&mut self, expr: &'b Expr, ends: ImmediateAnswers) {
        let expr = without_parens(expr);
        if let Expr::Break(it) = expr
            && let Some(value) = &it.expr
        {
            self.plain_break(it.label.as_ref(), value);
        } else if !is_silent_expr(expr) {
            self.plain_truth(expr, ends);
        }
    }

    /// `break` with a value that has no loads.
    fn plain_break(&mut self, label: Option<&Lifetime>, value: &'b Expr) {
        if let Some(ends) = self.answers_of(label) {
            self.plain_answer(value, ends);
        }
    }

    fn node(&mut self, node: &'b Node) {
        match node {
            Node::Plain(Expr::Break(it)) => {
                it.expr.iter().for_each(|value| self.plain_break(it.label.as_ref(), value));
            }
            Node::Plain(_) => {}
            Node::Compound(Expr::Break(it), value) => {
                self.answer_if(self.answers_of(it.label.as_ref()), &value[0]);
            }
            Node::Try(inner, question) => {
                self.node(inner);
                let written = as_written(inner);
                let condition =
                    self.condition(ConditionKind::Present, inner, &quote!(#written #question));
                self.found.add(Site::Present(node), condition);
            }
            Node::Return(_, value) => {
                let answers = self.body.gives_bool.then_some(ImmediateAnswers::ANSWER);
                if let Some(value) = value {
                    self.answer_if(answers, value);
                }
            }
            Node::Logic(it) => self.logic(it, ImmediateAnswers::default()),
            Node::Matches(arm, scrutinee) => {
                self.node(scrutinee);
                self.guard(arm);
            }
            Node::If(it) => self.conditional(it, None),
            Node::Match(it) => self.matching(it, None),
            Node::Block(None, block) => self.block(block, None),
            Node::Block(label, block) => self.jumped_to(label.as_ref(), block, None),
            Node::Loop(it) => {
                self.jumped_to(it.label.as_ref(), &it.body, None);
                match &it.head {
                    LoopHead::For(_, head) => self.node(&head.1),
                    LoopHead::While(_, condition) => self.node(condition),
                    LoopHead::Loop(_) => {}
                }
            }
            Node::Compound(..) | Node::Load(..) | Node::Let(..) => {
                node.children().into_iter().for_each(|child| self.node(child));
            }
        }
    }

    fn logic(&mut self, it: &'b Logic, ends: ImmediateAnswers) {
        self.answer(&it.left, ends.of_left(it));
        self.answer(&it.right, ends);
    }

    fn conditional(&mut self, it: &'b If, answers: Option<ImmediateAnswers>) {
        self.answer(&it.condition, ImmediateAnswers::of_if(it, answers));
        self.block(&it.then, answers);
        it.otherwise.iter().for_each(|otherwise| self.answer_if(answers, otherwise));
    }

    /// The conditions of a guard are reported apart from the arm, because a false guard sends the body on to the next
    /// arm.
    fn matching(&mut self, it: &'b Match, answers: Option<ImmediateAnswers>) {
        self.node(&it.scrutinee);
        let of = as_written(&it.scrutinee);
        for arm in &it.arms {
            let pat = &arm.pat;
            let guard = arm.guard.as_ref().map(as_written).map(|guard| quote!(if #guard));
            let written = quote!(#of is #pat #guard);
            let taken = self.condition(ConditionKind::Arm, &it.scrutinee, &written);
            self.found.add(Site::Arm(arm), Condition { at: text::ends(pat).0, ..taken });
            self.guard(arm);
            self.answer_if(answers, &arm.body);
        }
    }

    fn guard(&mut self, arm: &'b Arm) {
        arm.guard.iter().for_each(|guard| self.answer(guard, ImmediateAnswers::default()));
    }

    fn pattern(&mut self, pat: &'b Pat, of: &Node) {
        let written = as_written(of);
        let condition = self.condition(ConditionKind::Pattern, of, &quote!(let #pat = #written));
        self.found.add(Site::Pattern(pat), Condition { at: text::ends(pat).0, ..condition });
    }

    /// A condition on `of` without immediate answers.
    fn condition(&self, kind: ConditionKind, of: &Node, written: &TokenStream) -> Condition {
        let (text, at) = (text::of_expr(written), first_span(written));
        let loads = self.nodes.get(of).loads.clone();
        Condition { kind, text, at, loads, ends: ImmediateAnswers::default() }
    }

    fn truth(&mut self, node: &'b Node, ends: ImmediateAnswers) {
        if let Node::Plain(expr) = node {
            return self.plain_truth(without_parens(expr), ends);
        }
        let condition = self.condition(ConditionKind::Truth, node, &as_written(node));
        self.found.add(Site::Node(node), Condition { ends, ..condition });
    }

    fn plain_truth(&mut self, expr: &'b Expr, ends: ImmediateAnswers) {
        let written = quote!(#expr);
        let condition = Condition {
            kind: ConditionKind::Truth,
            text: text::of_expr(&written),
            at: first_span(&written),
            loads: 0..0,
            ends,
        };
        self.found.add(Site::Expr(expr), condition);
    }
}

/// A node without the parentheses around it.
pub(crate) fn bare(node: &Node) -> &Node {
    match node {
        Node::Compound(Expr::Paren(_), inside) => bare(&inside[0]),
        node => node,
    }
}

/// An expression without the parentheses around it.
pub(crate) fn without_parens(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(it) => without_parens(&it.expr),
        expr => expr,
    }
}

/// Whether a node is not worth a report: a constant, or code that never has a value.
fn is_silent(node: &Node) -> bool {
    node.is_jump() || matches!(node, Node::Return(..) | Node::Loop(_))
}

/// [`is_silent`] for an expression without loads.
fn is_silent_expr(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Macro(it) => never_ends(&it.mac),
        _ => false,
    }
}

/// Whether a macro is known never to have a value.
pub(crate) fn never_ends(it: &syn::Macro) -> bool {
    let last = it.path.segments.last();
    let is = |name| last.is_some_and(|last| last.ident == name);
    ["panic", "todo", "unimplemented", "unreachable"].into_iter().any(is)
}

impl ImmediateAnswers {
    /// The condition is the answer.
    const ANSWER: Self = Self { yes: Some(true), no: Some(false) };

    /// The answers of the left side of a `||` or `&&` with these answers.
    fn of_left(self, it: &Logic) -> Self {
        if it.is_and() { Self { yes: None, ..self } } else { Self { no: None, ..self } }
    }

    /// The answers of the condition of an `if` with these answers.
    fn of_if(it: &If, answers: Option<Self>) -> Self {
        let no = match &it.otherwise {
            Some(Node::Block(None, otherwise)) => settled(otherwise, answers),
            _ => None,
        };
        Self { yes: settled(&it.then, answers), no }
    }
}

/// The answer of a block that is nothing but an answer.
fn settled(block: &Block, answers: Option<ImmediateAnswers>) -> Option<bool> {
    let [Stmt::Expr(node, semi)] = block.stmts.as_slice() else { return None };
    match (node, semi, answers) {
        (Node::Return(_, Some(value)), _, _) => literal(value),
        (node, None, Some(ends)) => {
            if literal(node)? {
                ends.yes
            } else {
                ends.no
            }
        }
        _ => None,
    }
}

/// The value of `true` or `false`.
fn literal(node: &Node) -> Option<bool> {
    match node {
        Node::Plain(Expr::Lit(ExprLit { lit: Lit::Bool(it), .. })) => Some(it.value),
        _ => None,
    }
}
