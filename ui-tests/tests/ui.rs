//! Programs that must not compile, each with what the compiler says, and programs that must.
//!
//! The snapshots belong to the Rust that CI has; read a changed one before accepting it
//! (`TRYBUILD=overwrite cargo test -p gatehouse-ui-tests`).
#![cfg(not(loom))]

#[test]
fn programs() {
    let programs = trybuild::TestCases::new();
    programs.pass("tests/pass/*.rs");
    // Refused by gatehouse's compiler, in its own words.
    programs.compile_fail("tests/fail/*.rs");
    // Refused by rustc, through gatehouse's traits.
    programs.compile_fail("tests/fail-rustc/*.rs");
    // The testing kit, misused. All programs have its feature: no message is to be worse for it.
    programs.compile_fail("tests/fail-testing/*.rs");
}
