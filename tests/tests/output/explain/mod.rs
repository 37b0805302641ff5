//! Explanations: their conditions, their texts, the loads that they cause, and counterfactuals.

use futures::executor::block_on;
use gatehouse::Explanation;
use gatehouse::explanation::ConditionMet;
use gatehouse::prelude::*;

struct User {
    id: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum Action {
    Read,
    Edit,
}

struct Document {
    id: u64,
    org: u64,
    owner: u64,
    tags: Vec<u64>,
}

struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Editor,
}

fact! {
    /// The role that `user` holds in `org`.
    pub OrgRole(user: u64, org: u64) -> Role;
    pub Suspended(user: u64) -> bool = false;
    pub Shared(user: u64, doc: u64) -> bool = false;
    pub Level(doc: u64) -> u64;
    pub Parent(doc: u64) -> u64;
    /// `user` sees `doc`: it is shared with them, or one above it is.
    pub Sees(user: u64, doc: u64) -> bool {
        Shared(user, doc).await
            || match Parent(doc).await {
                Some(above) => Sees(user, above).await,
                None => false,
            }
    }
}

/// Suspended users do nothing.
#[policy(forbid)]
async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}

/// Owners do anything to their documents.
#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

/// Editors of the organisation may edit.
#[policy]
async fn editor(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
    OrgRole(user.id, doc.org).await? >= Role::Editor
}

#[policy]
async fn sees(user: &User, doc: &Document) -> bool {
    Sees(user.id, doc.id).await
}

#[policy]
async fn sees_too(user: &User, doc: &Document) -> bool {
    Sees(user.id, doc.id).await
}

static GATE: Gate<Documents, (suspended, owner, editor)> = Gate::new();

const USER: User = User { id: 7 };

fn doc(id: u64, owner: u64) -> Document {
    Document { id, org: 3, owner, tags: Vec::new() }
}

fn broken() -> FactError {
    FactError::new("the password is swordfish")
}

/// The explanation by `$gate` of `$action` of [`USER`].
macro_rules! explained {
    ($gate:expr, $table:expr, $action:expr, $doc:expr) => {
        block_on($gate.bind(&Session::new($table), &USER, &$action).explain(&$doc))
    };
}

/// The conditions of a gate's first policy, each with its outcome and its facts.
fn conditions(explanation: &Explanation) -> String {
    let line = |met: &ConditionMet| {
        let held = match met.held {
            Some(true) => "yes",
            Some(false) => "no ",
            None => "?  ",
        };
        let text = met.condition.map_or("-", |condition| condition.text);
        let facts = met.facts.iter().map(|fact| format!("\n      {} {}", fact.key, fact.found));
        format!("{held} {text}{}\n", facts.collect::<String>())
    };
    explanation.policies[0].conditions.iter().map(line).collect()
}

/// The text without the places of policies.
fn without_places(text: &str) -> String {
    let bare = |line: &str| match line.split_once(" (tests/tests/output/explain/") {
        Some((before, _)) => format!("{before}\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(bare).collect()
}

mod conditions;
mod counterfactuals;
mod evaluation;
mod rendering;
