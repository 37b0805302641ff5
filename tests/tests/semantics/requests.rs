//! The keys that a rule requests before it reaches their loads: code that several requests share is run so that none
//! of them takes a value, a panic or an exit from another one.

use std::sync::Arc;

use gatehouse::prelude::*;
use gatehouse_tests::Scripted;

struct User {
    admin: bool,
}

enum Kind {
    Open,
    Team(String),
    Group(String),
    Closed,
    Owned { by: String, of: String },
    Other,
}

struct Doc {
    name: String,
    owner: Option<String>,
    kind: Kind,
    broken: bool,
}

impl Doc {
    /// A getter, which by convention never panics; for a broken document it does.
    fn is_listed(&self) -> bool {
        assert!(!self.broken, "the document is broken");
        true
    }
}

/// Getters that make a name of a name.
trait Names {
    fn longer(&self) -> String;
    fn of_group(&self) -> String;
}

impl Names for String {
    fn longer(&self) -> String {
        format!("{self}-longer")
    }

    fn of_group(&self) -> String {
        format!("group-{self}")
    }
}

struct Docs;

impl Domain for Docs {
    type Subject = User;
    type Action = ();
    type Resource = Doc;
    type Context = ();
}

fact! {
    pub Named(name: String) -> bool = false;
    pub Derived(name: String, flag: bool) -> bool {
        if flag {
            Named(name.clone()).await || Named(name.longer()).await
        } else {
            let other = name.of_group();
            Named(name).await || Named(other.clone()).await || Named(other.longer()).await
        }
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(Named)]
    named: Arc<Scripted<Named>>,
}

fn doc(kind: Kind) -> Doc {
    Doc { name: "x".into(), owner: Some("ann".into()), kind, broken: false }
}

/// The keys of the first round of a policy that nothing allows.
async fn first_round<A>(admin: bool, doc: &Doc) -> Vec<String>
where
    A: gatehouse::bounds::PolicySet<Docs, Facts>,
{
    let named = Arc::new(Scripted::missing());
    let session = Session::new(Facts { named: Arc::clone(&named) });
    let gate: Gate<Docs, A> = Gate::new();
    assert!(gate.bind(&session, &User { admin }, &()).check(doc).await.is_deny());
    let calls: Vec<Vec<Named>> = named.calls();
    let mut keys: Vec<_> = calls.into_iter().next().unwrap_or_default();
    keys.sort_by(|left, right| left.name.cmp(&right.name));
    keys.into_iter().map(|key| key.name).collect()
}

#[policy]
async fn uses_a_local_up(_: &User, doc: &Doc) -> bool {
    let name = doc.name.clone();
    if Named("first".into()).await {
        Named(name).await
    } else {
        Named(name).await || Named(doc.name.longer()).await
    }
}

#[policy]
async fn shares_locals(_: &User, doc: &Doc) -> bool {
    let Some(owner) = doc.owner.clone() else { return false };
    let long = owner.longer();
    Named("first".into()).await
        || Named(owner.clone()).await
        || Named(long.clone()).await
        || Named(long.of_group()).await
}

#[policy]
async fn shares_conditions(user: &User, doc: &Doc) -> bool {
    if user.admin {
        Named("a".into()).await || Named("b".into()).await || Named("c".into()).await
    } else {
        if doc.name == "secret" {
            return false;
        }
        Named("d".into()).await || Named("e".into()).await
    }
}

#[policy]
async fn has_a_getter_that_panics(user: &User, doc: &Doc) -> bool {
    if !Named("a".into()).await {
        return false;
    }
    doc.is_listed() && (Named("b".into()).await || Named("c".into()).await)
        || user.admin && (Named("d".into()).await || Named("e".into()).await)
}

#[policy]
async fn has_many_arms(user: &User, doc: &Doc) -> bool {
    Named("first".into()).await
        || match &doc.kind {
            Kind::Open => Named("open".into()).await,
            Kind::Team(team) => Named(team.clone()).await,
            Kind::Group(group) if user.admin => Named(group.clone()).await,
            Kind::Group(group) => Named(group.of_group()).await,
            Kind::Closed => false,
            Kind::Owned { by, of } => Named(by.clone()).await || Named(of.clone()).await,
            Kind::Other => Named("other".into()).await,
        }
}

#[policy]
async fn has_a_guard_that_counts(user: &User, doc: &Doc) -> bool {
    Named("first".into()).await
        || match &doc.kind {
            Kind::Open => Named("open".into()).await,
            Kind::Team(team) => Named(team.clone()).await,
            Kind::Group(group) => Named(group.clone()).await,
            Kind::Closed => Named("closed".into()).await,
            Kind::Owned { by, .. } => Named(by.clone()).await,
            Kind::Other if counted(user) => false,
            Kind::Other => Named("other".into()).await,
        }
}

#[policy]
async fn has_many_arms_behind_a_condition(user: &User, doc: &Doc) -> bool {
    let name = doc.name.clone();
    Named("first".into()).await
        && user.admin
        && match &doc.kind {
            Kind::Open | Kind::Closed => false,
            Kind::Team(_) if doc.broken => false,
            Kind::Team(_) => false,
            Kind::Group(_) => false,
            Kind::Other => Named("other".into()).await,
            Kind::Owned { by, .. } if *by == name => true,
            Kind::Owned { .. } => false,
        }
}

/// Guards behind an arm that requests may name locals, and load.
#[policy]
async fn has_guards_with_locals(user: &User, doc: &Doc) -> bool {
    let (limit, seen) = (doc.name.len(), Named("seen".into()).await);
    let size = doc.name.clone().len();
    Named("first".into()).await
        && match size {
            0 => false,
            1 => Named(doc.name.clone()).await,
            2 => false,
            3 => false,
            4 => Named("four".into()).await,
            5 if Named(doc.name.clone()).await => match doc.name.len() {
                0..4 => false,
                4 => false,
                5 if user.admin => false,
                5 => false,
                6 => Named("six".into()).await,
                _ => false,
            },
            n if n > limit => false,
            n if seen && n > 5 => Named("many".into()).await,
            _ => true,
        }
}

thread_local! {
    static COUNT: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Counts how often it runs.
fn counted(user: &User) -> bool {
    COUNT.set(COUNT.get() + 1);
    user.admin
}

#[policy]
async fn is_derived(user: &User, doc: &Doc) -> bool {
    Derived(doc.name.clone(), user.admin).await
}

#[tokio::test]
async fn each_request_has_the_locals_that_it_uses_up() {
    let (open, absent) = (doc(Kind::Open), Doc { owner: None, ..doc(Kind::Open) });
    assert_eq!(first_round::<uses_a_local_up>(false, &open).await, ["first", "x", "x-longer"]);
    let all = ["ann", "ann-longer", "first", "group-ann-longer"];
    assert_eq!(first_round::<shares_locals>(false, &open).await, all);
    assert!(first_round::<shares_locals>(false, &absent).await.is_empty());
}

#[tokio::test]
async fn a_shared_condition_leads_to_all_requests_behind_it() {
    let open = doc(Kind::Open);
    assert_eq!(first_round::<shares_conditions>(true, &open).await, ["a", "b", "c"]);
    assert_eq!(first_round::<shares_conditions>(false, &open).await, ["d", "e"]);
}

#[tokio::test]
async fn a_panic_ends_only_the_requests_behind_it() {
    let broken = Doc { broken: true, ..doc(Kind::Open) };
    assert_eq!(first_round::<has_a_getter_that_panics>(true, &broken).await, ["a", "d", "e"]);
    let open = doc(Kind::Open);
    assert_eq!(first_round::<has_a_getter_that_panics>(false, &open).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn of_many_arms_the_taken_one_requests() {
    let team = doc(Kind::Team("t".into()));
    assert_eq!(first_round::<has_many_arms>(false, &doc(Kind::Open)).await, ["first", "open"]);
    assert_eq!(first_round::<has_many_arms>(false, &team).await, ["first", "t"]);
    let group = doc(Kind::Group("g".into()));
    assert_eq!(first_round::<has_many_arms>(true, &group).await, ["first", "g"]);
    assert_eq!(first_round::<has_many_arms>(false, &group).await, ["first", "group-g"]);
    assert_eq!(first_round::<has_many_arms>(false, &doc(Kind::Closed)).await, ["first"]);
    let owned = doc(Kind::Owned { by: "b".into(), of: "o".into() });
    assert_eq!(first_round::<has_many_arms>(false, &owned).await, ["b", "first", "o"]);
    assert_eq!(first_round::<has_many_arms>(false, &doc(Kind::Other)).await, ["first", "other"]);
}

#[tokio::test]
async fn an_arm_is_found_behind_a_condition_with_one_load() {
    let named = Arc::new(Scripted::<Named>::always(true));
    let other = doc(Kind::Other);
    for (admin, calls) in [(true, 1), (false, 2)] {
        let session = Session::new(Facts { named: Arc::clone(&named) });
        let gate: Gate<Docs, has_many_arms_behind_a_condition> = Gate::new();
        let decision = gate.bind(&session, &User { admin }, &()).check(&other).await;
        assert_eq!((decision.is_allow(), named.calls().len()), (admin, calls));
    }
}

#[tokio::test]
async fn guards_with_locals_are_run_where_the_locals_are() {
    for (name, keys) in [("x", vec!["first", "seen", "x"]), ("four", vec!["first", "four", "seen"])]
    {
        let doc = Doc { name: name.into(), ..doc(Kind::Open) };
        assert_eq!(first_round::<has_guards_with_locals>(false, &doc).await, keys);
    }
}

/// A guard that may do more than look runs in the body alone: once in each run that reaches it.
#[tokio::test]
async fn a_guard_behind_the_arms_that_request_is_not_run_for_them() {
    let owned = doc(Kind::Owned { by: "b".into(), of: "o".into() });
    assert_eq!(first_round::<has_a_guard_that_counts>(false, &owned).await, ["b", "first"]);
    assert_eq!(COUNT.get(), 0);
    COUNT.set(0);
    let other = doc(Kind::Other);
    let keys = first_round::<has_a_guard_that_counts>(false, &other).await;
    assert_eq!((keys.as_slice(), COUNT.get()), (["first".to_owned()].as_slice(), 3));
}

#[tokio::test]
async fn derived_facts_share_code_too() {
    let open = doc(Kind::Open);
    assert_eq!(first_round::<is_derived>(true, &open).await, ["x", "x-longer"]);
    assert_eq!(first_round::<is_derived>(false, &open).await, ["group-x", "group-x-longer", "x"]);
}
