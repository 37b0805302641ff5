//! Which items only tests compile.

use proc_macro2::{Group, TokenStream, TokenTree};

/// Whether the attribute `#[…]` leaves its item out of every build that is not a test.
pub fn is_for_tests(attribute: &Group) -> bool {
    let trees: Vec<_> = attribute.stream().into_iter().collect();
    match trees.as_slice() {
        [TokenTree::Ident(name)] => name == "test",
        [TokenTree::Ident(name), TokenTree::Group(predicate)] if name == "cfg" => {
            value(predicate.stream()) == Some(false)
        }
        _ => false,
    }
}

/// The value of a predicate outside of tests: `None` where it depends on features, on loom or on a target.
fn value(predicate: TokenStream) -> Option<bool> {
    let trees: Vec<_> = predicate.into_iter().collect();
    match trees.as_slice() {
        [TokenTree::Ident(name)] if name == "test" => Some(false),
        [TokenTree::Ident(name), TokenTree::Group(operands)] => {
            let values = operands_of(operands).into_iter().map(value);
            if name == "all" {
                values.fold(Some(true), and)
            } else if name == "any" {
                values.map(not).fold(Some(true), and).map(|none| !none)
            } else if name == "not" {
                values.map(not).fold(None, |_, negated| negated)
            } else {
                None
            }
        }
        _ => None,
    }
}

fn not(value: Option<bool>) -> Option<bool> {
    value.map(|value| !value)
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// The operands of `all(…)`, `any(…)` or `not(…)`.
fn operands_of(group: &Group) -> Vec<TokenStream> {
    let trees: Vec<_> = group.stream().into_iter().collect();
    let is_comma =
        |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ',');
    let operands = trees.split(is_comma).filter(|operand| !operand.is_empty());
    operands.map(|operand| operand.iter().cloned().collect()).collect()
}

#[cfg(test)]
mod tests {
    use proc_macro2::{Delimiter, Group};

    fn is_for_tests(attribute: &str) -> bool {
        super::is_for_tests(&Group::new(Delimiter::Bracket, attribute.parse().expect("tokens")))
    }

    #[test]
    fn what_needs_a_test_is_for_tests() {
        for attribute in [
            "test",
            "cfg(test)",
            "cfg(all(test, not(loom)))",
            "cfg(all(loom, any(test)))",
            "cfg(not(not(test)))",
            "cfg(not(any(not(test), unix)))",
        ] {
            assert!(is_for_tests(attribute), "{attribute}");
        }
    }

    #[test]
    fn what_another_build_has_is_not() {
        for attribute in [
            "inline",
            "cfg(loom)",
            "cfg(not(test))",
            "cfg(feature = \"test\")",
            "cfg(any(test, feature = \"testing\"))",
            "cfg(all(doc, not(doctest)))",
            "cfg_attr(test, ignore)",
        ] {
            assert!(!is_for_tests(attribute), "{attribute}");
        }
    }
}
