//! The processor time of child processes.

use std::fs;
use std::time::Duration;

/// The processor time of all processes that this one has waited for, and theirs: of Linux alone,
/// whose clock for this ticks a hundred times a second.
pub fn of_children() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name, in parentheses: it may have anything in it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<u64>().ok();
    Some(Duration::from_millis(10 * (ticks(13)? + ticks(14)?)))
}
