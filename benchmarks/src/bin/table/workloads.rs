//! The table: a row for each workload, a column for each who answers it.

use std::fmt::Write;

use gatehouse_benchmarks::settings::{
    BLOCKED, BY_HAND, BY_HAND_PARALLEL, BY_HAND_SINGLE, CASBIN, CEDAR, EMPTY, LOADER,
    LOADER_AT_ONCE, OURS, OURS_BLOCKED, OURS_CHECK, OURS_LOCAL, OURS_SMALL, POLLED, PREDECESSOR,
    PREDECESSOR_BATCHED, REGORUS,
};

use crate::measurements::{Estimate, Measurements};

/// Workloads, each with gatehouse's way to answer it that the others are compared with.
const ROWS: &[(&str, &str)] = &[
    ("1 local policy", OURS_LOCAL),
    ("1 local policy", OURS),
    ("4 local policies", OURS_LOCAL),
    ("4 local policies", OURS),
    ("4 local policies", OURS_BLOCKED),
    ("16 local policies", OURS_LOCAL),
    ("16 local policies", OURS),
    ("64 local policies", OURS_LOCAL),
    ("64 local policies", OURS),
    ("1 fact, fresh session", OURS),
    ("1 fact, fresh session", OURS_SMALL),
    ("1 fact, warm session", OURS),
    ("5 facts, fresh session", OURS),
    ("5 facts, warm session", OURS),
    ("page of 1000, 4 local policies", OURS),
    ("page of 100000, 4 local policies", OURS),
    ("page of 100, 1 fact each", OURS),
    ("page of 1000, 1 fact each", OURS),
    ("page of 10000, 1 fact each", OURS),
    ("page of 100000, 1 fact each", OURS),
    ("page of 100, 90 % duplicate keys", OURS),
    ("page of 1000, 90 % duplicate keys", OURS),
    ("page of 10000, 90 % duplicate keys", OURS),
    ("page of 100000, 90 % duplicate keys", OURS),
    ("page of 100, 5 fact types", OURS),
    ("page of 1000, 5 fact types", OURS),
    ("page of 10000, 5 fact types", OURS),
    ("page of 100000, 5 fact types", OURS),
    ("page of 100, 2 dependent facts", OURS),
    ("page of 1000, 2 dependent facts", OURS),
    ("page of 10000, 2 dependent facts", OURS),
    ("page of 100000, 2 dependent facts", OURS),
    ("page of 100, 5 fact types, 1 ms source", OURS),
    ("page of 100, 2 dependent facts, 1 ms source", OURS),
    ("1000 roles, one check", OURS),
    ("1000 documents in folders 6 deep", OURS),
    ("4 tasks on one session, a page of 1000 each", OURS),
    ("4 local policies, explained as text", OURS),
];

/// Who answers a workload: the heading, and the ways to do it, with what to call those after the first.
type Column = (&'static str, &'static [(&'static str, &'static str)]);

const LIMIT: Column = (
    "hand-written",
    &[(BY_HAND, ""), (BY_HAND_SINGLE, "without batches: "), (BY_HAND_PARALLEL, "on all cores: ")],
);

const PEERS: &[Column] = &[
    ("gatehouse 0.6.0", &[(PREDECESSOR, ""), (PREDECESSOR_BATCHED, "batched by hand: ")]),
    ("Cedar", &[(CEDAR, "")]),
    ("Casbin", &[(CASBIN, "")]),
    ("Regorus", &[(REGORUS, "")]),
    ("DataLoader", &[(LOADER, ""), (LOADER_AT_ONCE, "asked once: ")]),
];

/// What a cell says of another's time beside gatehouse's.
type Cell = fn(ours: Estimate, other: Estimate) -> String;

/// What somebody's ways to answer a workload took.
fn cell(
    measured: &Measurements,
    workload: &str,
    ours: Estimate,
    (_, ways): Column,
    cell: Cell,
) -> String {
    let others = ways.iter().filter_map(|(column, note)| {
        Some(format!("{note}{}", cell(ours, measured.get(workload, column)?)))
    });
    let cells: Vec<_> = others.collect();
    if cells.is_empty() { "–".to_owned() } else { cells.join("; ") }
}

/// How a row is named: by its workload, and gatehouse's way to answer it if there are several.
fn name(workload: &str, column: &str) -> String {
    format!("{workload}{}", column.strip_prefix("gatehouse").unwrap_or_default())
}

fn row(
    measured: &Measurements,
    (workload, column): (&str, &str),
    limit: Cell,
    peers: Cell,
) -> Option<String> {
    let ours = measured.get(workload, column)?;
    let mut row = format!("| {} | {} ", name(workload, column), ours.time());
    let _ = write!(row, "| {} ", cell(measured, workload, ours, LIMIT, limit));
    for peer in PEERS {
        let _ = write!(row, "| {} ", cell(measured, workload, ours, *peer, peers));
    }
    Some(row + "|\n")
}

/// All rows; what stands before and behind the names of the limit and of the peers is in the heading.
fn rows(measured: &Measurements, heading: (&str, &str), limit: Cell, peers: Cell) -> String {
    let mut text = format!("| work | gatehouse | {}{} |", heading.0, LIMIT.0);
    for (name, _) in PEERS {
        let _ = write!(text, " {name}{} |", heading.1);
    }
    let _ = write!(text, "\n|---|---|---|{}\n", "---|".repeat(PEERS.len()));
    for (workload, column) in ROWS {
        text += &row(measured, (workload, column), limit, peers)
            .unwrap_or_else(|| format!("| {} | not measured |\n", name(workload, column)));
    }
    text
}

/// The ratios, the times behind them, and what was measured beside them.
pub fn table(measured: &Measurements) -> String {
    let mut text = rows(
        measured,
        ("gatehouse ÷ ", " ÷ gatehouse"),
        |ours, other| format!("**{}**", ours / other),
        |ours, other| (other / ours).to_string(),
    );
    text += "\n<details><summary>The times</summary>\n\n";
    text += &rows(measured, ("", ""), |_, other| other.time(), |_, other| other.time());
    text += "\n</details>\n\n";
    for way in [POLLED, BLOCKED] {
        if let Some(estimate) = measured.get(EMPTY, way) {
            let _ = writeln!(text, "- A runtime's own cost, {EMPTY} {way}: {}.", estimate.time());
        }
    }
    if let Some(check) = measured.get("4 local policies, explained as text", OURS_CHECK) {
        let _ = writeln!(text, "- The check that is explained, without: {}.", check.time());
    }
    text
}
