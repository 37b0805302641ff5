//! An enum is stored as texts or as integers. A text beside `repr` would be lost.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = "i16", rename_all = "snake_case")]
enum Access {
    Owner,
    Shared,
}

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Access, Misfit> {
    Value::decode(stored)
}

fn main() {}
