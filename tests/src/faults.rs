//! Tables of seeded faults: changes to the code that ships, each of which a test must detect.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    fault: Vec<Fault>,
}

/// One change to the code that ships.
#[derive(Deserialize)]
pub struct Fault {
    /// A description of the change.
    pub what: String,
    /// The file, relative to the root of the workspace.
    pub file: String,
    /// The text to replace, which is there once.
    pub find: String,
    /// Its replacement.
    pub replace: String,
    /// The test that must fail, if the table names one.
    #[serde(default)]
    pub caught_by: String,
}

/// The parts of the workspace that a copy needs.
const PARTS: [&str; 7] =
    ["Cargo.toml", "Cargo.lock", "README.md", "gatehouse", "gatehouse-macros", "tests", "ui-tests"];

impl Fault {
    /// The faults of a table.
    ///
    /// # Panics
    /// If the file is no such table.
    pub fn table(file: &Path) -> Vec<Self> {
        let text = fs::read_to_string(file).expect("the table of faults");
        toml::from_str::<Table>(&text).expect("a table of faults").fault
    }

    /// Makes `copy` a copy of the workspace `root`, with the fault. Equal files keep their time stamps, so
    /// that only changes are built again.
    ///
    /// # Panics
    /// If the text to replace is not there exactly once, or the copy cannot be written.
    pub fn seed(&self, root: &Path, copy: &Path) {
        fs::create_dir_all(copy).expect("a folder");
        for part in PARTS {
            copy_tree(&root.join(part), &copy.join(part));
        }
        let file = copy.join(&self.file);
        let source = fs::read_to_string(&file).expect("the faulty file");
        assert!(self.is_there_once(copy), "`{}` must be there once", self.find);
        fs::write(&file, source.replace(&self.find, &self.replace)).expect("a writable copy");
    }

    /// Whether the text to replace is there exactly once in the workspace `root`.
    fn is_there_once(&self, root: &Path) -> bool {
        let source = fs::read_to_string(root.join(&self.file));
        source.is_ok_and(|source| source.matches(&self.find).count() == 1)
    }
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name()).collect()
}

/// Makes `to` a copy of `from`, and leaves equal files alone, so that cargo builds no more than it must.
fn copy_tree(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("a folder");
        for name in names(to) {
            if !from.join(&name).exists() {
                remove(&to.join(&name));
            }
        }
        for name in names(from) {
            copy_tree(&from.join(&name), &to.join(&name));
        }
    } else {
        let content = fs::read(from).expect("a file");
        if fs::read(to).ok().as_ref() != Some(&content) {
            fs::write(to, content).expect("a writable copy");
        }
    }
}

fn remove(path: &Path) {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.expect("a writable copy");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that no longer fits the code is otherwise found only by running it.
    #[test]
    fn every_fault_can_be_seeded() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for table in
            ["tests/differential_faults.toml", "tests/faults.toml", "tests/loom/faults.toml"]
        {
            let faults = Fault::table(&root.join(table));
            assert!(faults.len() > 1, "{table}");
            let lost = faults.iter().filter(|fault| !fault.is_there_once(&root));
            let lost: Vec<&str> = lost.map(|fault| fault.what.as_str()).collect();
            assert!(lost.is_empty(), "{table}: {lost:?}");
        }
    }

    /// Whether `binary::module::test` is a function of that module's file, or `binary::module::test::database` of
    /// which a macro makes a test for each database.
    fn is_test(tests: &Path, name: &str) -> bool {
        let databases = ["::sqlite", "::postgres"];
        let name = databases.iter().find_map(|it| name.strip_suffix(it)).unwrap_or(name);
        let Some((module, test)) = name.rsplit_once("::") else { return false };
        let module = tests.join(module.replace("::", "/"));
        let files = [module.with_extension("rs"), module.join("mod.rs"), module.join("main.rs")];
        let sources = files.iter().filter_map(|file| fs::read_to_string(file).ok());
        let is_in =
            |source: &str| ["(", "<"].iter().any(|it| source.contains(&format!("fn {test}{it}")));
        sources.into_iter().any(|source| is_in(&source))
    }

    #[test]
    fn every_fault_names_a_test() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let faults = Fault::table(&root.join("faults.toml"));
        let names = faults.iter().map(|fault| fault.caught_by.as_str());
        let lost: Vec<&str> = names.filter(|name| !is_test(&root.join("tests"), name)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}
