//! Programs that must not compile, each with what the compiler says.
//!
//! None here is to compile: trybuild checks them all in one run of cargo, where one that must compile would
//! have it start cargo for each. Those are in `tests/pass`.
//!
//! The snapshots belong to the Rust that CI has; read a changed one before accepting it
//! (`TRYBUILD=overwrite cargo test -p gatehouse-ui-tests --test ui`).
#![cfg(not(loom))]

#[test]
fn programs() {
    let programs = trybuild::TestCases::new();
    // Refused by gatehouse's compiler, in its own words.
    programs.compile_fail("tests/fail/*.rs");
    // Refused by rustc, through gatehouse's traits.
    programs.compile_fail("tests/fail-rustc/*.rs");
    // The testing kit, misused. All programs have its feature: no message is to be worse for it.
    programs.compile_fail("tests/fail-testing/*.rs");
}
