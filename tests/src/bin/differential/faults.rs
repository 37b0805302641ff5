//! Proves that the test can find a fault: breaks a copy of the workspace, in the ways that
//! `tests/differential_faults.toml` lists, and tests each.

use std::process::ExitCode;

use gatehouse_tests::faults::Fault;

use crate::options::Options;
use crate::program::Workshop;
use crate::trial::Trial;
use crate::{body::Body, generate};

/// Batches, each with seeds of its own, before a fault counts as not found.
const MOST_BATCHES: u64 = 16;

/// Seeds each fault whose description contains `word`. Prints a table; fails if one is not found.
pub fn all_are_found(options: &Options, word: &str) -> ExitCode {
    let faults = Fault::table(&options.library.join("tests/differential_faults.toml"));
    let workspace = options.folder.join("faulty");
    let mut unnoticed = 0;
    for fault in faults.iter().filter(|it| it.what.contains(word)) {
        fault.seed(&options.library, &workspace);
        // A folder of its own, so that what the compiler's copy is not built from is not built again.
        let workshop = Workshop::new(&options.folder.join("faulty-program"), &workspace);
        let found = difference(options, &workshop);
        unnoticed += usize::from(found.is_none());
        let verdict = if found.is_some() { "found" } else { "NOT FOUND" };
        println!("{verdict:<9}  {}", fault.what);
        println!("           {}", found.unwrap_or_default());
    }
    ExitCode::from(u8::from(unnoticed > 0))
}

/// The first difference, in words.
fn difference(options: &Options, workshop: &Workshop) -> Option<String> {
    let sets: Vec<u64> = (0..options.data).collect();
    (options.seed..options.seed + MOST_BATCHES).find_map(|seed| {
        let bodies: Vec<Body> = (0..options.bodies).map(|i| generate::body(seed, i)).collect();
        let facts = generate::facts(seed);
        let (program, refused, _) = workshop.build_what_compiles(&facts, &bodies);
        if let Some(body) = refused.first() {
            return Some(format!("seed {seed}, body {body}: does not compile"));
        }
        let trial = Trial::new((&facts, &bodies), &program, &sets, false);
        let found = trial.differences();
        let Some(first) = found.first() else {
            let together = || trial.differences_together(seed, &[]).into_iter().next();
            let not_refused = || {
                let rules = generate::forbidden(seed, options);
                let (at, what) = workshop.not_refused(&rules).into_iter().next()?;
                Some(format!("forbidden rule {at} {what}"))
            };
            let what = not_refused().or_else(together)?;
            return Some(format!("seed {seed}, {}", what.lines().next().unwrap_or_default()));
        };
        let count = found.len();
        Some(format!(
            "seed {seed}, {count} of {} bodies, the first {}: {}",
            options.bodies, first.body, first.what
        ))
    })
}
