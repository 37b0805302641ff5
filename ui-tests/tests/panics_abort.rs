//! Programs of a build in which a panic ends the process, which no other test is.
#![cfg(not(loom))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A crate of its own: how panics end is said for a whole build.
fn cargo(arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("panics-abort");
    fs::create_dir_all(&folder).expect("a writable target directory");
    let programs = root.join("tests/panics-abort");
    let manifest = format!(
        "[package]\nname = \"panics-abort\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [[bin]]\nname = \"runs\"\npath = {:?}\n\n[[bin]]\nname = \"refused\"\npath = {:?}\n\n\
         [dependencies]\ngatehouse = {{ path = {:?}, default-features = false }}\n\n\
         [profile.dev]\npanic = \"abort\"\ndebug = false\n\n[workspace]\n",
        text_of(&programs.join("runs.rs")),
        text_of(&programs.join("refused.rs")),
        text_of(&root.join("../gatehouse")),
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    // The versions that the workspace has, which are there.
    fs::copy(root.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).arg("--quiet").arg("--offline").current_dir(&folder);
    command.env("CARGO_TARGET_DIR", folder.join("target")).env_remove("RUSTFLAGS");
    command.output().expect("cargo runs")
}

/// Where the body as written has no panic, the process goes on: with a fact that is false, and with one
/// that failed.
#[test]
fn nothing_that_may_panic_runs_out_of_turn() {
    let output = cargo(&["run", "--bin", "runs"]);
    let (said, errors) = (text(&output.stdout), text(&output.stderr));
    let expected = "by_index: deny, indeterminate\n\
                    by_getter: deny, indeterminate\n\
                    by_derived: deny, indeterminate\n\
                    by_derived_of_derived: deny, indeterminate\n\
                    by_total: allow, allow\n\
                    by_total_derived: allow, allow\n";
    assert_eq!(said, expected, "{errors}");
}

/// There a failure would be less than false, and data that run in circles would have no answer.
#[test]
fn what_may_panic_behind_a_recursive_fact_is_refused() {
    let output = cargo(&["check", "--bin", "refused"]);
    let errors = text(&output.stderr);
    assert!(!output.status.success(), "it compiles");
    let said = |what: &str| errors.matches(what).count();
    assert_eq!(said("[recursive_beside_partial]"), 2, "{errors}");
    assert_eq!(said("evaluation panicked: a fact that may panic stands behind"), 1, "{errors}");
    // And that it could not compile.
    let count = errors.lines().filter(|line| line.starts_with("error")).count();
    assert_eq!(count, 4, "{errors}");
}

fn text_of(path: &Path) -> String {
    path.display().to_string()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
