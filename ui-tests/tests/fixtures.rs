//! What the snapshots say, counted: one error for a mistake, each refusal with its name.
#![cfg(not(loom))]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Where the snapshots are.
const FOLDERS: [&str; 3] = ["fail", "fail-rustc", "fail-testing"];

/// Every snapshot of a folder: the name of its program, and what the compiler says.
fn snapshots(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let files = fs::read_dir(folder).expect("the folder is there");
    let snapshots = files.map(|file| file.expect("a file").path());
    let snapshots = snapshots.filter(|path| path.extension().is_some_and(|it| it == "stderr"));
    let read = |path: &Path| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(path).expect("a snapshot"))
    };
    let mut snapshots: Vec<_> = snapshots.map(|path| read(&path)).collect();
    snapshots.sort();
    snapshots
}

/// The first line of each error.
fn errors(snapshot: &str) -> Vec<&str> {
    snapshot.lines().filter(|line| line.starts_with("error")).collect()
}

#[test]
fn one_mistake_is_one_error() {
    for (program, snapshot) in snapshots("fail") {
        if program.starts_with("several_") {
            continue;
        }
        let errors = errors(&snapshot);
        assert_eq!(errors.len(), 1, "{program}: {snapshot}");
        assert!(errors[0].ends_with(&format!("[{program}]")), "{program}: {snapshot}");
    }
}

/// The programs that use what is broken get no errors for it, and no mistake is said twice.
#[test]
fn no_mistake_is_said_twice() {
    for (program, snapshot) in FOLDERS.into_iter().flat_map(snapshots) {
        let places: Vec<_> = snapshot
            .split("\nerror")
            .map(|error| error.lines().take(2).collect::<Vec<_>>())
            .collect();
        let different: BTreeSet<_> = places.iter().collect();
        assert_eq!(different.len(), places.len(), "{program}: {snapshot}");
    }
}

#[test]
fn no_program_has_warnings() {
    for (program, snapshot) in FOLDERS.into_iter().flat_map(snapshots) {
        assert!(!snapshot.contains("\nwarning"), "{program}: {snapshot}");
    }
}

/// The page of the documentation has what the compiler says.
#[test]
fn every_refusal_is_on_the_page() {
    let page =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../gatehouse/doc/what-the-compiler-says.md");
    let page = fs::read_to_string(page).expect("the page is there");
    let headings = page.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`'));
    let headings: BTreeSet<_> = headings.map(str::to_owned).collect();
    let programs = snapshots("fail").into_iter().map(|(program, _)| program);
    let programs: BTreeSet<_> = programs.filter(|name| !name.starts_with("several_")).collect();
    assert_eq!(headings, programs);
    assert!(programs.len() >= 60, "{} refusals", programs.len());
}
