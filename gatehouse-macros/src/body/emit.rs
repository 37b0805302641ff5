//! From the compiler's tree back to Rust: the body as plain synchronous code.
//!
//! Each load becomes `read(cx, key)?`: the value, or an early return that says why not. After the
//! last check nothing here can fail.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ExprLit, Lit, Token};

use super::ast::{Arm, Block, Body, Kind, Let, Logic, LoopHead, Node, Stmt};
use super::lower::children_mut;
use super::names::mentioned_in;
use crate::text;

/// The variable that facts are read from; its hygiene keeps it apart from a user's `cx`.
pub(crate) fn cx() -> Ident {
    Ident::new("cx", Span::mixed_site())
}

/// A node as the user wrote it.
pub(crate) fn as_written(node: &Node) -> TokenStream {
    looking(Mode::AsWritten, node)
}

/// What a slice keeps of a node, as the user wrote it.
pub(crate) fn as_passed(node: &Node) -> TokenStream {
    looking(Mode::AsPassed, node)
}

/// What `match` or `if let` looks at, where the user wrote it in a place that allows more: there a
/// struct's braces would be taken for the arms', and `&&` for the end of the pattern's value.
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

fn looking(mode: Mode, node: &Node) -> TokenStream {
    Emitter { mode, body: None, runtime: &TokenStream::new(), jumps: false }.node(node)
}

/// What becomes of loads and ways out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Not compiled: `.await`, `?` and `return` as they are.
    AsWritten,
    /// Not compiled, and without what leaves.
    AsPassed,
    /// In the function that is the policy: `return` returns.
    Function,
    /// In a closure inside it: `return` says what the policy is to return.
    Closure,
    /// In a slice: whatever leaves the body ends the slice, and what it would have done before is
    /// left out.
    Slice,
    /// As in a slice, to know a condition: where the body leaves before it, nothing is known.
    Known,
}

/// Emits nodes.
pub(crate) struct Emitter<'e> {
    mode: Mode,
    /// `None` where nothing is compiled.
    body: Option<&'e Body>,
    /// The path of `gatehouse::private`.
    runtime: &'e TokenStream,
    /// Whether a `break` or `continue` leads to a loop or block inside.
    jumps: bool,
}

impl<'e> Emitter<'e> {
    /// For the body of the policy's function.
    pub(crate) fn function(body: &'e Body, runtime: &'e TokenStream) -> Self {
        Self::new(Mode::Function, body, runtime)
    }

    /// For slices.
    pub(crate) fn slice(body: &'e Body, runtime: &'e TokenStream) -> Self {
        Self::new(Mode::Slice, body, runtime)
    }

    /// For conditions that may be known.
    pub(crate) fn known(body: &'e Body, runtime: &'e TokenStream) -> Self {
        Self::new(Mode::Known, body, runtime)
    }

    fn new(mode: Mode, body: &'e Body, runtime: &'e TokenStream) -> Self {
        Self { mode, body: Some(body), runtime, jumps: false }
    }

    /// For operands of `||` and `&&`, which are closures.
    fn closure(&self) -> Self {
        Self { mode: Mode::Closure, jumps: false, ..*self }
    }

    /// For what is in a loop, or a block with a label.
    fn jumped_to(&self) -> Self {
        Self { jumps: true, ..*self }
    }

    /// What becomes of what leaves; `None` if it stays.
    fn end(&self) -> Option<TokenStream> {
        match self.mode {
            Mode::AsWritten | Mode::Function | Mode::Closure => None,
            Mode::AsPassed => Some(quote!(return)),
            Mode::Slice => Some(quote!(return ::core::result::Result::Ok(()))),
            Mode::Known => {
                let runtime = self.runtime;
                Some(quote!(return ::core::result::Result::Err(#runtime::Stop::Pending)))
            }
        }
    }

    /// Statements, without the braces around them.
    pub(crate) fn stmts(&self, block: &Block) -> TokenStream {
        block.stmts.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    fn braced(&self, block: &Block) -> TokenStream {
        if let Some(end) = self.end().filter(|_| !self.jumps && block.diverges()) {
            return quote!({ #end; });
        }
        let stmts = self.stmts(block);
        quote!({ #stmts })
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
            let init = self.node(init);
            quote!(= #init)
        });
        let otherwise = otherwise.as_ref().map(|otherwise| match self.end() {
            Some(end) if !self.jumps => quote!(else { #end; }),
            _ => {
                let otherwise = self.node(otherwise);
                quote!(else #otherwise)
            }
        });
        quote!(#(#attrs)* #token #pat #ty #init #otherwise;)
    }

    /// One expression.
    pub(crate) fn node(&self, node: &Node) -> TokenStream {
        if let Some(end) = self.end().filter(|_| !self.jumps && node.is_jump()) {
            return end;
        }
        match node {
            Node::Plain(expr) => quote!(#expr),
            Node::Compound(expr, children) => self.compound(expr, children),
            Node::Load(id, kind, key) => self.load(*id, *kind, key),
            Node::Try(inner, question) if self.body.is_none() => {
                let inner = self.node(inner);
                quote!(#inner #question)
            }
            Node::Try(inner, question) => {
                let inner_tokens = self.argument(inner);
                let runtime = self.runtime;
                let (first, _) = text::ends(&inner_tokens);
                let runtime = text::at(runtime, first);
                let path = quote_spanned!(first=> #runtime::MaybeMissing::present);
                quote!(#path(#inner_tokens) #question)
            }
            Node::Return(token, value) => self.way_out(*token, value.as_deref()),
            Node::Logic(it) => self.logic(it),
            Node::Let(pat, value) => {
                let value = self.node(value);
                quote!(let #pat = #value)
            }
            Node::Matches(arm, scrutinee) => {
                let scrutinee = self::scrutinee(self.node(scrutinee));
                let (pat, guard) = (&arm.pat, self.guard(arm));
                // The arms of `matches!`, which would hide the load from this compiler.
                quote!((match #scrutinee { #pat #guard => true, _ => false }))
            }
            Node::If(it) => {
                let (token, condition) = (it.token, self.node(&it.condition));
                let then = self.braced(&it.then);
                let otherwise = it.otherwise.as_ref().map(|otherwise| {
                    let otherwise = self.node(otherwise);
                    quote!(else #otherwise)
                });
                quote!(#token #condition #then #otherwise)
            }
            Node::Match(it) => {
                let (token, scrutinee) = (it.token, self.node(&it.scrutinee));
                let arms = it.arms.iter().map(|arm| {
                    let Arm { attrs, pat, .. } = arm;
                    let (guard, body) = (self.guard(arm), self.node(&arm.body));
                    quote!(#(#attrs)* #pat #guard => #body,)
                });
                quote!(#token #scrutinee { #(#arms)* })
            }
            Node::Block(None, block) => self.braced(block),
            Node::Block(label, block) => {
                let block = self.jumped_to().braced(block);
                quote!(#label #block)
            }
            Node::Loop(it) => {
                let (label, body) = (&it.label, self.jumped_to().braced(&it.body));
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
        let guard = self.node(arm.guard.as_ref()?);
        Some(quote!(if #guard))
    }

    fn compound(&self, expr: &Expr, children: &[Node]) -> TokenStream {
        let mut expr = expr.clone();
        for (hole, child) in children_mut(&mut expr).into_iter().zip(children) {
            *hole = Expr::Verbatim(self.node(child));
        }
        quote!(#expr)
    }

    fn load(&self, id: usize, kind: Kind, key: &Node) -> TokenStream {
        let (key, cx) = (self.node(key), cx());
        let Some(body) = self.body else {
            return match kind {
                Kind::One => quote!(#key.await),
                Kind::Any => quote!(any(#key).await),
                Kind::All => quote!(all(#key).await),
                Kind::Each => quote!(each(#key).await),
            };
        };
        // From the user's first token to their `.await`: there a value of the wrong type is shown.
        let (first, last) = body.loads[id].ends;
        let stop = quote_spanned!(last=> ?);
        let runtime = text::at(self.runtime, first);
        let function = match kind {
            Kind::One if body.wanted.bools.contains(&id) => quote_spanned!(first=> holds),
            Kind::One if body.wanted.ordered.contains(&id) => quote_spanned!(first=> ordered),
            Kind::One => quote_spanned!(first=> read),
            Kind::Any => quote_spanned!(first=> any),
            Kind::All => quote_spanned!(first=> all),
            Kind::Each => quote_spanned!(first=> each),
        };
        // The call is shown as the user's load.
        let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#key, #cx));
        arguments.set_span(last);
        let fact = body.loads[id].turbofish();
        quote_spanned!(first=> #runtime::#function #fact #arguments #stop)
    }

    fn way_out(&self, token: Token![return], value: Option<&Node>) -> TokenStream {
        if let Some(end) = self.end() {
            return end;
        }
        let literal =
            matches!(value, Some(Node::Plain(Expr::Lit(ExprLit { lit: Lit::Bool(_), .. }))))
                && self.body.is_some_and(|body| body.gives_bool);
        // `return;` is shown as what it returns.
        let nothing = quote_spanned!(token.span=> ());
        let value = value.map_or(nothing, |value| self.node(value));
        let runtime = self.runtime;
        let ty = self.body.map(|body| &body.value);
        match self.mode {
            Mode::AsWritten | Mode::AsPassed | Mode::Slice | Mode::Known => quote!(#token #value),
            Mode::Function if literal => quote!(#token ::core::result::Result::Ok(#value)),
            // A value of the wrong type is shown as such, and not as an argument of `Ok`.
            Mode::Function => quote! {
                #token {
                    let value: #ty = #value;
                    ::core::result::Result::Ok(value)
                }
            },
            Mode::Closure => {
                quote!(#token ::core::result::Result::Err(#runtime::Stop::Returned(#value)))
            }
        }
    }

    /// `||` and `&&`: Rust's own where only the right side loads a fact (then the left one cannot
    /// fail), or where what the left side does beyond giving a value could differ.
    fn logic(&self, it: &Logic) -> TokenStream {
        if let Some(body) = self.body.filter(|body| is_three_valued(it, body)) {
            let result = self.result_of_logic(it, body);
            return quote!(#result?);
        }
        let (left, op, right) = (self.node(&it.left), it.op, self.node(&it.right));
        quote!(#left #op #right)
    }

    fn result_of_logic(&self, it: &Logic, body: &'e Body) -> TokenStream {
        let (runtime, cx) = (self.runtime, cx());
        let function = if it.is_and() { quote!(and) } else { quote!(or) };
        let inside = self.closure();
        // The left side is over when the right one begins, which may move what it has borrowed.
        let left = if let Some(left) = three_valued(&it.left, body) {
            inside.result_of_logic(left, body)
        } else {
            let left = inside.operand(&it.left, body);
            quote!(#runtime::attempt(#cx, #left))
        };
        let right = inside.operand(&it.right, body);
        quote!(#runtime::#function(#left, #cx, #right))
    }

    /// An operand of `or` or `and`: a closure that gives a result. What is wrong in it is shown at the
    /// operand.
    fn operand(&self, node: &Node, body: &'e Body) -> TokenStream {
        let cx = cx();
        if let Some(logic) = three_valued(node, body) {
            let result = self.result_of_logic(logic, body);
            return quote!(|#cx| #result);
        }
        let value = self.argument(node);
        let (first, _) = text::ends(&value);
        quote_spanned!(first=> |#cx| ::core::result::Result::Ok(#value))
    }

    /// A node as an argument: without the parentheses that an operand needs, and an argument does
    /// not.
    fn argument(&self, node: &Node) -> TokenStream {
        match node {
            Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => self.argument(&inside[0]),
            Node::Plain(Expr::Paren(it)) => it.expr.to_token_stream(),
            node => self.node(node),
        }
    }
}

/// The three-valued operator that a node is, in parentheses or without.
fn three_valued<'n>(node: &'n Node, body: &Body) -> Option<&'n Logic> {
    match node {
        Node::Logic(it) if is_three_valued(it, body) => Some(it),
        Node::Compound(Expr::Paren(_) | Expr::Group(_), inside) => three_valued(&inside[0], body),
        _ => None,
    }
}

/// Whether a failed left side leaves the right one a say.
///
/// Not if the left side can leave the policy: had it loaded, it might have left, so a result that
/// is true or false whatever the left side's *value* is proves nothing. Nor if a `let` in a
/// condition binds what the right side uses, if a side jumps, or if either mentions a local that can
/// change. A side that returns something else than a `bool` is not evaluated beside the other.
pub(crate) fn is_three_valued(it: &Logic, body: &Body) -> bool {
    // A name that can change is enough: whether a method changes it, no token tells.
    let is_plain = |side: &Node| {
        let names = mentioned_in(as_written(side));
        !binds_names(side) && !side.jumps_out() && names.is_disjoint(&body.mutable)
    };
    let returns = |node: &Node| matches!(node, Node::Return(..));
    it.left.loads()
        && !it.left.leaves()
        && is_plain(&it.left)
        && is_plain(&it.right)
        && (body.gives_bool || !it.right.any(&returns))
}

/// Whether an operand binds names for what comes after it.
fn binds_names(node: &Node) -> bool {
    match node {
        Node::Let(..) => true,
        Node::Logic(it) => binds_names(&it.left) || binds_names(&it.right),
        _ => false,
    }
}
