//! The resident memory of the process, where the system reports it.

use std::fs;

/// The allowed growth, beside a fifth.
const ALLOWANCE_KIB: u64 = 8 * 1024;

/// The resident memory in KiB.
pub(super) fn resident_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Whether `end` is within the allowed growth over `warm`.
pub(super) fn is_flat(warm: u64, end: u64) -> bool {
    end <= warm + warm / 5 + ALLOWANCE_KIB
}
