//! Derived facts that each use the one before: a chain, which ends at a loaded fact, and a ring,
//! where the first one uses the last.

use std::fmt::Write as _;

use super::program::Program;
use super::small::{Gate, program};

/// A chain of `facts` derived facts.
pub fn chain(facts: usize) -> Program {
    derived(facts, None)
}

/// A ring of `facts` derived facts.
pub fn ring(facts: usize) -> Program {
    derived(facts, Some(facts - 1))
}

/// Derived facts; `of_first` is what the first one uses.
fn derived(facts: usize, of_first: Option<usize>) -> Program {
    let mut items = String::from("fact! {\n    pub Base(user: u32, at: u32) -> bool = false;\n");
    for fact in 0..facts {
        let used = fact.checked_sub(1).or(of_first);
        let used = used.map_or(String::new(), |used| format!(" || F{used}(user).await"));
        writeln!(items, "    pub F{fact}(user: u32) -> bool {{ Base(user, {fact}).await{used} }}")
            .expect("a string takes all");
    }
    let last = facts - 1;
    write!(items, "}}\n#[policy]\nasync fn rule(user: &u32) -> bool {{ F{last}(*user).await }}\n")
        .expect("a string takes all");
    let gate = Gate { name: "GATE".to_owned(), policies: "rule".to_owned() };
    Program::of(facts, program(&["Base".to_owned()], &items, &[gate]))
}
