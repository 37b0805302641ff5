//! Tokens in, tokens out. A fragment is written `$[…]`.

mod grown;

use super::*;

/// The tokens of `source`, with a group without delimiters for each `$[…]`.
fn tokens(source: &str) -> TokenStream {
    with_groups(source.parse().expect("the source is not tokens"))
}

fn with_groups(source: TokenStream) -> TokenStream {
    let mut trees: Vec<TokenTree> = Vec::new();
    for tree in source {
        let TokenTree::Group(group) = tree else {
            trees.push(tree);
            continue;
        };
        let is_fragment = is_punct(trees.last(), '$');
        trees.truncate(trees.len() - usize::from(is_fragment));
        let delimiter = if is_fragment { Delimiter::None } else { group.delimiter() };
        trees.push(Group::new(delimiter, with_groups(group.stream())).into());
    }
    trees.into_iter().collect()
}

/// The tokens as text, in which a group without delimiters is seen.
fn text(tokens: TokenStream) -> String {
    let words = tokens.into_iter().map(|tree| match tree {
        TokenTree::Group(group) => {
            let (open, close) = match group.delimiter() {
                Delimiter::Parenthesis => ("(", ")"),
                Delimiter::Bracket => ("[", "]"),
                Delimiter::Brace => ("{", "}"),
                Delimiter::None => ("$[", "]"),
            };
            format!("{open}{}{close}", text(group.stream()))
        }
        tree => tree.to_string(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What is made of each source.
#[track_caller]
fn assert_opened<const N: usize>(cases: [(&str, &str); N]) {
    for (source, expected) in cases {
        assert_eq!(text(opened(tokens(source))), text(tokens(expected)), "{source}");
    }
}

#[test]
fn what_has_no_fragments_is_left_as_it_is() {
    for source in ["", "fn f(a: u8) -> bool { !(a == 1) || vec![a, 2][0] > -a }", "$ [", "a!($b)"] {
        if let Ok(source) = source.parse::<TokenStream>() {
            let opening = Opening { macros: false };
            assert!(opening.stream(source, Place::Top).is_none());
        }
    }
}

#[test]
fn an_operand_of_several_tokens_gets_parentheses() {
    assert_opened([
        ("!$[a || b]", "!(a || b)"),
        ("$[a || b] && c", "(a || b) && c"),
        ("c && $[a || b]", "c && (a || b)"),
        ("-$[a - b]", "-(a - b)"),
        ("$[a + 1] * 2", "(a + 1) * 2"),
        ("$[a as u8] < b", "(a as u8) < b"),
        ("$[-a].abs()", "(-a).abs()"),
        ("$[-1].abs()", "(-1).abs()"),
        ("$[a..b].contains(c)", "(a..b).contains(c)"),
        ("$[|x| x](1)", "(|x| x)(1)"),
        ("$[&a].b", "(&a).b"),
        ("*$[&a]", "*(&a)"),
        ("$[a == b] ?", "(a == b) ?"),
        ("$[a || b][0]", "(a || b)[0]"),
        ("if $[S { a: b }] == c {}", "if (S { a: b }) == c {}"),
        ("if $[S { a: b }.a] {}", "if (S { a: b }.a) {}"),
        ("match $[if a { b } else { c }] {}", "match (if a { b } else { c }) {}"),
        ("x = $[a || b].c", "x = (a || b).c"),
        ("x == $[a == b]", "x == (a == b)"),
        ("x += $[a + b];", "x += (a + b);"),
        ("f(|x| $[a || b] && x)", "f(|x| (a || b) && x)"),
        ("$[return] || a", "(return) || a"),
        ("$[break 'a b] || c", "(break 'a b) || c"),
        ("$[#[a] b || c] && d", "(#[a] b || c) && d"),
    ]);
}

#[test]
fn one_operand_needs_none() {
    assert_opened([
        ("!$[a]", "!a"),
        ("!$[]", "!"),
        ("!$[(a || b)]", "!(a || b)"),
        ("!$[{ a || b }]", "!{ a || b }"),
        ("if a $[{ b }] else $[{ c }]", "if a { b } else { c }"),
        ("!$[a.b(c)[d].e]", "!a.b(c)[d].e"),
        ("!$[a::b::<C>(d)?]", "!a::b::<C>(d)?"),
        ("$[Fact(a)].await", "Fact(a).await"),
        ("!$[vec![a || b]]", "!vec![a || b]"),
        ("$[-1] + 2", "-1 + 2"),
        ("a < $[-1]", "a < -1"),
        ("$[a.b] { c }", "a.b { c }"),
        // A field is called, and no method.
        ("$[a.b](c)", "(a.b)(c)"),
        ("$[a::b](c)", "a::b(c)"),
    ]);
}

#[test]
fn what_stands_alone_needs_none() {
    assert_opened([
        ("($[a || b])", "(a || b)"),
        ("f($[a || b], $[-c], $[d == e])", "f(a || b, -c, d == e)"),
        ("[$[a || b]]", "[a || b]"),
        ("let x = $[a || b];", "let x = a || b;"),
        ("S { x: $[a || b], y: $[c == d] }", "S { x: a || b, y: c == d }"),
        ("{ $[a || b] }", "{ a || b }"),
        ("{ $[a || b]; c }", "{ a || b; c }"),
        ("{ $[return] }", "{ return }"),
        // What comes next, or before, takes its part.
        ("($[a || b] && c)", "((a || b) && c)"),
        ("{ !$[a || b] }", "{ !(a || b) }"),
        ("f(|a, $[b | c], d| e)", "f(|a, (b | c), d| e)"),
        ("x >= $[a..b];", "x >= (a..b);"),
    ]);
}

/// As in a function: what ends with its block is a statement where it begins one.
#[test]
fn statements() {
    assert_opened([
        ("{ $[if a { return b; }] c }", "{ if a { return b; } c }"),
        ("{ c; $[match a {}] $[m! { a }] d }", "{ c; match a {} m! { a } d }"),
        ("{ $[if a { b } else { c }] || d }", "{ if a { b } else { c } || d }"),
        ("{ x = $[if a { b } else { c }] || d }", "{ x = (if a { b } else { c }) || d }"),
        ("match a { b => $[if c { d } else { e }], }", "match a { b => if c { d } else { e }, }"),
        // Of these the block is a part.
        ("{ $[{ a } || b] }", "{ ({ a } || b) }"),
        ("{ $[match a {} || b] && c }", "{ (match a {} || b) && c }"),
        ("{ $[m! { a } || b]; }", "{ (m! { a } || b); }"),
        ("match a { b => $[{ c } || d] }", "match a { b => ({ c } || d) }"),
        ("{ $[let x = a || b]; $[fn f() {}] $[] }", "{ let x = a || b; fn f() {} }"),
        ("{ $[let x = a || b] $[m!(a)] $[f(x)] }", "{ let x = a || b; m!(a); f(x) }"),
        ("{ $[m!(a)] as b }", "{ m!(a) as b }"),
        ("{ $[m!(a)] || b }", "{ m!(a) || b }"),
        ("{ $[m!(a)] }", "{ m!(a) }"),
        ("{ $[a || m!(b)] c }", "{ (a || m!(b)) c }"),
        ("{ $[let Some(x) = a else { return }]; }", "{ let Some(x) = a else { return }; }"),
        ("$[pub(in a::b)] fn f() {}", "pub(in a::b) fn f() {}"),
        ("$[#[a] struct S;]", "#[a] struct S;"),
    ]);
}

#[test]
fn patterns() {
    assert_opened([
        (
            "match a { $[A | B] => b, $[C(x)] | $[D] if c => d }",
            "match a { A | B => b, C(x) | D if c => d }",
        ),
        ("match a { A | $[B | C] => b }", "match a { A | (B | C) => b }"),
        ("match a { &$[A | B] if c => b }", "match a { &(A | B) if c => b }"),
        ("match a { &$[mut x] => b }", "match a { &(mut x) => b }"),
        ("match a { b => c, $[x @ 1..] => d }", "match a { b => c, x @ 1.. => d }"),
        ("x @ $[1 | 2]", "x @ (1 | 2)"),
        ("let $[mut x] = a;", "let mut x = a;"),
        ("let $[A | B] = a;", "let (A | B) = a;"),
        ("fn f($[A { b, .. }]: &A, $[B | C]: &B) {}", "fn f(A { b, .. }: &A, (B | C): &B) {}"),
        ("|$[A | B]| c", "|(A | B)| c"),
        ("for $[(a, b)] in c {}", "for (a, b) in c {}"),
        ("Some($[mut x])", "Some(mut x)"),
        ("let [a, $[..]] = b;", "let [a, ..] = b;"),
        ("let [$[..], a] = b;", "let [.., a] = b;"),
        ("let [a, rest @ $[..]] = b;", "let [a, rest @ ..] = b;"),
        ("let [a, $[rest @ ..], c] = b;", "let [a, rest @ .., c] = b;"),
        ("$[..] == a", "(..) == a"),
        ("$[-1]..=$[-2]", "-1..=-2"),
        ("$[A::B](x)", "A::B(x)"),
        ("$[A::B] { x }", "A::B { x }"),
    ]);
}

#[test]
fn types() {
    assert_opened([
        ("let x: $[Vec<u8>] = a;", "let x: Vec<u8> = a;"),
        ("Box<$[dyn A + B]>", "Box<(dyn A + B)>"),
        ("Box<$[dyn A]>", "Box<dyn A>"),
        ("&$[dyn A + B]", "&(dyn A + B)"),
        ("&$[fn(A) -> B]", "&fn(A) -> B"),
        ("a: $[&'static str], b", "a: &'static str, b"),
        (
            "fn f(a: $[&User], b: $[&User]) -> $[Vec<dyn A + B>] {}",
            "fn f(a: &User, b: &User) -> Vec<dyn A + B> {}",
        ),
        ("a as $[*const u8]", "a as *const u8"),
        ("<$[&T] as A>::B", "<(&T) as A>::B"),
        ("$[Vec<u8>]::new()", "<Vec<u8>>::new()"),
        ("$[[u8; 2]]::default()", "<[u8; 2]>::default()"),
        ("$[(A, B)]::default()", "<(A, B)>::default()"),
        ("$[&T]::default()", "<&T>::default()"),
        ("$[a::B]::new()", "a::B::new()"),
        ("$[B]::new()", "B::new()"),
    ]);
}

#[test]
fn fragments_in_fragments() {
    assert_opened([
        ("!$[$[a || b]]", "!(a || b)"),
        ("!$[$[a || b] && c]", "!((a || b) && c)"),
        ("!$[f(!$[a || b])]", "!f(!(a || b))"),
        ("$[!$[a == b]] as u8", "(!(a == b)) as u8"),
        ("{ $[$[if a {}]] b }", "{ if a {} b }"),
        ("$[$[Vec<$[dyn A + B]>]]::new()", "<Vec<(dyn A + B)>>::new()"),
        ("f($[$[a || b]], c)", "f(a || b, c)"),
        ("{ $[$[{ a }] || b] }", "{ ({ a } || b) }"),
    ]);
}

/// A macro is given what it was given by the user: Rust honours its groups.
#[test]
fn the_arguments_of_a_macro_are_left_as_they_are() {
    assert_opened([
        ("m!(!$[a || b])", "m!(!$[a || b])"),
        ("!$[m![$[a || b] && c]]", "!m![$[a || b] && c]"),
        ("a::b! { $[c || d] }", "a::b! { $[c || d] }"),
        ("$[a::b]!($[c || d])", "a::b!($[c || d])"),
        ("macro_rules! m { () => { $[a || b] } }", "macro_rules! m { () => { $[a || b] } }"),
        // These are none.
        ("return !($[a || b] && c)", "return !((a || b) && c)"),
        ("break 'a !($[a || b] && c)", "break 'a !((a || b) && c)"),
        ("a != ($[b || c] && d)", "a != ((b || c) && d)"),
        ("{ a; !($[b || c] && d) }", "{ a; !((b || c) && d) }"),
    ]);
    let shown = opened_to_show(tokens("m!(!$[a || b], $[c])"));
    assert_eq!(text(shown), text(tokens("m!(!(a || b), c)")));
}

#[test]
fn an_attribute_has_no_operators() {
    assert_opened([
        ("#[$[allow(a)]] fn f() {}", "#[allow(a)] fn f() {}"),
        ("#[a(all($[b = c], $[d]))] x", "#[a(all(b = c, d))] x"),
        ("#![doc = $[a + b]]", "#![doc = a + b]"),
        ("{ #[a] $[if b { c }] d }", "{ #[a] if b { c } d }"),
    ]);
}

#[test]
fn nothing_that_is_opened_is_left() {
    for source in ["!$[a b]", "$[$[$[=> ]]]", "$[a ||] b", "($[,] $[;])", "$['a]: $[loop {}]"] {
        let opened = text(opened(tokens(source)));
        assert!(!opened.contains('$'), "{opened}");
    }
}
