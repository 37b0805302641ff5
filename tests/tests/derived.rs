//! Derived facts: what they mean, what they cost, and that no order of questions changes them.
#![cfg(not(loom))]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::prelude::*;
use gatehouse::testing::measured;
use gatehouse_tests::{Says, Scripted};
use proptest::prelude::{
    Just, ProptestConfig, Strategy, TestCaseError, prop, prop_assert, prop_assert_eq, prop_oneof,
    proptest,
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
    // To find its load, to ask for it, to find the link behind and to ask that one, with a look at what
    // else there is to ask for, and to read the answer.
    assert_eq!(many - few, 900 * 7);
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

type Graph = BTreeMap<u32, Rule>;

/// What a node comes to: false < failed < true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    False,
    Failed,
    True,
}

/// A rule whose load fails.
const FAILING: u32 = 13;

/// The value of a node from the values of others, and the nodes that are read for it, in order.
fn value(graph: &Graph, values: &BTreeMap<u32, Truth>, id: u32) -> (Truth, Vec<u32>) {
    let of = |id: &u32| values.get(id).copied().unwrap_or(Truth::False);
    let until = |ids: &[u32], decisive| {
        let read = ids.iter().position(|id| of(id) == decisive).map_or(ids.len(), |at| at + 1);
        ids[..read].to_vec()
    };
    if id % FAILING == FAILING - 1 {
        return (Truth::Failed, vec![]);
    }
    match graph.get(&id) {
        Some(Rule::Is(true)) => (Truth::True, vec![]),
        None | Some(Rule::Is(false)) => (Truth::False, vec![]),
        Some(Rule::Either(a, b)) if of(a) == Truth::True => (Truth::True, vec![*a]),
        Some(Rule::Either(a, b)) => (of(a).max(of(b)), vec![*a, *b]),
        Some(Rule::Both(a, _)) if of(a) == Truth::False => (Truth::False, vec![*a]),
        Some(Rule::Both(a, b)) => (of(a).min(of(b)), vec![*a, *b]),
        Some(Rule::Any(ids)) => {
            (ids.iter().map(of).max().unwrap_or(Truth::False), until(ids, Truth::True))
        }
        Some(Rule::All(ids)) => {
            (ids.iter().map(of).min().unwrap_or(Truth::True), until(ids, Truth::False))
        }
    }
}

/// The decision about each node: allowed, denied, or neither.
fn solved(graph: &Graph, nodes: u32) -> BTreeMap<u32, Option<bool>> {
    let mut values = BTreeMap::new();
    loop {
        let next = (0..nodes).map(|id| (id, value(graph, &values, id).0)).collect();
        if next == values {
            break;
        }
        values = next;
    }
    let heights = heights(&reads(graph, &values));
    let decided = |id: &u32, truth: &Truth| match truth {
        _ if heights[id] > 64 => None,
        Truth::True => Some(true),
        Truth::Failed => None,
        Truth::False => Some(false),
    };
    values.iter().map(|(id, truth)| (*id, decided(id, truth))).collect()
}

type Reads = BTreeMap<u32, BTreeSet<u32>>;

/// What each node reads, of the nodes outside of its cycle as they are, and of those inside in each
/// step from all false to what they are. What a cycle is depends on what is read: the least answer.
fn reads(graph: &Graph, values: &BTreeMap<u32, Truth>) -> Reads {
    let mut cycles: Vec<BTreeSet<u32>> = values.keys().map(|id| BTreeSet::from([*id])).collect();
    loop {
        let mut reads = Reads::new();
        for cycle in &cycles {
            let mut stepwise = values.clone();
            stepwise.retain(|id, _| !cycle.contains(id));
            loop {
                let mut next = stepwise.clone();
                for id in cycle {
                    let (truth, read) = value(graph, &stepwise, *id);
                    next.insert(*id, truth);
                    reads.entry(*id).or_default().extend(read);
                }
                if next == stepwise {
                    break;
                }
                stepwise = next;
            }
        }
        let reached = reached(&reads);
        let cycle = |id: &u32| -> BTreeSet<u32> {
            let back = reached[id].iter().copied().filter(|to| reached[to].contains(id));
            back.chain([*id]).collect()
        };
        let next: BTreeSet<BTreeSet<u32>> = values.keys().map(cycle).collect();
        let next: Vec<_> = next.into_iter().collect();
        if next.len() == cycles.len() {
            return reads;
        }
        cycles = next;
    }
}

/// The nodes that each one comes to.
fn reached(reads: &Reads) -> Reads {
    let reached = |from: u32| {
        let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(id) = open.pop() {
            open.extend(reads[&id].iter().filter(|to| reached.insert(**to)));
        }
        reached
    };
    reads.keys().map(|id| (*id, reached(*id))).collect()
}

/// How deep each node is: a cycle counts as the number of its nodes.
fn heights(reads: &Reads) -> BTreeMap<u32, usize> {
    let reached = reached(reads);
    let cycle = |id: u32| -> Vec<u32> {
        let mut cycle: Vec<u32> = reached[&id]
            .iter()
            .copied()
            .filter(|to| *to != id && reached[to].contains(&id))
            .collect();
        cycle.push(id);
        cycle
    };
    let mut heights: BTreeMap<u32, usize> = BTreeMap::new();
    while heights.len() < reads.len() {
        for id in reads.keys() {
            let cycle = cycle(*id);
            let below = || cycle.iter().flat_map(|id| &reads[id]).filter(|to| !cycle.contains(to));
            if below().all(|to| heights.contains_key(to)) {
                let links = below().map(|to| heights[to] + 1).max().unwrap_or(0);
                heights.insert(*id, links + cycle.len() - 1);
            }
        }
    }
    heights
}

fn graph_facts(graph: Graph) -> Facts {
    let rule = move |key: &Ruled| {
        if key.id % FAILING == FAILING - 1 {
            return Says::Failure;
        }
        value_or_missing(graph.get(&key.id).cloned())
    };
    Facts { rules: Scripted::new(rule), ..facts() }
}

fn rules(nodes: u32, near: u32) -> impl Strategy<Value = Graph> {
    let rule = move |id: u32| {
        // Mostly to a node nearby, so that there are long chains and large cycles.
        let to = prop_oneof![
            6 => (1..=near).prop_map(move |far| (id + far) % nodes),
            1 => 0..nodes,
        ];
        let to = to.boxed();
        prop_oneof![
            2 => prop::bool::ANY.prop_map(Rule::Is),
            4 => (to.clone(), to.clone()).prop_map(|(a, b)| Rule::Either(a, b)),
            4 => (to.clone(), to.clone()).prop_map(|(a, b)| Rule::Both(a, b)),
            3 => prop::collection::vec(to.clone(), 0..4).prop_map(Rule::Any),
            2 => prop::collection::vec(to, 1..4).prop_map(Rule::All),
        ]
    };
    (0..nodes).map(rule).collect::<Vec<_>>().prop_map(|rules| (0..).zip(rules).collect())
}

fn check_graph(graph: &Graph, orders: &[Vec<u32>], nodes: u32) -> Result<(), TestCaseError> {
    let solved = solved(graph, nodes);
    for order in orders {
        let session = Session::new(graph_facts(graph.clone()));
        let access = HOLDS.bind(&session, &1, &());
        for id in order {
            let decision = futures::executor::block_on(access.check(id));
            let decided = match decision {
                Decision::Allow { .. } => Some(true),
                Decision::Deny { .. } => Some(false),
                Decision::Indeterminate { .. } => None,
            };
            prop_assert_eq!(decided, solved[id], "node {} in {:?}", id, order);
        }
        let all = futures::executor::block_on(access.check_all(0..nodes));
        for (id, decision) in (0..).zip(all) {
            prop_assert_eq!(decision.is_allow(), solved[&id] == Some(true), "node {}", id);
        }
    }
    Ok(())
}

/// Rounds of a page on a session of its own, and of the node on it that needs most alone.
fn rounds_of_page(graph: &Graph, nodes: u32) -> (usize, usize) {
    let rounds = |ids: std::ops::Range<u32>| {
        let session = Session::new(graph_facts(graph.clone()));
        let access = HOLDS.bind(&session, &1, &());
        let page = measured(access.check_all(ids));
        futures::executor::block_on(page).1.rounds()
    };
    let alone = (0..nodes).map(|id| rounds(id..id + 1)).max();
    (rounds(0..nodes), alone.unwrap_or(0))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// What waits for a fact goes on as soon as that is known: many need no more rounds than one.
    #[test]
    fn a_page_takes_no_more_rounds_than_its_deepest_item(graph in rules(12, 3)) {
        let (page, alone) = rounds_of_page(&graph, 12);
        prop_assert!(page <= alone, "{page} rounds, and {alone} for the deepest");
    }

    /// Guarantee of the language: a recursive fact is its least fixpoint, whatever is asked first.
    #[test]
    fn small_graphs_are_least_fixpoints(
        graph in rules(9, 3),
        first in Just((0..9).collect::<Vec<u32>>()).prop_shuffle(),
        second in Just((0..9).collect::<Vec<u32>>()).prop_shuffle(),
    ) {
        check_graph(&graph, &[first, second, vec![]], 9)?;
    }

    /// Chains and cycles around the depth limit.
    #[test]
    fn deep_graphs_have_one_answer(
        graph in rules(90, 1),
        first in Just((0..90).collect::<Vec<u32>>()).prop_shuffle(),
        second in Just((0..90).collect::<Vec<u32>>()).prop_shuffle(),
    ) {
        check_graph(&graph, &[first, second], 90)?;
    }
}
