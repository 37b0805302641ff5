//! The same program with macros and by hand: 20 facts and 20 policies in each of its modules.

use std::fmt::Write as _;

use super::facts;
use super::program::Program;

/// With `fact!`, `#[policy]` and `#[derive(Sources)]`.
pub fn with_macros(modules: usize) -> Program {
    let mut files = vec![
        ("main.rs".to_owned(), main_with_macros(modules)),
        ("domain.rs".to_owned(), include_str!("pair/domain.rs").to_owned()),
    ];
    for module in 0..modules {
        let text = [include_str!("pair/macros.rs"), &facts::sources(module)].concat();
        files.push((format!("m{module}.rs"), text));
    }
    Program { label: "macros".to_owned(), size: modules, uses_library: true, files }
}

/// The same decisions by functions and traits of the program's own, without the library.
pub fn by_hand(modules: usize) -> Program {
    let mut files = vec![
        ("main.rs".to_owned(), main_by_hand(modules)),
        ("domain.rs".to_owned(), include_str!("pair/domain.rs").to_owned()),
        ("runtime.rs".to_owned(), include_str!("pair/runtime.rs").to_owned()),
    ];
    for module in 0..modules {
        let text = [include_str!("pair/by_hand.rs"), &facts::by_hand(module)].concat();
        files.push((format!("m{module}.rs"), text));
    }
    Program { label: "by-hand".to_owned(), size: modules, uses_library: false, files }
}

fn modules_of(modules: usize) -> String {
    (0..modules).map(|module| format!("mod m{module};")).collect::<Vec<_>>().join("\n") + "\n"
}

/// Prints the decision of every module's gate about every request.
fn main_with_macros(modules: usize) -> String {
    let mut text = format!(
        "#![allow(warnings)]\nuse gatehouse::prelude::*;\n\nmod domain;\n{}\n\
         use domain::{{Action, Database, Document, Outage, User}};\n\n\
         /// May a user do an action to a document?\npub struct Documents;\n\n\
         impl Domain for Documents {{\n    type Subject = User;\n    type Action = Action;\n    \
         type Resource = Document;\n    type Context = ();\n}}\n\n\
         #[derive(Sources)]\npub struct Facts {{\n    #[loads({})]\n    pub database: Database,\n}}\n\n\
         pub fn failed(_: Outage) -> FactError {{\n    FactError::safe(\"outage\")\n}}\n\n\
         fn word(decision: &Decision) -> &'static str {{\n    match decision {{\n        \
         Decision::Allow {{ .. }} => \"allow\",\n        Decision::Deny {{ .. }} => \"deny\",\n        \
         Decision::Indeterminate {{ .. }} => \"indeterminate\",\n    }}\n}}\n\n\
         async fn decide(user: &User, action: Action, doc: &Document) {{\n    \
         let session = Session::new(Facts {{ database: Database }});\n",
        modules_of(modules),
        facts::names(modules),
    );
    for module in 0..modules {
        writeln!(
            text,
            "    let decision = m{module}::GATE.bind(&session, user, &action).check(doc).await;\n    \
             println!(\"{{}} {{}} {module} {{}}\", user.id, doc.id, word(&decision));"
        )
        .expect("a string takes all");
    }
    text + MAIN
}

/// As [`main_with_macros`].
fn main_by_hand(modules: usize) -> String {
    let mut text = format!(
        "#![allow(warnings)]\nmod domain;\n{}mod runtime;\n\n\
         use domain::{{Action, Database, Document, User}};\nuse runtime::Request;\n\n\
         /// What is known in a request.\npub struct Session {{\n    pub database: Database,\n",
        modules_of(modules)
    );
    for module in 0..modules {
        writeln!(text, "    pub m{module}: m{module}::Tables,").expect("a string takes all");
    }
    text.push_str(
        "}\n\nasync fn decide(user: &User, action: Action, doc: &Document) {\n    \
         let session = Session {\n        database: Database,\n",
    );
    for module in 0..modules {
        writeln!(text, "        m{module}: Default::default(),").expect("a string takes all");
    }
    text.push_str("    };\n    let request = Request { user, action, doc };\n");
    for module in 0..modules {
        writeln!(
            text,
            "    let decision = m{module}::decide(&session, &request).await;\n    \
             println!(\"{{}} {{}} {module} {{}}\", user.id, doc.id, decision);"
        )
        .expect("a string takes all");
    }
    text + MAIN
}

const MAIN: &str = "}

fn main() {
    for (user, action, doc) in domain::requests() {
        domain::block_on(decide(&user, action, &doc));
    }
}
";
