//! The programs that fuzzing begins with: every use of a macro of ours in the repository.

use std::collections::BTreeSet;
use std::fmt::{self, Debug, Formatter};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::are_alike;
use crate::testing::is_value;
use crate::{fact, policy, sources, value};

/// Which of the macros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Fact,
    Policy,
    Sources,
    Value,
}

/// One use of a macro.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) which: Which,
    /// What stands in the parentheses of `#[policy(…)]`.
    pub(super) options: TokenStream,
    pub(super) input: TokenStream,
}

impl Program {
    /// A program from text, with invisible groups in `⟦⟧`.
    pub(super) fn new(which: Which, options: &str, input: &str) -> Self {
        let tokens = |text: &str| {
            let text = text.replace('⟦', "(__invisible ").replace('⟧', ")");
            with_invisible(text.parse().expect("a program is tokens"))
        };
        Self { which, options: tokens(options), input: tokens(input) }
    }

    /// Whether it has the same tokens.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        are_alike(&self.options, &other.options) && are_alike(&self.input, &other.input)
    }

    /// What the macro makes of it.
    pub(super) fn expand(&self) -> TokenStream {
        let Self { which, options, input } = self;
        match which {
            Which::Fact => fact::expand(input),
            Which::Policy => policy::expand(options, input),
            Which::Sources => sources::expand(input),
            Which::Value => value::expand(input),
        }
    }

    /// The same program as if it stood in a file, where every token has its place; `None` if the
    /// text of its tokens is no tokens.
    pub(super) fn in_a_file(&self) -> Option<Self> {
        let again = |tokens: &TokenStream| tokens.to_string().parse::<TokenStream>().ok();
        Some(Self { options: again(&self.options)?, input: again(&self.input)?, ..self.clone() })
    }
}

/// The tokens with invisible groups in place of `(__invisible …)`.
fn with_invisible(tokens: TokenStream) -> TokenStream {
    let tree = |tree: TokenTree| {
        let TokenTree::Group(group) = tree else { return tree };
        let mut inside = group.stream().into_iter().peekable();
        let mark = inside.next_if(|first| first.to_string() == "__invisible");
        let delimiter = mark.map_or(group.delimiter(), |_| Delimiter::None);
        let mut marked = Group::new(delimiter, with_invisible(inside.collect()));
        marked.set_span(group.span());
        marked.into()
    };
    tokens.into_iter().map(tree).collect()
}

/// As text, with invisible groups in `⟦⟧`.
impl Debug for Program {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { which, options, input } = self;
        write!(f, "{which:?} ({}) {}", shown(options), shown(input))
    }
}

fn shown(tokens: &TokenStream) -> String {
    let shown_tree = |tree: TokenTree| {
        let TokenTree::Group(group) = tree else { return tree.to_string() };
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => ("⟦", "⟧"),
        };
        format!("{open}{}{close}", shown(&group.stream()))
    };
    tokens.clone().into_iter().map(shown_tree).collect::<Vec<_>>().join(" ")
}

/// A program as text, which outlives the spans of its tokens.
pub(super) struct Stored {
    /// Where it stands.
    pub(super) file: PathBuf,
    which: Which,
    options: String,
    input: String,
}

impl Stored {
    /// The program, with fresh tokens.
    pub(super) fn program(&self) -> Program {
        Program::new(self.which, &self.options, &self.input)
    }

    /// Whether it stands among the programs that must not compile because of a macro of ours.
    pub(super) fn must_fail(&self) -> bool {
        self.file.components().any(|folder| folder.as_os_str() == "fail")
    }
}

/// The files that must not compile because of a macro of ours.
pub(super) fn files_that_fail() -> BTreeSet<&'static Path> {
    let failing = all().iter().filter(|stored| stored.must_fail());
    failing.map(|stored| stored.file.as_path()).collect()
}

/// Every program of the repository.
pub(super) fn all() -> &'static [Stored] {
    static ALL: OnceLock<Vec<Stored>> = OnceLock::new();
    ALL.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's folder");
        let mut programs = Vec::new();
        for folder in ["gatehouse/examples", "tests/tests", "ui-tests/tests"] {
            for file in rust_files(&root.join(folder)) {
                let text = fs::read_to_string(&file).expect("a file of the repository");
                let tokens = text.parse().expect("a file of Rust is tokens");
                find(tokens, &file, &mut programs);
            }
        }
        programs
    })
}

/// The Rust files in a folder, in an order that is the same everywhere.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the repository");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Finds the programs in `tokens`, however deep.
fn find(tokens: TokenStream, file: &Path, programs: &mut Vec<Stored>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut store = |which, options: TokenStream, input: TokenStream| {
        let (options, input) = (options.to_string(), input.to_string());
        programs.push(Stored { file: file.to_owned(), which, options, input });
    };
    for at in 0..trees.len() {
        let before = |back: usize| at.checked_sub(back).map(|at| trees[at].to_string());
        let TokenTree::Group(group) = &trees[at] else { continue };
        let is_attribute =
            group.delimiter() == Delimiter::Bracket && before(1).as_deref() == Some("#");
        if before(2).as_deref() == Some("fact") && before(1).as_deref() == Some("!") {
            store(Which::Fact, TokenStream::new(), group.stream());
        } else if is_attribute {
            let (name, arguments) = attribute(group.stream());
            if name == "policy" {
                store(Which::Policy, arguments, item(&trees[at + 1..]));
            } else if name == "derive" && arguments.to_string().contains("Sources") {
                store(Which::Sources, TokenStream::new(), item(&trees[at + 1..]));
            } else if name == "derive" && is_value(&arguments.to_string()) {
                store(Which::Value, TokenStream::new(), item(&trees[at + 1..]));
            }
        }
    }
    for tree in trees {
        if let TokenTree::Group(group) = tree {
            find(group.stream(), file, programs);
        }
    }
}

/// The name of an attribute, and what stands in its parentheses.
fn attribute(inside: TokenStream) -> (String, TokenStream) {
    let mut trees = inside.into_iter();
    let name = trees.next().map(|name| name.to_string()).unwrap_or_default();
    match trees.next() {
        Some(TokenTree::Group(arguments)) => (name, arguments.stream()),
        _ => (name, TokenStream::new()),
    }
}

/// The item that stands after an attribute.
fn item(trees: &[TokenTree]) -> TokenStream {
    let is_last = |tree: &TokenTree| match tree {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(punct) => punct.as_char() == ';',
        _ => false,
    };
    let end = trees.iter().position(is_last).map_or(trees.len(), |last| last + 1);
    trees[..end].iter().cloned().collect()
}
