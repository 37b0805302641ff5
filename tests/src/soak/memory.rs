//! How much memory the process holds, where the system tells.

use std::fs;

/// By how much it may grow, beside a fifth.
const ALLOWANCE_KIB: u64 = 8 * 1024;

/// What is resident, in KiB.
pub(super) fn resident_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Whether so much is no more than what was there after the warm-up.
pub(super) fn is_flat(warm: u64, end: u64) -> bool {
    end <= warm + warm / 5 + ALLOWANCE_KIB
}
