//! Programs that must compile, and run without a panic: a module of one crate each, so that they are
//! compiled and linked once. Three that name `crate` are crates of their own, in `Cargo.toml`.
#![cfg(not(loom))]
// A program says in itself which lints it is clean under.
#![allow(dead_code, clippy::all, clippy::pedantic, reason = "programs of users, who go on")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The programs with `crate` in them.
const CRATES: [&str; 3] = ["names_and_fragments", "renamed_crate", "rows"];

/// The README's first program, as it stands.
mod readme {
    include!(concat!(env!("OUT_DIR"), "/readme.rs"));

    #[test]
    fn runs() {
        main();
    }
}

/// Declares the programs, and a test for each.
macro_rules! programs {
    ($($program:ident)*) => {
        $(mod $program;)*

        /// The programs of this crate.
        const MODULES: &[&str] = &[$(stringify!($program)),*];

        mod runs {
            $(#[test]
            fn $program() {
                super::$program::main();
            })*
        }
    };
}

programs! {
    a_default_is_one_expression
    all_parameters
    anywhere
    asking_early
    attributes
    capitals
    constants_with_small_letters
    first_program
    fragments
    from_macro_rules
    long_chains
    macros_that_bind
    no_implicit_prelude
    operands_that_only_look
    orderings
    orderings_in_place
    own_matches
    policy_twice
    raw_identifiers
    shadowed_names
    shadowed_names_of_everything
    strict_lints
    thirty_policies
    values
}

/// No program is in the folder alone.
#[test]
fn every_program_is_declared() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pass");
    let files = fs::read_dir(folder).expect("the folder is there");
    let names = files.map(|file| file.expect("a file").path());
    let names = names.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned());
    let names: BTreeSet<_> = names.filter(|name| name != "main").collect();
    let declared: BTreeSet<_> =
        MODULES.iter().chain(&CRATES).map(|&name| name.to_owned()).collect();
    assert_eq!(names, declared);
}
