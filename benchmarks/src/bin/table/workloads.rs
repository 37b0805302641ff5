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

/// The others: the heading, and their ways to answer, with what to call the second.
const PEERS: &[(&str, &[(&str, &str)])] = &[
    ("gatehouse 0.6.0", &[(PREDECESSOR, ""), (PREDECESSOR_BATCHED, "batched by hand: ")]),
    ("Cedar", &[(CEDAR, "")]),
    ("Casbin", &[(CASBIN, "")]),
    ("Regorus", &[(REGORUS, "")]),
    ("DataLoader", &[(LOADER, ""), (LOADER_AT_ONCE, "asked once: ")]),
];

/// What a peer took, and how many times what gatehouse took.
fn peer(measured: &Measurements, workload: &str, ours: Estimate, ways: &[(&str, &str)]) -> String {
    let cells: Vec<_> = ways
        .iter()
        .filter_map(|(column, note)| {
            let peer = measured.get(workload, column)?;
            Some(format!("{note}{}, {}", peer.time(), peer / ours))
        })
        .collect();
    if cells.is_empty() { "–".to_owned() } else { cells.join("; ") }
}

fn row(measured: &Measurements, workload: &str, column: &str) -> Option<String> {
    let ours = measured.get(workload, column)?;
    let way = column.strip_prefix("gatehouse").unwrap_or_default();
    let mut row = format!("| {workload}{way} | {} ", ours.time());
    let by_hand = measured.get(workload, BY_HAND);
    let (time, ratio) = by_hand.map_or(("–".to_owned(), "–".to_owned()), |by_hand| {
        (by_hand.time(), format!("**{}**", ours / by_hand))
    });
    let _ = write!(row, "| {time}");
    for (other, note) in [(BY_HAND_SINGLE, "without batches"), (BY_HAND_PARALLEL, "on all cores")] {
        if let Some(other) = measured.get(workload, other) {
            let _ = write!(row, "; {note}: {}", other.time());
        }
    }
    let _ = write!(row, " | {ratio} ");
    for (_, ways) in PEERS {
        let _ = write!(row, "| {} ", peer(measured, workload, ours, ways));
    }
    Some(row + "|\n")
}

/// The table, and what was measured beside it.
pub fn table(measured: &Measurements) -> String {
    let mut text = String::from("| work | gatehouse | hand-written | gatehouse ÷ hand-written |");
    for (name, _) in PEERS {
        let _ = write!(text, " {name}, and ÷ gatehouse |");
    }
    text += "\n|---|---|---|---|";
    text += &"---|".repeat(PEERS.len());
    text += "\n";
    for (workload, column) in ROWS {
        match row(measured, workload, column) {
            Some(row) => text += &row,
            None => {
                let _ = writeln!(text, "| {workload} | not measured |");
            }
        }
    }
    text += "\n";
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
