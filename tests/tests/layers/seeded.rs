//! The check of the library's own sources with one line added.

use std::fs;

use super::arrows::{Arrow, How};
use super::findings::{Findings, check};
use super::{LIBRARY, library, order, workspace};

/// A file of a low layer, and one of the highest.
const LOW: &str = "gatehouse/src/text.rs";
const HIGH: &str = "gatehouse/src/testing/mod.rs";

/// The findings with `line` at the end of a file, and the number of the line.
fn findings(file: &str, line: &str) -> (Findings, usize) {
    let text = fs::read_to_string(workspace().join(file)).expect("a file of the library");
    let mut sources = library().clone();
    sources.set(file, &format!("{text}\n{line}\n"));
    (check(&sources, LIBRARY, order::LIBRARY), text.lines().count() + 2)
}

#[test]
fn a_line_that_points_upwards_is_found() {
    for (seeded, path) in [
        ("use crate::gate::Gate;", "crate::gate::Gate"),
        ("use crate::Gate as Another;", "crate::Gate"),
        ("fn seeded() { crate::gate::Gate::<(), ()>::new(); }", "crate::gate::Gate"),
        ("fn seeded(_: &crate::Gate<(), ()>) {}", "crate::Gate"),
        ("fn seeded() { crate::prelude::Gate; }", "crate::prelude::Gate"),
        ("mod seeded { fn f() { super::super::gate::Gate; } }", "super::super::gate::Gate"),
        ("mod seeded { use super::super::*; type T = Gate<(), ()>; }", "Gate"),
        ("fn seeded() { use crate::gate::*; Gate::new(); }", "Gate::new"),
        ("use crate::gate as other; type Seeded = other::Gate<(), ()>;", "other::Gate"),
        ("fn seeded() { assert_eq!(1, crate::Gate::count()); }", "crate::Gate::count"),
        ("macro_rules! seeded { () => { $crate::Gate } }", "crate::Gate"),
        ("#[cfg(loom)] use crate::gate::Gate;", "crate::gate::Gate"),
        ("#[cfg(feature = \"metrics\")] fn seeded(_: crate::Gate<(), ()>) {}", "crate::Gate"),
        ("#[cfg(not(feature = \"records\"))] use crate::Gate;", "crate::Gate"),
    ] {
        let (findings, line) = findings(LOW, seeded);
        let is_it = |arrow: &Arrow| {
            (&*arrow.from, arrow.line, &*arrow.name, &*arrow.path) == (LOW, line, "Gate", path)
        };
        let upward = findings.upward.iter().find(|upward| is_it(&upward.arrow));
        let upward = upward.unwrap_or_else(|| panic!("not found: {seeded}"));
        assert_eq!((upward.higher, upward.lower), ("gate", "text, value"), "{seeded}");
        assert!(upward.arrow.to.starts_with("gatehouse/src/gate/"), "{}", upward.arrow);
        assert!(findings.circles.iter().any(|circle| circle.files.contains(LOW)), "{findings}");
    }
}

#[test]
fn a_definition_of_the_root_is_above_everything() {
    let text = fs::read_to_string(workspace().join(LIBRARY)).expect("the root");
    let mut sources = library().clone();
    sources.set(LIBRARY, &format!("{text}\ntype Seeded = gate::Gate<(), ()>;"));
    let low = fs::read_to_string(workspace().join(LOW)).expect("a file of the library");
    sources.set(LOW, &format!("{low}\nfn seeded(_: crate::Seeded) {{}}"));
    let findings = check(&sources, LIBRARY, order::LIBRARY);
    let found = findings.upward.iter().find(|upward| upward.arrow.name == "Seeded");
    let found = found.unwrap_or_else(|| panic!("{findings}"));
    assert_eq!((&*found.arrow.from, &*found.arrow.to), (LOW, LIBRARY));
}

#[test]
fn methods_that_a_higher_layer_adds_are_found() {
    let (findings, line) = findings(HIGH, "impl<P> crate::Session<P> { fn seeded(&self) {} }");
    let found = findings.upward.iter().find(|upward| {
        let arrow = &upward.arrow;
        (&*arrow.from, arrow.line, arrow.how) == (HIGH, line, How::Extends)
    });
    let found = found.unwrap_or_else(|| panic!("{findings}"));
    assert_eq!((found.higher, found.lower), ("testing", "session"));
    assert_eq!(found.arrow.name, "Session");
}

#[test]
fn a_path_that_leads_nowhere_is_found() {
    let (findings, line) = findings(LOW, "fn seeded() { crate::gate::NoSuch; }");
    let expected = format!("{LOW}:{line} names `crate::gate::NoSuch`, which is not there");
    assert_eq!(findings.unresolved, [expected]);
}
