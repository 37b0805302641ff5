//! Tests of the compiler against the catalogue: the wrong program of each entry has exactly that error, at
//! the marked token, and the right program has none.

use std::collections::BTreeSet;

use super::{ALL, Entry};
use crate::testing::{self, compile_file};

/// A program without its marks, and what they mark.
pub(super) fn unmarked(program: &str) -> (String, &str) {
    let marked = program.split_once('«').and_then(|(_, rest)| rest.split_once('»'));
    let (marked, _) = marked.unwrap_or_else(|| panic!("nothing is marked in {program}"));
    (program.replace(['«', '»'], ""), marked)
}

pub(super) fn all() -> impl Iterator<Item = &'static Entry> {
    ALL.into_iter().flatten()
}

#[test]
fn each_mistake_is_one_error_at_its_token() {
    for entry in all() {
        let (program, marked) = unmarked(entry.wrong);
        let errors = testing::errors(compile_file, &program);
        let expected = (marked.to_owned(), entry.name.to_owned());
        assert_eq!(errors, [expected], "{program}");
    }
}

#[test]
fn the_remedy_compiles() {
    for entry in all() {
        let errors = testing::messages(compile_file, entry.right);
        assert_eq!(errors, [], "{}: {}", entry.name, entry.right);
    }
}

/// What rustc makes of an entry is in `ui-tests`: one program each, with the entry's in it.
#[test]
fn each_mistake_is_a_program_of_the_ui_tests() {
    for entry in all() {
        let path =
            format!("{}/../ui-tests/tests/fail/{}.rs", env!("CARGO_MANIFEST_DIR"), entry.name);
        let fixture =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (program, _) = unmarked(entry.wrong);
        assert!(fixture.contains(&program), "{path} is not about {program}");
    }
}

/// A name is for good, and means one thing.
#[test]
fn names_are_words_and_differ() {
    let mut names = BTreeSet::new();
    for entry in all() {
        assert!(entry.name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{}", entry.name);
        assert!(names.insert(entry.name), "{} is there twice", entry.name);
    }
}

/// One voice: what is wrong, and after it what to write; no full stop, no shouting, no apology.
#[test]
fn messages_have_one_voice() {
    for entry in all() {
        let (program, _) = unmarked(entry.wrong);
        for (_, message) in testing::messages(compile_file, &program) {
            let (says, _) = testing::split_name(&message).expect("a message of the catalogue's");
            assert!(!says.ends_with(['.', '!', ' ']), "{says}");
            assert!(!says.contains("  ") && !says.contains("please"), "{says}");
            assert!(!says.starts_with(char::is_uppercase), "{says}");
            assert!(!says.contains("private"), "{says}");
        }
        assert!(entry.why.trim().ends_with(['.', ')']), "{}", entry.name);
    }
}
