//! Tokens as text and as spans: how messages and plans quote what a user wrote.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Ident, Type};

/// The text of a type, as rustfmt would space it: `HashMap<u8, Vec<&str>>`.
pub(crate) fn of_type(tokens: impl ToTokens) -> String {
    Printer { generics: true, ..Printer::default() }.print(tokens.to_token_stream())
}

/// The text of an expression or a pattern, on one line: `doc.owner == user.id`.
///
/// It depends on the tokens alone, never on a source file: plans and snapshots are the same in every
/// build.
pub(crate) fn of_expr(tokens: impl ToTokens) -> String {
    Printer::default().print(tokens.to_token_stream())
}

/// Whether the last name of a type's path is `name`: all that tokens tell of which type it is.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Path(it) => it.path.segments.last().is_some_and(|last| last.ident == name),
        Type::Group(it) => is_named(&it.elem, name),
        Type::Paren(it) => is_named(&it.elem, name),
        _ => false,
    }
}

/// Whether a name is one that a type has: it does not begin with a small letter.
pub(crate) fn is_type_name(name: &Ident) -> bool {
    !name.unraw().to_string().starts_with(|first: char| first.is_lowercase() || first == '_')
}

/// The name of a type for what is named like a function: `org_role` becomes `OrgRole`.
pub(crate) fn camel_case(name: &Ident) -> String {
    let name = name.unraw().to_string();
    let words = name.split('_').map(|word| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    });
    words.collect()
}

/// Which one of several: `second`, `12th`.
pub(crate) fn ordinal(number: u32) -> String {
    let words = ["first", "second", "third", "fourth", "fifth", "sixth"];
    let word = usize::try_from(number).ok().and_then(|number| words.get(number.checked_sub(1)?));
    word.map_or_else(|| format!("{number}th"), |word| (*word).to_owned())
}

/// The spans of the first and the last token. `Span::join` is not stable; an item whose first and
/// last token carry these is underlined whole by the compiler.
pub(crate) fn ends(tokens: impl ToTokens) -> (Span, Span) {
    let mut tokens = tokens.to_token_stream().into_iter();
    let first = tokens.next().map_or_else(Span::call_site, |token| token.span());
    let last = tokens.last().map_or(first, |token| token.span());
    (first, last)
}

/// Where something of the user's is, for code of ours: the compiler shows that, and still knows that a
/// macro wrote the code, so that lints of the user's do not judge it.
pub(crate) fn located(at: Span) -> Span {
    Span::call_site().located_at(at)
}

/// Tokens of ours that the compiler is to show at `span`.
pub(crate) fn at(tokens: &TokenStream, span: Span) -> TokenStream {
    let moved = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    tokens.clone().into_iter().map(moved).collect()
}

/// What the printer remembers of the token before.
#[derive(Clone, Copy, Default, PartialEq)]
enum Before {
    /// The start, or an opening delimiter.
    #[default]
    Nothing,
    /// A name, a literal, or a closing delimiter: an operator after it is a binary one.
    Operand,
    /// A keyword that an operand follows: `return`, `match`, `in`.
    Keyword,
    /// Punctuation with a space after it.
    Operator,
    /// Punctuation without: `.`, `::`, a unary `&`, an opening `<`.
    Tight,
}

/// Prints tokens with the spaces that a person would write.
#[derive(Default)]
struct Printer {
    /// Whether every `<` opens generic arguments.
    generics: bool,
    /// How many generic argument lists are open.
    open: usize,
    /// Whether the parameters of a closure are open.
    closure: bool,
    /// The token before.
    before: Before,
    /// What was printed.
    text: String,
}

impl Printer {
    /// Prints all of `tokens`.
    fn print(mut self, tokens: TokenStream) -> String {
        self.stream(tokens);
        self.text
    }

    /// Prints the tokens of one level.
    fn stream(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => self.group(&group),
                TokenTree::Ident(ident) => self.word(&ident.to_string()),
                TokenTree::Literal(literal) => self.word(&literal.to_string()),
                TokenTree::Punct(first) => {
                    let mut operator = first.as_char().to_string();
                    let mut last = first;
                    while last.spacing() == Spacing::Joint && !self.stands_alone(last.as_char()) {
                        let mut ahead = tokens.clone();
                        let Some(TokenTree::Punct(next)) = ahead.next() else {
                            break;
                        };
                        if !continues(&operator, next.as_char()) {
                            break;
                        }
                        operator.push(next.as_char());
                        (last, tokens) = (next, ahead);
                    }
                    self.punct(&operator);
                }
            }
        }
    }

    /// Whether `c` closes a list of generic arguments, so that `>>` is two tokens.
    fn stands_alone(&self, c: char) -> bool {
        c == '>' && self.open > 0
    }

    /// A name or a literal.
    fn word(&mut self, word: &str) {
        if self.before == Before::Operand || self.wants_space() {
            self.space();
        }
        let lifetime = self.text.ends_with('\'');
        self.text.push_str(word);
        self.before = match word {
            _ if lifetime => Before::Keyword,
            "return" | "match" | "if" | "in" | "else" | "let" | "mut" | "ref" | "move" | "as"
            | "dyn" | "impl" | "const" | "break" => Before::Keyword,
            _ => Before::Operand,
        };
    }

    /// An operator, or punctuation.
    fn punct(&mut self, operator: &str) {
        let unary = self.before != Before::Operand;
        let (space, before) = match operator {
            "." | "::" | ".." | "..=" => (self.before == Before::Operator, Before::Tight),
            "'" => (!matches!(self.before, Before::Nothing | Before::Tight), Before::Tight),
            "?" => (false, Before::Operand),
            "," | ";" | ":" => (false, Before::Operator),
            "!" if !unary => (false, Before::Operand),
            "&" | "*" | "-" | "!" | "&&" if unary => (self.wants_space(), Before::Tight),
            "|" if self.closure => {
                self.closure = false;
                (false, Before::Operator)
            }
            "|" if unary => {
                self.closure = true;
                (self.wants_space(), Before::Tight)
            }
            "<" if self.generics || self.text.ends_with("::") => {
                self.open += 1;
                (false, Before::Tight)
            }
            ">" if self.open > 0 => {
                self.open -= 1;
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

    /// A group with what is in it.
    fn group(&mut self, group: &Group) {
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{ ", " }"),
            Delimiter::None => ("", ""),
        };
        let brace = group.delimiter() == Delimiter::Brace;
        let operand = self.before == Before::Operand;
        if self.wants_space() || (operand && brace) {
            self.space();
        }
        if brace && group.stream().is_empty() {
            self.text.push_str("{}");
        } else {
            self.text.push_str(open);
            self.before = if open.is_empty() { self.before } else { Before::Nothing };
            self.stream(group.stream());
            self.text.push_str(close);
        }
        self.before = Before::Operand;
    }

    /// Whether an operand that comes next stands apart from the token before.
    fn wants_space(&self) -> bool {
        matches!(self.before, Before::Keyword | Before::Operator)
    }

    /// One space, if there is none.
    fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }
}

/// Whether `next` makes `operator` a longer one.
fn continues(operator: &str, next: char) -> bool {
    const LONG: [&str; 24] = [
        "::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "..", "..=", "<<", ">>", "+=", "-=",
        "*=", "/=", "%=", "^=", "&=", "|=", "<<=", ">>=", "...",
    ];
    LONG.iter().any(|long| long.strip_prefix(operator).is_some_and(|rest| rest.starts_with(next)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `source` is printed as it stands.
    fn same(print: fn(TokenStream) -> String, source: &str) {
        let tokens: TokenStream = source.parse().expect("tokens");
        assert_eq!(print(tokens), source);
    }

    #[test]
    fn expressions_are_printed_as_written() {
        for source in [
            "doc.owner == user.id",
            "OrgRole(user.id, doc.org)",
            "!doc.shared && user.age >= 18",
            "a < b || c > -1",
            "matches!(action, Action::Edit | Action::Delete)",
            "&user.groups",
            "*left == &right",
            "x.parse::<u8>()? + [1, 2][0]",
            "User { admin: true, .. }",
            "if a { b } else { c }",
            "(Action::Edit | Action::Delete)",
            "0..=9",
            "|part| part.len() > 2",
            "Some(role) if role != Role::Editor",
        ] {
            same(of_expr, source);
        }
    }

    #[test]
    fn types_are_printed_as_written() {
        for source in [
            "HashMap<u8, Vec<String>>",
            "&'static str",
            "&'a mut [u8]",
            "&'a [u8]",
            "Cow<'a, str>",
            "(u8, Option<&str>)",
            "[u8; 4]",
            "::std::rc::Rc<u8>",
            "<T as Iterator>::Item",
            "impl Fn(u8) -> bool",
            "dyn Any + Send",
            "*const u8",
        ] {
            same(of_type, source);
        }
    }
}
