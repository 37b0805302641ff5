//! Tokens of Rust text.

use std::str::FromStr;

use proc_macro2::{TokenStream, TokenTree};

/// The number of tokens: each delimiter is one, and so is each character of an operator.
pub fn tokens(text: &str) -> Result<u64, String> {
    let tokens = TokenStream::from_str(text).map_err(|error| format!("no tokens: {error}"))?;
    let mut open = vec![tokens.into_iter()];
    let mut number = 0;
    // Expansions lie deep within each other: a function that calls itself would need the stack.
    while let Some(stream) = open.last_mut() {
        match stream.next() {
            None => drop(open.pop()),
            Some(TokenTree::Group(group)) => {
                number += 2;
                open.push(group.stream().into_iter());
            }
            Some(_) => number += 1,
        }
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn delimiters_and_parts_of_operators_are_tokens() {
        assert_eq!(tokens(""), Ok(0));
        assert_eq!(tokens("fn f() { a::b(1, \"x y\") }"), Ok(15));
        assert_eq!(tokens("/* none */ // none"), Ok(0));
        assert!(tokens("(").is_err());
    }

    #[test]
    fn depth_is_no_limit() {
        let depth = 20_000;
        let text = ["(".repeat(depth), ")".repeat(depth)].concat();
        assert_eq!(tokens(&text), Ok(2 * depth as u64));
    }
}
