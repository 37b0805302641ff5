//! Code that runs out of turn, before its operands are known or after a failure, may panic. Such panics
//! mean nothing: the decision is that of the body in its order, on a cold session and on a warm one.
#![allow(clippy::pedantic)]

use std::cell::Cell;
use std::cmp::Ordering;
use std::ops::Deref;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse::testing::{assert_loads, assert_rounds, measured};
use gatehouse_tests::{Answer, Scripted};

/// Number 0 inherits nothing and has no parent.
#[derive(Clone, Debug)]
pub struct Folder {
    id: u32,
    parent: Option<u32>,
    owner: Owner,
}

impl Folder {
    fn parent(&self) -> u32 {
        self.parent.expect("asked only of folders that have one")
    }

    fn link(&self) -> Link {
        Link(self.parent)
    }

    fn parents(&self) -> std::vec::IntoIter<u32> {
        vec![self.parent()].into_iter()
    }
}

#[derive(Clone, Debug)]
pub struct Link(Option<u32>);

impl Deref for Link {
    type Target = u32;
    fn deref(&self) -> &u32 {
        self.0.as_ref().expect("followed only if there is one")
    }
}

impl From<Link> for u32 {
    fn from(link: Link) -> Self {
        *link
    }
}

/// Its comparison panics if it is empty.
#[derive(Clone, Debug)]
pub struct Owner(Option<u32>);

impl PartialEq for Owner {
    fn eq(&self, other: &Self) -> bool {
        self.0.expect("compared only if there is one") == other.0.expect("the same")
    }
}

impl PartialOrd for Owner {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.expect("compared only if there is one").partial_cmp(&other.0.expect("the same"))
    }
}

fact! {
    /// True of all folders but number 0; folder 9 fails.
    pub Inherits(folder: u32) -> bool = false;
    /// The same, or missing.
    pub Inherited(folder: u32) -> u32;
    pub Grant(folder: u32) -> bool = false;
    pub Other(folder: u32) -> bool = false;
    /// Its body reads inside its key part.
    pub First(of: Vec<u32>) -> bool {
        Grant(of[0]).await
    }
}

struct Folders;
impl Domain for Folders {
    type Subject = ();
    type Action = ();
    type Resource = Folder;
    type Context = ();
}

fn inherits(folder: u32) -> Answer<bool> {
    match folder {
        0 => Answer::Value(false),
        9 => Answer::Failure,
        _ => Answer::Value(true),
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Inherits)]
    inherits: Scripted<Inherits>,
    #[loads(Inherited)]
    inherited: Scripted<Inherited>,
    #[loads(Grant)]
    grant: Scripted<Grant>,
    #[loads(Other)]
    other: Scripted<Other>,
}

fn facts() -> Facts {
    Facts {
        inherits: Scripted::new(|key: &Inherits| inherits(key.folder)),
        inherited: Scripted::new(|key: &Inherited| match key.folder {
            0 => Answer::Missing,
            9 => Answer::Failure,
            id => Answer::Value(id),
        }),
        grant: Scripted::new(|key: &Grant| Answer::Value(key.folder == 7)),
        other: Scripted::new(|_: &Other| Answer::Value(false)),
    }
}

fn folder(id: u32) -> Folder {
    let parent = (!id.is_multiple_of(9)).then_some(7);
    Folder { id, parent, owner: Owner(parent) }
}

thread_local! {
    /// Whether panics of this thread are reported.
    static IS_SILENT: Cell<bool> = const { Cell::new(false) };
}

/// Panics of this thread are expected: they are not reported.
fn without_reports() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_SILENT.get() {
                report(info);
            }
        }));
    });
    IS_SILENT.set(true);
}

macro_rules! rules {
    ($($name:ident ($folder:ident) $body:block)*) => {
        $(
            #[policy]
            async fn $name(_: _, $folder: &Folder) -> bool $body
        )*

        /// Folder 1 has a parent; folder 0 has none, and its fact is false; the fact of 9 fails.
        #[test]
        fn cold_and_warm_sessions_agree() {
            without_reports();
            $({
                static GATE: Gate<Folders, $name> = Gate::new();
                for (id, expected) in [(1, "allow"), (0, "deny"), (9, "indeterminate")] {
                    let session = Session::new(facts());
                    let access = GATE.bind(&session, &(), &());
                    for temperature in ["cold", "warm"] {
                        let decision = block_on(access.check(&folder(id)));
                        assert_eq!(decision.as_str(), expected, "{} {id} {temperature}", stringify!($name));
                    }
                    let page = block_on(GATE.bind(&Session::new(facts()), &(), &()).check_all([folder(1), folder(id)]));
                    assert_eq!(page[1].as_str(), expected, "{} {id} in a page", stringify!($name));
                }
            })*
        }
    };
}

rules! {
    a_getter(it) { Inherits(it.id).await && Grant(it.parent()).await }
    an_index(it) {
        let parents: Vec<u32> = it.parent.into_iter().collect();
        Inherits(it.id).await && Grant(parents[0]).await
    }
    a_deref(it) { Inherits(it.id).await && Grant(*it.link()).await }
    a_conversion(it) { Inherits(it.id).await && Grant(it.link().into()).await }
    an_equality(it) { Inherits(it.id).await && it.owner == Owner(Some(7)) && Grant(7).await }
    an_ordering(it) { Inherits(it.id).await && it.owner <= Owner(Some(7)) && Grant(7).await }
    behind_an_if(it) {
        if !Inherits(it.id).await { return false; }
        Grant(it.parent()).await
    }
    behind_a_let_else(it) {
        let Some(_) = Inherited(it.id).await else { return false };
        Grant(it.parent()).await
    }
    behind_a_question_mark(it) {
        let _id = Inherited(it.id).await?;
        Grant(it.parent()).await
    }
    behind_a_match(it) {
        match Inherited(it.id).await {
            Some(_) => Grant(it.parent()).await,
            None => false,
        }
    }
    in_any(it) { Inherits(it.id).await && any(it.parents().map(Grant)).await }
    in_a_guard(it) {
        match Inherited(it.id).await {
            Some(_) if Grant(it.parent()).await => true,
            _ => false,
        }
    }
    in_a_let(it) {
        if !Inherits(it.id).await { return false; }
        let parent = it.parent();
        Grant(parent).await
    }
    in_a_derived_fact(it) {
        let parents: Vec<u32> = it.parent.into_iter().collect();
        Inherits(it.id).await && First(parents).await
    }
    behind_two(it) { Inherits(it.id).await && (Other(it.id).await || Grant(it.parent()).await) }
}

/// The fact that stopped the body and the facts after the panic are loaded in one round.
#[test]
fn a_panic_costs_no_other_load_its_round() {
    without_reports();
    #[policy]
    async fn three(_: _, it: &Folder) -> bool {
        Inherits(it.id).await && Grant(it.parent()).await || Other(it.id).await
    }
    static GATE: Gate<Folders, three> = Gate::new();
    let (session, root) = (Session::new(facts()), folder(0));
    let access = GATE.bind(&session, &(), &());
    let (decision, costs) = block_on(measured(access.check(&root)));
    assert_eq!(decision.as_str(), "deny");
    assert_rounds!(costs, 1);
    assert_loads!(costs, Inherits = [1], Other = [1], Grant = []);
}

/// A condition on a local that changes later is not known before it is evaluated: it excludes no early
/// load.
#[test]
fn a_condition_on_a_changing_local_costs_no_round() {
    #[policy]
    async fn counts(_: _, it: &Folder) -> bool {
        let Some(id) = Inherited(it.id).await else { return false };
        let mut count = 0;
        let any = any([it.id, 1].into_iter().inspect(|_| count += 1).map(Other)).await;
        if count > id {
            return Grant(id).await;
        }
        any
    }
    static GATE: Gate<Folders, counts> = Gate::new();
    let (session, child) = (Session::new(facts()), folder(1));
    let access = GATE.bind(&session, &(), &());
    let (decision, costs) = block_on(measured(access.check(&child)));
    assert_eq!(decision.as_str(), "deny");
    assert_eq!(GATE.plan().rounds(), 2);
    assert_rounds!(costs, 2);
}

/// A panic with a payload that panics when it is dropped.
#[test]
fn a_panicking_payload_changes_no_decision() {
    without_reports();
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a destructor that panics");
        }
    }
    #[derive(Clone)]
    struct Armed(bool);
    impl Armed {
        fn id(&self) -> u32 {
            if self.0 { std::panic::panic_any(Bomb) } else { 7 }
        }
    }
    struct Bombs;
    impl Domain for Bombs {
        type Subject = ();
        type Action = ();
        type Resource = Armed;
        type Context = ();
    }
    #[policy]
    async fn guarded(_: _, it: &Armed) -> bool {
        Inherits(0).await && Grant(it.id()).await
    }
    #[policy]
    async fn failed(_: _, it: &Armed) -> bool {
        Inherits(9).await && Grant(it.id()).await
    }
    let run = AssertUnwindSafe(|| {
        static GUARDED: Gate<Bombs, guarded> = Gate::new();
        static FAILED: Gate<Bombs, failed> = Gate::new();
        let session = Session::new(facts());
        let guarded = block_on(GUARDED.bind(&session, &(), &()).check(&Armed(true)));
        let failed = block_on(FAILED.bind(&session, &(), &()).check(&Armed(true)));
        (guarded.as_str(), failed.as_str())
    });
    assert_eq!(catch_unwind(run).expect("no panic"), ("deny", "indeterminate"));
}
