//! The limit on the depth of derived facts.

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse_tests::{Answer, Scripted};

use super::graphs::*;
use super::*;

/// A depth of 64 is allowed and 65 is not, whatever was checked before.
#[tokio::test]
async fn the_depth_limit_does_not_depend_on_the_order_of_checks() {
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

/// A cycle in a chain just below the limit: its depth must not depend on the node at which it is entered.
#[tokio::test]
async fn the_depth_of_a_cycle_does_not_depend_on_its_entry() {
    let decision = |asked_before: Option<u32>, links: u32| async move {
        let leads = move |key: &Leads| {
            Answer::Value(match key.id {
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

/// A cycle of 77 nodes with an end at 2, and edges back from 14 and 20. The value of 15 is known at depth
/// 64 without its edge back. Node 6 depends on 15, and so is deeper than the limit.
fn long_path() -> Graph {
    let next = |id: u32| match id {
        2 => Rule::Is(true),
        14 => Rule::Any(vec![15, 27]),
        20 => Rule::Any(vec![21, 3]),
        id => Rule::Any(vec![(id + 1) % 77]),
    };
    (0..77).map(|id| (id, Some(next(id)))).collect()
}

/// A fact that is too deep does not make others too deep.
#[test]
fn a_fact_that_is_too_deep_does_not_make_others_so() {
    let solved = solved(&long_path(), 77);
    assert_eq!((solved[&15], solved[&6]), ((Truth::True, 64), (Truth::Failed, 73)));
    for order in [vec![15], vec![15, 6], vec![6, 15], (0..77).collect()] {
        check_graph(&long_path(), &[order]).expect("the same, however it is asked for");
    }
}

/// Every key of a cycle counts as a link, whichever is read first and whatever is cached.
#[test]
fn a_cycle_is_as_deep_as_it_has_keys() {
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

/// Nodes 0, 1 and 2 are a cycle: 2 reads 1, and 0 as long as 1 is not true. Its depth is the limit, and 65
/// is deeper.
#[test]
fn a_cycle_has_one_depth_whatever_is_known_of_it() {
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
