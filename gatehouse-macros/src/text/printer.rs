//! Tokens on one line, with the spaces that rustfmt would write.
//!
//! Tokens alone do not show whether a `<` compares, as in `a < b`, or opens arguments, as in `Vec<u8>`; nor whether a
//! `|` is an operator or begins a closure. The printer decides as Rust's grammar does: by the token before, and by
//! whether a type is due.

use proc_macro2::{Delimiter, Group, Punct, Spacing, TokenStream, TokenTree, token_stream};

/// The class of the token before.
#[derive(Clone, Copy, Default, PartialEq)]
enum Before {
    /// The start, or an opening delimiter.
    #[default]
    Nothing,
    /// A name, a literal, or a closing delimiter: an operator after it is a binary one.
    Operand,
    /// A keyword that an operand follows: `return`, `match`, `in`.
    Keyword,
    /// Punctuation with a space after it, or the end of a statement or an arm.
    Operator,
    /// Punctuation without: `.`, `::`, a unary `&`, an opening `<`.
    Tight,
}

/// The position between two delimiters.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Whether only types are allowed.
    types: bool,
    /// Whether a type is being printed: after `as`, `->`, or the `:` of a `let` or a parameter.
    in_type: bool,
    /// The number of open generic argument lists.
    open: usize,
    /// The open construct whose `:` a type follows.
    typed: Option<Typed>,
    /// Whether a trailing comma is kept: that of `(a,)`, which makes a tuple of one.
    keeps_comma: bool,
    statement: Statement,
}

#[derive(Clone, Copy, PartialEq)]
enum Typed {
    /// The parameters of a closure.
    Closure,
    /// The pattern between `let` and `=`.
    Let,
}

/// The state of a statement; elsewhere it is not used.
#[derive(Clone, Copy, Default, PartialEq)]
enum Statement {
    /// It begins with the next token.
    Begins,
    /// It ends with a block: it is an `if`, a `match` or a loop.
    WithBlock,
    #[default]
    Other,
}

impl Level {
    /// Whether `<` opens generic arguments, and does not compare.
    fn has_type(&self) -> bool {
        self.types || self.in_type || self.open > 0
    }
}

/// Prints tokens with the spaces that a person would write.
#[derive(Default)]
pub(super) struct Printer {
    level: Level,
    /// The class of the token before.
    before: Before,
    /// The text so far.
    text: String,
}

impl Printer {
    /// For an expression or a pattern.
    pub(super) fn of_expr() -> Self {
        Self::default()
    }

    /// For a type.
    pub(super) fn of_type() -> Self {
        Self { level: Level { types: true, ..Level::default() }, ..Self::default() }
    }

    /// Prints all of `tokens`.
    ///
    /// It leaves out the `::<>` of a name that [cannot bind](crate::body::capitals), which is not the user's.
    pub(super) fn print(mut self, tokens: TokenStream) -> String {
        self.stream(as_written(tokens));
        self.text
    }

    /// Prints the tokens of one level.
    fn stream(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            if self.level.statement == Statement::Begins {
                self.level.statement = statement_of(&token);
            }
            match token {
                TokenTree::Group(group) => self.group(&group),
                TokenTree::Ident(ident) => self.word(&ident.to_string()),
                TokenTree::Literal(literal) => self.literal(&literal.to_string()),
                TokenTree::Punct(first) => {
                    let operator = self.operator(first, &mut tokens);
                    if operator != "," || !self.drops_comma(tokens.clone().next().is_none()) {
                        self.punct(&operator);
                    }
                }
            }
        }
    }

    /// Whether a comma is only there because the user wrote the elements in rows.
    fn drops_comma(&mut self, is_last: bool) -> bool {
        self.level.keeps_comma &= is_last || self.level.open > 0;
        is_last && !self.level.keeps_comma
    }

    /// The whole operator that begins with `first`.
    fn operator(&self, first: Punct, tokens: &mut token_stream::IntoIter) -> String {
        let mut operator = first.as_char().to_string();
        let mut last = first;
        while last.spacing() == Spacing::Joint && !self.stands_alone(last.as_char()) {
            let mut ahead = tokens.clone();
            let Some(TokenTree::Punct(next)) = ahead.next() else { break };
            if !continues(&operator, next.as_char()) {
                break;
            }
            operator.push(next.as_char());
            (last, *tokens) = (next, ahead);
        }
        operator
    }

    /// Whether `c` opens or closes a list of generic arguments, so that `<<` and `>>` are two tokens.
    fn stands_alone(&self, c: char) -> bool {
        match c {
            '<' => self.opens_generics(),
            '>' => self.level.open > 0,
            _ => false,
        }
    }

    /// Whether a `<` that comes next opens a list of generic arguments.
    fn opens_generics(&self) -> bool {
        self.level.has_type() || self.before != Before::Operand
    }

    /// A literal. A string with lines in it stays on one.
    fn literal(&mut self, literal: &str) {
        self.operand(&literal.replace('\n', "\\n"));
        self.before = Before::Operand;
    }

    /// A name or a keyword.
    fn word(&mut self, word: &str) {
        let is_lifetime = self.before == Before::Tight && self.text.ends_with('\'');
        self.operand(word);
        self.before = match word {
            _ if is_lifetime => Before::Keyword,
            word => after_word(word),
        };
        match word {
            _ if is_lifetime => {}
            "as" | "fn" if self.level.open == 0 => self.level.in_type = true,
            "let" => self.level.typed = Some(Typed::Let),
            _ => {}
        }
    }

    /// Separates a token from an operand before it.
    fn operand(&mut self, text: &str) {
        if self.before == Before::Operand || self.wants_space() {
            self.space();
        }
        self.text.push_str(text);
    }

    /// An operator, or punctuation.
    fn punct(&mut self, operator: &str) {
        let unary = self.before != Before::Operand;
        self.mind_types(operator, unary);
        let after_range = self.text.ends_with("..");
        let (space, before) = match operator {
            "." => (false, Before::Tight),
            "::" | ".." | "..=" => (self.wants_space(), Before::Tight),
            "'" => (!matches!(self.before, Before::Nothing | Before::Tight), Before::Tight),
            "?" if unary => (self.wants_space(), Before::Tight),
            "?" => (false, Before::Operand),
            "," | ";" | ":" => (false, Before::Operator),
            "!" if !unary => (false, Before::Operand),
            "&" | "*" | "-" | "!" | "&&" | "#" if unary => (self.wants_space(), Before::Tight),
            "|" if self.level.typed == Some(Typed::Closure) => {
                self.level.typed = None;
                (false, Before::Operator)
            }
            "|" if unary && !after_range => {
                self.level.typed = Some(Typed::Closure);
                (self.wants_space(), Before::Tight)
            }
            "||" if unary => (self.wants_space(), Before::Operator),
            "<" if self.opens_generics() => {
                self.level.open += 1;
                (self.wants_space() && !self.text.ends_with("for"), Before::Tight)
            }
            ">" if self.level.open > 0 => {
                self.level.open -= 1;
                (false, Before::Operand)
            }
            _ => (self.before != Before::Nothing, Before::Operator),
        };
        if space {
            self.space();
        }
        self.text.push_str(operator);
        self.before = before;
    }

    /// Tracks where a type begins and ends, and where a statement begins.
    fn mind_types(&mut self, operator: &str, unary: bool) {
        let level = &mut self.level;
        match operator {
            _ if level.open > 0 => {}
            ":" => level.in_type = level.typed.is_some(),
            "->" => level.in_type = true,
            "::" | "'" | "<" | "!" => {}
            "&" | "*" | "&&" if unary => {}
            _ => level.in_type = false,
        }
        match operator {
            "=" if level.typed == Some(Typed::Let) => level.typed = None,
            ";" => (level.typed, level.statement) = (None, Statement::Begins),
            _ => {}
        }
    }

    /// A group and its content.
    fn group(&mut self, group: &Group) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => ("", ""),
        };
        let is_brace = group.delimiter() == Delimiter::Brace;
        let after_operand = self.before == Before::Operand;
        if self.wants_space() || (is_brace && (after_operand || self.text.ends_with(".."))) {
            self.space();
        }
        let is_arm = is_brace && self.text.ends_with("=> ");
        if is_brace && group.stream().is_empty() {
            self.text.push_str("{}");
        } else {
            self.text.push_str(open);
            self.inside(group, !after_operand);
            self.text.push_str(close);
        }
        self.before = Before::Operand;
        if is_brace {
            self.level.in_type = false;
            let with_block = self.level.statement == Statement::WithBlock;
            if is_arm || with_block && self.level.typed != Some(Typed::Let) {
                (self.before, self.level.statement) = (Before::Operator, Statement::Begins);
            }
        }
    }

    /// The content of a group: arguments, or perhaps a tuple.
    fn inside(&mut self, group: &Group, may_be_tuple: bool) {
        let inner = Level {
            types: self.level.has_type() && group.delimiter() != Delimiter::Brace,
            keeps_comma: match group.delimiter() {
                Delimiter::Parenthesis => may_be_tuple,
                delimiter => delimiter == Delimiter::None,
            },
            statement: match group.delimiter() {
                Delimiter::Brace => Statement::Begins,
                _ => Statement::Other,
            },
            ..Level::default()
        };
        if group.delimiter() != Delimiter::None {
            self.before = Before::Nothing;
        }
        let outer = std::mem::replace(&mut self.level, inner);
        self.stream(group.stream());
        self.level = outer;
    }

    /// Whether a space precedes an operand that comes next.
    fn wants_space(&self) -> bool {
        matches!(self.before, Before::Keyword | Before::Operator)
    }

    /// One space, unless there is one.
    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }
}

/// The tokens without `::<>`, and with the shorthand `Name` in place of `Name: Name::<>`.
fn as_written(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(it)) if it.as_char() == c);
    let is_empty_list =
        |at: usize| is(at, ':') && is(at + 1, ':') && is(at + 2, '<') && is(at + 3, '>');
    let is_doubled = |at: usize| match (tokens.get(at), tokens.get(at + 2)) {
        (Some(TokenTree::Ident(field)), Some(TokenTree::Ident(name))) => {
            is(at + 1, ':') && field == name && is_empty_list(at + 3)
        }
        _ => false,
    };
    let (mut written, mut at) = (TokenStream::new(), 0);
    while let Some(token) = tokens.get(at) {
        at += match token {
            _ if is_doubled(at) => 2,
            _ if is_empty_list(at) => 4,
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), as_written(group.stream()));
                inside.set_span(group.span());
                written.extend([TokenTree::from(inside)]);
                1
            }
            token => {
                written.extend([token.clone()]);
                1
            }
        };
    }
    written
}

/// The kind of the statement that begins with `token`.
fn statement_of(token: &TokenTree) -> Statement {
    const WORDS: [&str; 7] = ["if", "else", "match", "for", "while", "loop", "unsafe"];
    let with_block = match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Ident(ident) => WORDS.iter().any(|word| ident == word),
        _ => false,
    };
    if with_block { Statement::WithBlock } else { Statement::Other }
}

/// The class of a word.
fn after_word(word: &str) -> Before {
    match word {
        "return" | "match" | "if" | "in" | "else" | "let" | "mut" | "ref" | "move" | "as"
        | "dyn" | "impl" | "const" | "break" | "for" | "while" | "where" | "async" => {
            Before::Keyword
        }
        _ => Before::Operand,
    }
}

/// Whether `next` continues `operator`.
fn continues(operator: &str, next: char) -> bool {
    const LONG: [&str; 24] = [
        "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "..", "..=", "<<", ">>", "+=", "-=",
        "*=", "/=", "%=", "^=", "&=", "|=", "<<=", ">>=", "...",
    ];
    LONG.iter().any(|long| long.strip_prefix(operator).is_some_and(|rest| rest.starts_with(next)))
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    /// The printed text of `source`, an expression or a pattern.
    fn expr(source: &str) -> String {
        Printer::of_expr().print(source.parse().expect("tokens"))
    }

    fn assert_expr(source: &str) {
        assert_eq!(expr(source), source);
    }

    #[test]
    fn operators() {
        for source in [
            "doc.owner == user.id",
            "!doc.shared && user.age >= 18",
            "a < b || c > -1",
            "a < b && c > d",
            "(a as usize) < b && c >> 2 > d << 1",
            "*left == &right",
            "a - -b * *c & &d == **e",
            "-x.abs() as i64 - 1",
            "x as u8 as char == 'a'",
            "x as *const u8 != &raw const y",
            "a & b | c ^ d % 2 != 0",
            "!!a == &&b",
            "&mut *x",
            "'a' as u32 + 1",
            "a = b && c",
            "a += 1",
        ] {
            assert_expr(source);
        }
    }

    #[test]
    fn names_that_cannot_bind() {
        for (source, printed) in [
            ("Edit::<>", "Edit"),
            ("(Read::<> | Some(Edit::<>))", "(Read | Some(Edit))"),
            ("S { Name: Name::<>, x: X::<>, .. }", "S { Name, x: X, .. }"),
            ("matches!(x, r#Try::<> if y)", "matches!(x, r#Try if y)"),
            ("Vec::<u8>::new()", "Vec::<u8>::new()"),
        ] {
            assert_eq!(expr(source), printed);
        }
    }

    #[test]
    fn calls_fields_and_literals() {
        for source in [
            "OrgRole(user.id, doc.org).await?",
            "x.parse::<u8>()? + [1, 2][0]",
            "doc.tags.iter().map(|tag| Shared(id, *tag)).any(f)",
            "pair.0.1[at + 1](x)[..2]",
            "r#type.r#match(r#in) == crate::r#fn()",
            "User { admin: true, name: &name, .. }",
            "Key { a: x < y, b: z > 1, ..Key::default() }",
            "(a,) == (b, c)",
            "[0; 4] == []",
            "f(&[x, y], (), {})",
            "-1.5 < 2.0e3 && b\"x\" != b'x'",
            "::std::mem::take(&mut x)",
            "return ::std::iter::empty()",
        ] {
            assert_expr(source);
        }
    }

    #[test]
    fn generics_in_expressions() {
        for source in [
            "tags.collect::<Vec<_>>().len() < 3",
            "tags.collect::<Result<Vec<u8>, Box<dyn Error + 'static>>>()",
            "Vec::<u8>::new() == Vec::<Option<&str>>::with_capacity(a < b)",
            "Foo::<T> { a: x < y }",
            "<Vec<u8>>::new()",
            "<u8 as Into<Option<u8>>>::into(x) == <Key>::default()",
            "Vec::<<T as Iterator>::Item>::new()",
            "x as Option<Vec<u8>> == y",
            "size_of::<(Vec<u8>, [Option<u8>; 4])>() > 8",
            "size_of::<fn(&u8) -> Vec<u8>>()",
            "size_of::<*const Vec<u8>>() >> 2",
            "f::<{ N + 1 }, -1, 'static, true>(x)",
            "f::<dyn for<'a> Fn(&'a u8, Cow<'a, str>) -> bool>()",
            "f::<Item = u8>() < 2",
        ] {
            assert_expr(source);
        }
    }

    #[test]
    fn closures() {
        for source in [
            "xs.any(|x| x < 2 || x > 3)",
            "f(|&x| -x, |(a, b)| a | b, || c)",
            "f(&|| x, &|x| x)",
            "f(move || x, |mut x| x, |_| !y)",
            "|x: Vec<u8>, y: &Option<&'a str>| -> Option<u8> { x < y }",
            "|(A | B)| |x| x | y",
            "|User { id, .. }| id",
            "x.fold(0, |a: u64, b| a + b) < 3",
        ] {
            assert_expr(source);
        }
    }

    #[test]
    fn ranges() {
        for source in [
            "0..=9",
            "(a..b.len()).contains(&x)",
            "..",
            "&x[..]",
            "x[1..] == y[..=2]",
            "matches!(x, ..=2 | 5.. | 'a'..='z')",
            "for x in ..5 {}",
            "for x in 0.. {}",
            "a..-b",
        ] {
            assert_expr(source);
        }
    }

    #[test]
    fn patterns_and_macros() {
        for source in [
            "matches!(action, Action::Edit | Action::Delete)",
            "(Action::Edit | Action::Delete)",
            "Some(role) if role != Role::Editor",
            "let Some(ref mut x) = y",
            "let [first, .., last @ 1..=3] = doc.tags[..]",
            "let User { id, admin: true } | User { id, .. } = user",
            "let Some(x) = y && x < z && let Foo::<T>(a) = b",
            "vec![a, b].is_empty() && !matches!(x, None)",
            "concat!(\"a\", \"b\") == stringify!(a + b)",
            "role is Some(Role::Editor)",
        ] {
            assert_expr(source);
        }
    }

    #[test]
    fn blocks() {
        for source in [
            "if a { b } else if c { d } else { e }",
            "match (a, b) { (A, _) => 1, _ => 2 }",
            "match x { A => { 1 } (B, c) => {} [d] => -1, &E => { 2 } _ => 3 }",
            "{ let x: Vec<u8> = y; x < z }",
            "{ let (a, b): (Vec<u8>, u8) = c; let d: &'a Vec<u8> = &e; d < a }",
            "{ if a { return b; } !c }",
            "{ for x in y { z; } *x = 1; while !a {} &b }",
            "{ { a } (b, c) }",
            "{ match x { _ => 1 }.max(2) }",
            "'a: { if b { break 'a c; } break 'a -1 }",
            "'a: loop { continue 'a; }",
            "for (a, b) in c { break; }",
            "{ fn f<T: Ord>(x: Vec<T>) -> Option<T> { x < y } f(z) }",
            "#[allow(unused)] { x }",
        ] {
            assert_expr(source);
        }
    }

    #[test]
    fn rows_are_joined() {
        assert_eq!(expr("f(\n  a,\n  b,\n)\n  .g(|x| {\n x\n })"), "f(a, b).g(|x| { x })");
        assert_eq!(expr("Key {\n a: 1,\n b: [\n 2,\n ],\n}"), "Key { a: 1, b: [2] }");
        assert_eq!(expr("(a, b,) == (c,)"), "(a, b) == (c,)");
        assert_eq!(expr("(f::<A, B>(),)"), "(f::<A, B>(),)");
        assert_eq!(expr("x == \"a\nb\""), r#"x == "a\nb""#);
        let tokens = quote!(x.contains::<Vec<_>>(&y));
        assert_eq!(Printer::of_expr().print(tokens), "x.contains::<Vec<_>>(&y)");
    }

    #[test]
    fn types() {
        for source in [
            "HashMap<u8, Vec<String>>",
            "&'static str",
            "&'a mut [u8]",
            "&'a [u8]",
            "Cow<'a, str>",
            "(u8, Option<&str>)",
            "(Vec<u8>,)",
            "[Vec<u8>; 4]",
            "::std::rc::Rc<u8>",
            "<T as Iterator>::Item",
            "Vec<<T as Iterator<Item = u8>>::Item>",
            "impl Fn(u8) -> bool",
            "fn(Vec<u8>) -> !",
            "dyn Any + Send + 'static",
            "dyn for<'a> Fn(&'a u8)",
            "Box<dyn ?Sized + Send>",
            "*const u8",
        ] {
            let tokens: TokenStream = source.parse().expect("tokens");
            assert_eq!(Printer::of_type().print(tokens), source);
        }
    }
}
