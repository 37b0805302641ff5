//! Where the time goes: what the compiler says of its passes, and what it is given to do.
//!
//! `-Ztime-passes` is an unstable switch, which `RUSTC_BOOTSTRAP` lends a stable compiler: good
//! enough to look, and nothing that a build should rely on.

use std::collections::BTreeMap;
use std::fs;

use super::workshop::{Style, Workshop};

/// The compiler's passes that take long, in its own words. Those of code generation run beside each
/// other, so their times overlap.
const PASSES: [&str; 9] = [
    "macro_expand_crate",
    "resolve_crate",
    "coherence_checking",
    "type_check_crate",
    "MIR_borrow_checking",
    "monomorphization_collector_graph_walk",
    "codegen_to_LLVM_IR",
    "LLVM_passes",
    "total",
];

/// Prints the passes of a debug build of each program, and how much LLVM has to read.
pub fn print(workshop: &Workshop) {
    let all = Style::ALL.map(|style| of(workshop, style));
    let names = Style::ALL.map(|style| format!("{:>9}", style.name())).join(" ");
    println!("{:<40} {names}", "a debug build's passes, in seconds");
    for pass in PASSES {
        let times = all.iter().map(|passes| passes.get(pass).copied().unwrap_or_default());
        let times: Vec<String> = times.map(|time| format!("{time:>9.2}")).collect();
        println!("  {pass:<38} {}", times.join(" "));
    }
}

/// The last time of each pass: that of the program's own crate.
fn of(workshop: &Workshop, style: Style) -> BTreeMap<String, f64> {
    workshop.touch(style);
    let output = workshop.run_unstable(style, &["rustc", "--quiet", "--", "-Ztime-passes"]);
    let text = String::from_utf8_lossy(&output.stderr);
    text.lines().filter_map(pass).collect()
}

/// `time:   0.158; rss:   80MB ->  120MB (  +40MB)`, a tab, `expand_crate`
fn pass(line: &str) -> Option<(String, f64)> {
    let (time, rest) = line.strip_prefix("time:")?.split_once(';')?;
    let name = rest.rsplit('\t').next()?.trim();
    Some((name.to_owned(), time.trim().parse().ok()?))
}

/// Prints how many lines of LLVM's language each program is in a debug build, in how many functions:
/// what the compiler's second half is given to do.
pub fn print_size(workshop: &Workshop) {
    for style in Style::ALL {
        workshop.touch(style);
        let ir = workshop.program(style).join("program.ll");
        let emit = format!("--emit=llvm-ir={}", ir.display());
        let one = ["rustc", "--quiet", "--", "-Ccodegen-units=1", "-Cdebuginfo=0", emit.as_str()];
        workshop.run_unstable(style, &one);
        let text = fs::read_to_string(&ir).unwrap_or_default();
        let functions = text.lines().filter(|line| line.starts_with("define ")).count();
        let lines = text.lines().filter(|line| line.starts_with("  ")).count();
        println!("  {:<9} {lines:>9} lines in {functions:>7} functions", style.name());
    }
}
