//! A column holds the name or the number of a variant, and nothing of its fields.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
enum Access {
    Owner,
    Shared(u64),
}

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Access, Misfit> {
    Value::decode(stored)
}

fn main() {}
