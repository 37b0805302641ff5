//! What decisions leave for people: plans, explanations, records, metrics, spans.
#![cfg(not(loom))]

mod explain;
mod metrics;
mod plan;
mod records;
mod sensitive;
mod spans;
