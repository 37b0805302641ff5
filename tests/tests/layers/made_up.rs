//! The check of crates of a few lines.

use super::findings::{Findings, check};
use super::order::Layer;
use super::tree::Sources;

const LAYERS: &[Layer] = &[("low", &["low"]), ("middle", &["middle"]), ("high", &["high", "lib"])];

/// The root of the crate: modules, re-exports and definitions of its own.
const ROOT: &str = "
    mod high;
    mod low;
    mod middle;
    pub use high::Thing;
    pub type Alias = high::Thing;
";

const HIGH: &str = "
    pub mod inner;
    pub use inner::Inner;
    pub struct Thing;
    pub enum Choice { One, Two }
    pub trait Speak { fn speak(&self) {} }
    pub fn call() {}
    #[macro_export] macro_rules! exported { () => {} }
";

/// The crate with more in `low.rs`, `middle.rs` or `high/inner.rs`.
fn findings(low: &str, middle: &str, inner: &str) -> Findings {
    let files = [
        ("src/lib.rs", ROOT),
        ("src/high/mod.rs", HIGH),
        ("src/high/inner.rs", &format!("pub struct Inner;\n{inner}")),
        ("src/middle.rs", &format!("pub struct Middle;\n{middle}")),
        ("src/low.rs", &format!("pub struct Low;\n{low}")),
    ];
    check(&Sources::new(files), "src/lib.rs", LAYERS)
}

/// What is wrong, a line each, without the counts.
fn wrong(findings: &Findings) -> String {
    findings.to_string().lines().skip(1).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn assert_clean(findings: &Findings) {
    assert!(findings.is_clean(), "{findings}");
}

/// Asserts that this arrow from `low.rs` is all that is wrong.
#[track_caller]
fn assert_upward(low: &str, arrow: &str) {
    let found = wrong(&findings(low, "", ""));
    assert_eq!(found, format!("src/low.rs:2 {arrow}"), "{low}");
}

#[test]
fn a_layer_uses_itself_and_what_is_below() {
    let middle = "use super::low::Low; fn f() { crate::low::Low; }";
    assert_clean(&findings("", middle, "use crate::{low::Low, middle::Middle as M};"));
}

#[test]
fn an_import_upwards_is_found() {
    for (low, arrow) in [
        ("use crate::high::Thing;", "uses `crate::high::Thing`, defined in src/high/mod.rs"),
        ("use super::high::{Thing as T};", "uses `super::high::Thing`, defined in src/high/mod.rs"),
        (
            "use super::high::{inner::{Inner}};",
            "uses `super::high::inner::Inner`, defined in src/high/inner.rs",
        ),
        ("use crate::high::Choice::*;", "uses `crate::high::Choice`, defined in src/high/mod.rs"),
        (
            "fn f() { use crate::high::call; }",
            "uses `crate::high::call`, defined in src/high/mod.rs",
        ),
        ("pub use crate::high::Thing;", "uses `crate::high::Thing`, defined in src/high/mod.rs"),
        ("use crate::high::Speak as _;", "uses `crate::high::Speak`, defined in src/high/mod.rs"),
        ("use crate::high;", "imports the module `crate::high`, src/high/mod.rs"),
    ] {
        assert_upward(low, &format!("{arrow}: layer `high` above `low`"));
    }
}

#[test]
fn a_path_upwards_is_found() {
    for low in [
        "fn f() { crate::high::call::<u8>(); }",
        "fn f() -> Vec<crate::high::call> {}",
        "fn f() { let crate::high::call { .. } = x; }",
        "fn f<T: crate::high::call>() {}",
        "fn f<T>() where T: Copy + crate::high::call {}",
        "impl crate::high::call for Low {}",
        "impl<T> Clone for crate::high::call<T> {}",
        "type T = <Low as crate::high::call>::Out;",
        "struct S { field:crate::high::call }",
        "const X: [u8; crate::high::call] = [];",
        "fn f() { x.y(|| ..crate::high::call()) }",
        "fn f() { vec![1, crate::high::call()]; }",
        "some! { a => crate::high::call }",
        "macro_rules! m { ($x:expr) => { $crate::high::call($x) } }",
        "#[derive(crate::high::call)] struct S;",
        "#[serde(with = \"crate::high::call\")] struct S;",
        "#[cfg_attr(feature = \"x\", serde(with = \"crate::high::call\"))] struct S;",
        "#[cfg(loom)] fn f() { crate::high::call() }",
        "#[cfg(feature = \"x\")] fn f() { crate::high::call() }",
        "#[cfg(not(test))] fn f() { crate::high::call() }",
        "fn f() { if x { { #[cfg(feature = \"x\")] crate::high::call() } } }",
    ] {
        let arrow = "uses `crate::high::call`, defined in src/high/mod.rs";
        assert_upward(low, &format!("{arrow}: layer `high` above `low`"));
    }
}

#[test]
fn a_name_is_followed_to_its_definition() {
    for (low, path, file) in [
        ("fn f() { crate::Thing; }", "crate::Thing", "high/mod"),
        ("fn f() { crate::high::Inner; }", "crate::high::Inner", "high/inner"),
        ("fn f() { crate::Alias; }", "crate::Alias", "lib"),
        ("mod a { fn f() { super::super::high::call() } }", "super::super::high::call", "high/mod"),
        ("mod a { use super::super::*; fn f(x: Thing) {} }", "Thing", "high/mod"),
        ("fn f() { use crate::high::*; call() }", "call", "high/mod"),
        ("use crate::high::*; fn f() { m!(x, [call]) }", "call", "high/mod"),
        ("use crate::high::*; fn f() { x.speak() }", "crate::high::*", "high/mod"),
        ("use crate as root; fn f() { root::high::call() }", "root::high::call", "high/mod"),
        ("use self::b::C; mod b { pub(super) use crate::Thing as C; }", "self::b::C", "high/mod"),
        ("fn f() { crate::exported!() }", "crate::exported", "high/mod"),
        ("fn f() { crate::high::Choice::One; }", "crate::high::Choice::One", "high/mod"),
    ] {
        let arrow = format!("uses `{path}`, defined in src/{file}.rs: layer `high` above `low`");
        assert_upward(low, &arrow);
    }
}

#[test]
fn names_that_only_look_alike_are_no_uses() {
    for low in [
        "use crate::high::*; fn f() { x.call; x.call(); 'call: loop {} }",
        "use crate::high::*; struct S { call: u8 }",
        "use crate::high::*; fn f() { ::std::call(); <u8>::call() }",
        "use crate::high::*; macro_rules! m { ($call:ident) => { $call } }",
        "use std::high::Thing; fn f() { high::call() }",
        "/// [`crate::high::call`]\nfn f() {}",
        "#[doc = \"crate::high::call\"] fn f() {}",
        "#[cfg(test)] mod tests { use crate::high::call; }",
        "#[cfg(all(test, not(loom)))] fn f() { crate::high::call() }",
        "#[test] fn f() { crate::high::call() }",
        "impl Low { #[cfg(test)] fn f() { crate::high::call() } }",
    ] {
        assert_clean(&findings(low, "", ""));
    }
}

#[test]
fn a_macro_is_used_where_its_name_reaches() {
    let macros = [("src/lib.rs", "macro_rules! m { () => {} } mod low;"), ("src/low.rs", "m! {}")];
    let layers: &[Layer] = &[("low", &["low"]), ("high", &["lib"])];
    let found = wrong(&check(&Sources::new(macros), "src/lib.rs", layers));
    assert_eq!(found, "src/low.rs:1 uses `m`, defined in src/lib.rs: layer `high` above `low`");
}

#[test]
fn what_a_macro_defines_has_its_file() {
    let high = "macro_rules! define { ($x:ident) => { pub struct $x; } } define!(Made);";
    let files = [
        ("src/lib.rs", "mod high; mod low;"),
        ("src/high.rs", high),
        ("src/low.rs", "use super::high::Made;"),
    ];
    let layers: &[Layer] = &[("low", &["low"]), ("high", &["high", "lib"])];
    let found = wrong(&check(&Sources::new(files), "src/lib.rs", layers));
    assert!(found.contains("uses `super::high::Made`, defined in src/high.rs"), "{found}");
}

#[test]
fn methods_are_added_no_higher_than_their_type() {
    for middle in [
        "impl crate::low::Low { fn f(&self) {} }",
        "use super::low::Low as L; impl<'a, T> L<'a, T> where T: Copy {}",
        "type L = crate::low::Low; impl L {}",
        "fn f() { impl crate::low::Low {} }",
    ] {
        let found = wrong(&findings("", middle, ""));
        assert!(found.starts_with("src/middle.rs:2 adds methods to `"), "{middle}: {found}");
        assert!(found.ends_with("defined in src/low.rs: layer `middle` above `low`"), "{found}");
    }
    for middle in [
        "impl Middle {}",
        "impl Clone for crate::low::Low {}",
        "impl<F> From<F> for crate::low::Low where F: for<'a> Fn(&'a u8) {}",
        "fn f() -> impl Into<crate::low::Low> {}",
    ] {
        assert_clean(&findings("", middle, ""));
    }
}

#[test]
fn a_circle_in_a_layer_is_found() {
    for (inner, path) in [
        ("use super::Thing;", "super::Thing"),
        ("fn f() { crate::Thing; }", "crate::Thing"),
        ("fn f() { super::super::high::Thing; }", "super::super::high::Thing"),
        ("use super::*; fn f(x: Thing) {}", "Thing"),
        ("macro_rules! m { () => { $crate::high::Thing } }", "crate::high::Thing"),
    ] {
        let files = [
            ("src/lib.rs", ROOT),
            ("src/high/mod.rs", &format!("{HIGH} fn f(x: Inner) {{}}")),
            ("src/high/inner.rs", &format!("pub struct Inner;\n{inner}")),
            ("src/middle.rs", ""),
            ("src/low.rs", ""),
        ];
        let found = wrong(&check(&Sources::new(files), "src/lib.rs", LAYERS));
        let expected = format!(
            "a circle of 2 files, for example:\n    src/high/inner.rs:2 uses `{path}`, defined in \
             src/high/mod.rs\n    src/high/mod.rs:9 uses `Inner`, defined in src/high/inner.rs\n  in \
             it: src/high/inner.rs, src/high/mod.rs"
        );
        assert_eq!(found, expected, "{inner}");
    }
}

#[test]
fn a_circle_over_two_alternatives_is_found() {
    let files = |declared: &str| {
        let root = format!("mod a; {declared}");
        let files = [
            ("src/lib.rs", &*root),
            ("src/a.rs", "pub struct A; use crate::b::B;"),
            ("src/b/on.rs", "pub struct B;"),
            ("src/b/off.rs", "pub struct B; type C = crate::a::A;"),
        ];
        wrong(&check(&Sources::new(files), "src/lib.rs", &[("all", &[""])]))
    };
    for declared in [
        "#[cfg(x)] #[path = \"b/on.rs\"] mod b; #[cfg(not(x))] #[path = \"b/off.rs\"] mod b;",
        "#[cfg_attr(x, path = \"b/on.rs\")] #[cfg_attr(not(x), path = \"b/off.rs\")] mod b;",
    ] {
        let found = files(declared);
        assert!(found.starts_with("a circle of 2 files"), "{found}");
        assert!(found.contains("src/a.rs, src/b/off.rs"), "{found}");
    }
}

#[test]
fn a_parent_that_only_re_exports_is_in_no_circle() {
    assert_clean(&findings("", "", "use super::Thing;"));
    let files = [
        ("src/lib.rs", "mod a; pub struct Root;"),
        ("src/a/mod.rs", "mod b; mod c; pub use b::*; pub use c::C;"),
        ("src/a/b.rs", "pub struct B; use super::C;"),
        ("src/a/c.rs", "pub struct C;"),
    ];
    assert_clean(&check(&Sources::new(files), "src/lib.rs", &[("all", &[""])]));
}

#[test]
fn a_parent_that_calls_a_re_exported_trait_uses_it() {
    let files = [
        ("src/lib.rs", "mod a; pub use a::Speak; pub struct S; fn f() { S.speak() }"),
        ("src/a.rs", "pub trait Speak { fn speak(&self); } impl Speak for crate::S {}"),
    ];
    let found = wrong(&check(&Sources::new(files), "src/lib.rs", &[("all", &[""])]));
    assert!(found.starts_with("a circle of 2 files"), "{found}");
}

#[test]
fn a_path_that_leads_nowhere_is_reported() {
    for path in
        ["crate::hihg::call", "super::high::cal", "self::Nothing", "super::super::high::call"]
    {
        let found = wrong(&findings(&format!("fn f() {{ {path}() }}"), "", ""));
        assert_eq!(found, format!("src/low.rs:2 names `{path}`, which is not there"));
    }
    let found = wrong(&findings("macro_rules! m { ($x:ident) => { $crate::high::$x } }", "", ""));
    assert_eq!(found, "src/low.rs:2 names `crate::high::$x`, which is not there");
}

#[test]
fn a_file_without_a_place_is_reported() {
    let files =
        [("src/lib.rs", "mod low; mod new; mod gone;"), ("src/low.rs", ""), ("src/new.rs", "")];
    let files = files.into_iter().chain([("src/lost.rs", "")]);
    let layers: &[Layer] = &[("low", &["low", "old"]), ("root", &["lib"])];
    let found = wrong(&check(&Sources::new(files), "src/lib.rs", layers));
    for expected in [
        "src/new.rs belongs to no layer: move it into a folder of the lowest layer above all",
        "the layer `low` lists `old`, which does not exist",
        "src/lib.rs:1 declares `mod gone`, which has no file",
        "src/lost.rs is declared by no module",
    ] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

#[test]
fn files_that_only_tests_compile_need_no_place() {
    let files = [
        ("src/lib.rs", "mod a; #[cfg(test)] mod tests { mod one; #[path = \"two.rs\"] mod two; }"),
        (
            "src/a.rs",
            "#[cfg(all(test, loom))] #[path = \"../loom/gone.rs\"] mod gone; #[cfg(test)] mod t;",
        ),
        ("src/a/t.rs", "use crate::nothing;"),
        ("src/tests/one.rs", "mod three;"),
        ("src/tests/one/three.rs", ""),
        ("src/tests/two.rs", ""),
    ];
    let findings = check(&Sources::new(files), "src/lib.rs", &[("all", &["a", "lib"])]);
    assert_clean(&findings);
    assert!(findings.to_string().starts_with("2 files, 0 edges"), "{findings}");
    assert!(
        findings.to_string().contains("3 items and 4 files that only tests compile"),
        "{findings}"
    );
}

#[test]
fn what_would_hide_a_use_is_reported() {
    for (low, reported) in [
        ("include!(\"more.rs\");", "includes a file"),
        ("extern crate self as other;", "gives the crate another name"),
        ("fn f() { mod inner { use super::super::x; } }", "has a module in a block"),
        ("macro_rules! m { () => { pub mod inner { use super::x; } } }", "has a module in a block"),
    ] {
        let found = wrong(&findings(low, "", ""));
        assert!(found.contains(&format!("src/low.rs:2 {reported}")), "{low}: {found}");
    }
}
