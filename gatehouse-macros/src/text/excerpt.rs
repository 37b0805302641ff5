//! The user's tokens as a text on one line, for messages and plans.

use quote::ToTokens;

use super::printer::Printer;
use crate::fragment;

/// The text of a type, as rustfmt would space it: `HashMap<u8, Vec<&str>>`.
pub(crate) fn of_type(tokens: impl ToTokens) -> String {
    Printer::of_type().print(fragment::opened_to_show(tokens.to_token_stream()))
}

/// The text of an expression or a pattern, on one line: `doc.owner == user.id`.
///
/// It depends on the tokens alone, never on a source file: plans and snapshots are the same in every
/// build.
pub(crate) fn of_expr(tokens: impl ToTokens) -> String {
    Printer::of_expr().print(fragment::opened_to_show(tokens.to_token_stream()))
}
