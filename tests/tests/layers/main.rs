//! Imports of the library point one way: no file uses one of a higher layer, and none uses itself
//! through others.
#![cfg(not(loom))]

mod arrows;
mod cfg;
mod order;
mod resolve;
mod syntax;
mod tree;

use std::path::{Path, PathBuf};
use std::{env, fs};

use tree::Sources;

/// The workspace, or another that `GATEHOUSE_SOURCES` names.
fn workspace() -> PathBuf {
    let given = env::var_os("GATEHOUSE_SOURCES").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
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
#[ignore = "the files are not yet where the order has them"]
fn imports_of_the_library_point_one_way() {
    let findings = arrows::check(&sources("gatehouse/src"), "gatehouse/src/lib.rs", order::LIBRARY);
    println!("{findings}");
    assert!(findings.is_clean(), "{findings}");
}

/// Prints each use of a file by another, for whoever moves something.
#[test]
#[ignore = "prints"]
fn arrows_of_the_library() {
    let findings = arrows::check(&sources("gatehouse/src"), "gatehouse/src/lib.rs", order::LIBRARY);
    for arrow in &findings.arrows {
        println!("{arrow}");
    }
    println!("{findings}");
}

/// As for the library, for the compiler.
#[test]
#[ignore = "prints"]
fn arrows_of_the_compiler() {
    let root = "gatehouse-macros/src/lib.rs";
    let findings = arrows::check(&sources("gatehouse-macros/src"), root, order::COMPILER);
    for arrow in &findings.arrows {
        println!("{arrow}");
    }
    println!("{findings}");
}
