//! `invariants.toml` and the harnesses agree.
#![cfg(not(loom))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    invariant: Vec<Invariant>,
}

#[derive(Deserialize)]
struct Invariant {
    id: u32,
    statement: String,
    harnesses: Vec<String>,
}

/// The guarantees that the documentation of each harness names, by the harness's name.
type Named = BTreeMap<String, BTreeSet<u32>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn table() -> Vec<Invariant> {
    let text = fs::read_to_string(root().join("invariants.toml")).expect("invariants.toml");
    toml::from_str::<Table>(&text).expect("a table of invariants").invariant
}

/// The harnesses of the workspace: `binary::module::test` in `tests/tests`, `file::test` elsewhere.
fn harnesses() -> Named {
    let mut named = Named::new();
    let tests = root().join("tests/tests");
    for file in rust_files(&tests) {
        let path = file.strip_prefix(&tests).expect("it is in the folder").with_extension("");
        let parts = path.iter().map(|part| part.to_str().expect("a name of ASCII"));
        // `main.rs` and `mod.rs` stand for their folder.
        let parts = parts.filter(|part| !["main", "mod"].contains(part));
        read_harnesses(&parts.collect::<Vec<_>>().join("::"), &file, &mut named);
    }
    for folder in ["gatehouse/src/limit/tests", "gatehouse/src/session/tests"] {
        for file in rust_files(&root().join(folder)) {
            let name = file.file_stem().expect("a name").to_string_lossy();
            read_harnesses(&name, &file, &mut named);
        }
    }
    named
}

/// The files of a folder and of its subfolders.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of harnesses");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files = paths.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|file| file.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn read_harnesses(module: &str, file: &Path, named: &mut Named) {
    read_source(module, &fs::read_to_string(file).expect("a file"), named);
}

/// Reads the doc comments that begin with `Guarantee`, and the test below each.
fn read_source(module: &str, source: &str, named: &mut Named) {
    let mut ids = BTreeSet::new();
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("/// Guarantee") {
            let list = text.split(':').next().unwrap_or_default();
            let numbers = list.split(|c: char| !c.is_ascii_digit());
            ids.extend(numbers.filter_map(|number| number.parse::<u32>().ok()));
        }
        let function = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
        if let Some(function) = function {
            let name = function.split(['(', '<']).next().unwrap_or_default();
            if !ids.is_empty() {
                named.insert(format!("{module}::{name}"), std::mem::take(&mut ids));
            }
        }
    }
}

#[test]
fn every_guarantee_has_harnesses_that_name_it() {
    let named = harnesses();
    for Invariant { id, statement, harnesses } in table() {
        assert!(!harnesses.is_empty(), "guarantee {id} has no harness: {statement}");
        for harness in harnesses {
            let ids = named.get(&harness);
            let ids = ids.unwrap_or_else(|| panic!("guarantee {id}: no harness `{harness}`"));
            assert!(ids.contains(&id), "`{harness}` does not name guarantee {id}");
        }
    }
}

#[test]
fn every_harness_names_guarantees_that_exist() {
    let known: BTreeMap<u32, BTreeSet<String>> =
        table().into_iter().map(|it| (it.id, it.harnesses.into_iter().collect())).collect();
    // The numbers are permanent; 11 and 12 are not kept yet.
    assert!(known.keys().copied().eq((1..=10).chain([13])));
    for (harness, ids) in harnesses() {
        for id in ids {
            let listed = known.get(&id);
            let listed = listed.unwrap_or_else(|| panic!("`{harness}` names guarantee {id}"));
            assert!(listed.contains(&harness), "`{harness}` is not listed under guarantee {id}");
        }
    }
}

#[test]
fn the_reader_finds_what_harnesses_name() {
    let mut named = Named::new();
    let source = "/// Guarantees 2 and 3: a b.\n#[test]\nfn name() {\n/// Other.\nfn other() {";
    read_source("file", source, &mut named);
    assert_eq!(named, Named::from([("file::name".into(), BTreeSet::from([2, 3]))]));
}
