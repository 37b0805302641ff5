//! One rule whose branches lie within each other, each with a load.

use super::program::Program;
use super::small::{Gate, program};

/// `match … { true => true, false => match … }` of so many loads.
pub fn nested_match(loads: usize) -> Program {
    nested(loads, |load, rest| format!("match {load} {{ true => true, false => {rest} }}"))
}

/// `if … { true } else { if … }` of so many loads.
pub fn nested_if(loads: usize) -> Program {
    nested(loads, |load, rest| format!("if {load} {{ true }} else {{ {rest} }}"))
}

fn nested(loads: usize, branch: fn(String, String) -> String) -> Program {
    let outwards = (0..loads).rev();
    let body = outwards
        .fold("false".to_owned(), |rest, at| branch(format!("Flag(*user, {at}).await"), rest));
    let items = format!(
        "fact! {{ pub Flag(user: u32, at: u32) -> bool = false; }}
#[policy]
async fn rule(user: &u32) -> bool {{ {body} }}
"
    );
    let gate = Gate { name: "GATE".to_owned(), policies: "rule".to_owned() };
    Program::of(loads, program(&["Flag".to_owned()], &items, &[gate]))
}
