//! Derived facts: their values, their cost, and that the order of checks changes neither.

mod bodies;
mod cost;
mod depth;
mod graphs;

use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::prelude::*;
use gatehouse_tests::facts::{FolderGrant, FolderViewer, Parent};
use gatehouse_tests::{Answer, Scripted};

/// An id that is not `Copy`, as most are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name(String);

/// How a node of a graph is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    Is(bool),
    Either(u32, u32),
    Both(u32, u32),
    Any(Vec<u32>),
    All(Vec<u32>),
}

/// Runs of the body of `Reaches`, in the test that counts them.
static RUNS: AtomicUsize = AtomicUsize::new(0);

fn counted(id: u32) -> u32 {
    RUNS.fetch_add(1, Ordering::Relaxed);
    id
}

/// Computations of a document's key, in the test that counts them.
static DOCUMENT_RUNS: AtomicUsize = AtomicUsize::new(0);

fn climbing(n: u32) -> u32 {
    DOCUMENT_RUNS.fetch_add(usize::from(n >= 1000), Ordering::Relaxed);
    n
}

fact! {
    /// The rule of `id`.
    pub Ruled(id: u32) -> Rule;
    /// Whether `id` holds, by its rule.
    pub Holds(id: u32) -> bool {
        match Ruled(id).await {
            Some(Rule::Is(value)) => value,
            Some(Rule::Either(left, right)) => Holds(left).await || Holds(right).await,
            Some(Rule::Both(left, right)) => Holds(left).await && Holds(right).await,
            Some(Rule::Any(ids)) => any(ids.iter().map(|id| Holds(*id))).await,
            Some(Rule::All(ids)) => all(ids.iter().map(|id| Holds(*id))).await,
            None => false,
        }
    }
    /// The successors of `id`, in the test that counts runs.
    pub Leads(id: u32) -> Vec<u32>;
    /// Whether `id` leads to 1 000.
    pub Reaches(id: u32) -> bool {
        let next = Leads(counted(id)).await.unwrap_or_default();
        id == 1000 || any(next.into_iter().map(Reaches)).await
    }
    /// Whether the number of the folder above is even. An `Option`, so `?` may be used.
    pub AboveIsEven(folder: u32) -> Option<bool> {
        Some(Parent(folder).await? % 2 == 0)
    }
    /// `id` does not reach 1 000, or something that it leads to does not.
    pub Open(id: u32) -> bool {
        !Reaches(id).await || any(Leads(id).await.unwrap_or_default().into_iter().map(Open)).await
    }
    /// `name` is known.
    pub Known(name: Name) -> bool = false;
    pub Next(name: Name) -> Name;
    /// The right side may move what the left side borrows, as in Rust.
    pub KnownFrom(name: Name) -> bool {
        Known(name.clone()).await && !name.0.is_empty() || match Next(name.clone()).await {
            Some(next) if next != name => KnownFrom(next).await,
            _ => Known(name).await,
        }
    }
    /// Even and odd numbers, defined by each other.
    pub Even(n: u32) -> bool {
        match Pred(n).await {
            None => true,
            Some(less) => Odd(less).await,
        }
    }
    pub Odd(n: u32) -> bool {
        match Pred(n).await {
            None => false,
            Some(less) => Even(less).await,
        }
    }
    /// The number before.
    pub Pred(n: u32) -> u32;
    /// Whether `n` leads down to 0, in the test that counts runs.
    pub Climbs(n: u32) -> bool {
        match Pred(climbing(n)).await {
            None => n == 0,
            Some(less) => Climbs(less).await,
        }
    }
    /// True if the rule of `id` loads; its right side panics if that load failed.
    pub Relies(id: u32) -> bool {
        Ruled(id).await.is_some() || Panics(id).await
    }
    pub Panics(id: u32) -> bool {
        Panics(id + 1).await || panics(id)
    }
}

fn panics(id: u32) -> bool {
    assert!(id < 5, "relied on what is not there");
    false
}

#[derive(Sources)]
struct Facts {
    #[loads(Ruled)]
    rules: Scripted<Ruled>,
    #[loads(Leads)]
    leads: Scripted<Leads>,
    #[loads(Parent)]
    parents: Scripted<Parent>,
    #[loads(FolderGrant)]
    grants: Scripted<FolderGrant>,
    #[loads(Pred)]
    preds: Scripted<Pred>,
    #[loads(Known)]
    known: Scripted<Known>,
    #[loads(Next)]
    next: Scripted<Next>,
}

fn value_or_missing<V>(value: Option<V>) -> Answer<V> {
    value.map_or(Answer::Missing, Answer::Value)
}

/// Sources without data, but for numbers and names.
fn facts() -> Facts {
    Facts {
        rules: Scripted::missing(),
        leads: Scripted::missing(),
        parents: Scripted::new(|key: &Parent| value_or_missing(key.folder.checked_sub(1))),
        grants: Scripted::missing(),
        preds: Scripted::new(|key: &Pred| value_or_missing(key.n.checked_sub(1))),
        known: Scripted::new(|key: &Known| Answer::Value(key.name.0 == "a")),
        next: Scripted::new(|key: &Next| {
            value_or_missing(key.name.0.get(1..).map(|rest| Name(rest.to_owned())))
        }),
    }
}

struct Nodes;
impl Domain for Nodes {
    type Subject = u32;
    type Action = ();
    type Resource = u32;
    type Context = ();
}

#[policy]
async fn holds(_: _, id: &u32) -> bool {
    Holds(*id).await
}

#[policy]
async fn reaches(_: _, id: &u32) -> bool {
    Reaches(*id).await
}

#[policy]
async fn opens(_: _, id: &u32) -> bool {
    Open(*id).await
}

#[policy]
async fn sees(user: &u32, folder: &u32) -> bool {
    FolderViewer(*user, *folder).await
}

#[policy]
async fn above_is_even(_: _, folder: &u32) -> bool {
    AboveIsEven(*folder).await?
}

#[policy]
async fn even(_: _, n: &u32) -> bool {
    Even(*n).await
}

/// The left side of `||` may fail, and its right side then panic.
#[policy]
async fn relies(_: _, id: &u32) -> bool {
    Relies(*id).await || FolderViewer(1, *id).await
}

static RELIES: Gate<Nodes, relies> = Gate::new();
static HOLDS: Gate<Nodes, holds> = Gate::new();
static REACHES: Gate<Nodes, reaches> = Gate::new();
/// A local may be borrowed on the left and moved on the right, as in a derived fact.
#[policy]
async fn known_from(_: _, id: &u32) -> bool {
    let name = Name("z".repeat(*id as usize) + "a");
    Known(name.clone()).await || KnownFrom(name).await
}

#[policy]
async fn climbs(_: _, n: &u32) -> bool {
    Climbs(*n).await
}

static CLIMBS: Gate<Nodes, climbs> = Gate::new();
static KNOWN: Gate<Nodes, known_from> = Gate::new();
static OPENS: Gate<Nodes, opens> = Gate::new();
static SEES: Gate<Nodes, sees> = Gate::new();
static ABOVE: Gate<Nodes, above_is_even> = Gate::new();
static EVEN: Gate<Nodes, even> = Gate::new();

/// Folder `n` lies in folder `n - 1`; user 1 was given folder 0.
fn folders() -> Facts {
    Facts {
        grants: Scripted::new(|key: &FolderGrant| Answer::Value(key.user == 1 && key.folder == 0)),
        ..facts()
    }
}

fn counted_folders() -> (std::sync::Arc<Facts>, Session<Facts>) {
    let facts = std::sync::Arc::new(folders());
    (facts.clone(), Session::new(facts))
}
