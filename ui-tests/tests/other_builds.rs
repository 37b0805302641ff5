//! Programs of a build that no other test is: a panic ends the process, and gatehouse has no database.
#![cfg(not(loom))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The programs: a name, and where it stands under `tests/`.
const PROGRAMS: [(&str, &str); 3] = [
    ("runs", "panics-abort/runs.rs"),
    ("refused", "panics-abort/refused.rs"),
    ("no-database", "no-database/refused.rs"),
];

/// A crate of its own, written once: how panics end, and the features, are those of a whole build.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("other-builds");
    fs::create_dir_all(&folder).expect("a writable target directory");
    fs::write(folder.join("Cargo.toml"), manifest(root)).expect("a manifest");
    // The versions that the workspace has, which are there.
    fs::copy(root.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    folder
});

fn manifest(root: &Path) -> String {
    let programs = PROGRAMS.map(|(name, path)| {
        let path = text_of(&root.join("tests").join(path));
        format!("[[bin]]\nname = {name:?}\npath = {path:?}\n\n")
    });
    format!(
        "[package]\nname = \"other-builds\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n{}\
         [dependencies]\ngatehouse = {{ path = {:?}, default-features = false }}\n\n\
         [profile.dev]\npanic = \"abort\"\ndebug = false\n\n[workspace]\n",
        programs.concat(),
        text_of(&root.join("../gatehouse")),
    )
}

fn cargo(command: &str, program: &str) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([command, "--bin", program, "--quiet", "--offline"]).current_dir(&*FOLDER);
    cargo.env("CARGO_TARGET_DIR", FOLDER.join("target")).env_remove("RUSTFLAGS");
    cargo.output().expect("cargo runs")
}

/// Where the body as written has no panic, the process goes on: with a fact that is false, and with one
/// that failed.
#[test]
fn nothing_that_may_panic_runs_out_of_turn() {
    let output = cargo("run", "runs");
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
    let output = cargo("check", "refused");
    let errors = text(&output.stderr);
    assert!(!output.status.success(), "it compiles");
    let said = |what: &str| errors.matches(what).count();
    assert_eq!(said("[recursive_beside_partial]"), 2, "{errors}");
    assert_eq!(said("evaluation panicked: a fact that may panic stands behind"), 1, "{errors}");
    // And that it could not compile.
    let count = errors.lines().filter(|line| line.starts_with("error")).count();
    assert_eq!(count, 4, "{errors}");
}

/// `#[rows(…)]` without a database.
#[test]
fn a_missing_feature_is_one_error() {
    let output = cargo("check", "no-database");
    let said = text(&output.stderr);
    assert!(!output.status.success(), "it compiles");
    // One error, at the first mapping, and that it could not compile.
    let errors: Vec<_> = said.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 2, "{said}");
    assert!(errors[0].contains("`#[rows(…)]` needs a database: write `features"), "{said}");
    assert!(said.contains("refused.rs:23:12"), "{said}");
    assert!(!said.contains("warning"), "{said}");
}

fn text_of(path: &Path) -> String {
    path.display().to_string()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
