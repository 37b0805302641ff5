//! Seeds faults, one at a time, into a copy of the workspace: those of `tests/loom/faults.toml`, which a
//! loom model must detect, and those of `tests/faults.toml`, which a test must. Prints a table; fails if a
//! fault is not detected.
//!
//! `cargo seeded-faults [word]`: only the faults whose description or test contains the word.

use std::path::Path;
use std::process::{Command, ExitCode, Output};

use gatehouse_tests::faults::Fault;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let word = std::env::args().nth(1).unwrap_or_default();
    let copy = Copy { root: &root, folder: &root.join("target/seeded-faults") };
    let models = copy.unnoticed("tests/loom/faults.toml", &word, Copy::model);
    let tests = copy.unnoticed("tests/faults.toml", &word, Copy::test);
    ExitCode::from(u8::from(models + tests > 0))
}

/// The copy of the workspace that has the faults.
struct Copy<'r> {
    root: &'r Path,
    folder: &'r Path,
}

impl Copy<'_> {
    /// The number of faults of a table that nothing detects.
    fn unnoticed(&self, table: &str, word: &str, run: fn(&Self, &Fault) -> Output) -> usize {
        let is_meant = |it: &&Fault| it.what.contains(word) || it.caught_by.contains(word);
        let faults = Fault::table(&self.root.join(table));
        let has_postgres = std::env::var_os("GATEHOUSE_POSTGRES").is_some();
        let is_unnoticed = |fault: &&Fault| {
            if fault.caught_by.ends_with("::postgres") && !has_postgres {
                // The test passes without a server.
                println!("{:<10}  {:<44}  {}", "no server", fault.caught_by, fault.what);
                return false;
            }
            fault.seed(self.root, &self.folder.join("workspace"));
            let is_caught = is_failure(&run(self, fault));
            let verdict = if is_caught { "caught" } else { "NOT CAUGHT" };
            println!("{verdict:<10}  {:<44}  {}", fault.caught_by, fault.what);
            !is_caught
        };
        faults.iter().filter(is_meant).filter(is_unnoticed).count()
    }

    /// Runs the loom model that must detect a fault.
    fn model(&self, fault: &Fault) -> Output {
        self.cargo("loom")
            .args(["--release", "--no-default-features", "--lib", "--test=loom_session"])
            .args(["--package=gatehouse", "--package=gatehouse-tests", "--no-fail-fast"])
            .args(["--", "--test-threads=1", &fault.caught_by])
            .env("RUSTFLAGS", "--cfg loom")
            .output()
            .expect("cargo runs")
    }

    /// Runs the test that must detect a fault, in its binary.
    fn test(&self, fault: &Fault) -> Output {
        let (binary, test) = fault.caught_by.split_once("::").expect("a binary and a test");
        let built = self
            .cargo("tests")
            .args(["--package=gatehouse-tests", "--test", binary, "--no-run"])
            .output()
            .expect("cargo runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        // A test that hangs has detected the fault.
        let mut timed = Command::new("timeout");
        timed.arg("120").arg(env!("CARGO"));
        self.on_copy(timed, "tests")
            .args(["--package=gatehouse-tests", "--test", binary, "--", "--exact", test])
            .output()
            .expect("cargo runs")
    }

    fn cargo(&self, target: &str) -> Command {
        self.on_copy(Command::new(env!("CARGO")), target)
    }

    fn on_copy(&self, mut command: Command, target: &str) -> Command {
        command
            .arg("test")
            .env("CARGO_TARGET_DIR", self.folder.join(target))
            // Debug information takes about half of the time of a build, and is not used.
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .current_dir(self.folder.join("workspace"));
        command
    }
}

/// Whether a test failed, after it compiled.
fn is_failure(output: &Output) -> bool {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("running 1 test"),
        "no test ran: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    !output.status.success()
}
