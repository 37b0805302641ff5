//! A program: the files of one crate.

/// A program of one size.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its size in words, without spaces.
    pub label: String,
    /// Its size: what a cost grows with.
    pub size: usize,
    /// Whether it depends on gatehouse; otherwise on nothing.
    pub uses_library: bool,
    /// The names of its files and their text. The first one is the crate's.
    pub files: Vec<(String, String)>,
}

impl Program {
    /// A program of one file.
    pub fn of(size: usize, text: String) -> Self {
        let files = vec![("main.rs".to_owned(), text)];
        Self { label: size.to_string(), size, uses_library: true, files }
    }

    /// A program that does nothing, with the same dependencies.
    pub fn empty(uses_library: bool) -> Self {
        let import = if uses_library { "use gatehouse::prelude::*;\n" } else { "" };
        let empty = Self::of(0, format!("{import}fn main() {{}}\n"));
        Self { uses_library, ..empty }
    }
}
