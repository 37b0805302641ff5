//! The fragments that another macro passes on: `$c:expr`, `$p:pat`, `$t:ty` and the others.
//!
//! A fragment arrives in a group without delimiters, which makes it one operand in `!$c`. Rust honours such a
//! group only in tokens that were not taken apart, and ignores groups that a macro creates: `!$c`, with
//! `a || b` for `$c`, would become `!a || b`. Each of our macros therefore passes its input through
//! [`opened`] before it parses anything:
//!
//! - No group without delimiters is left, neither for a later stage nor in the emitted code.
//! - One operand, one pattern or one type remains one: it gets parentheses where its neighbours could take a
//!   part of it.
//! - The arguments of a macro call belong to that macro: the compiler passes on the original group, which
//!   Rust honours.

#[cfg(test)]
mod tests;

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::{Expr, Lit, Pat, Type, UnOp};

use crate::text;

/// The tokens of an input, without groups that have no delimiters; those in the arguments of macro
/// calls remain.
pub(crate) fn opened(tokens: TokenStream) -> TokenStream {
    Opening { macros: false }.stream(tokens.clone(), Place::Top).unwrap_or(tokens)
}

/// [`opened`], with the arguments of macro calls opened as well: for texts that are shown and not compiled.
pub(crate) fn opened_to_show(tokens: TokenStream) -> TokenStream {
    Opening { macros: true }.stream(tokens.clone(), Place::Top).unwrap_or(tokens)
}

/// The surroundings of tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing, or a group without delimiters.
    Top,
    /// `#[…]`, which has a grammar of its own, without operators.
    Attribute,
    /// `(…)` or `[…]`.
    List,
    /// `{…}`
    Braces,
}

/// Opens the groups that have no delimiters.
struct Opening {
    /// Whether it looks into the arguments of macro calls.
    macros: bool,
}

impl Opening {
    /// The tokens without such groups; `None` if there are none.
    fn stream(&self, tokens: TokenStream, place: Place) -> Option<TokenStream> {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut before, mut changed) = (Vec::with_capacity(trees.len()), false);
        for (at, tree) in trees.iter().enumerate() {
            let TokenTree::Group(group) = tree else {
                before.push(tree.clone());
                continue;
            };
            if group.delimiter() == Delimiter::None {
                let content = group.stream();
                let content = self.stream(content.clone(), inside(place, group, &before));
                let content = content.unwrap_or_else(|| group.stream());
                let after = ahead(&trees[at + 1..]);
                let fragment = Fragment::new(content, place, &before, &after).placed(group.span());
                before.extend(fragment);
                changed = true;
            } else if !self.macros && is_macro_call(&before) {
                before.push(tree.clone());
            } else if let Some(content) = self.stream(group.stream(), inside(place, group, &before))
            {
                let mut group = Group::new(group.delimiter(), content);
                group.set_span(tree.span());
                before.push(group.into());
                changed = true;
            } else {
                before.push(tree.clone());
            }
        }
        changed.then(|| before.into_iter().collect())
    }
}

/// The place inside a group.
fn inside(place: Place, group: &Group, before: &[TokenTree]) -> Place {
    if place == Place::Attribute || is_attribute(group, before) {
        return Place::Attribute;
    }
    match group.delimiter() {
        Delimiter::None => Place::Top,
        Delimiter::Brace => Place::Braces,
        Delimiter::Parenthesis | Delimiter::Bracket => Place::List,
    }
}

/// `#[…]` or `#![…]`
fn is_attribute(group: &Group, before: &[TokenTree]) -> bool {
    let is_hash = |tree: Option<&TokenTree>| is_punct(tree, '#');
    let before = match before {
        [before @ .., last] if is_punct(Some(last), '!') => before,
        before => before,
    };
    group.delimiter() == Delimiter::Bracket && is_hash(before.last())
}

/// Whether a group that comes next has the arguments of a macro call, or the rules of a macro.
fn is_macro_call(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Ident(word), bang, TokenTree::Ident(_)] if is_punct(Some(bang), '!') => {
            word == "macro_rules"
        }
        // `break 'a !(b)`
        [.., quote, TokenTree::Ident(_), _] if is_punct(Some(quote), '\'') => false,
        [.., TokenTree::Ident(name), bang] if is_punct(Some(bang), '!') => is_name(name),
        _ => false,
    }
}

/// Whether a word is no keyword: `return !(a)` calls nothing.
fn is_name(word: &Ident) -> bool {
    syn::parse2::<Ident>(TokenTree::from(word.clone()).into()).is_ok()
}

/// The next two trees: of a fragment, those that are in it.
fn ahead(trees: &[TokenTree]) -> Vec<TokenTree> {
    let mut found = Vec::new();
    for tree in trees {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                found.extend(ahead(&group.stream().into_iter().collect::<Vec<_>>()));
            }
            tree => found.push(tree.clone()),
        }
        if found.len() >= 2 {
            found.truncate(2);
            break;
        }
    }
    found
}

fn is_punct(tree: Option<&TokenTree>, punct: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(it)) if it.as_char() == punct)
}

fn is_joint(tree: Option<&TokenTree>) -> bool {
    matches!(tree, Some(TokenTree::Punct(it)) if it.spacing() == Spacing::Joint)
}

/// Whether `trees` end with an operator of one character.
fn ends_with_lone(trees: &[TokenTree], operator: char) -> bool {
    let [before @ .., last] = trees else { return false };
    is_punct(Some(last), operator) && !is_joint(before.last())
}

/// Whether `trees` end with an operator of two.
fn ends_with_both(trees: &[TokenTree], first: char, second: char) -> bool {
    let [.., left, right] = trees else { return false };
    is_punct(Some(left), first) && is_joint(Some(left)) && is_punct(Some(right), second)
}

/// Whether `trees` begin with an operator of two characters.
fn begins_with_both(trees: &[TokenTree], first: char, second: char) -> bool {
    trees.len() > 1 && ends_with_both(&trees[..2], first, second)
}

/// The tokens that keep a fragment one operand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Added {
    Nothing,
    /// `(…)`, in which an expression, a pattern and a type may stand alike.
    Parentheses,
    /// `<…>`, which a type needs before `::`.
    Angles,
    /// `;`, which a statement needs that another follows.
    Semicolon,
}

fn parentheses_unless(needless: bool) -> Added {
    if needless { Added::Nothing } else { Added::Parentheses }
}

/// A fragment, and its position.
struct Fragment<'t> {
    content: TokenStream,
    trees: Vec<TokenTree>,
    place: Place,
    before: &'t [TokenTree],
    /// The next two trees.
    after: &'t [TokenTree],
}

impl<'t> Fragment<'t> {
    fn new(
        content: TokenStream,
        place: Place,
        before: &'t [TokenTree],
        after: &'t [TokenTree],
    ) -> Self {
        let trees = content.clone().into_iter().collect();
        Self { content, trees, place, before, after }
    }

    /// The fragment's tokens. Added tokens have the span of the fragment, marked as a macro's, so that no lint of the user's applies.
    fn placed(self, at: Span) -> TokenStream {
        let (at, added, content) = (text::located(at), self.added(), self.content);
        match added {
            Added::Nothing => content,
            Added::Parentheses => {
                let mut group = Group::new(Delimiter::Parenthesis, content);
                group.set_span(at);
                TokenTree::Group(group).into()
            }
            Added::Angles => quote_spanned!(at=> <#content>),
            Added::Semicolon => quote_spanned!(at=> #content;),
        }
    }

    fn added(&self) -> Added {
        if self.place == Place::Attribute {
            return Added::Nothing;
        }
        if begins_with_both(self.after, ':', ':') {
            return self.before_a_segment();
        }
        if self.is_cast_to_before_less() {
            return Added::Parentheses;
        }
        if let [tree] = self.trees.as_slice() {
            // `return || a` returns a closure.
            return parentheses_unless(!is_way_out(tree) || self.stands_alone());
        }
        if self.is_pattern() {
            return Added::Nothing;
        }
        if matches!(self.trees.first(), Some(TokenTree::Ident(first)) if first == "let") {
            let ends = is_punct(self.after.first(), ';');
            return if ends { Added::Nothing } else { Added::Semicolon };
        }
        if let Ok(expr) = syn::parse2(self.content.clone()) {
            return self.expression(&expr);
        }
        if syn::parse::Parser::parse2(Pat::parse_multi, self.content.clone()).is_ok() {
            // `rest @ ..` is no pattern in parentheses.
            return parentheses_unless(self.stands_alone() || self.ends_with_rest());
        }
        match syn::parse2(self.content.clone()) {
            // A statement, an item, a visibility.
            Err(_) | Ok(Type::Path(_)) => Added::Nothing,
            // For other types, `+` is the only operator.
            Ok(_) => parentheses_unless(self.stands_alone() || !self.has_operator('+')),
        }
    }

    /// `a as $t < b`, which would begin the arguments of a type.
    fn is_cast_to_before_less(&self) -> bool {
        matches!(self.before.last(), Some(TokenTree::Ident(word)) if word == "as")
            && is_punct(self.after.first(), '<')
    }

    /// Whether a pattern is due, and no neighbour can take a part of it.
    fn is_pattern(&self) -> bool {
        let is_word = |tree: Option<&TokenTree>, word: &str| matches!(tree, Some(TokenTree::Ident(it)) if it == word);
        let (before, after) = (self.before, self.after);
        let begins = before.is_empty() || is_punct(before.last(), ',');
        let is_arm = begins_with_both(after, '=', '>') || is_word(after.first(), "if");
        if is_arm && (begins || self.begins_statement()) {
            return true;
        }
        let begins = begins || is_word(before.last(), "let") || is_word(before.last(), "for");
        let ends = is_word(after.first(), "in")
            || is_punct(after.first(), ':')
            || (is_punct(after.first(), '=') && !is_joint(after.first()));
        // Elsewhere Rust wants alternatives in parentheses.
        begins && ends && !self.has_operator('|')
    }

    /// `$t::…`
    fn before_a_segment(&self) -> Added {
        let is_path = syn::Path::parse_mod_style;
        let is_path = syn::parse::Parser::parse2(is_path, self.content.clone()).is_ok();
        if !is_path && syn::parse2::<Type>(self.content.clone()).is_ok() {
            Added::Angles
        } else {
            Added::Nothing
        }
    }

    /// An expression, or a pattern or a type that looks like one.
    fn expression(&self, expr: &Expr) -> Added {
        let is_called =
            matches!(self.after.first(), Some(it) if is_group(it, Delimiter::Parenthesis));
        if is_punct(self.trees.first(), '#') {
            return parentheses_unless(self.stands_alone());
        }
        match expr {
            // In parentheses `..` is a tuple to patterns.
            Expr::Range(it) if it.start.is_none() && it.end.is_none() => {
                parentheses_unless(self.stands_alone() || ends_with_lone(self.before, '@'))
            }
            // A range of patterns ends with literals, not with parentheses.
            Expr::Unary(it) if is_negative_literal(it) => {
                parentheses_unless(!self.is_operated_on())
            }
            Expr::Path(_) => Added::Nothing,
            // A statement that ends with its block: there Rust takes no operator for a part of it.
            expr if self.begins_statement() && ends_statement(expr) => Added::Nothing,
            Expr::Macro(_) if self.begins_statement() && self.precedes_statement() => {
                Added::Semicolon
            }
            // `(a.b)(c)` calls a field, and `a.b(c)` a method.
            expr if is_operand(expr) => parentheses_unless(!is_called),
            // A block at the beginning of a statement would be one of its own.
            _ if self.begins_statement() && begins_with_block(&self.trees) => Added::Parentheses,
            _ => parentheses_unless(self.stands_alone()),
        }
    }

    /// Whether no neighbour can take a part of the fragment: between two commas, from `=` to the end of a statement, as a
    /// whole statement, or as the whole content of parentheses.
    fn stands_alone(&self) -> bool {
        let (ends_list, ends_statement) =
            (is_punct(self.after.first(), ','), is_punct(self.after.first(), ';'));
        if !(self.after.is_empty() || ends_list || ends_statement) {
            return false;
        }
        let before = self.before;
        if is_punct(before.last(), ',') {
            // Two commas may stand between the bars of a closure.
            return !(ends_list && self.has_operator('|'));
        }
        before.is_empty()
            || self.begins_statement()
            || ends_with_lone(before, '=')
            || ends_with_lone(before, ':')
    }

    /// Whether the fragment is the first of a statement, or of an arm's body, which is read alike.
    fn begins_statement(&self) -> bool {
        if ends_with_both(self.before, '=', '>') {
            return true;
        }
        let begins = match self.before {
            [] => true,
            [before @ .., TokenTree::Group(last)] => {
                last.delimiter() == Delimiter::Brace || is_attribute(last, before)
            }
            [.., last] => is_punct(Some(last), ';'),
        };
        begins && self.place == Place::Braces
    }

    /// Whether only another statement can follow.
    fn precedes_statement(&self) -> bool {
        match self.after.first() {
            Some(TokenTree::Ident(word)) => word != "as",
            after => matches!(after, Some(TokenTree::Literal(_))),
        }
    }

    /// Whether `.`, `?`, a call or an index follows.
    fn is_operated_on(&self) -> bool {
        match self.after {
            [TokenTree::Group(group), ..] => group.delimiter() != Delimiter::Brace,
            [TokenTree::Punct(dot), ..] if dot.as_char() == '.' => {
                !begins_with_both(self.after, '.', '.')
            }
            [first, ..] => is_punct(Some(first), '?'),
            [] => false,
        }
    }

    fn has_operator(&self, operator: char) -> bool {
        self.trees.iter().any(|tree| is_punct(Some(tree), operator))
    }

    /// `… @ ..`
    fn ends_with_rest(&self) -> bool {
        let [start @ .., _, _] = self.trees.as_slice() else { return false };
        ends_with_both(&self.trees, '.', '.') && is_punct(start.last(), '@')
    }
}

/// A jump without a value, which would take the next tokens for one.
fn is_way_out(tree: &TokenTree) -> bool {
    let is = |it: &Ident| ["break", "continue", "return"].iter().any(|word| it == word);
    matches!(tree, TokenTree::Ident(it) if is(it))
}

fn is_group(tree: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(tree, TokenTree::Group(group) if group.delimiter() == delimiter)
}

/// `-1`
fn is_negative_literal(it: &syn::ExprUnary) -> bool {
    let is_number = |expr: &Expr| matches!(expr, Expr::Lit(it) if matches!(it.lit, Lit::Int(_) | Lit::Float(_)));
    it.attrs.is_empty() && matches!(it.op, UnOp::Neg(_)) && is_number(&it.expr)
}

/// Whether an expression is one operand to every operator but a call: `a.b(c)[d]?`.
fn is_operand(expr: &Expr) -> bool {
    match expr {
        Expr::Array(_)
        | Expr::Lit(_)
        | Expr::Paren(_)
        | Expr::Path(_)
        | Expr::Repeat(_)
        | Expr::Tuple(_) => true,
        Expr::Macro(it) => !matches!(it.mac.delimiter, syn::MacroDelimiter::Brace(_)),
        Expr::Await(it) => is_operand(&it.base),
        Expr::Call(it) => is_operand(&it.func),
        Expr::Field(it) => is_operand(&it.base),
        Expr::Index(it) => is_operand(&it.expr),
        Expr::MethodCall(it) => is_operand(&it.receiver),
        Expr::Try(it) => is_operand(&it.expr),
        _ => false,
    }
}

/// Whether an expression at the beginning of a statement is the whole statement.
fn ends_statement(expr: &Expr) -> bool {
    match expr {
        Expr::Block(_)
        | Expr::Const(_)
        | Expr::ForLoop(_)
        | Expr::If(_)
        | Expr::Loop(_)
        | Expr::Match(_)
        | Expr::TryBlock(_)
        | Expr::Unsafe(_)
        | Expr::While(_) => true,
        Expr::Macro(it) => matches!(it.mac.delimiter, syn::MacroDelimiter::Brace(_)),
        _ => false,
    }
}

/// Whether tokens begin with something that can be a statement of its own, and go on.
fn begins_with_block(trees: &[TokenTree]) -> bool {
    const WORDS: [&str; 8] = ["const", "for", "if", "loop", "match", "try", "unsafe", "while"];
    match trees {
        [TokenTree::Ident(word), ..] if WORDS.iter().any(|it| word == it) => true,
        [first, ..] if is_group(first, Delimiter::Brace) || is_punct(Some(first), '\'') => true,
        // `name! {…}`
        trees => {
            let is_brace = |tree: &TokenTree| is_group(tree, Delimiter::Brace);
            trees.iter().position(is_brace).is_some_and(|at| is_macro_call(&trees[..at]))
        }
    }
}
