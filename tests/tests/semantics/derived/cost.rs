//! The cost of derived facts: loads, rounds, runs of their bodies.

use std::sync::atomic::Ordering;

use gatehouse::prelude::*;
use gatehouse_tests::{Answer, Scripted};

use super::*;

/// Each level takes one source call of each fact, for any number of folders.
#[tokio::test]
async fn a_tree_costs_its_depth() {
    for depth in [0_u32, 1, 6] {
        // A hundred trees that join at the root, and a thousand documents on the lowest level.
        let below = Facts {
            parents: Scripted::new(move |key: &Parent| {
                match (key.folder / 100, key.folder % 100) {
                    (0, _) => Answer::Missing,
                    (1, _) => Answer::Value(0),
                    (level, tree) => Answer::Value((level - 1) * 100 + tree),
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

/// The number of runs of document bodies on a page of `documents`, each of which leads to one of the two
/// topmost links of one chain.
async fn runs_of_documents(documents: u32, links: u32) -> usize {
    let pred = move |key: &Pred| match key.n {
        0 => Answer::Missing,
        document @ 1000.. => Answer::Value(links - document % 2),
        link => Answer::Value(link - 1),
    };
    let session = Session::new(Facts { preds: Scripted::new(pred), ..facts() });
    DOCUMENT_RUNS.store(0, Ordering::Relaxed);
    let page: Vec<u32> = (1000..1000 + documents).collect();
    let decisions = CLIMBS.bind(&session, &1, &()).check_all(page).await;
    assert!(decisions.iter().all(Decision::is_allow));
    DOCUMENT_RUNS.load(Ordering::Relaxed)
}

/// A document that is blocked on a link is not rerun before that link is known: in each round, one body
/// runs for each link that documents wait for.
#[tokio::test]
async fn a_body_blocked_on_a_pending_fact_is_not_rerun() {
    let (few, many) = (runs_of_documents(100, 30).await, runs_of_documents(1000, 30).await);
    // The runs of a document: to find its load, to register it, to find the next link, to register that
    // one, and to read the result.
    assert_eq!(many - few, 900 * 5);
    let further = runs_of_documents(100, 60).await - few;
    assert_eq!(runs_of_documents(1000, 60).await - many, further);
    assert!(further <= 30 * 2 * 3, "{further}");
}

/// Joined evaluations share the rounds of derived facts.
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
            Answer::Value((0..11).filter(|to| *to != key.id).collect())
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
