//! A bounded share of `cargo soak`: the same sessions, in a smaller number.
#![cfg(not(loom))]

use gatehouse_tests::child::in_child;
use gatehouse_tests::soak::{Options, Report, Without, run};

/// Runs so many sessions, and fails with what went wrong.
fn soak(sessions: u64, cycles: u64) {
    let without = Without::default();
    let options = Options { seed: 1, threads: 2, seconds: 300, sessions, cycles, without };
    let Report { counts, wrong } = run(options);
    println!("{counts}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Guarantees 2, 3, 5, 7, 8 and 9: reentrant sources that panic and wake at random, under evaluations that
/// are dropped, parked and moved between threads, while sources are replaced: every decision follows from
/// the facts.
#[test]
fn every_decision_is_that_of_the_facts() {
    in_child(every_decision_is_that_of_the_facts, || {
        soak(500, 0);
    });
}

/// Guarantee 9: a load that waits for itself, directly or in a cycle, fails with an error that says so.
#[test]
fn a_load_that_waits_for_itself_fails() {
    in_child(a_load_that_waits_for_itself_fails, || {
        soak(24, 1);
    });
}
