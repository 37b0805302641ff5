//! Mutations of programs, and random tokens, as strategies of proptest.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::programs::{self, Program, Which};

/// What random tokens are made of.
const WORDS: &[&str] = &[
    "pub",
    "pub(crate)",
    "fn",
    "async",
    "await",
    ".await",
    "let",
    "else",
    "if",
    "match",
    "for",
    "while",
    "loop",
    "break",
    "continue",
    "return",
    "in",
    "move",
    "mut",
    "ref",
    "const",
    "static",
    "unsafe",
    "impl",
    "dyn",
    "struct",
    "enum",
    "union",
    "where",
    "self",
    "Self",
    "super",
    "crate",
    "_",
    "'a",
    "bool",
    "Option",
    "true",
    "false",
    "user",
    "r#type",
    "cx",
    "Level",
    "Grant",
    "Level(user.id).await",
    "Grant(user.id, 1).await?",
    "any(ids.iter().map(|id| Grant(*id, 1))).await",
    "each::<Level>(keys).await",
    "lazy(Level(1)).await",
    "matches!(user, Some(_) if Level(1).await)",
    "any",
    "all",
    "each",
    "lazy",
    "matches!",
    "vec!",
    "Some",
    "None",
    "1",
    "\"{user}\"",
    "'c'",
    "1.5",
    "b\"x\"",
    "+",
    "-",
    "->",
    "=>",
    "=",
    "==",
    "+=",
    "&",
    "&&",
    "|",
    "||",
    "!",
    "?",
    ".",
    "..",
    "..=",
    ",",
    ";",
    ":",
    "::",
    "<",
    ">",
    "#",
    "#[required]",
];

/// Attributes and other pieces that random tokens find only by chance.
const PIECES: &[&str] = &[
    "#[loads(Level, Grant)]",
    "#[rows(Level = level(user_id) -> level)]",
    "Grant = schema.access(user_id, \"folder id\") if since",
    "Level = \"SELECT * FROM level\"(user) -> [S { level, since: at } order by since desc]",
    "-> (role, since)",
    "-> [role order by since desc, role]",
    "rows",
    "#[cfg(any())]",
    "#[allow(unused)]",
    "#![gatehouse(crate = other)]",
    "/** docs */",
    "Level(user: u32) -> u8;",
    "Grant(user: u32) -> bool = false;",
    "Deep(a: u8) -> bool { Deep(a).await || Grant(a).await }",
    "fn rule(user: &User, Action::Edit: &Action, doc: &Doc) -> bool {}",
    "let Some(level) = Level(user.id).await else { return false };",
    "let S { a: true } = S { a: Grant(1).await } else { return false };",
    "'out: { if Grant(1).await { break 'out true; } false }",
    "while Grant(1).await? {}",
    "match Level(1).await { Some(n) if n > 1 => Grant(n).await, _ => false }",
    "for x in xs { if x.ok { return true; } }",
    "|x| x.is_some()",
    "|x: [u8; 2]| x",
    "between!(1, Level(1).await)",
    "[u8; Level(1).await]",
    "::<{ Level(1).await }>",
    "as of!(Level(1).await)",
    "if user.a { 1 } else { 2 } + 1",
    "matches!(Level(1).await, Some(n) if n > 1)",
    "crate = other",
    "#[value(rename = \"a\")]",
    "rename_all = \"snake_case\"",
    "repr = \"u8\"",
    "type = \"role\"",
    "where User: Copy",
    "#[cfg_attr(any(), allow(unused))]",
    "user: &User",
    "let _ = ",
];

const DELIMITERS: [Delimiter; 4] =
    [Delimiter::Parenthesis, Delimiter::Bracket, Delimiter::Brace, Delimiter::None];

/// A program, and what to do to it.
#[derive(Clone, Debug)]
pub(super) struct Mutant {
    program: Index,
    edits: Vec<(Index, Edit)>,
}

/// One change at one token.
#[derive(Clone, Debug)]
enum Edit {
    Delete,
    Duplicate,
    /// With the token after it.
    Swap,
    Replace(&'static str),
    Insert(&'static str),
    /// By a token, or a group, of another program.
    Transplant(Index, Index),
    /// It and so many tokens after it, so many times.
    Wrap(Delimiter, usize, usize),
    /// A group becomes what is in it.
    Unwrap,
    Redelimit(Delimiter),
}

impl Mutant {
    /// The program, changed.
    pub(super) fn program(&self) -> Program {
        let programs = programs::all();
        let mut program = self.program.get(programs).program();
        for (at, edit) in &self.edits {
            let parts = [&program.options, &program.input].map(|part| count(part.clone()));
            let total = parts[0] + parts[1];
            if total == 0 {
                break;
            }
            let at = at.index(total);
            if at < parts[0] {
                program.options = edited(program.options, &mut Some(at), edit);
            } else {
                program.input = edited(program.input, &mut Some(at - parts[0]), edit);
            }
        }
        program
    }
}

/// Mutants of the repository's programs.
pub(super) fn mutants() -> impl Strategy<Value = Mutant> {
    let edits = prop::collection::vec((any::<Index>(), edits()), 1..6);
    (any::<Index>(), edits).prop_map(|(program, edits)| Mutant { program, edits })
}

fn edits() -> impl Strategy<Value = Edit> {
    let texts = || prop_oneof![3 => select(WORDS), 1 => select(PIECES)];
    let times = prop_oneof![9 => Just(1_usize), 1 => Just(40)];
    prop_oneof![
        3 => Just(Edit::Delete),
        2 => Just(Edit::Duplicate),
        2 => Just(Edit::Swap),
        4 => texts().prop_map(Edit::Replace),
        3 => texts().prop_map(Edit::Insert),
        4 => any::<(Index, Index)>().prop_map(|(donor, at)| Edit::Transplant(donor, at)),
        4 => (select(&DELIMITERS[..]), 1..6_usize, times)
            .prop_map(|(delimiter, tokens, times)| Edit::Wrap(delimiter, tokens, times)),
        1 => Just(Edit::Unwrap),
        1 => select(&DELIMITERS[..]).prop_map(Edit::Redelimit),
    ]
}

/// Programs of random tokens: of nothing else, or in place of a body, a key, a type, a pattern.
pub(super) fn soup() -> impl Strategy<Value = Program> {
    const FRAMES: [(Which, &str); 19] = [
        (Which::Fact, "SOUP"),
        (Which::Fact, "pub Level SOUP -> u8;"),
        (Which::Fact, "pub Level(user: SOUP) -> SOUP = SOUP;"),
        (Which::Fact, "pub Level(user: u32) -> bool { SOUP }"),
        (Which::Fact, "pub Level(user: u32) -> bool { Level(user).await || { SOUP } }"),
        (Which::Policy, "SOUP"),
        (Which::Policy, "async fn rule(user: &User, doc: &Doc) -> bool { SOUP }"),
        (Which::Policy, "fn rule(SOUP) -> SOUP { SOUP }"),
        (
            Which::Policy,
            "async fn rule(u: &U) -> bool { let a = A(u.id).await?; let b = SOUP; B(b).await }",
        ),
        (Which::Policy, "async fn rule(u: &U) -> bool { A(1).await && SOUP || B(SOUP).await }"),
        (Which::Sources, "SOUP"),
        (Which::Sources, "struct App { #[loads(SOUP)] db: SOUP, SOUP }"),
        (Which::Sources, "struct App { #[rows(SOUP)] db: Pool, #[rows(Level = SOUP)] b: SOUP }"),
        (Which::Sources, "struct App { #[rows(Level = level(SOUP) -> SOUP, SOUP)] db: Pool }"),
        (Which::Sources, "struct App { #[rows(Level = a() -> [SOUP], Grant = b SOUP)] db: Pool }"),
        (Which::Value, "SOUP"),
        (Which::Value, "#[value(SOUP)] struct Id(SOUP);"),
        (Which::Value, "#[value(SOUP)] enum Role { #[value(SOUP)] Viewer = SOUP, SOUP }"),
        (Which::Value, "#[value(repr = \"i16\")] enum Role { Viewer = SOUP, Editor, SOUP }"),
    ];
    let options = prop_oneof![4 => Just(TokenStream::new()), 1 => tokens(4)];
    (select(&FRAMES[..]), tokens(24), options).prop_map(|((which, frame), soup, options)| {
        let frame = frame.parse().expect("a frame is tokens");
        Program { which, options, input: filled(frame, &soup) }
    })
}

/// `frame` with `soup` in place of each `SOUP`.
fn filled(frame: TokenStream, soup: &TokenStream) -> TokenStream {
    let fill = |tree: TokenTree| match tree {
        TokenTree::Ident(ident) if ident == "SOUP" => soup.clone(),
        TokenTree::Group(group) => {
            TokenTree::from(Group::new(group.delimiter(), filled(group.stream(), soup))).into()
        }
        tree => tree.into(),
    };
    frame.into_iter().map(fill).collect()
}

/// Up to `most` random trees.
fn tokens(most: usize) -> impl Strategy<Value = TokenStream> {
    let leaf = prop_oneof![4 => select(WORDS), 1 => select(PIECES)].prop_map(parsed);
    let tree = leaf.prop_recursive(4, 64, 8, |inner| {
        let trees = prop::collection::vec(inner, 0..8);
        (select(&DELIMITERS[..]), trees).prop_map(|(delimiter, trees)| {
            TokenTree::from(Group::new(delimiter, trees.into_iter().collect())).into()
        })
    });
    prop::collection::vec(tree, 0..=most).prop_map(|trees| trees.into_iter().collect())
}

fn parsed(text: &str) -> TokenStream {
    text.parse().expect("a word is tokens")
}

/// How many trees there are in `tokens`, at any depth.
pub(super) fn count(tokens: TokenStream) -> usize {
    let of_tree = |tree| match tree {
        TokenTree::Group(group) => 1 + count(group.stream()),
        _ => 1,
    };
    tokens.into_iter().map(of_tree).sum()
}

/// The tokens with an edit at the tree that is `at` trees further on, at any depth. `at` is `None`
/// once that is done.
fn edited(tokens: TokenStream, at: &mut Option<usize>, edit: &Edit) -> TokenStream {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    for i in 0..trees.len() {
        match at {
            None => break,
            Some(0) => {
                *at = None;
                apply(&mut trees, i, edit);
                break;
            }
            Some(at) => *at -= 1,
        }
        if let TokenTree::Group(group) = &trees[i] {
            let inside = edited(group.stream(), at, edit);
            trees[i] = Group::new(group.delimiter(), inside).into();
        }
    }
    trees.into_iter().collect()
}

/// Edits the tree `i` among its siblings.
fn apply(trees: &mut Vec<TokenTree>, i: usize, edit: &Edit) {
    match edit {
        Edit::Delete => drop(trees.remove(i)),
        Edit::Duplicate => trees.insert(i, trees[i].clone()),
        Edit::Swap if i + 1 < trees.len() => trees.swap(i, i + 1),
        Edit::Swap => {}
        Edit::Replace(text) => drop(trees.splice(i..=i, parsed(text))),
        Edit::Insert(text) => drop(trees.splice(i..i, parsed(text))),
        Edit::Transplant(donor, at) => {
            let mut donors = Vec::new();
            flatten(donor.get(programs::all()).program().input, &mut donors);
            if !donors.is_empty() {
                trees[i] = at.get(&donors).clone();
            }
        }
        Edit::Wrap(delimiter, tokens, times) => {
            let end = trees.len().min(i + tokens);
            let mut wrapped: TokenStream = trees.drain(i..end).collect();
            for _ in 0..*times {
                wrapped = TokenTree::from(Group::new(*delimiter, wrapped)).into();
            }
            drop(trees.splice(i..i, wrapped));
        }
        Edit::Unwrap => {
            if let TokenTree::Group(group) = &trees[i] {
                let inside = group.stream();
                drop(trees.splice(i..=i, inside));
            }
        }
        Edit::Redelimit(delimiter) => {
            if let TokenTree::Group(group) = &trees[i] {
                trees[i] = Group::new(*delimiter, group.stream()).into();
            }
        }
    }
}

/// Every tree in `tokens`, at any depth.
fn flatten(tokens: TokenStream, trees: &mut Vec<TokenTree>) {
    for tree in tokens {
        trees.push(tree.clone());
        if let TokenTree::Group(group) = tree {
            flatten(group.stream(), trees);
        }
    }
}
