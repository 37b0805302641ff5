//! A type without options needs no attribute.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value]
struct Email(String);

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Email, Misfit> {
    Value::decode(stored)
}

fn main() {}
