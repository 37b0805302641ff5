//! Where the random tests take their cases from: the same in every run, and others for who asks.
//!
//! `cargo test` takes fixed seeds: it fails if the code is wrong, and never by chance. With
//! `PROPTEST_CASES=n` a random test takes `n` cases of random seeds instead, and a failure prints the
//! seed; `PROPTEST_RNG_SEED=seed` takes the cases of that one. What is found so becomes a test of its own.

use std::env;
use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

/// The most cases of one seed, so that a failure among a million is soon there again.
const CASES_OF_A_SEED: u32 = 1000;

/// Runs a test on `cases` values of a strategy, or on as many as the environment says.
///
/// # Panics
/// If the test fails, with the smallest value that it fails on, and how to see that again.
pub fn check<S: Strategy>(
    cases: u32,
    strategy: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let asked = number("PROPTEST_CASES");
    let first = first_seed(number("PROPTEST_RNG_SEED"), asked);
    for (seed, cases) in batches(first, asked.unwrap_or(cases)) {
        check_batch(seed, cases, strategy, &test);
    }
}

/// The seed that is asked for; a random one for whoever asks for a number of cases; else always the same.
fn first_seed(seed: Option<u64>, cases: Option<u32>) -> u64 {
    match (seed, cases) {
        (Some(seed), _) => seed,
        (None, Some(_)) => RandomState::new().hash_one(0),
        (None, None) => 0,
    }
}

/// The number that a variable of the environment says, if it is there.
fn number<N: FromStr<Err: Display>>(name: &str) -> Option<N> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}")))
}

/// Seeds, each with how many cases to take of it.
fn batches(first: u64, cases: u32) -> impl Iterator<Item = (u64, u32)> {
    let starts = (0..cases).step_by(CASES_OF_A_SEED as usize);
    let sizes = starts.map(move |start| CASES_OF_A_SEED.min(cases - start));
    (0..).map(move |at| first.wrapping_add(at)).zip(sizes)
}

fn check_batch<S: Strategy>(
    seed: u64,
    cases: u32,
    strategy: &S,
    test: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        // A failure is stored as a test that a person wrote, and not as a number in a file.
        failure_persistence: None,
        ..Config::default()
    };
    if let Err(failure) = TestRunner::new(config).run(strategy, test) {
        panic!("{failure}\nreplay: PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases}");
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use proptest::num::u64::ANY;

    use super::*;

    fn values(seed: u64, cases: u32) -> Vec<u64> {
        let values = RefCell::new(Vec::new());
        check_batch(seed, cases, &ANY, |value| {
            values.borrow_mut().push(value);
            Ok(())
        });
        values.into_inner()
    }

    #[test]
    fn a_seed_has_its_cases() {
        assert_eq!(values(7, 20), values(7, 20));
        assert_ne!(values(7, 20), values(8, 20));
    }

    #[test]
    fn seeds_are_random_only_for_who_asks_for_cases() {
        assert_eq!([first_seed(None, None), first_seed(None, None)], [0; 2]);
        assert_ne!(first_seed(None, Some(1)), first_seed(None, Some(1)));
        assert_eq!([first_seed(Some(7), None), first_seed(Some(7), Some(1))], [7; 2]);
    }

    #[test]
    fn many_cases_are_of_many_seeds() {
        assert_eq!(batches(7, 2500).collect::<Vec<_>>(), [(7, 1000), (8, 1000), (9, 500)]);
        assert_eq!(batches(u64::MAX, 1001).collect::<Vec<_>>(), [(u64::MAX, 1000), (0, 1)]);
        assert_eq!(batches(7, 0).count(), 0);
    }

    /// With what a failure prints it is there again.
    #[test]
    fn a_failure_prints_its_seed() {
        let failing =
            || check_batch(7, 20, &ANY, |value| Err(TestCaseError::fail(value.to_string())));
        let panic = catch_unwind(AssertUnwindSafe(failing)).expect_err("the test fails");
        let text = panic.downcast_ref::<String>().expect("a text");
        assert!(text.ends_with("replay: PROPTEST_RNG_SEED=7 PROPTEST_CASES=20"), "{text}");
    }
}
