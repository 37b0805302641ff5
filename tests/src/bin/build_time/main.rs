//! What the macros cost at build time.
//!
//! `cargo build-time [ROW…]` generates programs of two sizes, or with macros and by hand, and prints
//! how what they cost grows, beside the goals. What is counted depends on the sources and the
//! compiler, not on the machine, and is less what an empty program has:
//! - tokens of the program with its macros expanded,
//! - lines of LLVM's language that a build hands to LLVM, and which functions they are of,
//! - instructions of the compiler that expands, checks or builds the program's crate, by valgrind.
//!   What the crate depends on is built before, and the linker is left out.
//!
//! Seconds of the compiler stand beside: they depend on the machine, and have no goal.
//!
//! | option | |
//! |---|---|
//! | `--counts C,…` | only these counts: `tokens`, `lines`, `release-lines`, `expand`, `check`, `build`, `release-build`, `recursion-limit` |
//! | `--small` | the table of small programs |
//! | `--compare` | counts small programs, and fails where a count is not that of `baseline.txt` |
//! | `--update` | writes `baseline.txt` |
//! | `--seconds` | seconds, below |
//! | `--modules N` | modules of the program beside one by hand: 10 unless told otherwise |
//! | `--at-most SECONDS` | how long one run of the compiler may take, without valgrind: 120 unless told otherwise |
//! | `--library F` | the workspace whose library is used |
//! | `--folder F` | where programs are built; those of a row are in `programs/` there |
//!
//! Valgrind takes forty times as long as the compiler by itself. Without valgrind, `--compare`
//! leaves instructions out.
//!
//! # Seconds: the same program by hand
//! `cargo build-time --seconds [--modules N] [--runs N] [--check-only] [--release]` builds three
//! programs in turns. Each has 20 facts in a module (two of them derived, one of which is recursive),
//! 20 policies (seven local ones, eight with loads of one round, five with more) and a gate of all of
//! them. Before anything is measured, the programs decide the same 200 requests, and must agree.
//! - `macros`: `fact!`, `#[policy]`, `#[derive(Sources)]`.
//! - `expanded`: what the macros make of it, written out by the macros' own sources and printed. It
//!   has everything but the macros' run; what it takes less is what they take.
//! - `by-hand`: the same logic without the library: key structs, trait impls that say what a missing
//!   value means, one source and one table per fact, policies as functions that are awaited one
//!   after the other, and three-valued `or` and `and` where a policy asks for two facts at once.
//!   It does less: it asks for one key at a time and shares no load between tasks, so it has no
//!   rounds, batches, deadlines, plans or explanations.
//!
//! Times are processor time of cargo, the compiler and the linker: on a busy machine the clock says
//! little. The database and its queries are in all of the programs.

mod counting;
mod counts;
mod options;
mod programs;
mod seconds;
mod table;

use std::process::ExitCode;

use crate::options::{Mode, Options};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let result = match options.mode {
        Mode::Table => counts::print(&options),
        Mode::Compare => counts::compare(&options),
        Mode::Update => counts::update(&options),
        Mode::Seconds => seconds::print(&options),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
