//! What is known of each statement of a body, by its node.

use std::fmt::Write;

use quote::quote;

use super::super::super::lower;
use super::super::super::tree::{Body, Names, Node};
use super::super::Nodes;
use crate::diagnostics::Diagnostics;

fn lowered(body: &str) -> Body {
    let errors = Diagnostics::new();
    let block = syn::parse_str(&format!("{{ {body} }}")).expect(body);
    let lowered = lower::body(block, Names::new(), quote!(bool), true, &errors);
    drop(errors.into_vec());
    lowered
}

/// A line for each node of the statements of a body: the names in its kept part, then what else holds of it.
fn lines(body: &str) -> Vec<String> {
    let body = lowered(body);
    let nodes = Nodes::of(&body.block);
    body.block.nodes().map(|node| line(node, &nodes)).collect()
}

fn line(node: &Node, nodes: &Nodes<'_>) -> String {
    let summary = nodes.get(node);
    let (kept, written) = (nodes.mentioned(node), nodes.mentioned_as_written(node));
    let list = |names: &Names| names.iter().cloned().collect::<Vec<_>>().join(" ");
    let mut line = list(&kept);
    let dropped = &*written - &*kept;
    if !dropped.is_empty() {
        write!(line, "; not {}", list(&dropped)).unwrap();
    }
    if summary.has_loads() {
        write!(line, "; loads {:?}", summary.loads).unwrap();
    }
    let passed: Vec<_> = summary.passed_loads.iter().map(|id| id.0).collect();
    if summary.loads.clone().ne(passed.iter().copied()) {
        write!(line, ", passes {passed:?}").unwrap();
    }
    for (holds, word) in [
        (summary.diverges, "diverges"),
        (summary.leaves(), "leaves"),
        (summary.jumps_out(), "jumps out"),
        (summary.jumps_far(), "jumps far"),
        (summary.has_open_type(), "open type"),
        (summary.may_change_all, "may change all"),
        (!summary.is_safe, "unsafe"),
        (!summary.is_total, "partial"),
    ] {
        if holds {
            write!(line, "; {word}").unwrap();
        }
    }
    line
}

/// Each body, with a line for each node of its statements.
const BODIES: &[(&str, &[&str])] = &[
    ("a", &["a"]),
    ("a.b()", &["a; partial"]),
    ("f(a)", &["a f; unsafe; partial"]),
    // Loads.
    ("A(a).await", &["A a; loads 0..1"]),
    ("A(a.b).await == B(c).await", &["A B a c; loads 0..2; partial"]),
    ("A(B(a).await).await", &["A B a; loads 0..2"]),
    ("any(a.map(|x| A(x))).await", &["A a x; loads 0..1; partial"]),
    ("let x = A(a).await; B(x).await", &["A a; loads 0..1", "B x; loads 1..2"]),
    // Exits.
    ("a?.b", &["a; leaves"]),
    ("return a;", &["; not a; diverges; leaves"]),
    ("if a { return b; } c", &["a; not b; leaves", "c"]),
    ("if a { b } else { return c; }", &["a b; not c; leaves"]),
    ("if a { return b; } else { return c; }", &["a; not b c; diverges; leaves"]),
    (
        "if A(a).await { return B(b).await; } c",
        &["A a; not B b; loads 0..2, passes [0]; leaves", "c"],
    ),
    ("let Some(x) = a else { return b; }; x", &["a", "; not b; diverges; leaves", "x"]),
    ("{ let Some(x) = a else { return b; }; x }", &["a x; not b; leaves"]),
    ("match a { B(x) if x => c, _ => return d }", &["a c x; not d; leaves"]),
    (
        "match A(a).await { true => return B(b).await, _ => c }",
        &["A a c; not B b; loads 0..2, passes [0]; leaves"],
    ),
    ("a && return b", &["a; not b; leaves; unsafe"]),
    ("a && { return; }", &["a; leaves"]),
    // Loops and labelled blocks are kept whole, but for what they return.
    ("for x in a { if x { return b; } } c", &["a x; not b; leaves; unsafe; partial", "c"]),
    ("for x in a { if x { break; } b; } c", &["a b x; unsafe; partial", "c"]),
    ("loop { if a { break b; } }", &["a b; unsafe; partial"]),
    ("while a { continue; }", &["a; unsafe; partial"]),
    ("'out: { if A(a).await { break 'out b; } c }", &["A a b c; loads 0..1; unsafe"]),
    ("'out: { if a { return B(b).await; } c }", &["a c; not B b; loads 0..1; leaves; unsafe"]),
    ("'out: loop { for x in a { if x { break 'out b; } } }", &["a b x; unsafe; partial"]),
    // Macros and types.
    ("m!(a)", &["a; may change all; unsafe; partial"]),
    ("vec![a, m!(b)]", &["a b m; may change all; unsafe; partial"]),
    ("if !(a) { b } else { c }", &["a b c"]),
    ("a.parse().ok()", &["a; open type; partial"]),
    ("a.parse::<u8>().ok()", &["a u8; partial"]),
    ("a.sum", &["a"]),
    ("format!(\"{}\", a.sum())", &["a; open type; unsafe; partial"]),
];

#[test]
fn each_node_of_a_body() {
    for (body, expected) in BODIES {
        assert_eq!(lines(body), *expected, "{body}");
    }
}

/// A jump that leaves the part of the body that is asked about.
#[test]
fn jumps_leave_the_nodes_inside() {
    let body = lowered("'out: loop { for x in a { if x { break 'out; } } if b { break; } }");
    let nodes = Nodes::of(&body.block);
    let all: Vec<_> = body.block.nodes().flat_map(|node| node.children()).collect();
    let found = all.iter().map(|node| line(node, &nodes)).collect::<Vec<_>>();
    let expected = ["a x; leaves; jumps out; jumps far; unsafe; partial", "b; leaves; jumps out"];
    assert_eq!(found, expected);
}

/// A node of another tree is summarised where it is asked about.
#[test]
fn a_node_that_is_not_in_the_table() {
    let (one, other) = (lowered("a"), lowered("A(b).await"));
    let node = other.block.nodes().next().expect("a node");
    let nodes = Nodes::of(&one.block);
    assert_eq!(line(node, &nodes), "A b; loads 0..1");
}
