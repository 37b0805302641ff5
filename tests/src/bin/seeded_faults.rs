//! Seeds the faults of `tests/loom/faults.toml`, one at a time, into a copy of the workspace and
//! runs the loom model that must notice. Prints a table; fails if a fault goes unnoticed.
//!
//! `cargo seeded-faults [word]`: only the faults whose description or model contains the word.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::Deserialize;

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
    /// The model, by the name of its test.
    caught_by: String,
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let table =
        fs::read_to_string(root.join("tests/loom/faults.toml")).expect("the table of faults");
    let table: Table = toml::from_str(&table).expect("a table of faults");
    let word = std::env::args().nth(1).unwrap_or_default();
    let copy = root.join("target/seeded-faults");
    let mut unnoticed = 0;
    for fault in
        table.fault.iter().filter(|it| it.what.contains(&word) || it.caught_by.contains(&word))
    {
        let caught = seed(&root, &copy.join("workspace"), &copy.join("target"), fault);
        let verdict = if caught { "caught" } else { "NOT CAUGHT" };
        println!("{verdict:<10}  {:<44}  {}", fault.caught_by, fault.what);
        unnoticed += usize::from(!caught);
    }
    ExitCode::from(u8::from(unnoticed > 0))
}

/// Whether the model fails with the fault, having passed the compiler.
fn seed(root: &Path, workspace: &Path, target: &Path, fault: &Fault) -> bool {
    copy(root, workspace);
    let file = workspace.join(&fault.file);
    let source = fs::read_to_string(&file).expect("the faulty file");
    assert_eq!(source.matches(&fault.find).count(), 1, "`{}` must be there once", fault.find);
    fs::write(&file, source.replace(&fault.find, &fault.replace)).expect("a writable copy");
    let output = Command::new(env!("CARGO"))
        .args(["test", "--release", "--no-default-features", "--lib", "--test=loom_session"])
        .args(["--package=gatehouse", "--package=gatehouse-tests", "--no-fail-fast"])
        .args(["--", "--test-threads=1", &fault.caught_by])
        .env("RUSTFLAGS", "--cfg loom")
        .env("CARGO_TARGET_DIR", target)
        .current_dir(workspace)
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("running 1 test"),
        "no model ran: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    !output.status.success()
}

/// Copies the workspace's sources; what is there already and the same keeps its time stamp, so that
/// only what changed is built again.
fn copy(root: &Path, workspace: &Path) {
    fs::create_dir_all(workspace).expect("a folder");
    for part in [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "gatehouse",
        "gatehouse-macros",
        "tests",
        "ui-tests",
    ] {
        copy_tree(&root.join(part), &workspace.join(part));
    }
}

fn copy_tree(from: &Path, to: &PathBuf) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let name = entry.expect("an entry").file_name();
            copy_tree(&from.join(&name), &to.join(&name));
        }
    } else {
        let content = fs::read(from).expect("a file");
        if fs::read(to).ok().as_ref() != Some(&content) {
            fs::write(to, content).expect("a writable copy");
        }
    }
}
