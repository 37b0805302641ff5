//! A body as plain synchronous code: each load becomes `read(key, cx)?`, the value, or an early return with the
//! reason why there is none.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprBreak, ExprLit, Label, Lit, Token};

use super::braces::{inside, inside_at};
use super::variables::cx;
use crate::body::analysis::conditions::Site;
use crate::body::analysis::logic::{is_surely_bool, rests_on_matches};
use crate::body::analysis::{Analysis, Ordering};
use crate::body::tree::{
    Arm, Block, If, Kind, Let, Load, LoadId, Loop, LoopHead, Match, Node, Stmt,
};
use crate::syntax::children_mut;
use crate::text;

/// The treatment of exits (`?`, `return`).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// In the function that is the policy: `return` returns.
    Function,
    /// In a closure inside that function: `return` gives the result of the policy.
    Closure,
    /// In a slice: an exit of the body ends the slice, and the effects before it are left out.
    Slice,
    /// As in a slice, for a condition that may be known: it is unknown where the body exits before it.
    Known,
}

/// The emitter of nodes.
#[derive(Clone, Copy)]
pub(crate) struct Emitter<'e> {
    pub(super) mode: Mode,
    pub(super) body: &'e Analysis<'e>,
    /// The path of `gatehouse::private`.
    pub(super) runtime: &'e TokenStream,
    /// Whether the code reports its conditions.
    pub(super) reports: bool,
    /// Whether a `break` or `continue` has its target inside.
    jumps: bool,
}

impl<'e> Emitter<'e> {
    /// The statements of the function that is the policy, which reports its conditions.
    pub(crate) fn function(body: &'e Analysis<'e>, runtime: &'e TokenStream) -> TokenStream {
        let emitter = Self::new(Mode::Function, body, runtime);
        Self { reports: true, ..emitter }.block(&body.block, body.gives_bool)
    }

    pub(super) fn new(mode: Mode, body: &'e Analysis<'e>, runtime: &'e TokenStream) -> Self {
        Self { mode, body, runtime, reports: false, jumps: false }
    }

    /// For operands of `||` and `&&`, which are closures.
    pub(super) fn closure(self) -> Self {
        Self { mode: Mode::Closure, jumps: false, ..self }
    }

    /// The inside of a loop or a labelled block.
    fn jumped_to(self, block: &Block, answers: bool) -> TokenStream {
        Self { jumps: true, ..self }.braced(block, answers)
    }

    /// The code of an exit; `None` if the node is none.
    fn end(&self) -> Option<TokenStream> {
        match self.mode {
            Mode::Function | Mode::Closure => None,
            Mode::Slice => Some(quote!(return ::core::result::Result::Ok(()))),
            Mode::Known => {
                let runtime = self.runtime;
                Some(quote!(return ::core::result::Result::Err(#runtime::Stop::Pending)))
            }
        }
    }

    /// Statements, without the braces around them. `answers`: whether the last one is true or false.
    fn block(&self, block: &Block, answers: bool) -> TokenStream {
        let last = block.stmts.len().wrapping_sub(1);
        let stmt = |(at, stmt): (usize, &Stmt)| match stmt {
            Stmt::Expr(node, None) if at == last => self.answer_if(answers, node),
            stmt => self.stmt(stmt),
        };
        block.stmts.iter().enumerate().map(stmt).collect()
    }

    pub(super) fn braced(&self, block: &Block, answers: bool) -> TokenStream {
        if let Some(end) = self.end().filter(|_| !self.jumps && block.diverges()) {
            return quote!({ #end; });
        }
        text::braces(block.brace, self.block(block, answers))
    }

    /// One statement.
    pub(super) fn stmt(&self, stmt: &Stmt) -> TokenStream {
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
            // Where a pattern must match, the pattern is the condition.
            let init = if otherwise.is_none() && rests_on_matches(init) {
                self.perhaps(init)
            } else if otherwise.is_none() && is_surely_bool(init) {
                self.answer(init)
            } else {
                self.node(init)
            };
            quote!(= #init)
        });
        let Some(otherwise) = otherwise else { return quote!(#(#attrs)* #token #pat #ty #init;) };
        let (matched, missed) = self.pattern(pat);
        let otherwise = match self.end() {
            Some(end) if !self.jumps => quote!({ #end; }),
            _ => inside(missed, self.node(otherwise)),
        };
        quote!(#(#attrs)* #token #pat #ty #init else #otherwise; #matched)
    }

    pub(super) fn conditional(&self, it: &If, answers: bool) -> TokenStream {
        let token = it.token;
        let (condition, (matched, missed)) = match &it.condition {
            Node::Let(pat, _) => (self.node(&it.condition), self.pattern(pat)),
            condition => (self.answer(condition), (None, None)),
        };
        let then = inside(matched, self.braced(&it.then, answers));
        let otherwise = match (&it.otherwise, missed) {
            (Some(otherwise), missed) => {
                let otherwise = inside(missed, self.answer_if(answers, otherwise));
                Some(quote!(else #otherwise))
            }
            (None, Some(missed)) => Some(quote!(else { #missed })),
            (None, None) => None,
        };
        quote!(#token #condition #then #otherwise)
    }

    pub(super) fn matching(&self, it: &Match, answers: bool) -> TokenStream {
        let (token, scrutinee) = (it.token, self.node(&it.scrutinee));
        let arms = it.arms.iter().map(|arm| {
            let Arm { attrs, pat, .. } = arm;
            let (begin, guard) = (self.met(Site::Arm(arm), true), self.if_guard(arm));
            let body = inside_at(begin, self.answer_if(answers, &arm.body), arm.end);
            quote!(#(#attrs)* #pat #guard => #body,)
        });
        let arms = text::braces(it.brace, arms.collect());
        quote!(#token #scrutinee #arms)
    }

    /// One expression.
    pub(super) fn node(&self, node: &Node) -> TokenStream {
        if let Some(end) = self.end().filter(|_| !self.jumps && node.is_jump()) {
            return end;
        }
        match node {
            Node::Plain(Expr::Break(it @ ExprBreak { expr: Some(value), .. })) => {
                break_with(it, &self.plain_answer(value))
            }
            Node::Compound(Expr::Break(it), value) => {
                break_with(it, &self.answer_if(self.has_site(&value[0]), &value[0]))
            }
            Node::Plain(expr) => self.plain(expr),
            Node::Compound(expr, children) => self.compound(expr, children),
            Node::Load(id, kind, key) => self.load(*id, *kind, key),
            Node::Try(inner, question) => self.present(node, inner, *question),
            Node::Return(token, value) => self.early_return(*token, value.as_deref()),
            Node::Logic(it) => self.logic(it),
            Node::Let(pat, value) => {
                let value = self.node(value);
                quote!(let #pat = #value)
            }
            Node::Matches(arm, scrutinee) => {
                // The user's own macro: another macro may have the name of Rust's.
                let matches = Ident::new("matches", arm.end);
                let (of, pat, guard) = (self.node(scrutinee), &arm.pat, self.if_guard(arm));
                quote!(#matches!(#of, #pat #guard))
            }
            Node::If(it) => self.conditional(it, false),
            Node::Match(it) => self.matching(it, false),
            Node::Block(None, block) => self.braced(block, false),
            Node::Block(label, block) => self.labelled(label.as_ref(), block, false),
            Node::Loop(it) => self.looping(it),
        }
    }

    pub(super) fn labelled(
        &self,
        label: Option<&Label>,
        block: &Block,
        answers: bool,
    ) -> TokenStream {
        let block = self.jumped_to(block, answers);
        quote!(#label #block)
    }

    fn looping(&self, it: &Loop) -> TokenStream {
        let (label, body) = (&it.label, self.jumped_to(&it.body, false));
        let head = match &it.head {
            LoopHead::For(token, head) => {
                let (pat, items) = (&head.0, self.node(&head.1));
                quote!(#token #pat in #items)
            }
            LoopHead::While(token, condition) => {
                let condition = self.node(condition);
                quote!(#token #condition)
            }
            LoopHead::Loop(token) => quote!(#token),
        };
        quote!(#label #head #body)
    }

    /// The guard of an arm.
    pub(super) fn if_guard(&self, arm: &Arm) -> Option<TokenStream> {
        let guard = self.answer(arm.guard.as_ref()?);
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
    pub(super) fn plain(&self, expr: &Expr) -> TokenStream {
        let ordering = self.ordering();
        ordering.map_or_else(|| quote!(#expr), |ordering| ordering.plain(expr, self.runtime))
    }

    /// The places where the body orders fact values, if this is the code that decides.
    fn ordering(&self) -> Option<&'e Ordering> {
        self.decides().then_some(&self.body.ordering)
    }

    /// Whether this is the code that decides.
    fn decides(&self) -> bool {
        matches!(self.mode, Mode::Function | Mode::Closure)
    }

    fn load(&self, id: LoadId, kind: Kind, key: &Node) -> TokenStream {
        let (key, cx, body) = (self.node(key), cx(), self.body);
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
        let at = Literal::usize_unsuffixed(id.0);
        let at = (self.reports && body.loads.len() > 1).then(|| quote!(.at(#at)));
        // rustc shows the call as the user's load.
        let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#key, #cx #at));
        arguments.set_span(last);
        let fact = body.loads[id].turbofish();
        quote_spanned!(first=> #runtime::#function #fact #arguments #stop)
    }

    /// The key or the keys of a load, with a mention of the words around it, by which rustc tells whether they are
    /// gatehouse's. The body mentions them once; early code need not.
    fn of_words(&self, load: &Load, key: TokenStream, runtime: &TokenStream) -> TokenStream {
        if !self.decides() {
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
        let gives_bool = self.body.gives_bool;
        let literal = gives_bool
            && matches!(value, Some(Node::Plain(Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }))));
        // `return;` is shown as the value that it returns.
        let nothing = quote_spanned!(token.span=> ());
        let value = value.map_or(nothing, |value| self.answer_if(gives_bool, value));
        let (runtime, ty) = (self.runtime, &self.body.value);
        if self.mode == Mode::Closure {
            return quote!(#token ::core::result::Result::Err(#runtime::Stop::Returned(#value)));
        }
        if literal {
            return quote!(#token ::core::result::Result::Ok(#value));
        }
        // So a value of the wrong type is shown as such, and not as an argument of `Ok`.
        quote! {
            #token {
                let __value: #ty = #value;
                ::core::result::Result::Ok(__value)
            }
        }
    }

    /// A node as an argument: without the parentheses that only an operand needs.
    pub(super) fn argument(&self, node: &Node) -> TokenStream {
        match node {
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => self.argument(&inside[0]),
            Node::Plain(Expr::Paren(it)) => self.plain(&it.expr),
            node => self.node(node),
        }
    }
}

/// `break` with a value.
fn break_with(it: &ExprBreak, value: &TokenStream) -> TokenStream {
    let ExprBreak { attrs, break_token, label, .. } = it;
    quote!(#(#attrs)* #break_token #label #value)
}
