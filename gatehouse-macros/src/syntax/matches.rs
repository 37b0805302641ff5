//! The arguments of `matches!`.

use syn::parse::{Parse, ParseStream};
use syn::{Expr, Macro, Pat, Token};

use crate::fragment;

/// `matches!`'s arguments.
pub(crate) struct MatchesArguments {
    pub(crate) scrutinee: Expr,
    pub(crate) pat: Pat,
    pub(crate) guard: Option<Expr>,
}

impl MatchesArguments {
    /// Parses the tokens in the parentheses.
    pub(crate) fn read(it: &Macro) -> syn::Result<Self> {
        syn::parse2(fragment::opened(it.tokens.clone()))
    }
}

impl Parse for MatchesArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let scrutinee = input.parse()?;
        input.parse::<Token![,]>()?;
        let (pat, mut guard) = split_guard(Pat::parse_multi_with_leading_vert(input)?);
        if input.peek(Token![if]) {
            input.parse::<Token![if]>()?;
            guard = Some(input.parse()?);
        }
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { scrutinee, pat, guard })
    }
}

/// A pattern without its guard, and the guard.
pub(crate) fn split_guard(pat: Pat) -> (Pat, Option<Expr>) {
    match pat {
        Pat::Guard(it) => (*it.pat, Some(*it.guard)),
        pat => (pat, None),
    }
}
