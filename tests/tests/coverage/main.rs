//! Coverage: the outcomes of a gate's conditions that a test run has seen.
//!
//! The coverage of a process only grows, and the tests of this binary share a process: each has policies of
//! its own. A test that needs a process of its own is started by another one.
#![cfg(not(loom))]

mod conditions;
mod evaluations;
mod lcov;
mod policies;
mod processes;
mod report;

use std::panic::{AssertUnwindSafe, catch_unwind};

use gatehouse::plan::GatePlan;
use gatehouse::prelude::*;
use gatehouse::testing::{Coverage, CoverageReport, FactTable};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Read,
    Edit,
    Delete,
}

#[derive(Clone, Copy, Default)]
pub struct Document {
    owner: u32,
    folder: u32,
    public: bool,
    draft: bool,
}

struct Documents;
impl Domain for Documents {
    type Subject = u32;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

fact! {
    pub Level(user: u32) -> u32;
    pub Banned(user: u32) -> bool = false;
    pub Grant(user: u32, folder: u32) -> bool = false;
    pub Parent(folder: u32) -> u32;
    /// Recursive.
    pub Viewer(user: u32, folder: u32) -> bool {
        Grant(user, folder).await
            || match Parent(folder).await {
                Some(above) => Viewer(user, above).await,
                None => false,
            }
    }
    /// Read by two policies.
    pub Trusted(user: u32) -> bool {
        !Banned(user).await && Level(user).await == Some(9)
    }
}

/// Banned users do nothing.
#[policy(forbid)]
async fn banned(user: &u32) -> bool {
    Banned(*user).await
}

/// Owners do anything but delete what others can see.
#[policy]
fn owner(user: &u32, action: &Action, doc: &Document) -> bool {
    doc.owner == *user && (*action != Action::Delete || !doc.public)
}

/// Each level may do more.
#[policy]
async fn by_level(user: &u32, action: &Action, doc: &Document) -> bool {
    let level = Level(*user).await?;
    match action {
        Action::Read => level >= 1,
        Action::Edit if doc.draft => level >= 2,
        Action::Edit => level >= 3,
        Action::Delete => false,
    }
}

/// Who sees a folder reads what is in it.
#[policy]
async fn by_folder(user: &u32, Action::Read: &Action, doc: &Document) -> bool {
    Viewer(*user, doc.folder).await
}

static GATE: Gate<Documents, (banned, owner, by_level, by_folder)> = Gate::new();

/// Its last condition is written on two lines.
#[policy]
async fn recorded(user: &u32, doc: &Document) -> bool {
    doc.public
        || Viewer(*user, doc.folder).await
            && "a line
and another" != "\t"
}

static RECORDED: Gate<Documents, (recorded, owner)> = Gate::new();

fn seen_of(plan: GatePlan) -> CoverageReport {
    Coverage::seen().of([plan])
}

/// The gaps of a report: the missing outcomes, each with its condition.
fn gaps(plan: GatePlan) -> Vec<String> {
    let report = seen_of(plan).to_string();
    let lines = report.lines().filter_map(|line| line.strip_prefix("      "));
    let words = |line: &str| {
        let columns = line.split("  ").map(str::trim).filter(|column| !column.is_empty());
        columns.take(2).collect::<Vec<_>>().join(": ")
    };
    lines.map(words).collect()
}

/// The text of the panic of `run`.
fn panic_of<T>(run: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(run)).err().expect("it panics");
    *panic.downcast::<String>().expect("a text")
}

fn facts() -> FactTable {
    FactTable::new()
        .rows((1..=3).map(|user| (Level(user), user)))
        .rows((1..=4).map(|folder| (Parent(folder), folder - 1)))
        .with(Banned(8), true)
        .with(Grant(7, 1), true)
}
