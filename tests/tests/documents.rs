//! `ARCHITECTURE.md`, `CONTRIBUTING.md` and `GLOSSARY.md` name files that exist, and names that are in them.
#![cfg(not(loom))]

use std::fs;
use std::path::{Path, PathBuf};

/// The folders that a path of a document may be relative to.
const BASES: [&str; 3] = ["", "gatehouse/src", "gatehouse-macros/src"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn document(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The texts between backticks on a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn is_path(text: &str) -> bool {
    let file = Path::new(text).extension().and_then(|extension| extension.to_str());
    let is_file = file.is_some_and(|extension| ["md", "rs", "toml"].contains(&extension));
    !text.contains([' ', '*', '<']) && (is_file || text.ends_with('/'))
}

/// What a path may mean, of that what exists.
fn existing(path: &str) -> Vec<PathBuf> {
    let paths = BASES.iter().map(|base| root().join(base).join(path));
    paths.filter(|path| path.exists()).collect()
}

/// Every path in backticks or behind a link, with its line.
fn missing_paths(text: &str) -> Vec<String> {
    let mut missing = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let paths = quoted(line).chain(links).filter(|text| is_path(text));
        let lost = paths.filter(|path| existing(path).is_empty());
        missing.extend(lost.map(|path| format!("line {}: {path}", number + 1)));
    }
    missing
}

/// The rows of tables whose columns are a step, its files and the names in them.
fn missing_names(text: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let mut has_names = false;
    for line in text.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, _, files, names, _] = cells[..] else {
            has_names = false;
            continue;
        };
        has_names = has_names || (files, names) == ("file", "names");
        let files = quoted(files).flat_map(existing).filter(|path| path.is_file());
        let code: String = files.map(|file| fs::read_to_string(file).expect("a file")).collect();
        let is_word = |name: &str| {
            let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            code.match_indices(name).any(|(at, _)| {
                !is_part(code[..at].chars().next_back())
                    && !is_part(code[at + name.len()..].chars().next())
            })
        };
        if has_names {
            let lost = quoted(names).filter(|name| !is_word(name));
            missing.extend(lost.map(|name| format!("{name}: {line}")));
        }
    }
    missing
}

#[test]
fn documents_name_files_that_exist() {
    for name in ["ARCHITECTURE.md", "CONTRIBUTING.md", "GLOSSARY.md"] {
        assert_eq!(missing_paths(&document(name)), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_life_of_a_check_and_of_a_body_have_names_that_exist() {
    assert_eq!(missing_names(&document("ARCHITECTURE.md")), Vec::<String>::new());
}

/// The table of the guarantees has those of `invariants.toml`.
#[test]
fn every_guarantee_is_in_the_architecture() {
    let ids = |text: &str, before: &str, after: &str| -> Vec<u32> {
        let number = |line: &str| line.strip_prefix(before)?.split(after).next()?.parse().ok();
        text.lines().filter_map(number).collect()
    };
    let listed = ids(&document("ARCHITECTURE.md"), "| ", " |");
    assert_eq!(listed, ids(&document("invariants.toml"), "id = ", "\n"));
}

/// The limit on the depth of derived facts is that of the code.
#[test]
fn pages_have_the_limit_of_the_code() {
    let code = document("gatehouse/src/fact/error.rs");
    let limit =
        code.split("const MAX_DEPTH: u32 = ").nth(1).and_then(|rest| rest.split(';').next());
    let limit = limit.expect("the limit");
    assert!(document("README.md").contains(&format!("limited to {limit},")));
    let page = document("gatehouse/doc/the-language.md");
    assert!(page.contains(&format!("**Depth has a limit**, which is {limit}.")));
}

#[test]
fn what_is_missing_is_found() {
    let text = "`gate/` and `gate/no.rs`, [here](NO.md), `no::path`\n| step | file | names |\n|---|---|---|\n| a | `lib.rs` | `pub`, `unheard_of` |";
    assert_eq!(missing_paths(text), ["line 1: gate/no.rs", "line 1: NO.md"]);
    assert_eq!(missing_names(text), ["unheard_of: | a | `lib.rs` | `pub`, `unheard_of` |"]);
}
