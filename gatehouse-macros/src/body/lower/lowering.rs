//! Lowers `syn`'s tree to the compiler's own, and reports what the language does not have.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Expr, Macro, Member, Pat, Path};

use super::super::attributes::{self, is_for_tools, is_lint};
use super::super::check::{self, Source};
use super::super::tree::{
    Arm, Block, Body, If, Let, Load, Logic, Loop, LoopHead, Match, Names, Node, Operator, PerLoad,
    Stmt, binds_mutably, bound_names,
};
use super::super::{capitals, leftover};
use super::loads::{LoadParts, LoadReader, Locals, is_misspelt_load};
use crate::diagnostics::{self, Diagnostic, Diagnostics};
use crate::syntax::{MatchesArguments, children_mut, end, key_of_fact, split_guard};
use crate::text;

/// Lowers a body whose result is a `value` and whose parameters have the `given` names.
pub(crate) fn body(
    mut block: syn::Block,
    given: Names,
    value: TokenStream,
    gives_bool: bool,
    errors: &Diagnostics,
) -> Body {
    let mut lowering = Lowering {
        errors,
        loads: PerLoad::new(),
        mutable: Names::new(),
        locals: Locals::new(),
        inside: None,
        is_whole: true,
    };
    let end = block.brace_token.span.close();
    let written = leftover::awaits(&block).len();
    capitals::in_block(&mut block);
    let block = lowering.block(block);
    block.nodes().for_each(|node| lowering.refuse_attributes_inside(node));
    let Lowering { loads, mutable, locals, is_whole, .. } = lowering;
    let keys = locals.into_iter().filter_map(|(name, fact)| Some((name, fact?))).collect();
    let mut body = Body { block, given, value, gives_bool, loads, mutable, is_whole };
    check::body(&mut body, &Source { end, loads: written, keys }, errors);
    body
}

/// The diagnostic for a load in a place that has none.
type LoadError = fn() -> Diagnostic;

struct Lowering<'e> {
    errors: &'e Diagnostics,
    loads: PerLoad<Load>,
    mutable: Names,
    /// The names that are bound so far.
    locals: Locals,
    /// The innermost enclosing place that has no loads.
    inside: Option<LoadError>,
    /// Whether the tree is complete: no code was left out because of an error.
    is_whole: bool,
}

impl Lowering<'_> {
    fn block(&mut self, block: syn::Block) -> Block {
        let stmts = block.stmts.into_iter().map(|stmt| self.stmt(stmt)).collect();
        Block { brace: block.brace_token, stmts }
    }

    fn stmt(&mut self, stmt: syn::Stmt) -> Stmt {
        match stmt {
            syn::Stmt::Local(local) => Stmt::Let(Box::new(self.local(local))),
            syn::Stmt::Item(item) => {
                self.refuse_loads(item.to_token_stream(), diagnostics::load_in_function);
                Stmt::Item(Box::new(item))
            }
            syn::Stmt::Expr(expr, semi) => Stmt::Expr(self.expr(expr), semi),
            syn::Stmt::Macro(it) => {
                self.refuse_attributes(&it.attrs);
                self.opaque_macro(&it.mac);
                Stmt::Macro(Box::new(it))
            }
        }
    }

    fn local(&mut self, local: syn::Local) -> Let {
        let attrs = self.lints(local.attrs);
        let (pat, ty) = match local.pat {
            Pat::Type(typed) => (*typed.pat, Some(*typed.ty)),
            pat => (pat, None),
        };
        let key = local.init.as_ref().and_then(|init| key_of_fact(&init.expr));
        self.refuse_attributes(attributes::of_pat(&pat));
        self.bind(&pat);
        let (init, otherwise) = match local.init {
            Some(init) => {
                let value = self.expr(*init.expr);
                (Some(value), init.diverge.map(|(_, block)| self.expr(*block)))
            }
            None => (None, None),
        };
        self.bind_locals(&pat, key.as_ref());
        Let { attrs, token: local.let_token, pat, ty, init, otherwise }
    }

    /// An expression. The attributes of an expression that is taken apart have no place in the tree.
    fn expr(&mut self, expr: Expr) -> Node {
        let attrs = attributes::of_expr(&expr).to_vec();
        let node = self.taken_apart(expr);
        if !matches!(node, Node::Plain(_)) {
            self.refuse_attributes(&attrs);
        }
        node
    }

    fn taken_apart(&mut self, expr: Expr) -> Node {
        match expr {
            Expr::Await(it) => self.load(*it.base, it.await_token.span),
            Expr::Field(it) if is_misspelt_load(&it) => {
                let Member::Named(name) = it.member else { return Node::refused() };
                self.errors.push(&name, diagnostics::await_misspelt(&name));
                self.load(*it.base, name.span())
            }
            // Rust's parser has reported this already, or `fact!` has.
            Expr::Call(it) if matches!(*it.func, Expr::Await(_)) => self.expr(*it.func),
            Expr::Try(it) => Node::Try(Box::new(self.expr(*it.expr)), it.question_token),
            Expr::Return(it) => {
                let value = it.expr.map(|value| Box::new(self.expr(*value)));
                Node::Return(it.return_token, value)
            }
            Expr::Binary(it) => match Operator::of(it.op) {
                Some(op) => {
                    let left = self.expr(*it.left);
                    let right = self.expr(*it.right);
                    Node::Logic(Box::new(Logic { left, op, right }))
                }
                None => self.other(Expr::Binary(it)),
            },
            Expr::Let(it) => {
                self.refuse_attributes(attributes::of_pat(&it.pat));
                self.bind_locals(&it.pat, None);
                self.bind(&it.pat);
                Node::Let(it.pat, Box::new(self.expr(*it.expr)))
            }
            Expr::If(it) => self.conditional(it),
            Expr::Match(it) => self.matching(it),
            Expr::Block(it) => Node::Block(it.label, self.block(it.block)),
            Expr::ForLoop(it) => {
                self.refuse_attributes(attributes::of_pat(&it.pat));
                self.bind_locals(&it.pat, None);
                let head = LoopHead::For(it.for_token, Box::new((*it.pat, self.expr(*it.expr))));
                self.looping(it.label, head, it.body)
            }
            Expr::While(it) => {
                let condition = self.within(diagnostics::load_in_loop, |this| this.expr(*it.cond));
                self.looping(
                    it.label,
                    LoopHead::While(it.while_token, Box::new(condition)),
                    it.body,
                )
            }
            Expr::Loop(it) => self.looping(it.label, LoopHead::Loop(it.loop_token), it.body),
            Expr::Macro(it) if it.mac.path.is_ident("matches") => self.matches(it),
            other => self.other(other),
        }
    }

    /// Expressions without a variant of their own.
    fn other(&mut self, mut expr: Expr) -> Node {
        match &expr {
            Expr::Closure(it) => {
                self.refuse_loads(it.body.to_token_stream(), diagnostics::load_in_closure);
                return Node::Plain(expr);
            }
            Expr::Async(it) => {
                if !self.refuse_loads(it.block.to_token_stream(), diagnostics::load_in_async_block)
                {
                    self.errors.push_at(it.async_token.span, diagnostics::async_block());
                }
                self.is_whole = false;
                return Node::Plain(expr);
            }
            Expr::Unsafe(it) => {
                self.errors.push_at(it.unsafe_token.span, diagnostics::unsafe_block());
                self.is_whole = false;
                return Node::Plain(expr);
            }
            Expr::Macro(it) => {
                self.opaque_macro(&it.mac);
                return Node::Plain(expr);
            }
            Expr::Repeat(it) => {
                self.refuse_loads(it.len.to_token_stream(), diagnostics::load_in_constant);
            }
            Expr::Const(it) => {
                self.refuse_loads(it.block.to_token_stream(), diagnostics::load_in_constant);
            }
            _ => {}
        }
        let children = children_mut(&mut expr)
            .into_iter()
            .map(|child| self.expr(std::mem::replace(child, Expr::Verbatim(TokenStream::new()))))
            .collect();
        let node = compound(expr, children);
        if let Node::Compound(Expr::Struct(it), _) = &node {
            self.refuse_attributes(it.fields.iter().flat_map(|field| &field.attrs));
        }
        node
    }

    fn conditional(&mut self, it: syn::ExprIf) -> Node {
        let condition = self.expr(*it.cond);
        let then = self.block(it.then_branch);
        let otherwise = it.else_branch.map(|(_, branch)| self.expr(*branch));
        Node::If(Box::new(If { token: it.if_token, condition, then, otherwise }))
    }

    fn matching(&mut self, it: syn::ExprMatch) -> Node {
        let scrutinee = self.expr(*it.expr);
        let arms = it.arms.into_iter().map(|arm| self.arm(arm)).collect();
        let brace = it.brace_token;
        Node::Match(Box::new(Match { token: it.match_token, scrutinee, brace, arms }))
    }

    fn arm(&mut self, arm: syn::Arm) -> Arm {
        let attrs = self.lints(arm.attrs);
        let (pat, guard) = split_guard(arm.pat);
        self.refuse_attributes(attributes::of_pat(&pat));
        self.bind_locals(&pat, None);
        self.bind(&pat);
        let guard = guard.map(|guard| self.expr(guard));
        let end = end(&arm.body);
        Arm { attrs, pat, guard, body: self.expr(*arm.body), end }
    }

    /// The attributes that set lint levels; others are reported.
    fn lints(&mut self, attrs: Vec<Attribute>) -> Vec<Attribute> {
        let (lints, others): (Vec<_>, _) =
            attrs.into_iter().partition(|attr| is_lint(attr) || is_for_tools(attr));
        self.refuse_attributes(&others);
        lints
    }

    fn refuse_attributes<'a>(&mut self, attrs: impl IntoIterator<Item = &'a Attribute>) {
        attrs.into_iter().for_each(|attr| self.refuse_attribute(attr));
    }

    /// Reports the attributes of each expression of `node` that is emitted elsewhere than it stands: there, a `cfg` would
    /// remove something else. Attributes inside such an expression are rustc's.
    fn refuse_attributes_inside(&mut self, node: &Node) {
        if let Node::Plain(expr) = node {
            self.refuse_attributes(attributes::at_its_place(expr));
        }
        node.children().into_iter().for_each(|child| self.refuse_attributes_inside(child));
    }

    fn refuse_attribute(&mut self, attr: &Attribute) {
        if !is_for_tools(attr) {
            let name = text::of_expr(attr.path());
            self.errors.push(attr, diagnostics::attribute_inside(&name));
            // Without this expression the rest may have another meaning.
            self.is_whole = false;
        }
    }

    fn looping(&mut self, label: Option<syn::Label>, head: LoopHead, body: syn::Block) -> Node {
        let body = self.within(diagnostics::load_in_loop, |this| this.block(body));
        Node::Loop(Box::new(Loop { label, head, body }))
    }

    fn matches(&mut self, it: syn::ExprMacro) -> Node {
        match MatchesArguments::read(&it.mac) {
            Ok(arguments) => {
                self.bind_locals(&arguments.pat, None);
                let scrutinee = self.expr(arguments.scrutinee);
                let guard = arguments.guard.map(|guard| self.expr(guard));
                let plain = matches!(scrutinee, Node::Plain(_))
                    && matches!(guard, None | Some(Node::Plain(_)));
                if plain {
                    return Node::Plain(Expr::Macro(it));
                }
                let body = Node::Plain(Expr::Verbatim(TokenStream::new()));
                // rustc knows the user's `matches!`.
                let name = it.mac.path.get_ident().map(proc_macro2::Ident::span);
                let (pat, end) = (arguments.pat, name.unwrap_or_else(Span::call_site));
                self.refuse_attributes(attributes::of_pat(&pat));
                let arm = Arm { attrs: Vec::new(), pat, guard, body, end };
                Node::Matches(Box::new(arm), Box::new(scrutinee))
            }
            // The real macro reports errors in its arguments.
            Err(_) => self.other(Expr::Macro(it)),
        }
    }

    /// Notes the names that can change.
    fn bind(&mut self, pat: &Pat) {
        if binds_mutably(pat) {
            self.mutable.extend(bound_names(pat).into_iter().map(ToString::to_string));
        }
    }

    /// Notes the bound names, and the fact if the value is its `key`.
    fn bind_locals(&mut self, pat: &Pat, key: Option<&Path>) {
        let key = key.filter(|_| matches!(pat, Pat::Ident(it) if it.subpat.is_none()));
        for name in bound_names(pat) {
            let name = name.to_string();
            let fact = key.filter(|_| !self.locals.contains_key(&name)).cloned();
            self.locals.insert(name, fact);
        }
    }

    fn within<T>(&mut self, place: LoadError, lower: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.inside.replace(place);
        let result = lower(self);
        self.inside = before;
        result
    }

    /// `base.await`
    fn load(&mut self, base: Expr, await_span: Span) -> Node {
        if let Some(diagnostic) = self.inside {
            self.errors.push_at(await_span, diagnostic());
        }
        let (errors, locals) = (self.errors, &self.locals);
        let mut reader = LoadReader { errors, locals, attributes: Vec::new() };
        let base = reader.unwrapped(base);
        let written = base.to_token_stream();
        let ends = (text::ends(&written).0, await_span);
        let parts = reader.parts(base);
        let attributes = reader.attributes;
        self.refuse_attributes(&attributes);
        let Some(LoadParts { kind, fact, keys, lazy, named, word }) = parts else {
            self.is_whole = false;
            return Node::refused();
        };
        let keys = self.expr(keys);
        let id = self.loads.push(Load { kind, fact, named, written, ends, word, lazy });
        Node::Load(id, kind, Box::new(keys))
    }

    fn opaque_macro(&mut self, mac: &Macro) {
        if self.refuse_loads(mac.tokens.clone(), diagnostics::load_in_macro) {
            return;
        }
        for (tree, _) in flat(mac.tokens.clone()) {
            match tree {
                TokenTree::Punct(punct) if punct.as_char() == '?' => {
                    self.errors.push_at(punct.span(), diagnostics::way_out_in_macro("?"));
                    self.is_whole = false;
                }
                TokenTree::Ident(ident) if ident == "return" => {
                    self.errors.push_at(ident.span(), diagnostics::way_out_in_macro("return"));
                    self.is_whole = false;
                }
                _ => {}
            }
        }
    }

    /// Reports every `.await` in `tokens`; says whether there is one.
    fn refuse_loads(&mut self, tokens: TokenStream, diagnostic: LoadError) -> bool {
        let mut found = false;
        for (tree, after_dot) in flat(tokens) {
            if let TokenTree::Ident(ident) = tree
                && ident == "await"
                && after_dot
            {
                self.errors.push_at(ident.span(), diagnostic());
                self.is_whole = false;
                found = true;
            }
        }
        found
    }
}

/// A node of `expr` and its children; a plain one if all children are plain.
fn compound(mut expr: Expr, children: Vec<Node>) -> Node {
    if !children.iter().all(|child| matches!(child, Node::Plain(_))) {
        return Node::Compound(expr, children);
    }
    for (hole, child) in children_mut(&mut expr).into_iter().zip(children) {
        if let Node::Plain(child) = child {
            *hole = child;
        }
    }
    Node::Plain(expr)
}

/// Every token at any depth, and whether it follows a dot.
fn flat(tokens: TokenStream) -> Vec<(TokenTree, bool)> {
    let mut all = Vec::new();
    let mut after_dot = false;
    for tree in leftover::visible(tokens) {
        if let TokenTree::Group(group) = &tree {
            all.extend(flat(group.stream()));
        }
        let is_dot = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '.');
        all.push((tree, after_dot));
        after_dot = is_dot;
    }
    all
}
