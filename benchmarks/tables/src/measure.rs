//! The load of gatehouse and those by hand, in turns.

use std::hint::black_box;
use std::time::{Duration, Instant};

use gatehouse::prelude::*;

use crate::data::{Batch, Level};

/// A database: what gatehouse loads from it, and what a statement by hand does.
pub trait Side {
    const NAME: &str;

    /// A statement by hand.
    type Form: Copy + 'static;

    /// The best statements for a batch.
    fn forms(batch: Batch) -> &'static [Self::Form];

    fn name(form: Self::Form) -> &'static str;

    async fn ours(&self, keys: &[Level]) -> Loaded<Level>;

    async fn by_hand(&self, form: Self::Form, keys: &[Level]) -> Loaded<Level>;
}

/// The sizes of batches.
const SIZES: [usize; 5] = [1, 10, 100, 1_000, 10_000];

/// The batches of a cell, which are asked for in turns.
const BATCHES: u64 = 8;

/// Prints the rows of a database.
pub async fn print_rows(side: &impl Side, batches: impl Iterator<Item = Batch>) {
    for batch in batches {
        for size in SIZES {
            print_row(side, batch, size).await;
        }
    }
}

async fn print_row<S: Side>(side: &S, batch: Batch, number: usize) {
    let forms = S::forms(batch);
    let batches: Vec<_> = (0..BATCHES).map(|seed| batch.keys(number, seed)).collect();
    for keys in &batches {
        assert_same(side, forms, keys).await;
    }
    let mut times = vec![Vec::new(); forms.len() + 1];
    for at in 0..(60_000 / number).clamp(60, 3_000) {
        let keys = &batches[at % batches.len()];
        for turn in 0..times.len() {
            // What was first last time is last now: what comes first finds colder caches.
            let way = (at + turn) % times.len();
            let started = Instant::now();
            let loaded = match way.checked_sub(1) {
                None => side.ours(keys).await,
                Some(form) => side.by_hand(forms[form], keys).await,
            };
            times[way].push(started.elapsed());
            black_box(loaded);
        }
    }
    let mut figures = times.into_iter().map(Figures::of);
    let ours = figures.next().expect("gatehouse");
    let best = |one: &(Figures, _), other: &(Figures, _)| one.0.median.total_cmp(&other.0.median);
    let by_hand: Vec<_> = figures.zip(forms).collect();
    let least = by_hand.iter().map(|(it, _)| it.least).fold(f64::INFINITY, f64::min);
    let (hand, form) = by_hand.into_iter().min_by(best).expect("a form");
    println!(
        "| {} | {} | {number} | {:.1} | {:.1} | **{:.2}** | {:.2} | {} |",
        S::NAME,
        batch.name(),
        ours.median,
        hand.median,
        ours.median / hand.median,
        ours.least / least,
        S::name(*form),
    );
}

/// All ways must find the rows of half of the keys.
async fn assert_same<S: Side>(side: &S, forms: &[S::Form], keys: &[Level]) {
    let ours = side.ours(keys).await.len();
    assert!((2 * ours).abs_diff(keys.len()) <= 1, "half of the keys have a row");
    for form in forms {
        assert_eq!(side.by_hand(*form, keys).await.len(), ours, "{}", S::name(*form));
    }
}

/// Microseconds.
struct Figures {
    median: f64,
    least: f64,
}

impl Figures {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let [median, least] = [times.len() / 2, 0].map(|at| times[at].as_secs_f64() * 1e6);
        Self { median, least }
    }
}
