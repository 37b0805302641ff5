//! Loads on the caller's connection, and the guarantees of its transaction: on SQLite, and on PostgreSQL if
//! `GATEHOUSE_POSTGRES` is the URL of a server.
#![cfg(not(loom))]

#[macro_use]
mod database;

mod check_then_write;
mod fields;
mod lent;
mod waiting;
