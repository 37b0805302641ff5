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
not implemented, a name that does not exist.

(This page is written from the compiler's own catalogue, and each program on it has been compiled:
`UPDATE_PAGE=1 cargo test -p gatehouse-macros page`.)
";

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
