//! The ends of expressions.

use proc_macro2::Span;
use syn::{Block, Expr};

use crate::text;

/// The span of the last token of an expression. One that ends with a block is not printed for it.
pub(crate) fn end(expr: &Expr) -> Span {
    let braces = |block: &Block| block.brace_token.span.join();
    match expr {
        Expr::Async(it) => braces(&it.block),
        Expr::Await(it) => it.await_token.span,
        Expr::Binary(it) => end(&it.right),
        Expr::Block(it) => braces(&it.block),
        Expr::Call(it) => it.paren_token.span.join(),
        Expr::Closure(it) => end(&it.body),
        Expr::ForLoop(it) => braces(&it.body),
        Expr::If(it) => match &it.else_branch {
            Some((_, otherwise)) => end(otherwise),
            None => braces(&it.then_branch),
        },
        Expr::Loop(it) => braces(&it.body),
        Expr::Match(it) => it.brace_token.span.join(),
        Expr::MethodCall(it) => it.paren_token.span.join(),
        Expr::Paren(it) => it.paren_token.span.join(),
        Expr::Unary(it) => end(&it.expr),
        Expr::Unsafe(it) => braces(&it.block),
        Expr::While(it) => braces(&it.body),
        expr => text::ends(expr).1,
    }
}

#[test]
fn the_end_is_the_last_token() {
    let expressions = [
        "a",
        "a.b",
        "async { a }",
        "a.b(c).await",
        "a + b * c.d()",
        "{ a; b }",
        "f(a)(b)",
        "|a| { b }",
        "move |a| b.c",
        "for a in b { c }",
        "if a { b }",
        "if a { b } else { c }",
        "if a { b } else if c { d } else { e }",
        "loop { break a }",
        "match a { b => c, d => e }",
        "a.b::<C>(d)",
        "(a)",
        "!a[b]",
        "-1",
        "unsafe { a }",
        "while a { b }",
        "m!(a)",
        "[a, b]",
        "S { a }",
        "a?",
        "return a",
    ];
    for code in expressions {
        let expr: Expr = syn::parse_str(code).expect(code);
        let [found, last] = [end(&expr), text::ends(&expr).1].map(|span| span.byte_range());
        assert_eq!(found, last, "{code}");
    }
}
