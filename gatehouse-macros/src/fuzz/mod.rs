//! The macros on what no test thought of: mutants of the repository's programs, and random tokens.
//!
//! Whatever the tokens, a macro does not panic; what it emits parses as items; the same tokens give
//! the same expansion; it is not much longer than the input; what has no error has no load left in
//! it that nobody compiled; and every error is at a token of the user's.
//!
//! `PROPTEST_CASES=100000 cargo test --release -p gatehouse-macros fuzz` looks longer, at other cases each
//! time. Inputs that it finds are kept in [`regressions`].

mod growth;
mod mutants;
mod names;
mod programs;
mod regressions;
mod spans;

use std::hash::{DefaultHasher, Hash, Hasher};

use proc_macro2::{TokenStream, TokenTree};
use proptest::prelude::Strategy;
use syn::{Item, Macro};

use self::programs::Program;
use crate::fragment;
use crate::testing::is_error;

/// What a macro may stand on: as much as rustc gives it.
const STACK: usize = 8 << 20;

/// Runs on a stack as large as rustc's, which that of a test is not.
fn on_rustcs_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run);
    if let Err(panic) = thread.expect("a thread").join() {
        std::panic::resume_unwind(panic);
    }
}

/// The items of an expansion, and its errors among them.
struct Expansion {
    tokens: TokenStream,
    errors: Vec<Macro>,
}

impl Expansion {
    fn of(program: &Program) -> Self {
        let tokens = program.expand();
        let file: syn::File = syn::parse2(tokens.clone()).expect("what is emitted does not parse");
        let errors = file.items.into_iter().filter_map(|item| match item {
            Item::Macro(it) if is_error(&it.mac) => Some(it.mac),
            _ => None,
        });
        let errors: Vec<Macro> = errors.collect();
        let panic = errors.iter().find(|error| error.tokens.to_string().ends_with("[panicked]\""));
        assert!(panic.is_none(), "{}", panic.expect("an error").tokens);
        Self { tokens, errors }
    }
}

/// Checks all that must hold of any tokens. Gives the errors.
fn check(program: &Program) -> Vec<Macro> {
    let Expansion { tokens, errors } = Expansion::of(program);
    assert!(are_alike(&tokens, &program.expand()), "two expansions differ");
    growth::check(program, &tokens);
    if errors.is_empty() {
        let opened = fragment::opened(tokens.clone());
        assert!(are_alike(&tokens, &opened), "a fragment was handed on");
        // A set of sources has no load in it, and awaits its database.
        let has_loads = program.which != programs::Which::Sources;
        assert!(!has_loads || !awaits(&tokens), "a load was not compiled");
    }
    errors
}

/// Whether two streams have the same tokens, wherever these are from.
fn are_alike(one: &TokenStream, other: &TokenStream) -> bool {
    let alike = |(one, other): (TokenTree, TokenTree)| match (one, other) {
        (TokenTree::Group(one), TokenTree::Group(other)) => {
            one.delimiter() == other.delimiter() && are_alike(&one.stream(), &other.stream())
        }
        (TokenTree::Ident(one), TokenTree::Ident(other)) => one == other,
        (TokenTree::Punct(one), TokenTree::Punct(other)) => {
            (one.as_char(), one.spacing()) == (other.as_char(), other.spacing())
        }
        (TokenTree::Literal(one), TokenTree::Literal(other)) => {
            one.to_string() == other.to_string()
        }
        _ => false,
    };
    let [one, other] = [one, other].map(|it| it.clone().into_iter().collect::<Vec<_>>());
    one.len() == other.len() && one.into_iter().zip(other).all(alike)
}

#[test]
fn what_differs_is_not_alike() {
    let texts =
        ["a", "b", "a b", "", "(a)", "[a]", "(a b)", "1", "1u8", "'a'", "+", "- >", "->", "+ 1"];
    for one in texts {
        for other in texts {
            let tokens = |text: &str| text.parse().expect("tokens");
            assert_eq!(are_alike(&tokens(one), &tokens(other)), one == other, "{one} and {other}");
        }
    }
}

/// Whether there is a `.await` in `tokens`; one in an attribute is not code.
fn awaits(tokens: &TokenStream) -> bool {
    let mut before = String::new();
    tokens.clone().into_iter().any(|tree| {
        let before = std::mem::replace(&mut before, tree.to_string());
        match tree {
            TokenTree::Group(group) => before != "#" && awaits(&group.stream()),
            TokenTree::Ident(ident) => before == "." && ident == "await",
            _ => false,
        }
    })
}

/// As [`check`], and the places of errors.
fn check_with_spans(program: &Program) {
    let in_a_file = program.in_a_file();
    // Invisible groups, and a space that a mutation made, are in no file.
    if in_a_file.as_ref().is_none_or(|same| !same.is_like(program)) {
        check(program);
    }
    if let Some(program) = in_a_file {
        spans::check(&program, &check(&program));
    }
    // All tokens of the case are gone; their texts would fill the memory.
    proc_macro2::extra::invalidate_current_thread_spans();
}

/// As many cases as a debug build is quick with.
const CASES: u32 = 500;

/// Checks programs of a strategy.
fn check_all(programs: &impl Strategy<Value = Program>) {
    gatehouse_random::check(CASES, programs, |program| {
        check_with_spans(&program);
        Ok(())
    });
}

/// Every program that is to compile does, and every other one has an error.
#[test]
fn programs_of_the_repository_are_what_they_say() {
    let mut found = 0;
    for stored in programs::all() {
        let program = stored.program();
        let errors = Expansion::of(&program).errors.len();
        let file = stored.file.display();
        if stored.must_fail() {
            continue;
        }
        // In a `macro_rules!` stands what is not a program yet.
        let is_template = program.input.to_string().contains('$');
        assert!(errors == 0 || is_template, "{file} does not compile:\n{}", program.input);
        found += 1;
    }
    assert!(found > 150, "only {found} programs were found");
    for file in programs::files_that_fail() {
        let of_file = programs::all().iter().filter(|stored| stored.file == file);
        let errors: usize =
            of_file.map(|stored| Expansion::of(&stored.program()).errors.len()).sum();
        assert_ne!(errors, 0, "{} has no error", file.display());
    }
}

#[test]
fn mutants_of_programs() {
    on_rustcs_stack(|| check_all(&mutants::mutants().prop_map(|mutant| mutant.program())));
}

#[test]
fn random_tokens() {
    on_rustcs_stack(|| check_all(&mutants::soup()));
}

/// Two builds give the same expansions, though each process hashes with other seeds.
#[test]
fn two_processes_expand_alike() {
    let run = || {
        let test = std::process::Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "fuzz::expansions_of_the_repository", "--nocapture"])
            .output();
        let output = String::from_utf8(test.expect("a second process").stdout).expect("text");
        let line = output.lines().find_map(|line| line.split_once("expansions: "));
        line.expect("a line about the expansions").1.to_owned()
    };
    assert_eq!(run(), run());
}

/// Says what [`two_processes_expand_alike`] compares.
#[test]
fn expansions_of_the_repository() {
    let mut hasher = DefaultHasher::new();
    for stored in programs::all() {
        stored.program().expand().to_string().hash(&mut hasher);
    }
    assert_ne!(hasher.finish(), DefaultHasher::new().finish(), "nothing was expanded");
    println!("expansions: {:x}", hasher.finish());
}
