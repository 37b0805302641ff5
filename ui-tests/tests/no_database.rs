//! `#[rows(…)]` in a build of gatehouse without a database, which no other test has.
#![cfg(not(loom))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn a_missing_feature_is_one_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("no-database");
    fs::create_dir_all(&folder).expect("a writable target directory");
    let manifest = format!(
        "[package]\nname = \"no-database\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [[bin]]\nname = \"refused\"\npath = {:?}\n\n\
         [dependencies]\ngatehouse = {{ path = {:?}, default-features = false }}\n\n\
         [workspace]\n",
        root.join("tests/no-database/refused.rs").display().to_string(),
        root.join("../gatehouse").display().to_string(),
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    // The versions that the workspace has, which are there.
    fs::copy(root.join("../Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    let mut command = Command::new(env!("CARGO"));
    command.args(["check", "--quiet", "--offline"]).current_dir(&folder);
    command.env("CARGO_TARGET_DIR", folder.join("target")).env_remove("RUSTFLAGS");
    let output = command.output().expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "it compiles");
    // One error, at the first mapping, and that it could not compile.
    let errors: Vec<_> = said.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 2, "{said}");
    assert!(errors[0].contains("`#[rows(…)]` needs a database: write `features"), "{said}");
    assert!(said.contains("refused.rs:23:12"), "{said}");
    assert!(!said.contains("warning"), "{said}");
}
