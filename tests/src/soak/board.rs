//! The sessions in progress, so that a hang can be found and reported.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::plan::Plan;

/// The sessions in progress, by seed.
#[derive(Clone, Default)]
pub(super) struct Board(Arc<Mutex<BTreeMap<u64, Line>>>);

struct Line {
    since: Instant,
    plan: Option<Plan>,
    what: &'static str,
}

/// An entry of the board, removed when this is dropped.
pub(super) struct Entry {
    board: Board,
    seed: u64,
}

impl Board {
    /// Adds an entry.
    pub(super) fn enter(&self, seed: u64, plan: Option<Plan>, what: &'static str) -> Entry {
        let line = Line { since: Instant::now(), plan, what };
        self.0.lock().expect("no panic under it").insert(seed, line);
        Entry { board: self.clone(), seed }
    }

    /// A description of the entries that are older than `limit`.
    pub(super) fn overdue(&self, limit: Duration) -> Option<String> {
        let lines = self.0.lock().expect("no panic under it");
        let mut text = String::new();
        for (seed, line) in lines.iter().filter(|(_, line)| line.since.elapsed() > limit) {
            let Line { since, plan, what } = line;
            let age = since.elapsed();
            let _ = write!(text, "seed {seed}: {what} for {age:?}, {plan:?}; ");
        }
        (!text.is_empty()).then_some(text)
    }
}

impl Entry {
    /// Sets the present step.
    pub(super) fn is(&self, what: &'static str) {
        if let Some(line) = self.board.0.lock().expect("no panic under it").get_mut(&self.seed) {
            line.what = what;
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.board.0.lock().expect("no panic under it").remove(&self.seed);
    }
}
