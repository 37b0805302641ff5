//! The names that are found by walking a body, beside those that its tokens have; and what is known of each node,
//! beside what a walk of that node alone finds.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use proptest::prelude::Strategy;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::{Block, Expr};

use super::programs::{self, Program};
use super::{CASES, mutants, on_rustcs_stack};
use crate::body::analysis::{self, Nodes};
use crate::body::lower;
use crate::body::source::as_written;
use crate::body::tree::{Body, LoadId, Names, Node};
use crate::diagnostics::Diagnostics;
use crate::fragment;

#[test]
fn names_of_the_repository() {
    on_rustcs_stack(|| {
        let found: usize = programs::all().iter().map(|stored| check(&stored.program())).sum();
        assert!(found > 1000, "only {found} nodes were found");
    });
}

#[test]
fn names_of_mutants() {
    on_rustcs_stack(|| {
        let programs = mutants::mutants().prop_map(|mutant| mutant.program());
        gatehouse_random::check(CASES, &programs, |program| {
            check(&program);
            proc_macro2::extra::invalidate_current_thread_spans();
            Ok(())
        });
    });
}

/// Checks whatever in a program can be a body. Gives the number of nodes.
fn check(program: &Program) -> usize {
    let mut bodies = Vec::new();
    note_bodies(fragment::opened(program.input.clone()), &mut bodies);
    bodies.iter().map(check_body).sum()
}

/// Adds each content of braces that is a list of statements.
fn note_bodies(tokens: TokenStream, bodies: &mut Vec<Body>) {
    for tree in tokens {
        let TokenTree::Group(group) = tree else { continue };
        if group.delimiter() == Delimiter::Brace
            && let Ok(stmts) = Block::parse_within.parse2(group.stream())
        {
            let (errors, given) = (Diagnostics::new(), Names::new());
            let block = Block { brace_token: syn::token::Brace::default(), stmts };
            bodies.push(lower::body(block, given, quote!(bool), true, &errors));
            drop(errors.into_vec());
        }
        note_bodies(group.stream(), bodies);
    }
}

fn check_body(body: &Body) -> usize {
    let nodes = Nodes::of(&body.block);
    body.block.nodes().map(|node| check_node(node, &nodes)).sum()
}

fn check_node(node: &Node, nodes: &Nodes<'_>) -> usize {
    let (summary, written) = (nodes.get(node), as_written(node));
    let tokens = analysis::mentioned_in(&written);
    let (walked, kept) = (nodes.mentioned_as_written(node), nodes.mentioned(node));
    assert!(walked.is_subset(&tokens), "{written}: {walked:?} and {tokens:?}");
    assert!(kept.is_subset(&walked), "{written}");
    assert_eq!(*kept, analysis::mentioned(node), "{written}");
    assert_eq!(summary.has_open_type(), analysis::has_open_type(node), "{written}");
    assert_eq!(summary.is_safe, analysis::is_safe(node), "{written}");
    assert_eq!(summary.is_total, analysis::is_total(node), "{written}");
    assert_eq!(nodes.changed(node, &tokens), analysis::changed(node, &tokens), "{written}");
    assert_eq!(summary.diverges, node.diverges(), "{written}");
    assert_eq!(summary.leaves(), node.leaves(), "{written}");
    assert_eq!(summary.jumps_out(), node.jumps_out(), "{written}");
    assert_eq!(summary.jumps_far(), node.jumps_far(), "{written}");
    let loads: BTreeSet<_> = summary.loads.clone().map(LoadId).collect();
    assert_eq!(loads, node.loads_inside(), "{written}");
    let passed: BTreeSet<_> = summary.passed_loads.iter().collect();
    assert_eq!(passed, node.passed_loads(), "{written}");
    if let Node::Plain(expr) = node {
        check_expr(expr);
    }
    1 + node.children().into_iter().map(|child| check_node(child, nodes)).sum::<usize>()
}

/// Whatever stands in the place of an expression is found.
fn check_expr(expr: &Expr) {
    let walked = analysis::mentioned_in_expr(expr);
    let tokens = expr.to_token_stream();
    for name in analysis::mentioned_in(&tokens) {
        if !walked.contains(&name) {
            let marked = with_question_marks(&tokens, &name);
            let is_expr = marked.into_iter().any(|marked| syn::parse2::<Expr>(marked).is_ok());
            assert!(!is_expr, "{name} is not found in {tokens}");
        }
    }
}

/// The places of a name in `tokens`, each as the tokens with `(name?)` there, which can only be an expression.
fn with_question_marks(tokens: &TokenStream, name: &str) -> Vec<TokenStream> {
    let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut all = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        let marked = match tree {
            TokenTree::Group(group) if !is_attribute(&trees[..at]) => {
                let inside = with_question_marks(&group.stream(), name).into_iter();
                inside
                    .map(|inside| Group::new(group.delimiter(), inside).to_token_stream())
                    .collect()
            }
            TokenTree::Ident(ident) if ident == name && is_mention(ident, &trees[..at]) => {
                vec![quote!((#ident?))]
            }
            _ => Vec::new(),
        };
        for marked in marked {
            let (before, after) = (&trees[..at], &trees[at + 1..]);
            all.push(quote!(#(#before)* #marked #(#after)*));
        }
    }
    all
}

fn ends_with(trees: &[TokenTree], punct: char) -> bool {
    matches!(trees.last(), Some(TokenTree::Punct(it)) if it.as_char() == punct)
}

/// Whether a group behind these tokens belongs to an attribute.
fn is_attribute(before: &[TokenTree]) -> bool {
    ends_with(before, '#') || ends_with(before, '!') && ends_with(&before[..before.len() - 1], '#')
}

/// Whether an identifier is neither a keyword, nor a field, nor the end of a path. (In the arguments of a macro, anything
/// may stand in their place.)
fn is_mention(ident: &Ident, before: &[TokenTree]) -> bool {
    let both = |punct| ends_with(before, punct) && ends_with(&before[..before.len() - 1], punct);
    syn::parse2::<Ident>(ident.to_token_stream()).is_ok()
        && (!ends_with(before, '.') || both('.'))
        && !both(':')
}
