//! Four rules of many alternatives: `a || b || …`, each a load.

use std::fmt::Write as _;

use super::program::Program;
use super::small::{Gate, program};

/// Four rules of `loads` loads each.
pub fn alternatives(loads: usize) -> Program {
    let mut items = String::from("fact! { pub Flag(user: u32, at: u32) -> bool = false; }\n");
    for rule in 0..4 {
        let operands: Vec<_> = (0..loads).map(|at| format!("Flag(*user, {at}).await")).collect();
        let body = operands.join(" || ");
        writeln!(items, "#[policy]\nasync fn rule{rule}(user: &u32) -> bool {{ {body} }}")
            .expect("a string takes all");
    }
    let policies = "(rule0, rule1, rule2, rule3)".to_owned();
    let gate = Gate { name: "GATE".to_owned(), policies };
    Program::of(loads, program(&["Flag".to_owned()], &items, &[gate]))
}
