//! The meaning of rules: the language, the combination of policies, failures, derived facts.
#![cfg(not(loom))]

mod bound_gates;
mod decision_table;
mod derived;
mod fail_closed;
mod failed_facts;
mod foreign_keys;
mod fragments;
mod language;
mod names;
mod observed;
mod orderings;
mod out_of_turn;
mod purity;
mod requests;
mod values;
