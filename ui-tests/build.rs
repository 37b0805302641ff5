//! Writes the README's first program into a file, which `tests/pass/main.rs` has as a module.

use std::path::Path;
use std::{env, fs};

fn main() {
    let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo runs this");
    let readme = Path::new(&folder).join("../README.md");
    println!("cargo::rerun-if-changed={}", readme.display());
    let readme = fs::read_to_string(readme).expect("a README");
    let mut blocks = readme.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next());
    let program = blocks.find(|block| block.contains("fn main()")).expect("a program");
    let output = env::var("OUT_DIR").expect("cargo runs this");
    fs::write(Path::new(&output).join("readme.rs"), program).expect("a writable target directory");
}
