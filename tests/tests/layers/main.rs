//! Imports of the library point one way: no file uses a higher layer, and no file uses itself through
//! others.
//!
//! The sources are parsed, with all alternatives of `cfg` except tests. Every path is resolved to the file
//! of its definition, through re-exports, globs and renames. A path in the arguments or the body of a macro
//! counts as one anywhere else. A method call has no path, so a file adds methods only to types of its own
//! layer or of a higher one.
//!
//! A parent's re-export of what its own children define is no use of it: a circle needs uses.
#![cfg(not(loom))]

mod arrows;
mod cfg;
mod circles;
mod findings;
mod made_up;
mod order;
mod resolve;
mod seeded;
mod syntax;
mod tokens;
mod tree;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

use findings::Findings;
use tree::Sources;

/// The root of the library.
const LIBRARY: &str = "gatehouse/src/lib.rs";

/// The workspace whose sources are read: this one, or that of the variable `GATEHOUSE_SOURCES`.
fn workspace() -> PathBuf {
    let given = env::var_os("GATEHOUSE_SOURCES").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
}

/// The library's sources, read once.
fn library() -> &'static Sources {
    static SOURCES: OnceLock<Sources> = OnceLock::new();
    SOURCES.get_or_init(|| sources("gatehouse/src"))
}

/// The Rust files below a folder of the workspace.
fn sources(folder: &str) -> Sources {
    let mut files = Vec::new();
    texts(&workspace().join(folder), folder, &mut files);
    Sources::new(files.iter().map(|(path, text)| (&**path, &**text)))
}

fn texts(folder: &Path, name: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let file = path.file_name().expect("a name").to_str().expect("UTF-8");
        let name = format!("{name}/{file}");
        if path.is_dir() {
            texts(&path, &name, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push((name, fs::read_to_string(&path).expect("a file of sources")));
        }
    }
}

#[test]
fn imports_of_the_library_point_one_way() {
    let findings = findings::check(library(), LIBRARY, order::LIBRARY);
    assert!(findings.is_clean(), "{findings}");
    println!("{findings}");
}

#[test]
fn every_path_of_the_library_is_resolved() {
    let findings = findings::check(library(), LIBRARY, order::LIBRARY);
    assert!(findings.unresolved.is_empty(), "{}", findings.unresolved.join("\n"));
}

#[test]
fn imports_of_the_compiler_point_one_way() {
    let root = "gatehouse-macros/src/lib.rs";
    let mut findings = findings::check(&sources("gatehouse-macros/src"), root, order::COMPILER);
    // A parameter of a macro has the name of a module.
    findings.unresolved.retain(|path| !path.contains("`repr::M"));
    assert!(findings.is_clean(), "{findings}");
}

/// Prints the arrows: a help for moving files.
#[test]
#[ignore = "prints"]
fn arrows_of_the_library() {
    print(&findings::check(library(), LIBRARY, order::LIBRARY));
}

#[test]
#[ignore = "prints"]
fn arrows_of_the_compiler() {
    let root = "gatehouse-macros/src/lib.rs";
    print(&findings::check(&sources("gatehouse-macros/src"), root, order::COMPILER));
}

fn print(findings: &Findings) {
    for arrow in &findings.arrows {
        println!("{arrow}");
    }
    println!("{findings}");
}
