//! Proves that the test can find a fault: breaks a copy of the workspace, in the ways that
//! `tests/differential_faults.toml` lists, and tests each.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use serde::Deserialize;

use crate::options::Options;
use crate::program::Workshop;
use crate::trial::Trial;
use crate::{body::Body, generate};

#[derive(Deserialize)]
struct Table {
    fault: Vec<Fault>,
}

/// One change to the code that ships.
#[derive(Deserialize)]
struct Fault {
    what: String,
    file: String,
    find: String,
    replace: String,
}

/// Batches, each with seeds of its own, before a fault counts as not found.
const MOST_BATCHES: u64 = 16;

/// Seeds each fault whose description contains `word`. Prints a table; fails if one is not found.
pub fn all_are_found(options: &Options, word: &str) -> ExitCode {
    let table = fs::read_to_string(options.library.join("tests/differential_faults.toml"));
    let table: Table = toml::from_str(&table.expect("the table of faults")).expect("a table");
    let workspace = options.folder.join("faulty");
    let mut unnoticed = 0;
    for fault in table.fault.iter().filter(|it| it.what.contains(word)) {
        seed(&options.library, &workspace, fault);
        // A folder of its own, so that what the compiler's copy is not built from is not built again.
        let workshop = Workshop::new(&options.folder.join("faulty-program"), &workspace);
        let found = difference(options, &workshop);
        unnoticed += usize::from(found.is_none());
        let verdict = if found.is_some() { "found" } else { "NOT FOUND" };
        println!("{verdict:<9}  {}", fault.what);
        println!("           {}", found.unwrap_or_default());
    }
    ExitCode::from(u8::from(unnoticed > 0))
}

/// Puts a copy of the workspace with the fault into `workspace`.
fn seed(root: &Path, workspace: &Path, fault: &Fault) {
    for part in ["Cargo.toml", "README.md", "gatehouse", "gatehouse-macros", "tests", "ui-tests"] {
        copy(&root.join(part), &workspace.join(part));
    }
    let file = workspace.join(&fault.file);
    let source = fs::read_to_string(&file).expect("the faulty file");
    assert_eq!(source.matches(&fault.find).count(), 1, "`{}` must be there once", fault.find);
    fs::write(&file, source.replace(&fault.find, &fault.replace)).expect("a writable copy");
}

/// Copies what is not there, or not the same.
fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let name = entry.expect("an entry").file_name();
            copy(&from.join(&name), &to.join(&name));
        }
    } else {
        fs::create_dir_all(to.parent().expect("a file in a folder")).expect("a folder");
        let content = fs::read(from).expect("a file");
        if fs::read(to).ok().as_ref() != Some(&content) {
            fs::write(to, content).expect("a writable copy");
        }
    }
}

/// The first difference, in words.
fn difference(options: &Options, workshop: &Workshop) -> Option<String> {
    let sets: Vec<u64> = (0..options.data).collect();
    (options.seed..options.seed + MOST_BATCHES).find_map(|seed| {
        let bodies: Vec<Body> = (0..options.bodies).map(|i| generate::body(seed, i)).collect();
        let facts = generate::facts(seed);
        let (program, refused, _) = workshop.build_what_compiles(&facts, &bodies);
        if let Some(body) = refused.first() {
            return Some(format!("seed {seed}, body {body}: does not compile"));
        }
        let trial = Trial::new((&facts, &bodies), &program, &sets, false);
        let found = trial.differences();
        let Some(first) = found.first() else {
            let what = trial.differences_together(seed, &[]).into_iter().next()?;
            return Some(format!("seed {seed}, {}", what.lines().next().unwrap_or_default()));
        };
        let count = found.len();
        Some(format!(
            "seed {seed}, {count} of {} bodies, the first {}: {}",
            options.bodies, first.body, first.what
        ))
    })
}
