//! Random graphs of derived facts, compared with their least fixpoint.

use std::collections::{BTreeMap, BTreeSet};

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse::testing::measured;
use gatehouse_tests::{Answer, Scripted};
use proptest::prelude::{
    Just, Strategy, TestCaseError, prop, prop_assert, prop_assert_eq, prop_oneof,
};

use super::*;

// The reference: the least fixpoint by its definition.

/// The rule of each node, or `None` if its load fails.
pub(super) type Graph = BTreeMap<u32, Option<Rule>>;

/// The value of a node: false < failed < true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    False,
    Failed,
    True,
}

/// The maximal depth of a node.
pub(super) const MAX_DEPTH: usize = 64;

/// The value of a node from the values of others, and the nodes that it reads, in order.
pub(super) fn value(graph: &Graph, of: &dyn Fn(u32) -> Truth, id: u32) -> (Truth, Vec<u32>) {
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

/// The value of each node, and its depth.
pub(super) type Solved = BTreeMap<u32, (Truth, usize)>;

/// Repeatedly solves the cycles that read only themselves and solved nodes. An unsolved node is unknown,
/// and no unknown value decides what is read.
pub(super) fn solved(graph: &Graph, nodes: u32) -> Solved {
    let mut solved = Solved::new();
    while solved.len() < nodes as usize {
        let known = |id| solved.get(&id).map_or(Truth::Failed, |(truth, _)| *truth);
        let open = (0..nodes).filter(|id| !solved.contains_key(id));
        let reads: Reads = open.map(|id| (id, value(graph, &known, id).1)).collect();
        let next = cycles(&reads).into_iter().map(|it| cycle(graph, &solved, &reads, &it));
        let next: Vec<_> = next.collect();
        solved.extend(next.into_iter().flatten());
    }
    solved
}

/// The cycles that read no other unsolved node; single nodes first, which is faster.
pub(super) fn cycles(reads: &Reads) -> BTreeSet<BTreeSet<u32>> {
    let reads_no_other = |id: &u32| reads[id].iter().all(|to| !reads.contains_key(to));
    let alone = reads.keys().filter(|id| reads_no_other(id));
    let alone: BTreeSet<_> = alone.map(|id| BTreeSet::from([*id])).collect();
    if !alone.is_empty() {
        return alone;
    }
    let reached = reached(reads);
    let is_circle = |cycle: &&BTreeSet<u32>| cycle.iter().all(|id| reached[id] == **cycle);
    reached.values().filter(is_circle).cloned().collect()
}

/// The nodes that each node reads.
pub(super) type Reads = BTreeMap<u32, Vec<u32>>;

/// The unsolved nodes that each one reaches, itself included.
pub(super) fn reached(reads: &Reads) -> BTreeMap<u32, BTreeSet<u32>> {
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

/// The solution of a cycle: the values rise from all false, and each node adds one to the depth.
pub(super) fn cycle(
    graph: &Graph,
    solved: &Solved,
    reads: &Reads,
    cycle: &BTreeSet<u32>,
) -> Solved {
    let below = cycle.iter().flat_map(|id| &reads[id]).filter_map(|to| solved.get(to));
    let links = below.map(|(_, links)| links + 1).max().unwrap_or(0) + cycle.len() - 1;
    if links > MAX_DEPTH {
        return cycle.iter().map(|id| (*id, (Truth::Failed, links))).collect();
    }
    let mut values: Solved = cycle.iter().map(|id| (*id, (Truth::False, links))).collect();
    loop {
        let known = |id: u32| values.get(&id).unwrap_or_else(|| &solved[&id]).0;
        let next = cycle.iter().map(|id| (*id, (value(graph, &known, *id).0, links))).collect();
        if next == values {
            return values;
        }
        values = next;
    }
}

pub(super) fn graph_facts(graph: Graph) -> Facts {
    let rule = move |key: &Ruled| match graph.get(&key.id) {
        Some(None) => Answer::Failure,
        rule => value_or_missing(rule.cloned().flatten()),
    };
    Facts { rules: Scripted::new(rule), ..facts() }
}

/// A target of an edge, mostly nearby: this gives long chains and large cycles.
pub(super) fn to(id: u32, nodes: u32, near: u32) -> impl Strategy<Value = u32> + Clone {
    let nearby = (1..=near).prop_map(move |far| (id + far) % nodes);
    prop_oneof![6 => nearby, 1 => 0..nodes].boxed()
}

pub(super) fn rules(nodes: u32, near: u32) -> impl Strategy<Value = Graph> {
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

/// Graphs of one long path with a few ends, branches and edges back: cycles and chains about as deep as the
/// limit.
pub(super) fn long_rules() -> impl Strategy<Value = Graph> {
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

pub(super) fn graph(
    rules: Vec<impl Strategy<Value = Option<Rule>>>,
) -> impl Strategy<Value = Graph> {
    rules.prop_map(|rules| (0..).zip(rules).collect())
}

/// Whether the decision is allow, or `None` if it is indeterminate.
pub(super) fn is_allowed(decision: &Decision) -> Option<bool> {
    match decision {
        Decision::Allow { .. } => Some(true),
        Decision::Deny { .. } => Some(false),
        Decision::Indeterminate { .. } => None,
    }
}

/// Checks the nodes one by one in each order, as a page in that order, and explains them, on a new session
/// and on one on which all are cached.
pub(super) fn check_graph(graph: &Graph, orders: &[Vec<u32>]) -> Result<(), TestCaseError> {
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

/// The rounds of a page on a new session, and of the node that takes the most rounds alone.
pub(super) fn rounds_of_page(graph: &Graph, nodes: u32) -> (usize, usize) {
    let rounds = |ids: std::ops::Range<u32>| {
        let session = Session::new(graph_facts(graph.clone()));
        let access = HOLDS.bind(&session, &1, &());
        let page = measured(access.check_all(ids));
        block_on(page).1.rounds()
    };
    let alone = (0..nodes).map(|id| rounds(id..id + 1)).max();
    (rounds(0..nodes), alone.unwrap_or(0))
}

/// A graph, and some of its nodes in an order.
pub(super) fn asked(
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

/// A body reruns as soon as the fact that blocks it is known: a page takes no more rounds than one node.
#[test]
fn a_page_takes_no_more_rounds_than_its_deepest_resource() {
    gatehouse_random::check(400, &rules(12, 3), |graph| {
        let (page, alone) = rounds_of_page(&graph, 12);
        prop_assert!(page <= alone, "{page} rounds, and {alone} for the deepest");
        Ok(())
    });
}

/// Guarantee of the language: a recursive fact is its least fixpoint, whatever is checked first.
#[test]
fn small_graphs_are_least_fixpoints() {
    gatehouse_random::check(400, &asked(rules(9, 3), 9, 9), |(graph, order)| {
        let back = order.iter().rev().copied().collect();
        check_graph(&graph, &[order, back])
    });
}

/// The number of large graphs, each of which is solved many times.
pub(super) const DEEP: u32 = 40;

/// Chains and cycles around the depth limit; each node is checked at some time.
#[test]
fn deep_graphs_have_one_answer() {
    gatehouse_random::check(DEEP, &asked(long_rules(), 145, 145), |(graph, order)| {
        check_graph(&graph, &[order])
    });
}

/// A few nodes: the value of one does not depend on what others need.
#[test]
fn a_few_nodes_of_a_deep_graph_have_one_answer() {
    gatehouse_random::check(DEEP, &asked(long_rules(), 1, 5), |(graph, order)| {
        let back = order.iter().rev().copied().collect();
        check_graph(&graph, &[order, back])
    });
}
