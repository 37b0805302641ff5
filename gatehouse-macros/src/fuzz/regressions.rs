//! Inputs that once failed, found by fuzzing or by a person.

use super::programs::{Program, Which};
use super::{Expansion, check_with_spans};

/// Programs that broke a property.
#[test]
fn what_was_found_stays_found() {
    let policy = |body: &str| {
        (Which::Policy, String::new(), format!("async fn rule(user: &User) -> bool {{ {body} }}"))
    };
    let rule = "fn rule(user: &User) -> bool { user.admin }";
    let parameter = |parameter: &str| {
        (Which::Policy, String::new(), format!("async fn rule({parameter}) -> bool {{ true }}"))
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
        (Which::Sources, String::new(), "struct App { #[loads(Level)] _: Db }".into()),
        // A load that nobody compiled.
        policy("(Rules(user.id).await)(user)"),
        policy("[user.id; Level(user.id).await].is_empty()"),
        policy("const { Level(1).await }"),
        parameter("matches!(user, Some(_) if Level(1).await): &User"),
        parameter("user: &[User; Level(1).await]"),
        policy("let between!(1, Level(1).await) = user.level else { return false }; true"),
        policy("if let between!(1, Level(1).await) = user.level { true } else { false }"),
        policy("match user.level { between!(1, Level(1).await) => true, _ => Grant(1).await }"),
        policy("for between!(1, Level(1).await) in user.levels {} true"),
        policy("let level: [u8; Level(1).await] = user.level; true"),
        policy("user.level as of!(Level(1).await) == 1"),
        policy("user.level::<{ Level(1).await }>().is_some()"),
        policy("Level::<{ Grant(1).await }>(user.id).await"),
        policy("any::<Level<{ Grant(1).await }>>(user.ids).await"),
        policy("user.levels.iter().any(|between!(1, Level(1).await)| true)"),
        policy("S::<{ Grant(1).await }> { a: Grant(1).await }.holds"),
        fact("pub Level(user: [u8; Grant(1).await]) -> u8;"),
        fact("pub Level(user: u8) -> [u8; Grant(1).await];"),
        fact("pub Level(user: u8) -> u8 = Grant(1).await;"),
        fact("pub Level(user: u8) -> bool { let grant: [u8; Grant(1).await] = user; true }"),
        policy("matches!(user.level, between!(1, Level(1) ⟦.⟧ await))"),
        policy("matches!(user.level, between!(1, Level(1) ⟦.⟦await⟧⟧))"),
        policy("assert!(Level(1) ⟦.⟧ await); user.active"),
        (
            Which::Policy,
            String::new(),
            "async fn rule(user: &User) -> bool::<{ Level(1).await }> { user.admin }".into(),
        ),
        // A default that is not the last expression of a block wherever it stands there.
        fact("pub Level(user: u8) -> u8 = crate;"),
        fact("pub Level(user: u8) -> u8 = { 1 } - 1;"),
        fact("pub Level(user: u8) -> u8 = if true { 2 } else { 3 } + 1;"),
        // An error that stands nowhere.
        (Which::Policy, "crate =".into(), rule.into()),
        (Which::Policy, "crate".into(), rule.into()),
        (Which::Policy, "crate = a::".into(), rule.into()),
        (Which::Policy, "crate = crate::vendored::Self auth".into(), rule.into()),
        (Which::Policy, "⟦crate⟧".into(), rule.into()),
        (Which::Policy, "⟦crate =⟧".into(), rule.into()),
        (Which::Policy, "⟦crate⟧ = ⟦a⟧".into(), rule.into()),
        fact("#![gatehouse(crate =)] pub Level(user: u8) -> u8;"),
        (Which::Policy, String::new(), "fn rule(user: &User) -> bool where { user.admin }".into()),
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
    assert!(
        expansion.errors.is_empty() && text.contains("present_reported (:: gatehouse"),
        "{text}"
    );
}
