//! Orderings of values that come from facts: `<`, `max`, `sort` and the like, where `None` is less than
//! everything.
//!
//! Wherever a body orders a value that a fact may have fed, the emitted code names the value to rustc as
//! `compared(&value)`, which does not compile if the type has missing values.
//!
//! - `locals`: the locals that a fact may feed, as `flows` finds them. An estimate that has too many is harmless,
//!   because the type decides. Values that no fact feeds are the user's own data, and may be ordered freely.
//! - `methods`: the operations that order, by name.
//! - `operand`: what the tokens of the two sides reveal.
//! - `writer`: the emitted code, which evaluates the value once and moves it no further than before.
//!
//! Slices, which repeat parts of the body, and quoted conditions are emitted without this check.

mod flows;
mod inside;
mod locals;
mod methods;
mod operand;
mod writer;

pub(crate) use self::locals::Ordering;
