//! The size of the emitted code: it grows with the body.

use proc_macro2::TokenStream;

use super::mutants::count;
use super::programs::{Program, Which};
use super::{Expansion, on_rustcs_stack};

/// Checks that an expansion is not much longer than what it is of.
pub(super) fn check(program: &Program, expansion: &TokenStream) {
    let input = count(program.options.clone()) + count(program.input.clone());
    let output = count(expansion.clone());
    let most = 2000 + 300 * input;
    assert!(output <= most, "{output} tokens come of {input}");
}

fn policy(body: &str) -> Program {
    Program::new(Which::Policy, "", &format!("async fn rule(user: &User) -> bool {{ {body} }}"))
}

/// How many tokens come of a body.
fn tokens_of(body: &str) -> usize {
    let expansion = Expansion::of(&policy(body));
    assert!(expansion.errors.is_empty(), "the body has errors");
    count(expansion.tokens)
}

/// `part` `n` times, one after the other, and then `last`.
fn in_a_row(n: usize, part: &str, last: &str) -> String {
    let parts = (0..n).map(|at| part.replace('@', &at.to_string()));
    parts.chain([last.to_owned()]).collect()
}

/// `part` `n` times, one in the other.
fn nested(n: usize, part: &str) -> String {
    (0..n).fold("user.admin".to_owned(), |inside, _| part.replace('@', &inside))
}

/// Each load costs as much code as the load before it, wherever it stands.
#[test]
fn code_grows_with_the_loads() {
    on_rustcs_stack(|| {
        let rows = [
            ("let a@ = A(user.id).await?;", "true"),
            ("let b = A(b).await?;", "b == 1"),
            ("let a@ = user.a.b(@); let b@ = A(a@).await?;", "true"),
            ("A(user.id).await || ", "false"),
            ("A(user.id).await && user.admin || ", "false"),
            ("if A(user.id).await { return B(user.id).await; }", "true"),
            ("let Some(a@) = A(user.id).await else { return B(user.id).await; };", "true"),
        ];
        for (part, last) in rows {
            check_growth(part, |n| format!("let b = user.id; {}", in_a_row(n, part, last)));
        }
        check_growth("an arm of a `match` on local data", |n| {
            let arms = (0..n).map(|at| format!("Kind::K{at}(k) => A(k).await,"));
            format!("match user.kind {{ {} _ => false }}", arms.collect::<String>())
        });
        let nests = [
            "if A(user.id).await { @ } else { B(user.id).await }",
            "if A(user.id).await { B(user.id).await } else { @ }",
            "match A(user.id).await { Some(a) if a > user.n => { @ } _ => false }",
            "match A(user.id).await { Some(a) => { @ } None => B(user.id).await }",
            "match user.a { Some(a) => { A(a).await || { @ } } None => B(user.id).await }",
            "if user.a { @ } else { A(user.id).await || B(user.id).await }",
            "if user.a { A(user.id).await } else { @ }",
            "{ let a = user.b(1); let b = A(a).await?; A(b).await || { @ } }",
            "match { @ } { true => A(user.id).await, false => B(user.id).await }",
            "matches!(A(user.id).await, Some(a) if @)",
            "matches!(@, true if A(user.id).await)",
            "(@ || A(user.id).await)",
            "(A(user.id).await && @)",
            "!(@ && !A(user.id).await)",
            "{ let a = { @ }; a && B(user.id).await }",
            "A(@).await",
            "A(user.f(@)?).await?",
        ];
        for part in nests {
            check_growth(part, |n| nested(n, part));
        }
    });
}

fn check_growth(what: &str, body: impl Fn(usize) -> String) {
    let [small, middle, large] = [20, 35, 50].map(|n| tokens_of(&body(n)));
    // As many loads more are as many tokens more; numbers and names of more digits are no longer tokens.
    let (first, second) = (middle - small, large - middle);
    assert!(4 * second <= 5 * first, "{what}: {small}, {middle}, {large} tokens");
}

/// What is long or deep is compiled on rustc's stack.
#[test]
fn long_and_deep_programs_do_not_overflow() {
    on_rustcs_stack(|| {
        tokens_of(&nested(200, "(@)"));
        tokens_of(&in_a_row(500, "user.a@ || ", "A(1).await"));
        tokens_of(&in_a_row(500, "let a@ = user.a;", "A(1).await"));
        tokens_of(&nested(100, "{ @ }"));
        tokens_of(&nested(100, "!!@"));
        tokens_of(&nested(100, "if user.a { user.b } else { @ }"));
    });
}
