//! What fuzzing found once, and a person after it.

use super::programs::{Program, Which};
use super::{Expansion, check_with_spans};

/// Programs that broke a property.
#[test]
fn what_was_found_stays_found() {
    let policy = |body: &str| {
        (Which::Policy, String::new(), format!("async fn rule(user: &User) -> bool {{ {body} }}"))
    };
    let fact = |input: &str| (Which::Fact, String::new(), input.to_owned());
    let found = [
        // An error without a place.
        fact("pub Level(: u32) -> u8;"),
        fact("pub Level(user: u32) -> u8; pub"),
        fact("/// Docs of nothing."),
        fact("pub Level<>(user: u32) -> u8;"),
        (Which::Policy, "rounds =".into(), "fn rule(user: &User) -> bool { user.admin }".into()),
        // What is emitted is no Rust.
        fact("pub Level(user: u32) -> bool = let Some(level) = user; false;"),
        policy("#![allow(unused)] user.admin"),
        policy("let S { a: true } = S { a: Grant(1).await } else { return false }; Level(2).await"),
        policy("matches!(S { a: Grant(1).await }, S { a: true }) && Grant(2).await"),
        policy(
            "Grant(1).await && { let S { a } = S { a: user.x } else { return Grant(2).await }; Grant(a).await }",
        ),
        // A load that nobody compiled.
        policy("(Rules(user.id).await)(user)"),
        policy("[user.id; Level(user.id).await].is_empty()"),
        policy("const { Level(1).await }"),
    ];
    for (which, options, input) in found {
        check_with_spans(&Program::new(which, &options, &input));
    }
}

/// A function that is called may come of a fact.
#[test]
fn a_callee_is_looked_into() {
    let body = "async fn rule(user: &User) -> bool { (Rule(user.id).await?)(user) }";
    let expansion = Expansion::of(&Program::new(Which::Policy, "", body));
    let text = expansion.tokens.to_string();
    assert!(expansion.errors.is_empty() && text.contains("given (:: gatehouse"), "{text}");
}
