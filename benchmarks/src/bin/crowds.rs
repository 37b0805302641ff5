//! `cargo crowds`: how what a crowd costs grows with it. Polls, which do not depend on the machine, and
//! CPU time, which does: what matters is how often the work was for twice as many.

use std::time::Duration;

use gatehouse_benchmarks::crowds::{Counted, Crowd, crowds};
use rustix::time::{ClockId, clock_gettime};

/// What this thread has used of a processor so far.
fn cpu() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    used.try_into().expect("a time that is not negative")
}

/// The least time of a few runs: what else the machine does only adds to it.
fn measured(run: impl Fn() -> Counted) -> (Counted, Duration) {
    let once = || {
        let before = cpu();
        let counted = run();
        (counted, cpu().saturating_sub(before))
    };
    let first = once();
    if first.1 > Duration::from_millis(300) {
        return first;
    }
    let others = (0..4).map(|_| once());
    std::iter::once(first).chain(others).min_by_key(|(_, time)| *time).expect("there is one")
}

fn main() {
    println!("| work | | n | polls of checks | of loads | CPU, ms | times that of half |");
    println!("|---|---|--:|--:|--:|--:|--:|");
    for Crowd { workload, column, sizes, run } in crowds() {
        let mut before: Option<Duration> = None;
        for size in sizes {
            let (Counted { checks, loads }, time) = measured(|| run(size));
            let grown = before.replace(time).map_or_else(
                || "–".to_owned(),
                |before| format!("{:.1}", time.as_secs_f64() / before.as_secs_f64()),
            );
            let time = time.as_secs_f64() * 1e3;
            println!(
                "| {workload} | {column} | {size} | {checks} | {loads} | {time:.2} | {grown} |"
            );
        }
    }
}
