//! Expressions in which any operand may be a fragment: each means what it means with parentheses.

use quote::ToTokens;
use syn::{Block, Expr, Stmt};

use super::{opened, tokens};

/// Expressions with holes. An operand with no holes of its own needs no parentheses.
const OPERANDS: [&str; 5] = ["a", "1", "a::b", "true", "m!(a || b)"];
const SHAPES: [&str; 41] = [
    "-1",
    "..",
    "return",
    "m! { a }",
    "!#",
    "-#",
    "*#",
    "&#",
    "&mut #",
    "# && #",
    "# || #",
    "# == #",
    "# < #",
    "# > #",
    "# + #",
    "# - #",
    "# * #",
    "# << #",
    "# & #",
    "# | #",
    "# as u8",
    "#..#",
    "#..=#",
    "..#",
    "#..",
    "#.m(#)",
    "#.f",
    "#?",
    "#[#]",
    "#(#)",
    "#.await",
    "f(#, #, #)",
    "[#, #]",
    "|x, y| #",
    "if # { # } else { # }",
    "{ # }",
    "{ #; # }",
    "S { f: #, g: # }",
    "match # { A if # => #, _ => # }",
    "x = #",
    "return #",
];

/// Where an expression stands.
const CONTEXTS: [&str; 6] =
    ["{ #; }", "{ let x = #; }", "f(#)", "!#", "if # { a } else { b }", "match # { _ => a }"];

/// Numbers that look random, and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    /// The same expression with fragments, and with parentheses.
    fn expression(&mut self, depth: usize) -> (String, String) {
        if depth == 0 || self.below(5) == 0 {
            let operand = OPERANDS[self.below(OPERANDS.len())].to_owned();
            let fragment =
                if self.below(2) == 0 { format!("$[{operand}]") } else { operand.clone() };
            return (fragment, operand);
        }
        let shape = SHAPES[self.below(SHAPES.len())];
        let (with_groups, plain) = self.filled(shape, depth - 1);
        let times = self.below(3);
        let grouped = match times {
            0 => format!("({with_groups})"),
            1 => format!("$[{with_groups}]"),
            _ => format!("$[$[{with_groups}]]"),
        };
        (grouped, format!("({plain})"))
    }

    fn filled(&mut self, shape: &str, depth: usize) -> (String, String) {
        let mut pieces = shape.split('#');
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold((first.clone(), first), |(groups, plain), piece| {
            let (with_groups, with_parentheses) = self.expression(depth);
            (groups + &with_groups + piece, plain + &with_parentheses + piece)
        })
    }
}

/// What an expression is made of, whatever parentheses it is written with.
fn structure(expr: &Expr) -> String {
    let all = |exprs: &mut dyn Iterator<Item = &Expr>| exprs.map(structure).collect::<Vec<_>>();
    let end = |expr: &Option<Box<Expr>>| expr.as_ref().map(|expr| structure(expr));
    match expr {
        Expr::Paren(it) => structure(&it.expr),
        Expr::Array(it) => format!("{:?}", all(&mut it.elems.iter())),
        Expr::Assign(it) => format!("({} = {})", structure(&it.left), structure(&it.right)),
        Expr::Await(it) => format!("({}.await)", structure(&it.base)),
        Expr::Binary(it) => {
            let op = it.op.to_token_stream();
            format!("({} {op} {})", structure(&it.left), structure(&it.right))
        }
        Expr::Block(it) => of_block(&it.block),
        Expr::Call(it) => format!("{}{:?}", structure(&it.func), all(&mut it.args.iter())),
        Expr::Cast(it) => format!("({} as)", structure(&it.expr)),
        Expr::Closure(it) => format!("(|| {})", structure(&it.body)),
        Expr::Field(it) => format!("({}.f)", structure(&it.base)),
        Expr::If(it) => {
            let otherwise = it.else_branch.as_ref().map(|(_, branch)| structure(branch));
            format!("(if {} {} {otherwise:?})", structure(&it.cond), of_block(&it.then_branch))
        }
        Expr::Index(it) => format!("({}[{}])", structure(&it.expr), structure(&it.index)),
        Expr::Match(it) => {
            let arms = it.arms.iter().map(|arm| {
                let pat = arm.pat.to_token_stream();
                let guard = match &arm.pat {
                    syn::Pat::Guard(it) => structure(&it.guard),
                    _ => pat.to_string(),
                };
                format!("({guard} => {})", structure(&arm.body))
            });
            format!("(match {} {:?})", structure(&it.expr), arms.collect::<Vec<_>>())
        }
        Expr::MethodCall(it) => {
            format!("({}.m{:?})", structure(&it.receiver), all(&mut it.args.iter()))
        }
        Expr::Range(it) => {
            let limits = it.limits.to_token_stream();
            format!("({:?} {limits} {:?})", end(&it.start), end(&it.end))
        }
        Expr::Reference(it) => format!("(& {})", structure(&it.expr)),
        Expr::Return(it) => format!("(return {:?})", end(&it.expr)),
        Expr::Struct(it) => {
            format!("(S {:?})", all(&mut it.fields.iter().map(|field| &field.expr)))
        }
        Expr::Try(it) => format!("({}?)", structure(&it.expr)),
        Expr::Unary(it) => format!("({} {})", it.op.to_token_stream(), structure(&it.expr)),
        Expr::Lit(_) | Expr::Macro(_) | Expr::Path(_) => expr.to_token_stream().to_string(),
        other => panic!("no shape has this: {}", other.to_token_stream()),
    }
}

fn of_block(block: &Block) -> String {
    let stmts = block.stmts.iter().map(|stmt| match stmt {
        Stmt::Expr(expr, semi) => structure(expr) + if semi.is_some() { ";" } else { "" },
        Stmt::Local(it) => {
            format!("let {}", it.init.as_ref().map(|it| structure(&it.expr)).unwrap_or_default())
        }
        Stmt::Macro(it) => {
            it.mac.to_token_stream().to_string() + if it.semi_token.is_some() { ";" } else { "" }
        }
        Stmt::Item(it) => it.to_token_stream().to_string(),
    });
    format!("{{{:?}}}", stmts.collect::<Vec<_>>())
}

#[test]
fn a_fragment_means_what_it_means_in_parentheses() {
    for seed in 0..5_000 {
        let mut numbers = Numbers(seed);
        let context = CONTEXTS[numbers.below(CONTEXTS.len())];
        let (with_groups, plain) = numbers.filled(context, 3);
        let opened = opened(tokens(&with_groups));
        let parsed = syn::parse2::<Expr>(opened.clone());
        let parsed = parsed.unwrap_or_else(|error| panic!("{error}: {with_groups}\n{opened}"));
        let expected = syn::parse_str::<Expr>(&plain).expect("parentheses everywhere");
        assert_eq!(structure(&parsed), structure(&expected), "{with_groups}\n{opened}");
    }
}
