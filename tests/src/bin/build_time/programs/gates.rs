//! Facts with a policy each, and one gate or several over them.

use std::fmt::Write as _;

use super::program::Program;
use super::small::{Gate, program};

/// How many policies a tuple of a gate takes.
const TUPLE: usize = 24;

/// `facts` loaded facts with a policy each; `gates` gates: one of all policies, or one of each policy.
pub fn gates(facts: usize, gates: usize) -> Program {
    assert!(gates == 1 || gates == facts, "one gate, or a gate for each fact");
    let loaded: Vec<_> = (0..facts).map(|fact| format!("F{fact}")).collect();
    let mut items = String::new();
    for fact in &loaded {
        write!(
            items,
            "fact! {{ pub {fact}(user: u32, at: u32) -> bool = false; }}
#[policy]
async fn rule_{fact}(user: &u32) -> bool {{ {fact}(*user, 1).await }}
"
        )
        .expect("a string takes all");
    }
    let rules: Vec<_> = loaded.iter().map(|fact| format!("rule_{fact}")).collect();
    let of_one =
        |(at, rule): (usize, &String)| Gate { name: format!("GATE{at}"), policies: rule.clone() };
    let all = if gates == 1 {
        let tuples: Vec<_> =
            rules.chunks(TUPLE).map(|of| format!("({},)", of.join(", "))).collect();
        vec![Gate { name: "GATE".to_owned(), policies: format!("({},)", tuples.join(", ")) }]
    } else {
        rules.iter().enumerate().map(of_one).collect()
    };
    let label = if gates == 1 { "1-gate".to_owned() } else { format!("{gates}-gates") };
    Program { label, ..Program::of(gates, program(&loaded, &items, &all)) }
}
