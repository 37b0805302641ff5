//! What a session does: loads, counts, deadlines, permits, and sources that wait or fail.
#![cfg(not(loom))]

mod calls;
mod counts;
mod cycles;
mod deadlines;
mod known;
mod long_work;
mod panics_in_drop;
mod parked;
mod permit_schedules;
mod permits;
mod reentrant;
mod regressions;
mod scaling;
mod schedules;
mod source_faults;
