//! Derived facts: what they mean, what they cost, and that no order of questions changes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse::testing::measured;
use gatehouse_tests::{Says, Scripted};
use proptest::prelude::{
    Just, Strategy, TestCaseError, prop, prop_assert, prop_assert_eq, prop_oneof,
};

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

/// Runs of the body of `Holds`, in the test that counts them.
static RUNS: AtomicUsize = AtomicUsize::new(0);

fn counted(id: u32) -> u32 {
    RUNS.fetch_add(1, Ordering::Relaxed);
    id
}

/// How often the key of a document's load is worked out, in the test that counts that.
static DOCUMENT_RUNS: AtomicUsize = AtomicUsize::new(0);

fn climbing(n: u32) -> u32 {
    DOCUMENT_RUNS.fetch_add(usize::from(n >= 1000), Ordering::Relaxed);
    n
}

fact! {
    /// How `id` is decided; nothing, if it is not.
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
    /// Where `id` leads to; for the test that counts runs.
    pub Leads(id: u32) -> Vec<u32>;
    /// Whether `id` leads to 1 000.
    pub Reaches(id: u32) -> bool {
        let next = Leads(counted(id)).await.unwrap_or_default();
        id == 1000 || any(next.into_iter().map(Reaches)).await
    }

    /// The folder that `folder` lies in.
    pub Parent(folder: u32) -> u32;
    /// `user` was given `folder` directly.
    pub FolderGrant(user: u32, folder: u32) -> bool = false;
    /// `user` can see `folder`: directly, or through a folder above it.
    pub FolderViewer(user: u32, folder: u32) -> bool {
        FolderGrant(user, folder).await
            || match Parent(folder).await {
                Some(above) => FolderViewer(user, above).await,
                None => false,
            }
    }
    /// The name of the folder above, if both are there. An `Option`, so `?` may be used.
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
    /// Moves what it has, as Rust has it: what the left side borrows, the right side may move.
    pub KnownFrom(name: Name) -> bool {
        Known(name.clone()).await && !name.0.is_empty() || match Next(name.clone()).await {
            Some(next) if next != name => KnownFrom(next).await,
            _ => Known(name).await,
        }
    }
    /// Even and odd numbers, each by the other.
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
    /// `n` leads down to 0; for the test that counts runs.
    pub Climbs(n: u32) -> bool {
        match Pred(climbing(n)).await {
            None => n == 0,
            Some(less) => Climbs(less).await,
        }
    }
    /// Holds if the rule of `id` loads and says so; relies on it otherwise, two facts deep.
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

fn value_or_missing<V>(value: Option<V>) -> Says<V> {
    value.map_or(Says::Missing, Says::Value)
}

/// No data but what a test gives.
fn facts() -> Facts {
    Facts {
        rules: Scripted::new(|_| Says::Missing),
        leads: Scripted::new(|_| Says::Missing),
        parents: Scripted::new(|key: &Parent| value_or_missing(key.folder.checked_sub(1))),
        grants: Scripted::new(|_| Says::Missing),
        preds: Scripted::new(|key: &Pred| value_or_missing(key.n.checked_sub(1))),
        known: Scripted::new(|key: &Known| Says::Value(key.name.0 == "a")),
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

/// The left side of `||` may fail, and the right side panic on account of it.
#[policy]
async fn relies(_: _, id: &u32) -> bool {
    Relies(*id).await || FolderViewer(1, *id).await
}

static RELIES: Gate<Nodes, relies> = Gate::new();
static HOLDS: Gate<Nodes, holds> = Gate::new();
static REACHES: Gate<Nodes, reaches> = Gate::new();
/// As in a derived fact, a local may be borrowed on the left and moved on the right.
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
        grants: Scripted::new(|key: &FolderGrant| Says::Value(key.user == 1 && key.folder == 0)),
        ..facts()
    }
}

/// One source call of each fact for each level, however many folders are asked for.
#[tokio::test]
async fn a_tree_costs_its_depth() {
    for depth in [0_u32, 1, 6] {
        // A thousand documents on every level of a hundred trees that join at the root.
        let below = Facts {
            parents: Scripted::new(move |key: &Parent| {
                match (key.folder / 100, key.folder % 100) {
                    (0, _) => Says::Missing,
                    (1, _) => Says::Value(0),
                    (level, tree) => Says::Value((level - 1) * 100 + tree),
                }
            }),
            ..folders()
        };
        let session = Session::new(std::sync::Arc::new(below));
        let docs: Vec<u32> =
            (0..1000).map(|doc| if depth == 0 { 0 } else { depth * 100 + doc % 100 }).collect();
        let seen = SEES.bind(&session, &1, &()).filter(docs).await.expect("nothing failed");
        assert_eq!(seen.len(), 1000);
    }
}

fn counted_folders() -> (std::sync::Arc<Facts>, Session<Facts>) {
    let facts = std::sync::Arc::new(folders());
    (facts.clone(), Session::new(facts))
}

#[tokio::test]
async fn rounds_are_the_depth_and_one() {
    for depth in [0_u32, 1, 6, 64] {
        let (facts, session) = counted_folders();
        let access = SEES.bind(&session, &1, &());
        let docs = vec![depth; 1000];
        assert_eq!(access.filter(docs).await.expect("nothing failed").len(), 1000);
        let rounds = depth as usize + 1;
        assert_eq!(facts.grants.calls().len(), rounds, "depth {depth}");
        assert_eq!(facts.parents.sizes(), vec![1; rounds], "depth {depth}");
    }
}

#[tokio::test]
async fn a_fact_is_computed_once_for_a_session() {
    let (facts, session) = counted_folders();
    let access = SEES.bind(&session, &1, &());
    assert!(access.check(&6).await.is_allow());
    let calls = facts.parents.calls().len();
    assert!(access.check(&6).await.is_allow());
    assert!(access.check(&3).await.is_allow());
    assert_eq!(facts.parents.calls().len(), calls);
    session.refresh().expect("nothing is in flight");
    assert!(access.check(&3).await.is_allow());
    assert_eq!(facts.parents.calls().len(), calls + 4, "new sources, new results");
}

/// How often a document's body is run, or what it would ask for looked at, on a page of so many, each
/// of which leads to one of the two topmost links of one chain.
async fn runs_of_documents(documents: u32, links: u32) -> usize {
    let pred = move |key: &Pred| match key.n {
        0 => Says::Missing,
        document @ 1000.. => Says::Value(links - document % 2),
        link => Says::Value(link - 1),
    };
    let session = Session::new(Facts { preds: Scripted::new(pred), ..facts() });
    DOCUMENT_RUNS.store(0, Ordering::Relaxed);
    let page: Vec<u32> = (1000..1000 + documents).collect();
    let decisions = CLIMBS.bind(&session, &1, &()).check_all(page).await;
    assert!(decisions.iter().all(Decision::is_allow));
    DOCUMENT_RUNS.load(Ordering::Relaxed)
}

/// A document that waits for a link is not run again until that is known, however far that is: in each
/// round, one is run for each link that documents wait for, and not each document.
#[tokio::test]
async fn what_waits_for_one_that_waits_is_not_run_again() {
    let (few, many) = (runs_of_documents(100, 30).await, runs_of_documents(1000, 30).await);
    // To find its load, to ask for it, to find the link behind and to ask that one, and to read the answer.
    assert_eq!(many - few, 900 * 5);
    let further = runs_of_documents(100, 60).await - few;
    assert_eq!(runs_of_documents(1000, 60).await - many, further);
    assert!(further <= 30 * 2 * 3, "{further}");
}

#[tokio::test]
async fn an_option_may_be_left_by_a_question_mark() {
    let session = Session::new(facts());
    let access = ABOVE.bind(&session, &1, &());
    assert!(access.check(&3).await.is_allow());
    assert!(access.check(&4).await.is_deny());
    assert!(access.check(&0).await.is_deny());
}

#[tokio::test]
async fn key_parts_may_be_moved() {
    let session = Session::new(facts());
    assert!(KNOWN.bind(&session, &1, &()).check(&4).await.is_allow());
}

#[tokio::test]
async fn facts_of_a_block_may_need_each_other() {
    let session = Session::new(facts());
    let access = EVEN.bind(&session, &1, &());
    let decisions = access.check_all(0..10_u32).await;
    let even: Vec<bool> = decisions.iter().map(Decision::is_allow).collect();
    assert_eq!(even, (0..10).map(|n| n % 2 == 0).collect::<Vec<_>>());
}

/// 64 links are not too deep, and 65 are, whatever was asked before.
#[tokio::test]
async fn depth_has_a_limit_whoever_asks_first() {
    for asked_before in
        [vec![], vec![1], vec![30], vec![64], vec![65], vec![80, 40], vec![63, 64, 66]]
    {
        let (_, session) = counted_folders();
        let access = SEES.bind(&session, &1, &());
        for folder in &asked_before {
            let _ = access.check(folder).await;
        }
        assert!(access.check(&64).await.is_allow(), "after {asked_before:?}");
        for folder in [65, 66, 200] {
            let decision = access.check(&folder).await;
            let Decision::Indeterminate { failed, .. } = &decision else {
                panic!("{folder} after {asked_before:?}: {decision}")
            };
            let text: Vec<String> = failed.iter().map(ToString::to_string).collect();
            let text = text.join(", ");
            assert!(text.contains("`FolderViewer`: it is more than 64 links"), "{text}");
        }
    }
}

/// A circle in a chain just below the limit: whether its way out counts as a link must not depend on
/// where the circle was entered first.
#[tokio::test]
async fn the_depth_of_a_circle_is_the_same_from_everywhere() {
    let decision = |asked_before: Option<u32>, links: u32| async move {
        let leads = move |key: &Leads| {
            Says::Value(match key.id {
                27 => vec![2, 28],
                35 => vec![1000],
                id if id < links => vec![id + 1],
                _ => vec![],
            })
        };
        let session = Session::new(Facts { leads: Scripted::new(leads), ..facts() });
        let access = OPENS.bind(&session, &1, &());
        if let Some(id) = asked_before {
            let _ = access.check(&id).await;
        }
        access.check(&0).await.to_string()
    };
    for links in 55..66 {
        let alone = decision(None, links).await;
        for id in 1..links {
            assert_eq!(decision(Some(id), links).await, alone, "{links} links, after {id}");
        }
    }
}

/// One long way of 77 nodes, with an end at 2 and ways back from 14 and 20. What 15 comes to is known
/// behind 64 links, without the way back. Node 6 comes to 15, and so is deeper than any may be.
fn long_way() -> Graph {
    let next = |id: u32| match id {
        2 => Rule::Is(true),
        14 => Rule::Any(vec![15, 27]),
        20 => Rule::Any(vec![21, 3]),
        id => Rule::Any(vec![(id + 1) % 77]),
    };
    (0..77).map(|id| (id, Some(next(id)))).collect()
}

/// What is too deep takes nothing with it that is not.
#[test]
fn what_is_too_deep_does_not_make_others_so() {
    let solved = solved(&long_way(), 77);
    assert_eq!((solved[&15], solved[&6]), ((Truth::True, 64), (Truth::Failed, 73)));
    for order in [vec![15], vec![15, 6], vec![6, 15], (0..77).collect()] {
        check_graph(&long_way(), &[order]).expect("the same, however it is asked for");
    }
}

/// In a circle each key is a link, whichever of them is asked for, and whatever is known to hold.
#[test]
fn a_circle_is_as_deep_as_it_has_keys() {
    for (nodes, expected) in [(65_u32, Some(true)), (66, None)] {
        // All contain each other, and the last one holds by itself.
        let rule = |id| match id {
            id if id + 1 == nodes => Rule::Is(true),
            id => Rule::Any((0..nodes).filter(|to| *to != id).collect()),
        };
        let graph: Graph = (0..nodes).map(|id| (id, Some(rule(id)))).collect();
        for order in [vec![0], vec![nodes - 1, 0], vec![0, nodes - 1, 1], (0..nodes).collect()] {
            check_graph(&graph, &[order]).expect("the same, however it is asked for");
        }
        let session = Session::new(graph_facts(graph));
        let access = HOLDS.bind(&session, &1, &());
        assert_eq!(is_allowed(&block_on(access.check(&0))), expected, "{nodes} nodes");
        assert_eq!(is_allowed(&block_on(access.check(&(nodes - 1)))), Some(true));
    }
}

/// Nodes 0, 1 and 2 are a circle: 2 reads 1, and 0 as long as 1 is not true. It is as deep as may be,
/// and 65 is deeper.
#[test]
fn a_circle_is_the_same_when_more_of_it_is_known() {
    let rule = |id: u32| match id {
        1 => Rule::Either(2, 3),
        2 => Rule::Either(1, 0),
        64 => Rule::Is(true),
        65 => Rule::Any(vec![1]),
        id => Rule::Any(vec![id + 1]),
    };
    let graph: Graph = (0..66).map(|id| (id, Some(rule(id)))).collect();
    let solved = solved(&graph, 66);
    assert_eq!((solved[&0], solved[&65]), ((Truth::True, 64), (Truth::Failed, 65)));
    for order in [vec![65], vec![0, 65], vec![65, 0], vec![1, 65], vec![2, 65]] {
        check_graph(&graph, &[order]).expect("the same, however it is asked for");
    }
}

/// A panic beside a failure is part of the failure, and leaves nothing half-computed behind.
#[tokio::test]
async fn what_panics_behind_a_failure_is_unwound() {
    let broken = Facts { rules: Scripted::new(|_| Says::Failure), ..folders() };
    let session = Session::new(broken);
    let access = RELIES.bind(&session, &1, &());
    for _ in 0..2 {
        assert!(access.check(&3).await.is_allow(), "the other operand holds");
    }
    assert!(SEES.bind(&session, &2, &()).check(&3).await.is_deny());
}

/// Evaluations that run side by side share the rounds of what they derive.
#[tokio::test]
async fn joined_evaluations_share_rounds() {
    let (facts, session) = counted_folders();
    let access = SEES.bind(&session, &1, &());
    let folders: Vec<u32> = (0..100).map(|n| n % 7).collect();
    let checks = folders.iter().map(|folder| access.check(folder));
    let decisions = futures::future::join_all(checks).await;
    assert!(decisions.iter().all(Decision::is_allow));
    assert_eq!(facts.parents.calls().len(), 1, "every folder up to the sixth is asked for at once");
}

/// Every node leads to every other one, and none to the goal: the worst case of a naive search.
#[tokio::test]
async fn a_clique_is_cheap() {
    let clique = Facts {
        leads: Scripted::new(|key: &Leads| {
            Says::Value((0..11).filter(|to| *to != key.id).collect())
        }),
        ..facts()
    };
    let session = Session::new(clique);
    RUNS.store(0, Ordering::Relaxed);
    let decisions = REACHES.bind(&session, &1, &()).check_all(0..11_u32).await;
    assert!(decisions.iter().all(Decision::is_deny));
    let runs = RUNS.load(Ordering::Relaxed);
    assert!(runs < 200, "{runs} runs");
}

// A reference: the least fixpoint by definition.

/// The rule of each node; `None` if that fails to load.
type Graph = BTreeMap<u32, Option<Rule>>;

/// What a node comes to: false < failed < true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    False,
    Failed,
    True,
}

/// The links that a node may be deep.
const MOST_LINKS: usize = 64;

/// The value of a node from the values of others, and the nodes that are read for it, in order.
fn value(graph: &Graph, of: &dyn Fn(u32) -> Truth, id: u32) -> (Truth, Vec<u32>) {
    let until = |ids: &[u32], decisive| {
        let read = ids.iter().position(|id| of(*id) == decisive).map_or(ids.len(), |at| at + 1);
        ids[..read].to_vec()
    };
    let any = |ids: &[u32]| {
        let read = until(ids, Truth::True);
        (read.iter().map(|id| of(*id)).max().unwrap_or(Truth::False), read)
    };
    let all = |ids: &[u32]| {
        let read = until(ids, Truth::False);
        (read.iter().map(|id| of(*id)).min().unwrap_or(Truth::True), read)
    };
    match graph.get(&id) {
        None | Some(Some(Rule::Is(false))) => (Truth::False, vec![]),
        Some(None) => (Truth::Failed, vec![]),
        Some(Some(Rule::Is(true))) => (Truth::True, vec![]),
        Some(Some(Rule::Either(a, b))) => any(&[*a, *b]),
        Some(Some(Rule::Both(a, b))) => all(&[*a, *b]),
        Some(Some(Rule::Any(ids))) => any(ids),
        Some(Some(Rule::All(ids))) => all(ids),
    }
}

/// What each node comes to, and how many links it is deep.
type Solved = BTreeMap<u32, (Truth, usize)>;

/// The circles that read nothing but themselves and what is solved are solved, again and again. What is
/// not solved is not known, and nothing that is not known decides what is read.
fn solved(graph: &Graph, nodes: u32) -> Solved {
    let mut solved = Solved::new();
    while solved.len() < nodes as usize {
        let known = |id| solved.get(&id).map_or(Truth::Failed, |(truth, _)| *truth);
        let open = (0..nodes).filter(|id| !solved.contains_key(id));
        let reads: Reads = open.map(|id| (id, value(graph, &known, id).1)).collect();
        let next = circles(&reads).into_iter().map(|it| circle(graph, &solved, &reads, &it));
        let next: Vec<_> = next.collect();
        solved.extend(next.into_iter().flatten());
    }
    solved
}

/// The circles that read no other node without a solution; first, as it is faster, those of one node.
fn circles(reads: &Reads) -> BTreeSet<BTreeSet<u32>> {
    let reads_no_other = |id: &u32| reads[id].iter().all(|to| !reads.contains_key(to));
    let alone = reads.keys().filter(|id| reads_no_other(id));
    let alone: BTreeSet<_> = alone.map(|id| BTreeSet::from([*id])).collect();
    if !alone.is_empty() {
        return alone;
    }
    let reached = reached(reads);
    let is_circle = |circle: &&BTreeSet<u32>| circle.iter().all(|id| reached[id] == **circle);
    reached.values().filter(is_circle).cloned().collect()
}

/// The nodes that each one reads.
type Reads = BTreeMap<u32, Vec<u32>>;

/// The nodes without a solution that each one comes to, itself included.
fn reached(reads: &Reads) -> BTreeMap<u32, BTreeSet<u32>> {
    let reached = |from: u32| {
        let (mut reached, mut open) = (BTreeSet::from([from]), vec![from]);
        while let Some(id) = open.pop() {
            let next = reads[&id].iter().filter(|to| reads.contains_key(to));
            open.extend(next.filter(|to| reached.insert(**to)));
        }
        reached
    };
    reads.keys().map(|id| (*id, reached(*id))).collect()
}

/// The solution of a circle: the values that rise from all false, and each node of it is a link.
fn circle(graph: &Graph, solved: &Solved, reads: &Reads, circle: &BTreeSet<u32>) -> Solved {
    let below = circle.iter().flat_map(|id| &reads[id]).filter_map(|to| solved.get(to));
    let links = below.map(|(_, links)| links + 1).max().unwrap_or(0) + circle.len() - 1;
    if links > MOST_LINKS {
        return circle.iter().map(|id| (*id, (Truth::Failed, links))).collect();
    }
    let mut values: Solved = circle.iter().map(|id| (*id, (Truth::False, links))).collect();
    loop {
        let known = |id: u32| values.get(&id).unwrap_or_else(|| &solved[&id]).0;
        let next = circle.iter().map(|id| (*id, (value(graph, &known, *id).0, links))).collect();
        if next == values {
            return values;
        }
        values = next;
    }
}

fn graph_facts(graph: Graph) -> Facts {
    let rule = move |key: &Ruled| match graph.get(&key.id) {
        Some(None) => Says::Failure,
        rule => value_or_missing(rule.cloned().flatten()),
    };
    Facts { rules: Scripted::new(rule), ..facts() }
}

/// Where a node leads to: mostly to one nearby, so that there are long chains and large circles.
fn to(id: u32, nodes: u32, near: u32) -> impl Strategy<Value = u32> + Clone {
    let nearby = (1..=near).prop_map(move |far| (id + far) % nodes);
    prop_oneof![6 => nearby, 1 => 0..nodes].boxed()
}

fn rules(nodes: u32, near: u32) -> impl Strategy<Value = Graph> {
    let rule = move |id: u32| {
        let to = to(id, nodes, near);
        prop_oneof![
            2 => prop::bool::ANY.prop_map(Rule::Is).prop_map(Some),
            4 => (to.clone(), to.clone()).prop_map(|(a, b)| Some(Rule::Either(a, b))),
            4 => (to.clone(), to.clone()).prop_map(|(a, b)| Some(Rule::Both(a, b))),
            3 => prop::collection::vec(to.clone(), 0..4).prop_map(|ids| Some(Rule::Any(ids))),
            2 => prop::collection::vec(to, 1..4).prop_map(|ids| Some(Rule::All(ids))),
            1 => Just(None),
        ]
    };
    graph((0..nodes).map(rule).collect())
}

/// Graphs that are one long way, with a few ends, branches and ways back: circles and chains of about as
/// many links as there may be.
fn long_rules() -> impl Strategy<Value = Graph> {
    let rule = |id: u32, nodes: u32| {
        let (next, to) = ((id + 1) % nodes, to(id, nodes, 3));
        let pairs = || {
            (to.clone(), prop::bool::ANY)
                .prop_map(move |(to, is_first)| if is_first { (to, next) } else { (next, to) })
        };
        prop_oneof![
            80 => Just(Some(Rule::Any(vec![next]))),
            3 => pairs().prop_map(|(a, b)| Some(Rule::Either(a, b))),
            3 => pairs().prop_map(|(a, b)| Some(Rule::Both(a, b))),
            1 => prop::collection::vec(to, 1..4).prop_map(|ids| Some(Rule::All(ids))),
            2 => prop::bool::ANY.prop_map(Rule::Is).prop_map(Some),
            1 => Just(None),
        ]
    };
    (55..145_u32).prop_flat_map(move |nodes| graph((0..nodes).map(|id| rule(id, nodes)).collect()))
}

fn graph(rules: Vec<impl Strategy<Value = Option<Rule>>>) -> impl Strategy<Value = Graph> {
    rules.prop_map(|rules| (0..).zip(rules).collect())
}

/// Whether it is allowed; `None` if it is indeterminate.
fn is_allowed(decision: &Decision) -> Option<bool> {
    match decision {
        Decision::Allow { .. } => Some(true),
        Decision::Deny { .. } => Some(false),
        Decision::Indeterminate { .. } => None,
    }
}

/// Nodes asked for one by one in an order, as a page in that order, and explained, on a session that
/// knows nothing, and on one that knows them all.
fn check_graph(graph: &Graph, orders: &[Vec<u32>]) -> Result<(), TestCaseError> {
    let solved = solved(graph, u32::try_from(graph.len()).expect("few nodes"));
    let expected = |id: &u32| match solved[id] {
        (Truth::True, _) => Some(true),
        (Truth::False, _) => Some(false),
        (Truth::Failed, _) => None,
    };
    let check = |ids: &[u32], how: &str, found: Vec<Option<bool>>| {
        let expected: Vec<_> = ids.iter().map(expected).collect();
        prop_assert_eq!(found, expected, "{} in the order {:?}", how, ids);
        Ok(())
    };
    for order in orders {
        let session = || Session::new(graph_facts(graph.clone()));
        let (cold, together, explained) = (session(), session(), session());
        let one = |session, id| block_on(HOLDS.bind(session, &1, &()).check(id));
        let page = |session| block_on(HOLDS.bind(session, &1, &()).check_all(order.clone()));
        let explain = |session, id| block_on(HOLDS.bind(session, &1, &()).explain(id));
        let ones = |session| order.iter().map(|id| is_allowed(&one(session, id))).collect();
        let pages = |session| page(session).iter().map(is_allowed).collect();
        let explains =
            |session| order.iter().map(|id| is_allowed(&explain(session, id).decision)).collect();
        check(order, "one by one", ones(&cold))?;
        check(order, "as a page, when each was asked for", pages(&cold))?;
        check(order, "as a page", pages(&together))?;
        check(order, "one by one, after a page", ones(&together))?;
        check(order, "explained, after a page", explains(&together))?;
        check(order, "explained", explains(&explained))?;
    }
    Ok(())
}

/// Rounds of a page on a session of its own, and of the node on it that needs most alone.
fn rounds_of_page(graph: &Graph, nodes: u32) -> (usize, usize) {
    let rounds = |ids: std::ops::Range<u32>| {
        let session = Session::new(graph_facts(graph.clone()));
        let access = HOLDS.bind(&session, &1, &());
        let page = measured(access.check_all(ids));
        block_on(page).1.rounds()
    };
    let alone = (0..nodes).map(|id| rounds(id..id + 1)).max();
    (rounds(0..nodes), alone.unwrap_or(0))
}

/// A graph, and some of its nodes, in an order.
fn asked(
    graphs: impl Strategy<Value = Graph>,
    least: usize,
    most: usize,
) -> impl Strategy<Value = (Graph, Vec<u32>)> {
    (graphs, least..=most).prop_flat_map(|(graph, count)| {
        let ids: Vec<u32> = graph.keys().copied().collect();
        let order = Just(ids).prop_shuffle().prop_map(move |mut ids| {
            ids.truncate(count);
            ids
        });
        (Just(graph), order)
    })
}

/// What waits for a fact goes on as soon as that is known: many need no more rounds than one.
#[test]
fn a_page_takes_no_more_rounds_than_its_deepest_item() {
    gatehouse_random::check(400, &rules(12, 3), |graph| {
        let (page, alone) = rounds_of_page(&graph, 12);
        prop_assert!(page <= alone, "{page} rounds, and {alone} for the deepest");
        Ok(())
    });
}

/// Guarantee of the language: a recursive fact is its least fixpoint, whatever is asked first.
#[test]
fn small_graphs_are_least_fixpoints() {
    gatehouse_random::check(400, &asked(rules(9, 3), 9, 9), |(graph, order)| {
        let back = order.iter().rev().copied().collect();
        check_graph(&graph, &[order, back])
    });
}

/// How many of the large graphs, each of which is solved many times.
const DEEP: u32 = 40;

/// Chains and circles around the depth limit, each node asked for at some time.
#[test]
fn deep_graphs_have_one_answer() {
    gatehouse_random::check(DEEP, &asked(long_rules(), 145, 145), |(graph, order)| {
        check_graph(&graph, &[order])
    });
}

/// The same, of a few nodes: what one came to is not to be seen from what others need.
#[test]
fn a_few_nodes_of_a_deep_graph_have_one_answer() {
    gatehouse_random::check(DEEP, &asked(long_rules(), 1, 5), |(graph, order)| {
        let back = order.iter().rev().copied().collect();
        check_graph(&graph, &[order, back])
    });
}
