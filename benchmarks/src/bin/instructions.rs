//! `cargo instructions`: how many instructions the main rows take, counted by valgrind.
//!
//! Starts itself under `valgrind --tool=callgrind` for each row; what is counted is one run of the
//! row, after another one, without what was made beforehand.

use std::process::{Command, ExitCode};
use std::sync::Arc;

use gatehouse_benchmarks::data::Store;
use gatehouse_benchmarks::executor::Executor;
use gatehouse_benchmarks::rows::{Row, rows};

/// What valgrind counts: this function by its name, and what it calls.
#[inline(never)]
fn counted_by_valgrind(run: &dyn Fn() -> usize) -> usize {
    std::hint::black_box(run())
}

fn run_row(row: &Row) {
    (row.run)();
    assert!(counted_by_valgrind(&row.run) > 0, "{}: nothing is visible", row.workload);
}

/// The instructions of row number `index`, or what valgrind said instead.
fn instructions(index: usize) -> Result<u64, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*counted_by_valgrind*")
        .arg(this)
        .arg(index.to_string())
        .output()
        .map_err(|error| format!("valgrind does not start ({error}): is it installed?"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    match collected.and_then(|(_, count)| count.trim().parse().ok()) {
        Some(count) if output.status.success() && count > 0 => Ok(count),
        _ => Err(said.into_owned()),
    }
}

fn main() -> ExitCode {
    let rows = rows(&Arc::new(Store::in_memory()), Executor::Thread);
    if let Some(index) = std::env::args().nth(1) {
        run_row(&rows[index.parse::<usize>().expect("the number of a row")]);
        return ExitCode::SUCCESS;
    }
    println!("| work | | instructions | per item |\n|---|---|--:|--:|");
    for (index, Row { workload, column, items, .. }) in rows.iter().enumerate() {
        match instructions(index) {
            Ok(count) => {
                println!("| {workload} | {column} | {count} | {} |", count / u64::from(*items));
            }
            Err(why) => {
                eprintln!("{why}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
