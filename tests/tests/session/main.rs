//! What a session does: loads, counts, deadlines, permits, sources that wait or fail.
#![cfg(not(loom))]

mod counts;
mod crowds;
mod cycles;
mod deadlines;
mod long_work;
mod parked;
mod payloads;
mod permit_schedules;
mod permits;
mod reentrant;
mod regressions;
mod schedules;
mod source_faults;
