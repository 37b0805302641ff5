//! A bounded share of `cargo soak`: the same sessions, and not as many.
#![cfg(not(loom))]

use gatehouse_tests::child::in_child;
use gatehouse_tests::soak::{Options, Report, Without, run};

/// So many sessions; what goes wrong is told.
fn soak(sessions: u64, circles: u64) {
    let without = Without::default();
    let options = Options { seed: 1, threads: 2, seconds: 300, sessions, circles, without };
    let Report { counts, wrong } = run(options);
    println!("{counts}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Guarantees 2, 3, 5, 7, 8 and 9: sources that ask their own session, panic and wake as they like,
/// under evaluations that are dropped, parked and moved, with sources replaced meanwhile: every decision
/// is that which the facts give, one after the other.
#[test]
fn every_decision_is_that_of_the_facts() {
    in_child(every_decision_is_that_of_the_facts, || {
        soak(500, 0);
    });
}

/// Guarantee 9: a load that waits for itself, directly or round a circle, fails and says so.
#[test]
fn a_load_that_waits_for_itself_fails() {
    in_child(a_load_that_waits_for_itself_fails, || {
        soak(24, 1);
    });
}
