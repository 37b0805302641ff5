//! The locals that a node may change.

use quote::quote;

use super::super::super::lower;
use super::super::super::tree::{Names, Node};
use super::super::{Nodes, acted_on, changed};
use crate::diagnostics::Diagnostics;

/// Runs `look` on the only node of a body.
fn of(body: &str, look: impl Fn(&Node, &Nodes<'_>) -> Names) -> String {
    let errors = Diagnostics::new();
    let block = syn::parse_str(&format!("{{ {body} }}")).expect(body);
    let body = lower::body(block, Names::new(), quote!(bool), true, &errors);
    drop(errors.into_vec());
    let node = body.block.nodes().next().expect("a node");
    let names = look(node, &Nodes::of(&body.block));
    names.into_iter().collect::<Vec<_>>().join(" ")
}

/// Each expression, with the names that it changes of `a`, `b` and `c`.
const CHANGES: &[(&str, &str)] = &[
    ("a", ""),
    ("a.b", ""),
    ("a + b", ""),
    ("&a", ""),
    ("a.len()", ""),
    ("a.map(|x| x + b)", ""),
    ("f(a)", ""),
    ("x.push(a)", ""),
    ("a.push(b)", "a b"),
    ("a.take()", "a"),
    ("a = b", "a b"),
    ("a += 1", "a"),
    ("&mut a", "a"),
    ("f(&mut a)", "a"),
    ("if x { a.len() } else { b }", ""),
    ("if x { a.push(1); }", "a"),
    ("if x { a; }", "a"),
    ("for x in a {}", "a"),
    ("!(a)", ""),
    ("if !(a) { b } else { c }", ""),
    ("m!(x)", "a b c"),
    ("vec![m!(x)]", "a b c"),
    ("vec![a]", "a"),
    ("vec![x]", ""),
    // What a load stands in.
    ("a.get(A(b).await)", ""),
    ("a.push(A(b).await)", "a b"),
    ("x.push(A(b).await)", ""),
    ("x.f(a = A(b).await)", "a b"),
    ("x.f(&mut a, A(b).await)", "a b"),
];

#[test]
fn the_locals_that_change() {
    let mutable: Names = ["a", "b", "c"].map(ToOwned::to_owned).into();
    for (code, names) in CHANGES {
        assert_eq!(of(code, |node, _| changed(node, &mutable)), *names, "{code}");
        assert_eq!(of(code, |node, nodes| nodes.changed(node, &mutable)), *names, "{code}");
    }
}

/// Each statement, with the local that it acts on.
const ACTIONS: &[(&str, &str)] = &[
    ("a.len()", ""),
    ("a.set(b)", "a"),
    ("a.b.set(c)", "a"),
    ("a.b().set(c)", "a"),
    ("a[b].set(c)", "a"),
    ("(*a).set(c)", "a"),
    ("*a = b", "a"),
    ("*a += b", "a"),
    ("a.set(A(b).await)", "a"),
    ("*a = A(b).await", "a"),
    ("f(a).set(b)", ""),
    ("A(a).await.set(b)", ""),
    ("{ a.set(1); b.set(2); }", "a b"),
    ("if x { a.set(1); } else { b.set(2); }", "a b"),
];

#[test]
fn the_locals_that_a_statement_acts_on() {
    for (code, names) in ACTIONS {
        assert_eq!(of(code, |node, _| acted_on(node)), *names, "{code}");
    }
}
