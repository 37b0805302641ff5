//! Emits the compiler's tree as Rust: the body as plain synchronous code.
//!
//! Each load becomes `read(key, cx)?`: the value, or an early return with the reason why there is none. All checks
//! are done before, so nothing here can fail.

use std::cell::RefCell;
use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, Literal, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::token::Brace;
use syn::{Expr, ExprBreak, ExprLit, Label, Lifetime, Lit, Pat, Token, UnOp};

use super::analysis::{Analysis, Ordering, is_total};
use super::tree::{
    Arm, Block, Body, If, Kind, Let, Load, LoadId, Logic, LoopHead, Match, Node, Stmt,
};
use crate::syntax::{bare, children_mut, is_comparison};
use crate::text;

/// The variable that facts are read from. Its hygiene keeps it apart from a user's local. A pattern would compare with
/// a constant of that name, so the name is one that no user writes.
pub(crate) fn cx() -> Ident {
    Ident::new("__cx", Span::mixed_site())
}

/// Quotes a node as the user wrote it.
pub(crate) fn as_written(node: &Node) -> TokenStream {
    quote_uncompiled(Mode::AsWritten, node)
}

/// The span of the first token that the user wrote: the braces of a block are not kept.
fn first_span(written: &TokenStream) -> Span {
    match written.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            first_span(&group.stream())
        }
        _ => text::ends(written).0,
    }
}

/// The scrutinee of a `match` or `if let`. The user may have written it where more is allowed: here the braces of a
/// struct would be taken for the arms, and `&&` for the end of the scrutinee.
pub(crate) fn scrutinee(tokens: TokenStream) -> TokenStream {
    let has_more = |tree: TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => {
            matches!(punct.as_char(), '&' | '|') && punct.spacing() == Spacing::Joint
        }
        _ => false,
    };
    if tokens.clone().into_iter().any(has_more) { quote!((#tokens)) } else { tokens }
}

fn quote_uncompiled(mode: Mode, node: &Node) -> TokenStream {
    let runtime = &TokenStream::new();
    Emitter { mode, body: None, runtime, jumps: false, around: None, reported: None }.node(node)
}

/// The treatment of loads and of exits (`?`, `return`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Not compiled: `.await`, `?` and `return` as they are.
    AsWritten,
    /// In the function that is the policy: `return` returns.
    Function,
    /// In a closure inside that function: `return` gives the result of the policy.
    Closure,
    /// In a slice: an exit of the body ends the slice, and the effects before it are left out.
    Slice,
    /// As in a slice, for a condition that may be known: it is unknown where the body exits before it.
    Known,
}

/// A loop or a labelled block around the emitted code.
struct JumpScope<'e> {
    label: Option<&'e Lifetime>,
    /// The answers of the body if its value is true or false.
    answers: Option<ImmediateAnswers>,
    outer: Option<&'e JumpScope<'e>>,
}

/// The emitter of nodes.
pub(crate) struct Emitter<'e> {
    mode: Mode,
    /// `None` where nothing is compiled.
    body: Option<&'e Analysis<'e>>,
    /// The path of `gatehouse::private`.
    runtime: &'e TokenStream,
    /// Whether a `break` or `continue` targets a loop or block inside.
    jumps: bool,
    /// The innermost label in scope.
    around: Option<&'e JumpScope<'e>>,
    /// The conditions that the code reports so far; `None` where nothing is reported.
    reported: Option<&'e RefCell<Vec<ReportedCondition>>>,
}

impl<'e> Emitter<'e> {
    /// For the body of the policy's function, whose conditions are reported: `reported` collects them in the order of
    /// their numbers.
    pub(crate) fn function(
        body: &'e Analysis<'e>,
        runtime: &'e TokenStream,
        reported: &'e RefCell<Vec<ReportedCondition>>,
    ) -> Self {
        Self { reported: Some(reported), ..Self::new(Mode::Function, body, runtime) }
    }

    /// For slices.
    pub(crate) fn slice(body: &'e Analysis<'e>, runtime: &'e TokenStream) -> Self {
        Self::new(Mode::Slice, body, runtime)
    }

    /// For conditions that may be known.
    pub(crate) fn known(body: &'e Analysis<'e>, runtime: &'e TokenStream) -> Self {
        Self::new(Mode::Known, body, runtime)
    }

    fn new(mode: Mode, body: &'e Analysis<'e>, runtime: &'e TokenStream) -> Self {
        Self { mode, body: Some(body), runtime, jumps: false, around: None, reported: None }
    }

    /// For operands of `||` and `&&`, which are closures.
    fn closure(&self) -> Self {
        Self { mode: Mode::Closure, jumps: false, ..*self }
    }

    /// For the inside of a loop or a labelled block. `answers`: the answers of the body if its value is true or false.
    fn jumped_to(
        &self,
        label: Option<&Label>,
        block: &Block,
        answers: Option<ImmediateAnswers>,
    ) -> TokenStream {
        let label = label.map(|label| &label.name);
        let around = JumpScope { label, answers, outer: self.around };
        Emitter { jumps: true, around: Some(&around), ..*self }.braced(block, answers)
    }

    /// The answers of the body if `break` takes a true or false value to `label`.
    fn answers_of(&self, label: Option<&Lifetime>) -> Option<ImmediateAnswers> {
        let label = label?;
        let mut around = std::iter::successors(self.around, |around| around.outer);
        around.find(|around| around.label == Some(label))?.answers
    }

    /// `break` with a value.
    fn break_value(&self, it: &ExprBreak, value: &Node) -> TokenStream {
        let ExprBreak { attrs, break_token, label, .. } = it;
        let value = self.answer_if(self.answers_of(label.as_ref()), value);
        quote!(#(#attrs)* #break_token #label #value)
    }

    /// The code of an exit; `None` if the node is none.
    fn end(&self) -> Option<TokenStream> {
        match self.mode {
            Mode::AsWritten | Mode::Function | Mode::Closure => None,
            Mode::Slice => Some(quote!(return ::core::result::Result::Ok(()))),
            Mode::Known => {
                let runtime = self.runtime;
                Some(quote!(return ::core::result::Result::Err(#runtime::Stop::Pending)))
            }
        }
    }

    /// The statements of the whole body.
    pub(crate) fn stmts(&self, block: &Block) -> TokenStream {
        let gives_bool = self.body.is_some_and(|body| body.gives_bool);
        self.block(block, gives_bool.then_some(ImmediateAnswers::ANSWER))
    }

    /// Statements, without the braces around them. `answers`: the answers of the body if the last one is true or false.
    fn block(&self, block: &Block, answers: Option<ImmediateAnswers>) -> TokenStream {
        let last = block.stmts.len().wrapping_sub(1);
        let stmt = |(at, stmt): (usize, &Stmt)| match stmt {
            Stmt::Expr(node, None) if at == last => self.answer_if(answers, node),
            stmt => self.stmt(stmt),
        };
        block.stmts.iter().enumerate().map(stmt).collect()
    }

    fn braced(&self, block: &Block, answers: Option<ImmediateAnswers>) -> TokenStream {
        if let Some(end) = self.end().filter(|_| !self.jumps && block.diverges()) {
            return quote!({ #end; });
        }
        braces(block.brace, self.block(block, answers))
    }

    /// One statement.
    pub(crate) fn stmt(&self, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Let(it) => self.binding(it),
            Stmt::Expr(node, semi) => {
                let expr = self.node(node);
                quote!(#expr #semi)
            }
            Stmt::Item(item) => quote!(#item),
            Stmt::Macro(it) => quote!(#it),
        }
    }

    fn binding(&self, it: &Let) -> TokenStream {
        let Let { attrs, token, pat, ty, init, otherwise } = it;
        let ty = ty.as_ref().map(|ty| quote!(: #ty));
        let init = init.as_ref().map(|init| {
            // Where a pattern must match, the pattern is the condition. The value may be part of another condition, so this
            // one has no answer.
            let init = if otherwise.is_none() && rests_on_matches(init) {
                self.perhaps(init)
            } else if otherwise.is_none() && is_surely_bool(init) {
                self.answer(init, ImmediateAnswers::default())
            } else {
                self.node(init)
            };
            quote!(= #init)
        });
        let Some(otherwise) = otherwise else { return quote!(#(#attrs)* #token #pat #ty #init;) };
        let (matched, missed) =
            it.init.as_ref().map(|of| self.pattern(pat, of)).unwrap_or_default();
        let otherwise = match self.end() {
            Some(end) if !self.jumps => quote!({ #end; }),
            _ => inside(missed, self.node(otherwise)),
        };
        quote!(#(#attrs)* #token #pat #ty #init else #otherwise; #matched)
    }

    /// The reports that a pattern matched, and that it did not.
    fn pattern(&self, pat: &Pat, of: &Node) -> (Option<TokenStream>, Option<TokenStream>) {
        let Some(id) = self.report_pattern(pat, of) else {
            return (None, None);
        };
        let (runtime, cx) = (self.runtime, cx());
        let reported = |matched: bool| Some(quote!(#runtime::met(#matched, #id, #cx);));
        (reported(true), reported(false))
    }

    /// The number of a condition on `of`, if conditions are reported. The conditions inside it were numbered before.
    fn report(
        &self,
        kind: ConditionKind,
        of: Option<&Node>,
        written: impl FnOnce() -> SourceText,
    ) -> Option<Literal> {
        let mut reported = self.reported?.borrow_mut();
        let SourceText { tokens, at } = written();
        let text = text::of_expr(&tokens);
        let loads = of.map(Node::loads_inside).unwrap_or_default();
        reported.push(ReportedCondition {
            kind,
            text,
            at,
            loads,
            ends: ImmediateAnswers::default(),
        });
        Some(Literal::usize_unsuffixed(reported.len() - 1))
    }

    /// [`report`](Self::report) for `let pat = of`.
    fn report_pattern(&self, pat: &Pat, of: &Node) -> Option<Literal> {
        self.report(ConditionKind::Pattern, Some(of), || {
            let of = as_written(of);
            SourceText { tokens: quote!(let #pat = #of), at: text::ends(pat).0 }
        })
    }

    fn answer_if(&self, answers: Option<ImmediateAnswers>, node: &Node) -> TokenStream {
        answers.map_or_else(|| self.node(node), |ends| self.answer(node, ends))
    }

    /// An expression that is true or false, with its report.
    fn answer(&self, node: &Node, ends: ImmediateAnswers) -> TokenStream {
        if self.reported.is_none() {
            return self.node(node);
        }
        match node {
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                let inside = self.answer(&inside[0], ends);
                quote!((#inside))
            }
            Node::Plain(Expr::Paren(it)) => self.answer(&Node::Plain((*it.expr).clone()), ends),
            Node::If(it) => self.conditional(it, Some(ends)),
            Node::Match(it) => self.matching(it, Some(ends)),
            Node::Block(None, block) => self.braced(block, Some(ends)),
            Node::Logic(it) => self.logic(it, ends),
            Node::Let(pat, of) => self.let_in_chain(pat, of),
            Node::Block(Some(label), block) => {
                let block = self.jumped_to(Some(label), block, Some(ends));
                quote!(#label #block)
            }
            node if is_silent(node) => self.node(node),
            node => self.reporting(node, ends),
        }
    }

    /// A `let` in a chain. That its value is there, and that the pattern matches, are reported apart.
    fn let_in_chain(&self, pat: &Pat, of: &Node) -> TokenStream {
        let report = || self.report_pattern(pat, of);
        let (runtime, cx) = (self.runtime, cx());
        if self.reported.is_none() {
            let value = self.node(of);
            return quote!(let #pat = #value);
        }
        if let Node::Plain(value) = of {
            let (id, value) = (report(), self.plain(value));
            return quote!(#runtime::pattern_tried(#id, #cx) && let #pat = #value && #runtime::met(true, #id, #cx));
        }
        let (value, id) = self.tried(of, &report);
        quote!(let #pat = #value && #runtime::met(true, #id, #cx))
    }

    /// The value that a pattern is tried with, reported once nothing in it can stop the body any more. For a place
    /// expression the report goes inside it, since the pattern may borrow from the place.
    fn tried(
        &self,
        of: &Node,
        report: &dyn Fn() -> Option<Literal>,
    ) -> (TokenStream, Option<Literal>) {
        if let Node::Compound(expr, children) = of
            && is_place(expr)
            && let Some(last) = children.iter().rposition(|it| !matches!(it, Node::Plain(_)))
        {
            let (mut expr, mut id) = (expr.clone(), None);
            for (at, (hole, child)) in children_mut(&mut expr).into_iter().zip(children).enumerate()
            {
                let value = if at == last {
                    let (value, reported) = self.tried(child, report);
                    id = reported;
                    value
                } else {
                    self.node(child)
                };
                *hole = Expr::Verbatim(value);
            }
            return (quote!(#expr), id);
        }
        let value = self.argument(of);
        let (id, cx, first) = (report(), cx(), text::ends(&value).0);
        let runtime = text::at(self.runtime, first);
        (quote_spanned!(first=> #runtime::pattern_tried_with(#value, #id, #cx)), id)
    }

    fn reporting(&self, node: &Node, ends: ImmediateAnswers) -> TokenStream {
        let value = self.argument(node);
        let Some(id) = self.report(ConditionKind::Truth, Some(node), || as_written(node).into())
        else {
            return value;
        };
        self.note_ends(ends);
        let (cx, first) = (cx(), text::ends(&value).0);
        let runtime = text::at(self.runtime, first);
        if self.is_bool(node) {
            return quote_spanned!(first=> #runtime::met(#value, #id, #cx));
        }
        // So a value of another type is shown as the wrong value, and not as a wrong argument.
        quote_spanned!(first=> #runtime::met(#runtime::Bool { bool: #value }.bool, #id, #cx))
    }

    /// The value of a macro called `matches!`, reported if it is a `bool`.
    fn perhaps(&self, node: &Node) -> TokenStream {
        match node {
            Node::Compound(Expr::Paren(_), inside) => return self.perhaps(&inside[0]),
            Node::Plain(Expr::Paren(it)) => return self.perhaps(&Node::Plain((*it.expr).clone())),
            _ => {}
        }
        let value = self.node(node);
        let written = || as_written(node).into();
        let Some(id) = self.report(ConditionKind::Truth, Some(node), written) else { return value };
        let (runtime, cx) = (self.runtime, cx());
        quote!({
            let __value = #value;
            {
                use #runtime::{MetIfBool as _, NotBool as _};
                (&#runtime::MaybeBool(&__value)).met(#id, #cx);
            }
            __value
        })
    }

    /// Whether a node is known to be a `bool`, provided the code around it is correct.
    fn is_bool(&self, node: &Node) -> bool {
        match node {
            Node::Load(id, Kind::One, _) => {
                self.body.is_some_and(|body| body.expectations.bools.contains(id))
            }
            Node::Load(..) => true,
            node => is_surely_bool(node),
        }
    }

    /// Sets the answers of the condition that was reported last.
    fn note_ends(&self, ends: ImmediateAnswers) {
        let Some(reported) = self.reported else { return };
        if let Some(last) = reported.borrow_mut().last_mut() {
            last.ends = ends;
        }
    }

    fn conditional(&self, it: &If, answers: Option<ImmediateAnswers>) -> TokenStream {
        let token = it.token;
        let (condition, matched, missed) = match &it.condition {
            Node::Let(pat, of) => {
                // Conditions inside have smaller numbers.
                let condition = self.node(&it.condition);
                let (matched, missed) = self.pattern(pat, of);
                (condition, matched, missed)
            }
            condition => (self.answer(condition, ImmediateAnswers::of_if(it, answers)), None, None),
        };
        let then = inside(matched, self.braced(&it.then, answers));
        let otherwise = match (&it.otherwise, missed) {
            (Some(otherwise), missed) => {
                let otherwise = self.answer_if(answers, otherwise);
                let otherwise = inside(missed, otherwise);
                Some(quote!(else #otherwise))
            }
            (None, Some(missed)) => Some(quote!(else { #missed })),
            (None, None) => None,
        };
        quote!(#token #condition #then #otherwise)
    }

    fn matching(&self, it: &Match, answers: Option<ImmediateAnswers>) -> TokenStream {
        let (token, scrutinee) = (it.token, self.node(&it.scrutinee));
        let arms = it.arms.iter().map(|arm| {
            let Arm { attrs, pat, .. } = arm;
            let begin = self.arm_taken(it, arm);
            let guard = self.guard(arm);
            let body = self.answer_if(answers, &arm.body);
            let body = inside_at(begin, body, arm.end);
            quote!(#(#attrs)* #pat #guard => #body,)
        });
        let arms = braces(it.brace, arms.collect());
        quote!(#token #scrutinee #arms)
    }

    /// The report that an arm is taken. The conditions of its guard are reported apart, because a false guard sends the
    /// body on to the next arm.
    fn arm_taken(&self, it: &Match, arm: &Arm) -> Option<TokenStream> {
        let id = self.report(ConditionKind::Arm, Some(&it.scrutinee), || {
            let (of, pat) = (as_written(&it.scrutinee), &arm.pat);
            let guard = arm.guard.as_ref().map(as_written).map(|guard| quote!(if #guard));
            SourceText { tokens: quote!(#of is #pat #guard), at: text::ends(pat).0 }
        })?;
        let (runtime, cx) = (self.runtime, cx());
        Some(quote!(#runtime::met(true, #id, #cx);))
    }

    /// One expression.
    pub(crate) fn node(&self, node: &Node) -> TokenStream {
        if let Some(end) = self.end().filter(|_| !self.jumps && node.is_jump()) {
            return end;
        }
        match node {
            Node::Plain(Expr::Break(it @ ExprBreak { expr: Some(value), .. })) => {
                self.break_value(it, &Node::Plain((**value).clone()))
            }
            Node::Compound(Expr::Break(it), value) => self.break_value(it, &value[0]),
            Node::Plain(expr) => self.plain(expr),
            Node::Compound(expr, children) => self.compound(expr, children),
            Node::Load(id, kind, key) => self.load(*id, *kind, key),
            Node::Try(inner, question) if self.body.is_none() => {
                let inner = self.node(inner);
                quote!(#inner #question)
            }
            Node::Try(inner, question) => {
                let value = self.argument(inner);
                let (first, _) = text::ends(&value);
                let (runtime, cx) = (text::at(self.runtime, first), cx());
                let written = || {
                    let inner = as_written(inner);
                    quote!(#inner #question).into()
                };
                if let Some(id) = self.report(ConditionKind::Present, Some(inner), written) {
                    let path = quote_spanned!(first=> #runtime::MaybeMissing::present_reported);
                    return quote!(#path(#value, #id, #cx) #question);
                }
                let path = quote_spanned!(first=> #runtime::MaybeMissing::present);
                quote!(#path(#value) #question)
            }
            Node::Return(token, value) => self.early_return(*token, value.as_deref()),
            Node::Logic(it) => self.logic(it, ImmediateAnswers::default()),
            Node::Let(pat, value) => {
                let value = self.node(value);
                quote!(let #pat = #value)
            }
            Node::Matches(arm, scrutinee) if self.mode == Mode::AsWritten => {
                let (of, pat, guard) = (self.node(scrutinee), &arm.pat, self.guard(arm));
                quote_spanned!(first_span(&of)=> matches!(#of, #pat #guard))
            }
            Node::Matches(arm, scrutinee) => {
                // The user's own macro: another macro may have the name of Rust's.
                let matches = Ident::new("matches", arm.end);
                let (of, pat, guard) = (self.node(scrutinee), &arm.pat, self.guard(arm));
                quote!(#matches!(#of, #pat #guard))
            }
            Node::If(it) => self.conditional(it, None),
            Node::Match(it) => self.matching(it, None),
            Node::Block(None, block) => self.braced(block, None),
            Node::Block(label, block) => {
                let block = self.jumped_to(label.as_ref(), block, None);
                quote!(#label #block)
            }
            Node::Loop(it) => {
                let label = it.label.as_ref();
                let body = self.jumped_to(label, &it.body, None);
                let head = match &it.head {
                    LoopHead::For(for_token, head) => {
                        let (pat, items) = (&head.0, self.node(&head.1));
                        quote!(#for_token #pat in #items)
                    }
                    LoopHead::While(while_token, condition) => {
                        let condition = self.node(condition);
                        quote!(#while_token #condition)
                    }
                    LoopHead::Loop(loop_token) => quote!(#loop_token),
                };
                quote!(#label #head #body)
            }
        }
    }

    fn guard(&self, arm: &Arm) -> Option<TokenStream> {
        let guard = self.answer(arm.guard.as_ref()?, ImmediateAnswers::default());
        Some(quote!(if #guard))
    }

    fn compound(&self, expr: &Expr, children: &[Node]) -> TokenStream {
        let mut expr = expr.clone();
        for (hole, child) in children_mut(&mut expr).into_iter().zip(children) {
            *hole = match (child, self.ordering()) {
                (Node::Plain(it @ (Expr::Closure(_) | Expr::Path(_))), Some(ordering)) => {
                    ordering.argument(it, self.runtime)
                }
                (child, _) => Expr::Verbatim(self.node(child)),
            };
        }
        if let Some(ordering) = self.ordering() {
            ordering.compound(&mut expr, children, self.runtime);
        }
        quote!(#expr)
    }

    /// An expression without loads and exits.
    fn plain(&self, expr: &Expr) -> TokenStream {
        let ordering = self.ordering();
        ordering.map_or_else(|| quote!(#expr), |ordering| ordering.plain(expr, self.runtime))
    }

    /// The places where the body orders fact values, if this is the code that decides.
    fn ordering(&self) -> Option<&'e Ordering> {
        let decides = matches!(self.mode, Mode::Function | Mode::Closure);
        self.body.filter(|_| decides).map(|body| &body.ordering)
    }

    fn load(&self, id: usize, kind: Kind, key: &Node) -> TokenStream {
        let (key, cx) = (self.node(key), cx());
        let Some(body) = self.body else {
            let first = first_span(&key);
            return match kind {
                Kind::One => quote!(#key.await),
                Kind::Any => quote_spanned!(first=> any(#key).await),
                Kind::All => quote_spanned!(first=> all(#key).await),
                Kind::Each => quote_spanned!(first=> each(#key).await),
            };
        };
        // From the user's first token to the `.await`, where rustc shows a value of the wrong type.
        let (first, last) = body.loads[id].ends;
        let stop = quote_spanned!(last=> ?);
        let runtime = text::at(self.runtime, first);
        let function = match kind {
            Kind::One if body.expectations.bools.contains(&id) => quote_spanned!(first=> read_bool),
            Kind::One if body.expectations.ordered.contains(&id) => {
                quote_spanned!(first=> read_comparable)
            }
            Kind::One => quote_spanned!(first=> read),
            Kind::Any => quote_spanned!(first=> any),
            Kind::All => quote_spanned!(first=> all),
            Kind::Each => quote_spanned!(first=> each),
        };
        let key = self.of_words(&body.loads[id], key, &runtime);
        // The number of the load; a body with one load needs none.
        let at = Literal::usize_unsuffixed(id);
        let at = (self.reported.is_some() && body.loads.len() > 1).then(|| quote!(.at(#at)));
        // rustc shows the call as the user's load.
        let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#key, #cx #at));
        arguments.set_span(last);
        let fact = body.loads[id].turbofish();
        quote_spanned!(first=> #runtime::#function #fact #arguments #stop)
    }

    /// The key or the keys of a load, with a mention of the words around it, by which rustc tells whether they are
    /// gatehouse's. The body mentions them once; early code need not.
    fn of_words(&self, load: &Load, key: TokenStream, runtime: &TokenStream) -> TokenStream {
        if !matches!(self.mode, Mode::Function | Mode::Closure) {
            return key;
        }
        let mention = |name: &str, word: &dyn ToTokens, key: &TokenStream| {
            let (first, _) = text::ends(word);
            let (runtime, name) = (text::at(runtime, first), Ident::new(name, first));
            // Called, and not only named: for a word that is not imported, rustc then says what to import.
            let keys = Ident::new("__keys", Span::mixed_site());
            let called = quote_spanned!(text::located(first)=> |#keys| #word(#keys));
            quote_spanned!(first=> #runtime::word::#name(#called, #key))
        };
        let word = match load.kind {
            Kind::One => "",
            Kind::Any => "any",
            Kind::All => "all",
            Kind::Each => "each",
        };
        let key = load.word.as_ref().map_or(key.clone(), |path| mention(word, path, &key));
        load.lazy.as_ref().map_or(key.clone(), |path| mention("lazy", path, &key))
    }

    fn early_return(&self, token: Token![return], value: Option<&Node>) -> TokenStream {
        if let Some(end) = self.end() {
            return end;
        }
        let literal =
            matches!(value, Some(Node::Plain(Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }))))
                && self.body.is_some_and(|body| body.gives_bool);
        // `return;` is shown as the value that it returns.
        let nothing = quote_spanned!(token.span=> ());
        let answers = self.body.is_some_and(|body| body.gives_bool);
        let value = match value {
            Some(value) if answers => self.answer(value, ImmediateAnswers::ANSWER),
            Some(value) => self.node(value),
            None => nothing,
        };
        let runtime = self.runtime;
        let ty = self.body.map(|body| &body.value);
        match self.mode {
            Mode::AsWritten | Mode::Slice | Mode::Known => quote!(#token #value),
            Mode::Function if literal => quote!(#token ::core::result::Result::Ok(#value)),
            // So a value of the wrong type is shown as such, and not as an argument of `Ok`.
            Mode::Function => quote! {
                #token {
                    let __value: #ty = #value;
                    ::core::result::Result::Ok(__value)
                }
            },
            Mode::Closure => {
                quote!(#token ::core::result::Result::Err(#runtime::Stop::Returned(#value)))
            }
        }
    }

    /// `||` and `&&`: Rust's own operators where only the right side loads a fact (then the left one cannot fail), or where
    /// an effect of the left side could differ.
    fn logic(&self, it: &Logic, ends: ImmediateAnswers) -> TokenStream {
        if let Some(body) = self.body.filter(|body| is_three_valued(it, body)) {
            let result = self.result_of_logic(it, body, ends);
            return quote!(#result?);
        }
        let left = self.answer(&it.left, ends.of_left(it));
        let (op, right) = (it.op, self.answer(&it.right, ends));
        quote!(#left #op #right)
    }

    fn result_of_logic(&self, it: &Logic, body: &'e Body, ends: ImmediateAnswers) -> TokenStream {
        let (runtime, cx) = (self.runtime, cx());
        let function = match (it.is_and(), is_total(&it.right)) {
            (true, true) => quote!(and),
            (true, false) => quote!(partial_and),
            (false, true) => quote!(or),
            (false, false) => quote!(partial_or),
        };
        let inside = self.closure();
        // The left side ends before the right one begins, which may move what the left one borrowed.
        let left = if let Some(left) = three_valued(&it.left, body) {
            inside.result_of_logic(left, body, ends.of_left(it))
        } else {
            let left = inside.operand(&it.left, body, ends.of_left(it));
            quote!(#runtime::attempt(#cx, #left))
        };
        let right = inside.operand(&it.right, body, ends);
        quote!(#runtime::#function(#left, #cx, #right))
    }

    /// An operand of `or` or `and`: a closure that gives a result. An error in it is shown at the operand.
    fn operand(&self, node: &Node, body: &'e Body, ends: ImmediateAnswers) -> TokenStream {
        let cx = cx();
        if let Some(logic) = three_valued(node, body) {
            let (runtime, result) = (self.runtime, self.result_of_logic(logic, body, ends));
            return quote!(|#cx| #runtime::side(#result));
        }
        let value = match node {
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => {
                return self.operand(&inside[0], body, ends);
            }
            node if self.reported.is_some() => self.answer(node, ends),
            node => self.argument(node),
        };
        // From the operand's first token to its last, where rustc shows a side that changes something.
        let first = text::ends(&value).0;
        let last = match node {
            Node::Load(id, _, _) => body.loads[*id].ends.1,
            node => text::ends(as_written(node)).1,
        };
        let runtime = text::at(self.runtime, first);
        let in_parentheses = |inside: TokenStream| {
            let mut group = Group::new(Delimiter::Parenthesis, inside);
            group.set_span(last);
            group
        };
        let value = in_parentheses(value);
        let result = in_parentheses(quote_spanned!(first=> ::core::result::Result::Ok #value));
        quote_spanned!(first=> |#cx| #runtime::side #result)
    }

    /// A node as an argument: without the parentheses that only an operand needs.
    fn argument(&self, node: &Node) -> TokenStream {
        match node {
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => self.argument(&inside[0]),
            Node::Plain(Expr::Paren(it)) => self.plain(&it.expr),
            node => self.node(node),
        }
    }
}

/// A condition that a body reports.
#[derive(Clone)]
pub(crate) struct ReportedCondition {
    pub(crate) kind: ConditionKind,
    /// As written.
    pub(crate) text: String,
    /// The span of its first token.
    pub(crate) at: Span,
    /// Its loads, those of conditions inside it included.
    pub(crate) loads: BTreeSet<LoadId>,
    pub(crate) ends: ImmediateAnswers,
}

/// The answers that a body gives at once, without another evaluation, if a condition is true and if it is false; `None`
/// where the body goes on.
#[derive(Clone, Copy, Default)]
pub(crate) struct ImmediateAnswers {
    pub(crate) yes: Option<bool>,
    pub(crate) no: Option<bool>,
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

/// A condition's tokens, and the span of the first one of the user's.
struct SourceText {
    tokens: TokenStream,
    at: Span,
}

impl From<TokenStream> for SourceText {
    fn from(tokens: TokenStream) -> Self {
        let at = first_span(&tokens);
        Self { tokens, at }
    }
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

/// A block that begins with `first`, and that rustc shows as the user's.
fn inside(first: Option<TokenStream>, block: TokenStream) -> TokenStream {
    inside_at(first, block, Span::call_site())
}

/// [`inside`], for a place where the user may have an expression without braces: rustc then shows the braces at its
/// `end`, where its advice on what to write behind the expression belongs.
fn inside_at(first: Option<TokenStream>, expr: TokenStream, end: Span) -> TokenStream {
    let Some(first) = first else { return expr };
    match only_block(&expr) {
        Some(block) => {
            let rest = block.stream();
            braces_at(block.span(), quote!(#first #rest))
        }
        None => braces_at(end, quote!(#first #expr)),
    }
}

/// Braces with `tokens` in them.
fn only_block(tokens: &TokenStream) -> Option<Group> {
    let mut tokens = tokens.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(it)), None) if it.delimiter() == Delimiter::Brace => Some(it),
        _ => None,
    }
}

/// The user's braces around `tokens`.
fn braces(brace: Brace, tokens: TokenStream) -> TokenStream {
    braces_at(brace.span.join(), tokens)
}

/// Braces around `tokens`, which rustc shows at `span`.
fn braces_at(span: Span, tokens: TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(text::located(span));
    TokenTree::Group(group).into()
}

/// Whether a node is not worth a report: a constant, or code that never has a value.
fn is_silent(node: &Node) -> bool {
    match node {
        node if node.is_jump() => true,
        Node::Plain(expr) => {
            matches!(expr, Expr::Lit(_)) || matches!(expr, Expr::Macro(it) if never_ends(&it.mac))
        }
        node => matches!(node, Node::Return(..) | Node::Loop(_)),
    }
}

/// Whether a macro is known never to have a value.
fn never_ends(it: &syn::Macro) -> bool {
    let last = it.path.segments.last();
    let is = |name| last.is_some_and(|last| last.ident == name);
    ["panic", "todo", "unimplemented", "unreachable"].into_iter().any(is)
}

/// The `allow` for generated code behind code that never has a value, if the body may have such code: a macro with
/// such a name.
pub(crate) fn lints_of(body: &Body) -> Option<TokenStream> {
    let never = |node: &Node| match node {
        Node::Plain(Expr::Macro(it)) => never_ends(&it.mac),
        Node::Block(_, block) => has_never_macro(block),
        Node::If(it) => has_never_macro(&it.then),
        _ => false,
    };
    let has_one = has_never_macro(&body.block) || body.block.nodes().any(|node| node.any(&never));
    has_one.then(|| quote!(#[allow(unreachable_code)]))
}

/// Whether a statement of a block is a macro that never ends.
fn has_never_macro(block: &Block) -> bool {
    block.stmts.iter().any(|stmt| matches!(stmt, Stmt::Macro(it) if never_ends(&it.mac)))
}

/// A body of type `ty` as the end of a function that gives a `Result`. The tail has a type of its own, so that a wrong
/// one is shown there. No code follows a tail that never ends.
pub(crate) fn result(body: &Body, code: &TokenStream) -> TokenStream {
    let ty = &body.value;
    if is_left_at_its_end(&body.block) {
        return quote!({ #code });
    }
    // The body may call a function that never returns, which no token shows. No user constant has this name.
    quote! {
        let __value: #ty = { #code };
        #[allow(warnings)]
        return ::core::result::Result::Ok(__value);
    }
}

/// Whether a node has no value, because its tail exits.
fn is_left(node: &Node) -> bool {
    match node {
        Node::Return(..) => true,
        Node::If(it) => is_left_at_its_end(&it.then) && it.otherwise.as_ref().is_some_and(is_left),
        Node::Match(it) => it.arms.iter().all(|arm| is_left(&arm.body)),
        Node::Block(None, block) => is_left_at_its_end(block),
        node => node.is_jump(),
    }
}

/// [`is_left`] for a block. Code behind a `return` counts as a value, though it is never reached.
fn is_left_at_its_end(block: &Block) -> bool {
    matches!(block.stmts.last(), Some(Stmt::Expr(node, _)) if is_left(node))
}

/// Whether an expression may be a place inside its operand.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Field(_) | Expr::Index(_) | Expr::Paren(_) | Expr::Group(_) => true,
        Expr::Unary(it) => matches!(it.op, UnOp::Deref(_)),
        _ => false,
    }
}

/// Whether the tokens show that a node is a `bool`, wherever it stands. `!x` is a `bool` only if `x` is: on an integer
/// it is bitwise not.
fn is_surely_bool(node: &Node) -> bool {
    match node {
        Node::Logic(_) | Node::Matches(..) => true,
        Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => is_surely_bool(&inside[0]),
        Node::Compound(Expr::Unary(it), inside) if matches!(it.op, UnOp::Not(_)) => {
            is_surely_bool(&inside[0])
        }
        Node::Plain(expr) | Node::Compound(expr, _) => is_surely_bool_expr(expr),
        _ => false,
    }
}

/// Whether a node is a `matches!`, or its negation.
fn rests_on_matches(node: &Node) -> bool {
    fn rests(expr: &Expr) -> bool {
        match bare(expr) {
            Expr::Macro(it) => it.mac.path.is_ident("matches"),
            Expr::Unary(it) => matches!(it.op, UnOp::Not(_)) && rests(&it.expr),
            _ => false,
        }
    }
    match node {
        Node::Matches(..) => true,
        Node::Plain(expr) => rests(expr),
        Node::Compound(Expr::Paren(_) | Expr::Group(_) | Expr::Unary(_), inside) => {
            rests_on_matches(&inside[0])
        }
        _ => false,
    }
}

fn is_surely_bool_expr(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Binary(it) => is_comparison(&it.op),
        Expr::Macro(it) => it.mac.path.is_ident("matches"),
        Expr::Unary(it) => matches!(it.op, UnOp::Not(_)) && is_surely_bool_expr(&it.expr),
        _ => false,
    }
}

/// The three-valued operator of a node, inside parentheses or not.
fn three_valued<'n>(node: &'n Node, body: &Body) -> Option<&'n Logic> {
    match node {
        Node::Logic(it) if is_three_valued(it, body) => Some(it),
        Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => three_valued(&inside[0], body),
        _ => None,
    }
}

/// Whether the right side is still evaluated if the left one fails.
///
/// It is not if the left side can exit the policy: had its fact been loaded, the policy might have ended there, so a
/// result that holds whatever the *value* of the left side proves nothing. Nor is it if the right side has no value
/// because it exits, if a `let` in a condition binds a name that it uses, if a side jumps, or if a side returns
/// something else than a `bool`. That neither side changes anything is checked by the library (`private::Operand`): no
/// token shows it.
pub(crate) fn is_three_valued(it: &Logic, body: &Body) -> bool {
    let is_plain = |side: &Node| !binds_names(side) && !side.jumps_out();
    let returns = |node: &Node| matches!(node, Node::Return(..));
    it.left.loads()
        && !it.left.leaves()
        && !it.right.diverges()
        && is_plain(&it.left)
        && is_plain(&it.right)
        && (body.gives_bool || !it.right.any(&returns))
}

/// Whether an operand binds names for the code after it.
fn binds_names(node: &Node) -> bool {
    match node {
        Node::Let(..) => true,
        Node::Logic(it) => binds_names(&it.left) || binds_names(&it.right),
        _ => false,
    }
}
