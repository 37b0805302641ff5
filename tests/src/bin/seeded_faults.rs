//! Seeds the faults of `tests/loom/faults.toml`, one at a time, into a copy of the workspace and
//! runs the loom model that must notice. Prints a table; fails if a fault goes unnoticed.
//!
//! `cargo seeded-faults [word]`: only the faults whose description or model contains the word.

use std::path::Path;
use std::process::{Command, ExitCode};

use gatehouse_tests::faults::Fault;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let faults = Fault::table(&root.join("tests/loom/faults.toml"));
    let word = std::env::args().nth(1).unwrap_or_default();
    let copy = root.join("target/seeded-faults");
    let mut unnoticed = 0;
    let is_meant = |it: &&Fault| it.what.contains(&word) || it.caught_by.contains(&word);
    for fault in faults.iter().filter(is_meant) {
        let caught = is_caught(&root, &copy.join("workspace"), &copy.join("target"), fault);
        let verdict = if caught { "caught" } else { "NOT CAUGHT" };
        println!("{verdict:<10}  {:<44}  {}", fault.caught_by, fault.what);
        unnoticed += usize::from(!caught);
    }
    ExitCode::from(u8::from(unnoticed > 0))
}

/// Whether the model fails with the fault, having passed the compiler.
fn is_caught(root: &Path, workspace: &Path, target: &Path, fault: &Fault) -> bool {
    fault.seed(root, workspace);
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
