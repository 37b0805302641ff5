//! Counting rows: one program after another, or several at a time.

use std::sync::Mutex;
use std::thread;

use super::rows::Row;
use crate::counting::{Counted, Counter};

/// What was counted of a program, in the order of the row's counts.
pub type Counts = Vec<Result<Counted, String>>;

/// Counts all programs of all rows: for each row, and each of its programs.
pub fn count_all(counter: &Counter, rows: &[Row], threads: usize) -> Vec<Vec<Counts>> {
    let mut results: Vec<Vec<Counts>> =
        rows.iter().map(|row| row.programs.iter().map(|_| Vec::new()).collect()).collect();
    let jobs = results.iter_mut().zip(rows).flat_map(|(results, row)| {
        results.iter_mut().enumerate().map(move |(program, result)| (row, program, result))
    });
    let jobs = Mutex::new(jobs);
    let work = || {
        loop {
            let job = jobs.lock().expect("no panic").next();
            let Some((row, program, result)) = job else { break };
            *result = count(counter, row, program);
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    results
}

fn count(counter: &Counter, row: &Row, program: usize) -> Counts {
    let written = counter.write(row.name, &row.programs[program]);
    row.counts.iter().map(|count| counter.count(&written, *count)).collect()
}
