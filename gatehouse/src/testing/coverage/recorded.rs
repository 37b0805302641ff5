//! The recorded coverage: of this process, or read from the files of others.

use std::fs;
use std::io;
use std::path::Path;

use crate::observe::coverage::{self, EXTENSION, Place, Seen};

/// Which ways the conditions of policies came out, in the decisions of a test run.
///
/// A condition of a policy (they are listed in its [plan](crate::plan::Plan), and an
/// [explanation](crate::Explanation) shows them) has two ways to come out: true and false, a value and
/// none (`?`), a pattern that matches and one that does not. An arm of a `match` has one: that it is
/// taken. A policy without conditions has one: that it runs. A way that no test has seen is a rule that
/// no test would miss.
///
/// Nothing is recorded until it is switched on. From then on, the policies that took part in a decision are run
/// once more after it, observed, on the same facts:
/// - forbids up to the first that applies, and if none does, permits up to the first that applies: a
///   condition counts only where its policy could still decide;
/// - and the bodies of derived facts that they read (of one decision, the first 256).
///
/// A condition that came to nothing, because a fact in it failed or was not loaded, counts neither way.
///
/// It has no part in the decision. It takes about the time of a second one, and the `Debug` of the keys
/// and values of facts, of which nothing is kept: what is recorded is the text of conditions.
///
/// # In one test
/// Several checks, or a [`DecisionTable`](crate::testing::DecisionTable), and then the threshold. Tests that run
/// beside it in the same process record as well: they can add to what was seen, and never take away.
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{Coverage, FactTable, assert_allow, assert_deny};
/// # struct User { id: u64 }
/// # struct Document { owner: u64 }
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = User; type Action = (); type Resource = Document; type Context = ();
/// # }
/// fact! { pub Suspended(user: u64) -> bool = false; }
///
/// #[policy(forbid)]
/// async fn suspended(user: &User) -> bool { Suspended(user.id).await }
///
/// #[policy]
/// fn owner(user: &User, doc: &Document) -> bool { doc.owner == user.id }
///
/// static GATE: Gate<Documents, (suspended, owner)> = Gate::new();
///
/// # fn main() {
/// Coverage::record();
/// let session = Session::new(FactTable::new());
/// assert_allow!(GATE.bind(&session, &User { id: 7 }, &()), Document { owner: 7 });
/// assert_deny!(GATE.bind(&session, &User { id: 8 }, &()), Document { owner: 7 });
///
/// let report = Coverage::seen().of([GATE.plan()]);
/// // Nobody was suspended.
/// assert_eq!((report.seen(), report.ways()), (3, 4));
/// assert!(report.to_string().contains("never true  Suspended(user.id).await"));
/// report.assert_at_least(75);
/// # }
/// ```
///
/// # Across a test run
/// If the environment variable `GATEHOUSE_COVERAGE` names a folder, every process records, and writes
/// what it sees to a file of its own in it: several test binaries, or a runner with a process for each
/// test, add up. A small program, or a test that is `#[ignore]`d until then, reads them all afterwards:
///
/// ```no_run
/// # use gatehouse::prelude::*;
/// use gatehouse::testing::Coverage;
/// # struct Documents;
/// # impl Domain for Documents {
/// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
/// # }
/// # static GATE: Gate<Documents, ()> = Gate::new();
/// // examples/policy_coverage.rs
/// fn main() -> std::io::Result<()> {
///     let report = Coverage::recorded_in("target/policy-coverage").of([GATE.plan()]);
///     print!("{report}");
///     std::fs::write("target/policies.info", report.to_lcov())?;
///     report.assert_at_least(100);
///     Ok(())
/// }
/// ```
///
/// ```sh
/// rm -rf target/policy-coverage  # what an earlier run has seen would count too
/// # absolute: each test runs in its package's folder
/// GATEHOUSE_COVERAGE=$PWD/target/policy-coverage cargo test --workspace
/// cargo run --example policy_coverage
/// ```
///
/// A condition is known by its place and its text: what was recorded of one that was changed since counts
/// no longer.
#[derive(Clone, Debug)]
pub struct Coverage {
    pub(super) seen: Seen,
    /// Why not everything is in it.
    pub(super) problems: Vec<String>,
}

impl Coverage {
    /// From now on, this process records. It cannot be switched off again.
    pub fn record() {
        coverage::switch(true);
    }

    /// The ways that this process has seen until now.
    #[must_use]
    pub fn seen() -> Self {
        {
            let (seen, problems) = coverage::so_far();
            Self { seen, problems }
        }
    }

    /// The ways that were seen by the processes whose environment variable `GATEHOUSE_COVERAGE` was `folder`.
    ///
    /// A file that cannot be read, and lines that nobody of this library wrote, are left out; the report
    /// says so.
    #[must_use]
    pub fn recorded_in(folder: impl AsRef<Path>) -> Self {
        let mut coverage = Self { seen: Seen::nothing(), problems: Vec::new() };
        let folder = folder.as_ref();
        if let Err(error) = coverage.read_all(folder) {
            coverage.problems.push(format!("{} cannot be read: {error}", folder.display()));
        }
        coverage
    }

    fn read_all(&mut self, folder: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != EXTENSION) {
                continue;
            }
            match fs::read(&path) {
                Ok(lines) => self.read(&path, &lines),
                Err(error) => {
                    self.problems.push(format!("{} cannot be read: {error}", path.display()));
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, path: &Path, lines: &[u8]) {
        let mut strange = 0;
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            match Place::of_line(line) {
                Some((place, way)) => drop(self.seen.note(&place, way)),
                None => strange += 1,
            }
        }
        if strange > 0 {
            let lines = if strange == 1 { "line" } else { "lines" };
            self.problems.push(format!("{strange} {lines} left out of {}", path.display()));
        }
    }
}
