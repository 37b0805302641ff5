//! Facts from tables, on SQLite, and on PostgreSQL if `GATEHOUSE_POSTGRES` is the URL of a server.
#![cfg(not(loom))]

#[macro_use]
mod database;
#[macro_use]
mod answers;

mod batches;
mod faults;
mod forms;
mod hostile;
mod model;
mod shared;
mod values;
mod verify;
