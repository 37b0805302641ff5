//! The names that each construct of Rust mentions.

use super::super::super::tree::Names;
use super::super::names::{mentioned_in, mentioned_in_expr};

/// Each expression, with the names that it mentions.
const EXPRESSIONS: &[(&str, &str)] = &[
    // Paths.
    ("a", "a"),
    ("r#type", "r#type"),
    ("self", "self"),
    ("f(a)", "f a"),
    ("m::f(a)", "a"),
    ("Level(a)", "Level a"),
    ("<T as Tr>::f(a)", "T a"),
    ("f::<a>(b)", "a b"),
    ("f::<{ a }>(b)", "a b"),
    ("f::<[u8; a]>(b)", "a b u8"),
    // Fields, methods and labels of fields are no names.
    ("a.b.c", "a"),
    ("a.0", "a"),
    ("a.b(c)", "a c"),
    ("a.b::<T>(c)", "T a c"),
    ("a.0.b", "a"),
    ("S { a: b }", "b"),
    ("S { a }", "a"),
    ("S { a, ..b }", "a b"),
    ("S { a: b.a, ..c.d() }", "b c"),
    ("S::<T> { a: b }", "T b"),
    // Operators.
    ("a + b", "a b"),
    ("!a && -b == *c", "a b c"),
    ("a..b", "a b"),
    ("a..=b.c", "a b"),
    ("..a", "a"),
    ("a = b", "a b"),
    ("a += b", "a b"),
    ("&a", "a"),
    ("&mut a", "a"),
    ("&raw const a", "a"),
    ("a as u8", "a u8"),
    ("a as [u8; b]", "a b u8"),
    ("a?", "a"),
    ("a.await", "a"),
    ("(a)", "a"),
    // Collections.
    ("[a, b]", "a b"),
    ("[a; b]", "a b"),
    ("(a, b)", "a b"),
    ("a[b]", "a b"),
    // Literals, among them strings that no macro reads.
    ("1", ""),
    ("\"{a}\"", ""),
    ("'a'", ""),
    ("b\"{a}\"", ""),
    // Control flow.
    ("if a { b } else if c { d } else { e }", "a b c d e"),
    ("if let Some(x) = a { b }", "a b"),
    ("if let Some(x) = a && b { x }", "a b x"),
    ("match a { b if c => d, 0..=N => e, _ => f }", "a c d e f"),
    ("match a { S { b, c: 1 } | T(b) if b => 1, _ => 2 }", "a b"),
    ("loop { a; break b }", "a b"),
    ("'a: loop { break 'a }", ""),
    ("'a: { break 'a b }", "b"),
    ("'a: loop { continue 'a }", ""),
    ("while a { b }", "a b"),
    ("for x in a { b }", "a b"),
    ("return a", "a"),
    ("unsafe { a }", "a"),
    ("const { a }", "a"),
    ("async { a }", "a"),
    ("async move { a.await }", "a"),
    // Blocks: patterns bind, and types are read as tokens.
    ("{ let x = a; b }", "a b"),
    ("{ let x: [u8; n] = a; x }", "a n u8 x"),
    ("{ let Some(x) = a else { b }; x }", "a b x"),
    ("{ let (x, S { y, .. }) = a; 1 }", "a"),
    ("{ a; m!(b); c }", "a b c"),
    ("{ m! { a } b }", "a b"),
    // Items: their macros see the locals around them.
    ("{ macro_rules! m { () => { a } } m!() }", "a m macro_rules"),
    ("{ const A: u8 = 1; a }", "A a const u8"),
    // Closures.
    ("|x| x + a", "a x"),
    ("|x: [u8; n]| a", "a n u8"),
    ("|x| -> T { a }", "T a"),
    ("move || a", "a"),
    ("|(x, y), S { z }| 1", ""),
    // Macros: their arguments are tokens.
    ("m!(a, b.c, d::e)", "a b"),
    ("m![a; b]", "a b"),
    ("m! { a => b }", "a b"),
    ("m!(a..b)", "a b"),
    ("m!(x = a)", "a x"),
    ("m!('a)", ""),
    ("m!(&'a b)", "b"),
    ("matches!(a, Some(x) if x == b)", "Some a b if x"),
    ("matches!(a, Some(m!(b)))", "Some a b m"),
    ("p::m!(a)", "a"),
    // Format strings.
    ("format!(\"{a} {b:?} {:>c$} {0}\", d)", "a b c d r#a r#b r#c"),
    ("format!(r\"{a}\")", "a r#a"),
    ("format!(r#\"{a}\"#)", "a r#a"),
    ("format!(b\"{a}\")", ""),
    // Attributes mention nothing.
    ("#[allow(a)] b", "b"),
    ("|#[allow(a)] x| b", "b"),
    ("{ #[allow(a)] let x = b; }", "b"),
];

fn listed(names: &str) -> Names {
    names.split(' ').filter(|name| !name.is_empty()).map(ToOwned::to_owned).collect()
}

#[test]
fn the_names_of_each_construct() {
    for (code, names) in EXPRESSIONS {
        let found = mentioned_in_expr(&syn::parse_str(code).expect(code));
        assert_eq!(found, listed(names), "{code}");
    }
}

/// What the walk finds, the tokens have.
#[test]
fn a_walk_finds_no_more_than_the_tokens_have() {
    for (code, _) in EXPRESSIONS {
        let expr: syn::Expr = syn::parse_str(code).expect(code);
        let (walked, tokens) = (mentioned_in_expr(&expr), mentioned_in(&expr));
        assert!(walked.is_subset(&tokens), "{code}: {walked:?} and {tokens:?}");
    }
}
