//! Capitalised names in patterns are emitted so that they cannot bind.
//!
//! A plain name in a pattern is a variant or a constant if there is one, and otherwise a new binding, which
//! matches everything. A binding with a capital is always a slip: a misspelt variant, a variant that was
//! renamed, or a missing import. So `Edit` becomes `Edit::<>`, a path that can only be a variant, a constant
//! or a unit struct, and rustc reports the slip. An [excerpt](crate::text) is shown without the `::<>`.
//!
//! The walk covers everything except nested items and opaque macros. (syn's `visit-mut` would cost every
//! user build time.)

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    AngleBracketedGenericArguments, Block, Expr, FieldPat, GenericArgument, Local, Macro, Member,
    Pat, PatIdent, Path, PathArguments, Stmt, Token,
};

use crate::fragment;
use crate::syntax::MatchesArguments;

/// Makes the capitalised names in all patterns of a block unable to bind.
pub(crate) fn in_block(block: &mut Block) {
    Walk::default().block(block);
}

/// [`in_block`] for an expression.
pub(crate) fn in_expr(expr: &mut Expr) {
    Walk::default().expr(expr);
}

/// [`in_block`] for a pattern.
pub(crate) fn in_pat(pat: &mut Pat) {
    Walk::default().pat(pat);
}

/// Macros of the standard library whose arguments are expressions.
const OF_EXPRESSIONS: [&str; 20] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

#[derive(Default)]
struct Walk {
    /// Whether a name was found: then the tokens of a macro are rewritten.
    found: bool,
}

impl Walk {
    fn block(&mut self, block: &mut Block) {
        for stmt in &mut block.stmts {
            match stmt {
                Stmt::Local(local) => self.local(local),
                Stmt::Expr(expr, _) => self.expr(expr),
                Stmt::Macro(it) => self.mac(&mut it.mac),
                Stmt::Item(_) => {}
            }
        }
    }

    fn local(&mut self, local: &mut Local) {
        self.pat(&mut local.pat);
        if let Some(init) = &mut local.init {
            self.expr(&mut init.expr);
            init.diverge.iter_mut().for_each(|(_, otherwise)| self.expr(otherwise));
        }
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e mut Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn boxed(&mut self, expr: &mut Option<Box<Expr>>) {
        self.exprs(expr.as_deref_mut());
    }

    fn expr(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Array(it) => self.exprs(&mut it.elems),
            Expr::Assign(it) => self.exprs([&mut *it.left, &mut *it.right]),
            Expr::Async(it) => self.block(&mut it.block),
            Expr::Await(it) => self.expr(&mut it.base),
            Expr::Binary(it) => self.exprs([&mut *it.left, &mut *it.right]),
            Expr::Block(it) => self.block(&mut it.block),
            Expr::Break(it) => self.boxed(&mut it.expr),
            Expr::Call(it) => {
                self.expr(&mut it.func);
                self.exprs(&mut it.args);
            }
            Expr::Cast(it) => self.expr(&mut it.expr),
            Expr::Closure(it) => {
                it.inputs.iter_mut().for_each(|input| self.pat(input));
                self.expr(&mut it.body);
            }
            Expr::Const(it) => self.block(&mut it.block),
            Expr::Field(it) => self.expr(&mut it.base),
            Expr::ForLoop(it) => {
                self.pat(&mut it.pat);
                self.expr(&mut it.expr);
                self.block(&mut it.body);
            }
            Expr::Group(it) => self.expr(&mut it.expr),
            Expr::If(it) => {
                self.expr(&mut it.cond);
                self.block(&mut it.then_branch);
                it.else_branch.iter_mut().for_each(|(_, otherwise)| self.expr(otherwise));
            }
            Expr::Index(it) => self.exprs([&mut *it.expr, &mut *it.index]),
            Expr::Let(it) => {
                self.pat(&mut it.pat);
                self.expr(&mut it.expr);
            }
            Expr::Loop(it) => self.block(&mut it.body),
            Expr::Macro(it) => self.mac(&mut it.mac),
            Expr::Match(it) => {
                self.expr(&mut it.expr);
                for arm in &mut it.arms {
                    self.pat(&mut arm.pat);
                    self.expr(&mut arm.body);
                }
            }
            Expr::MethodCall(it) => {
                self.expr(&mut it.receiver);
                it.turbofish.iter_mut().for_each(|arguments| self.generics(arguments));
                self.exprs(&mut it.args);
            }
            Expr::Paren(it) => self.expr(&mut it.expr),
            Expr::Path(it) => self.path(&mut it.path),
            Expr::Range(it) => {
                self.boxed(&mut it.start);
                self.boxed(&mut it.end);
            }
            Expr::RawAddr(it) => self.expr(&mut it.expr),
            Expr::Reference(it) => self.expr(&mut it.expr),
            Expr::Repeat(it) => self.exprs([&mut *it.expr, &mut *it.len]),
            Expr::Return(it) => self.boxed(&mut it.expr),
            Expr::Struct(it) => {
                self.path(&mut it.path);
                self.exprs(it.fields.iter_mut().map(|field| &mut field.expr));
                self.boxed(&mut it.rest);
            }
            Expr::Try(it) => self.expr(&mut it.expr),
            Expr::TryBlock(it) => self.block(&mut it.block),
            Expr::Tuple(it) => self.exprs(&mut it.elems),
            Expr::Unary(it) => self.expr(&mut it.expr),
            Expr::Unsafe(it) => self.block(&mut it.block),
            Expr::While(it) => {
                self.expr(&mut it.cond);
                self.block(&mut it.body);
            }
            Expr::Yield(it) => self.boxed(&mut it.expr),
            _ => {}
        }
    }

    /// The constants among the arguments of a path.
    fn path(&mut self, path: &mut Path) {
        for segment in &mut path.segments {
            if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                self.generics(arguments);
            }
        }
    }

    fn generics(&mut self, arguments: &mut AngleBracketedGenericArguments) {
        for argument in &mut arguments.args {
            if let GenericArgument::Const(expr) = argument {
                self.expr(expr);
            }
        }
    }

    fn pats<'p>(&mut self, pats: impl IntoIterator<Item = &'p mut Pat>) {
        pats.into_iter().for_each(|pat| self.pat(pat));
    }

    fn pat(&mut self, pat: &mut Pat) {
        if let Some(path) = self.path_of(pat) {
            *pat = path;
            return;
        }
        match pat {
            Pat::Const(it) => self.block(&mut it.block),
            Pat::Guard(it) => {
                self.pat(&mut it.pat);
                self.expr(&mut it.guard);
            }
            Pat::Ident(it) => it.subpat.iter_mut().for_each(|(_, inner)| self.pat(inner)),
            Pat::Or(it) => self.pats(&mut it.cases),
            Pat::Paren(it) => self.pat(&mut it.pat),
            Pat::Reference(it) => self.pat(&mut it.pat),
            Pat::Slice(it) => self.pats(&mut it.elems),
            Pat::Struct(it) => it.fields.iter_mut().for_each(|field| self.field(field)),
            Pat::Tuple(it) => self.pats(&mut it.elems),
            Pat::TupleStruct(it) => self.pats(&mut it.elems),
            Pat::Type(it) => self.pat(&mut it.pat),
            _ => {}
        }
    }

    /// `S { Name }`, which is `S { Name: Name }`.
    fn field(&mut self, field: &mut FieldPat) {
        self.pat(&mut field.pat);
        if let (None, Pat::Path(_), Member::Named(name)) =
            (field.colon_token, &*field.pat, &field.member)
        {
            field.colon_token = Some(Token![:](name.span()));
        }
    }

    /// `Name::<>`, for a pattern that is only `Name`.
    fn path_of(&mut self, pat: &mut Pat) -> Option<Pat> {
        let Pat::Ident(PatIdent { attrs, by_ref: None, mutability: None, ident, subpat: None }) =
            pat
        else {
            return None;
        };
        if !is_capital(ident) {
            return None;
        }
        self.found = true;
        let span = ident.span();
        let mut path = Path::from(ident.clone());
        path.segments.iter_mut().for_each(|segment| {
            segment.arguments = PathArguments::AngleBracketed(AngleBracketedGenericArguments {
                colon2_token: Some(Token![::](span)),
                lt_token: Token![<](span),
                args: Punctuated::new(),
                gt_token: Token![>](span),
            });
        });
        Some(Pat::Path(syn::PatPath { attrs: std::mem::take(attrs), qself: None, path }))
    }

    fn mac(&mut self, mac: &mut Macro) {
        let Some(name) = mac.path.segments.last().map(|last| last.ident.to_string()) else {
            return;
        };
        let written = if name == "matches" {
            in_matches(mac.tokens.clone())
        } else if OF_EXPRESSIONS.contains(&name.as_str()) {
            in_arguments(fragment::opened(mac.tokens.clone()))
        } else {
            None
        };
        if let Some(written) = written {
            mac.tokens = written;
            self.found = true;
        }
    }
}

/// The arguments of `matches!`, if there is a name in them.
fn in_matches(tokens: TokenStream) -> Option<TokenStream> {
    let opened = fragment::opened(tokens);
    let MatchesArguments { mut scrutinee, mut pat, mut guard } = syn::parse2(opened).ok()?;
    let mut walk = Walk::default();
    walk.expr(&mut scrutinee);
    walk.pat(&mut pat);
    walk.exprs(&mut guard);
    let guard = guard.map(|guard| quote!(if #guard));
    walk.found.then(|| quote!(#scrutinee, #pat #guard))
}

/// The arguments of a macro that takes expressions, if there is a name in them.
fn in_arguments(tokens: TokenStream) -> Option<TokenStream> {
    let Ok(mut arguments) = syn::parse2::<Arguments>(tokens.clone()) else {
        return in_tokens(tokens);
    };
    let mut walk = Walk::default();
    walk.exprs(&mut arguments.list);
    walk.boxed(&mut arguments.count);
    let Arguments { list, count } = arguments;
    let count = count.map(|count| quote!(; #count));
    walk.found.then(|| quote!(#list #count))
}

/// `a, b, c` or `a; n`.
struct Arguments {
    list: Punctuated<Expr, Token![,]>,
    count: Option<Box<Expr>>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let repeated = |input: ParseStream<'_>| {
            let element: Expr = input.parse()?;
            input.parse::<Token![;]>()?;
            let count = Some(Box::new(input.parse()?));
            Ok(Self { list: std::iter::once(element).collect(), count })
        };
        let tokens: TokenStream = input.parse()?;
        repeated.parse2(tokens.clone()).or_else(|_| {
            let list = Punctuated::parse_terminated.parse2(tokens)?;
            Ok(Self { list, count: None })
        })
    }
}

/// For tokens that are no list of expressions: each `matches!(…)` among them that has a name.
fn in_tokens(tokens: TokenStream) -> Option<TokenStream> {
    let mut found = false;
    let mut before: [Option<TokenTree>; 2] = [None, None];
    let mut written = TokenStream::new();
    for mut tree in tokens {
        if let TokenTree::Group(group) = &tree {
            let is_matches = matches!(&before, [Some(TokenTree::Ident(name)), Some(TokenTree::Punct(bang))]
                if name == "matches" && bang.as_char() == '!');
            let inside =
                if is_matches { in_matches(group.stream()) } else { in_tokens(group.stream()) };
            if let Some(inside) = inside.filter(|_| group.delimiter() != Delimiter::None) {
                let mut written = Group::new(group.delimiter(), inside);
                written.set_span(group.span());
                (found, tree) = (true, written.into());
            }
        }
        let [_, last] = before;
        before = [last, Some(tree.clone())];
        written.extend([tree]);
    }
    found.then_some(written)
}

/// Whether a name begins with a capital letter of any script.
fn is_capital(name: &Ident) -> bool {
    name.unraw().to_string().starts_with(char::is_uppercase)
}
