//! The counts of a soak, and its failures.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of differences that are kept: the first ones are the most useful.
const SHOWN: usize = 20;

/// The events so far.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) sessions: AtomicU64,
    pub(super) decisions: AtomicU64,
    pub(super) aborts: AtomicU64,
    pub(super) parks: AtomicU64,
    pub(super) moves: AtomicU64,
    pub(super) panics: AtomicU64,
    pub(super) refreshes: AtomicU64,
    pub(super) refusals: AtomicU64,
    pub(super) deadlines: AtomicU64,
    pub(super) cycles: AtomicU64,
    wrong: Mutex<Vec<String>>,
}

impl Tally {
    pub(super) fn wrong(&self, what: String) {
        let mut wrong = self.wrong.lock().expect("no panic under it");
        if wrong.len() < SHOWN {
            eprintln!("WRONG: {what}");
            wrong.push(what);
        }
    }

    pub(super) fn take_wrong(&self) -> Vec<String> {
        std::mem::take(&mut *self.wrong.lock().expect("no panic under it"))
    }

    pub(super) fn sessions(&self) -> u64 {
        self.sessions.load(Ordering::Relaxed)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            ("sessions", &self.sessions),
            ("decisions", &self.decisions),
            ("aborts", &self.aborts),
            ("parks", &self.parks),
            ("moves", &self.moves),
            ("panics", &self.panics),
            ("refreshes", &self.refreshes),
            ("refusals", &self.refusals),
            ("deadlines", &self.deadlines),
            ("cycles", &self.cycles),
        ];
        for (i, (name, count)) in counts.into_iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            write!(f, "{comma}{} {name}", count.load(Ordering::Relaxed))?;
        }
        Ok(())
    }
}
