//! The page "what the compiler says", written from the catalogue.

use std::fmt::Write;
use std::{env, fs};

use super::tests::{all, unmarked};
use crate::testing::{self, compile_file};

/// Where the page is.
const PAGE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../gatehouse/doc/what-the-compiler-says.md");

const HEAD: &str = "\
What the compiler says when it refuses a rule: what is wrong, in the names of your program; then what
to write instead; and in brackets, at the end, the name under which this page has the rest.

```text
error: loading a fact needs `async fn`; write `async` before `fn` [not_async]
```

A message that ends with `[panicked]` tells of a fault of gatehouse's own compiler, and not of your
program: report it, with the item that it is at. (Rust hides what a panic inside a macro prints; the
message has its text.)

All mistakes of an item are said at once. What is broken is there all the same, so that what uses it
has no errors of its own. Messages without a name are Rust's: a type that does not fit, a trait that is
not implemented, a name that does not exist. What they say of types whose meaning is gatehouse's is at
the end of this page.

(This page is written from the compiler's own catalogue, and each program on it has been compiled:
`UPDATE_PAGE=1 cargo test -p gatehouse-macros page`.)
";

/// What rustc says for gatehouse, about types that the macros do not see.
const TYPES: &str = "\
`None` is less than everything: `Risk(user.id).await < Some(3)` would let in whom nothing is known of.
Whether a value may be missing, its type says; so it is refused wherever a fact feeds it: in parentheses,
behind a `let`, in a pattern, a guard or a closure, in tuples, arrays and sequences, by `<` and its like,
by `max`, `sort`, `min_by_key` and theirs, and where the fact's value is an `Option` itself. Data of your
own that no fact feeds have the order that they have anywhere.

What is not seen, and is yours to look after:

- an `Option` inside of a type of your own with an order (`#[derive(PartialOrd)]`), in a tuple of more
  than four, or in a tuple that lies in another;
- what a function of your own does with an `Option` that it is given, and what stands in a macro other
  than `matches!`;
- an `Option` that is an iterator, a slice or a `Result` before it is ordered (`risk.iter().lt(…)`,
  `risk.ok_or(…) < …`);
- collections that keep an order: a `BTreeMap`, `BTreeSet` or `BinaryHeap` whose keys are `Option`s, and
  a range behind anything but a local;
- a comparison that is kept as a value (`let less = PartialOrd::lt;`) or imported under another name, keys
  that a function gives by its name (`sort_by_key(Option::clone)`) or a closure by `return`, and a closure
  of a local that orders nothing but its own parameters, without types (`|a, b| a < b`).

Names are told apart by their spelling: of two that a macro keeps apart by its hygiene, both count as fed by
a fact if one is.
";

/// Where the program is that rustc refuses, and what it says.
const ORDERED: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../ui-tests/tests/fail-rustc/missing_has_no_order");

/// The chapter about what rustc says: the message is the one that it gave.
fn types(page: &mut String) {
    let read = |extension: &str| {
        let path = format!("{ORDERED}.{extension}");
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let (program, said) = (read("rs"), read("stderr"));
    let (_, rule) = program.split_once("#[policy]").expect("a policy");
    let (rule, _) = rule.split_once("\n\nfn main").expect("the end of it");
    let says = said.lines().next().and_then(|line| line.split_once(": ")).expect("a message").1;
    write!(
        page,
        "\n# Types\n\n## A missing value has no order\n\n> {says}\n\n{TYPES}\n```rust,ignore\n#[policy]{rule}\n```\n\nInstead:\n\n```rust,ignore\n{}\n```\n",
        rule_with_order(rule),
    )
    .unwrap();
}

/// The rule of that program with the remedy. It is among the programs that must compile.
fn rule_with_order(rule: &str) -> String {
    let (wrong, right) = ("risk < Some(user.limit)", "risk.is_some_and(|risk| risk < user.limit)");
    assert!(rule.contains(wrong), "{rule}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui-tests/tests/pass/orderings.rs");
    let rule = format!("#[policy]{}", rule.replace(wrong, right));
    assert!(fs::read_to_string(path).is_ok_and(|programs| programs.contains(&rule)), "{rule}");
    rule
}

/// The page as the catalogue and the compiler have it now.
fn page() -> String {
    let mut page = HEAD.to_owned();
    let mut chapter = "";
    for entry in all() {
        if entry.chapter != chapter {
            chapter = entry.chapter;
            write!(page, "\n# {chapter}\n").unwrap();
        }
        let (program, _) = unmarked(entry.wrong);
        let errors = testing::messages(compile_file, &program);
        let (_, message) = errors.first().expect("the program is refused");
        let (says, _) = testing::split_name(message).expect("a message of the catalogue's");
        write!(
            page,
            "\n## `{}`\n\n> {says}\n\n{}\n\n```rust,ignore\n{program}\n```\n\nInstead:\n\n```rust,ignore\n{}\n```\n",
            entry.name,
            entry.why.trim(),
            entry.right,
        )
        .unwrap();
    }
    types(&mut page);
    page
}

#[test]
fn the_page_is_up_to_date() {
    let page = page();
    if env::var_os("UPDATE_PAGE").is_some() {
        fs::write(PAGE, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(PAGE).expect("the page is there");
    assert!(written == page, "the page is old: UPDATE_PAGE=1 cargo test -p gatehouse-macros page");
}
