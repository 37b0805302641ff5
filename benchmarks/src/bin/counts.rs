//! `cargo counts`: what does not depend on the machine. Allocations, bytes, calls of the source and
//! rounds of the main rows, and what happens to each key.

use std::sync::Arc;
use std::time::Duration;

use gatehouse_benchmarks::counted::{Uses, uses};
use gatehouse_benchmarks::data::Store;
use gatehouse_benchmarks::executor::{Executor, paused_tokio};
use gatehouse_benchmarks::rows::{Row, rows};
use gatehouse_benchmarks::settings;

/// What each call of a store takes whose rounds are counted, by a clock that jumps.
const LATENCY: Duration = Duration::from_secs(1);

/// Calls and rounds of each row, in their order.
fn calls_and_rounds() -> Vec<(u64, u64)> {
    let store = Arc::new(Store::in_memory().with_latency(LATENCY));
    let runtime = paused_tokio();
    let handle = runtime.handle().clone();
    let now = || {
        let _in_runtime = handle.enter();
        tokio::time::Instant::now()
    };
    let count = |row: &Row| {
        let (calls, start) = (store.calls(), now());
        (row.run)();
        (store.calls() - calls, (now() - start).as_secs())
    };
    rows(&store, Executor::Runtime(runtime)).iter().map(count).collect()
}

fn per_item(count: u64, items: u32) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "printed with two digits")]
    let count = count as f64;
    count / f64::from(items)
}

fn main() {
    println!("| work | | allocations | per item | bytes | per item | calls | rounds |");
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    let store = Arc::new(Store::in_memory());
    let counted = rows(&store, Executor::Thread);
    for (Row { workload, column, items, run }, (calls, rounds)) in
        counted.iter().zip(calls_and_rounds())
    {
        run(); // What is made once in a process is made now.
        let mut visible = 0;
        let spent = allocation_counter::measure(|| visible = run());
        assert!(visible > 0, "{workload}: nothing is visible");
        let (count, bytes) = (spent.count_total, spent.bytes_total);
        println!(
            "| {workload} | {column} | {count} | {:.2} | {bytes} | {:.0} | {calls} | {rounds} |",
            per_item(count, *items),
            per_item(bytes, *items),
        );
    }

    let keys = 1000;
    println!("\nWhat happens to each key of a page of {keys}, all different:\n");
    println!("| | hashes | comparisons | clones |\n|---|--:|--:|--:|");
    let (by_hand, ours) = uses(keys);
    for (name, Uses { hashes, comparisons, clones }) in
        [(settings::BY_HAND, by_hand), (settings::OURS, ours)]
    {
        let [hashes, comparisons, clones] =
            [hashes, comparisons, clones].map(|count| per_item(count.into(), keys));
        println!("| {name} | {hashes:.2} | {comparisons:.2} | {clones:.2} |");
    }
}
