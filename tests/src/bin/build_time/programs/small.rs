//! What the programs of one file have in common: a domain, a source, and gates that are asked once,
//! so that the compiler has code to generate.

use std::fmt::Write as _;

/// A gate: its name, and its policies as its type has them.
pub struct Gate {
    pub name: String,
    pub policies: String,
}

/// A program of loaded facts, of items, and of gates.
///
/// `loaded` are the names of facts, `(user: u32, at: u32) -> bool` each, that `items` declares.
pub fn program(loaded: &[String], items: &str, gates: &[Gate]) -> String {
    let mut text = format!(
        "#![allow(warnings)]
use gatehouse::prelude::*;

struct Things;
impl Domain for Things {{
    type Subject = u32;
    type Action = ();
    type Resource = ();
    type Context = ();
}}

{items}
struct Database;
#[derive(Sources)]
struct Facts {{
    #[loads({})]
    database: Database,
}}
",
        loaded.join(", ")
    );
    for fact in loaded {
        write!(text, "{}", source(fact)).expect("a string takes all");
    }
    for Gate { name, policies } in gates {
        writeln!(text, "static {name}: Gate<Things, {policies}> = Gate::new();")
            .expect("a string takes all");
    }
    text + &main(gates)
}

fn source(fact: &str) -> String {
    format!(
        "impl FactSource<{fact}> for Database {{
    async fn load(&self, keys: &[{fact}]) -> Result<Loaded<{fact}>, FactError> {{
        Ok(keys.iter().map(|key| (key.clone(), key.at == 1)).collect())
    }}
}}
"
    )
}

/// Asks each gate once.
fn main(gates: &[Gate]) -> String {
    let mut text = String::from(
        "
fn main() {
    let session = Session::new(Facts { database: Database });
    let check = std::pin::pin!(check(&session));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    println!(\"{:?}\", std::future::Future::poll(check, &mut context).is_ready());
}

async fn check(session: &Session<Facts>) -> usize {
    let mut allowed = 0;
",
    );
    for Gate { name, .. } in gates {
        writeln!(
            text,
            "    allowed += usize::from({name}.bind(session, &1, &()).check(&()).await.is_allow());"
        )
        .expect("a string takes all");
    }
    text + "    allowed\n}\n"
}
