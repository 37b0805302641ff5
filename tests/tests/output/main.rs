//! What a decision leaves behind: explanations, records, plans, metrics, spans.
#![cfg(not(loom))]

mod explain;
mod metrics;
mod plan;
mod records;
mod sensitive;
mod spans;
