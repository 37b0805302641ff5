//! The README's first program compiles and runs as it stands.
#![cfg(not(loom))]

use std::fs;
use std::path::Path;

#[test]
fn the_first_program_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("../README.md")).expect("a README");
    let mut blocks = readme.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next());
    let program = blocks.find(|block| block.contains("fn main()")).expect("a program");
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme.rs");
    fs::write(&file, program).expect("a writable target directory");
    // `pass` runs it too.
    trybuild::TestCases::new().pass(file);
}
