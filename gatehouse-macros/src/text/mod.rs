//! Tokens as text and as spans: how messages and plans quote what a user wrote.
//!
//! - `excerpt`: the text of tokens; `printer` writes it.
//! - `spans`: the places of tokens.
//! - `words`: names, and words for messages.

mod excerpt;
mod printer;
mod spans;
mod words;

pub(crate) use self::excerpt::{of_expr, of_type};
pub(crate) use self::spans::{at, braces, braces_at, ends, located, ours};
pub(crate) use self::words::{camel_case, is_named, is_type_name, ordinal};
