//! Lines of LLVM's language, by what the functions are of.

use std::collections::BTreeMap;

/// The program's crate, by the name that it is compiled under.
pub const CRATE: &str = "program";

/// Functions and their lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub functions: u64,
    pub lines: u64,
}

/// The lines of each group of functions: a module of the library, the program, another crate, and
/// the destructors of each.
pub fn lines_by_group(ir: &str) -> BTreeMap<String, Lines> {
    let mut groups: BTreeMap<String, Lines> = BTreeMap::new();
    let mut within = None;
    for line in ir.lines() {
        if let Some(symbol) = line.strip_prefix("define ").and_then(symbol) {
            let group = group(&format!("{:#}", rustc_demangle::demangle(symbol)));
            groups.entry(group.clone()).or_default().functions += 1;
            within = Some(group);
        } else if line == "}" {
            within = None;
        } else if let (true, Some(group)) = (line.starts_with("  "), &within) {
            groups.entry(group.clone()).or_default().lines += 1;
        }
    }
    groups
}

/// `internal void @_RNvC7program4main(ptr %0) unnamed_addr #1 {`: between `@` and `(`.
fn symbol(definition: &str) -> Option<&str> {
    let (_, rest) = definition.split_once('@')?;
    let (symbol, _) = rest.split_once('(')?;
    Some(symbol.trim_matches('"'))
}

/// The group of a function: by the first path in its name, which is its own or that of its type.
fn group(name: &str) -> String {
    if let Some(dropped) = name.strip_prefix("core::ptr::drop_in_place::<") {
        return format!("{}, destructors", group(dropped));
    }
    let mut path = first_path(name).split("::");
    match (path.next().unwrap_or_default(), path.next()) {
        (CRATE, _) => of_program(name),
        ("gatehouse", Some(module)) => format!("gatehouse::{module}"),
        // Types without a path, and what the compiler adds.
        (_, None) => "core".to_owned(),
        (name, _) => name.to_owned(),
    }
}

/// Of the program's own types, what is an implementation of a trait of the library stands apart:
/// macros have written most of it.
fn of_program(name: &str) -> String {
    let is_of_library = name.split_once(" as ").is_some_and(|(_, of)| of.starts_with("gatehouse"));
    if is_of_library { format!("{CRATE}, traits of gatehouse") } else { CRATE.to_owned() }
}

/// `<&mut a::b::C<d::E> as f::G>::h`: `a::b::C`.
fn first_path(name: &str) -> &str {
    const BEFORE: [&str; 6] = ["&", "mut ", "dyn ", "*const ", "*mut ", "'_ "];
    let mut rest = name.trim_start_matches(['<', '(', '[']);
    while let Some(shorter) = BEFORE.iter().find_map(|before| rest.strip_prefix(before)) {
        rest = shorter.trim_start_matches(['<', '(', '[']);
    }
    let end = rest.find(|c: char| c != ':' && c != '_' && !c.is_alphanumeric());
    &rest[..end.unwrap_or(rest.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_of_the_first_path_in_its_name() {
        for (name, of) in [
            ("program::main", "program"),
            ("program::check::{closure#0}", "program"),
            ("<program::Flag as core::clone::Clone>::clone", "program"),
            ("<program::Flag as gatehouse::fact::Fact>::key", "program, traits of gatehouse"),
            ("<gatehouse::session::core::Core<program::Flag>>::load", "gatehouse::session"),
            ("gatehouse::eval::any::<program::Flag>", "gatehouse::eval"),
            ("<&mut [gatehouse::gate::Gate] as core::fmt::Debug>::fmt", "gatehouse::gate"),
            ("core::ptr::drop_in_place::<gatehouse::gate::Gate>", "gatehouse::gate, destructors"),
            ("<alloc::vec::Vec<program::Flag>>::push", "alloc"),
            ("<usize as core::iter::range::Step>::forward", "core"),
            ("main", "core"),
        ] {
            assert_eq!(group(name), of, "{name}");
        }
    }

    #[test]
    fn lines_are_counted_within_functions() {
        let ir = "\
@constant = constant [1 x i8] c\"a\"
define internal void @_RNvCs1234_7program4main(ptr %0) unnamed_addr #0 {
start:
  %1 = alloca i64
  ret void
}

declare void @elsewhere(
  ptr)
define i32 @\"main\"(i32 %0) {
  ret i32 0
}
";
        let groups = lines_by_group(ir);
        assert_eq!(groups["program"], Lines { functions: 1, lines: 2 });
        assert_eq!(groups["core"], Lines { functions: 1, lines: 1 });
        assert_eq!(groups.len(), 2);
    }
}
