//! The text of an option is a literal in quotes.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = i16)]
enum Access {
    Owner,
    Shared,
}

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Access, Misfit> {
    Value::decode(stored)
}

fn main() {}
