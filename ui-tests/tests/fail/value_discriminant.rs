//! An integer that its column does not hold could never be read or written. (rustc evaluates a
//! discriminant that is an expression, and says the same.)
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = "u8")]
enum Access {
    Owner = 1,
    Shared = 256,
}

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Access, Misfit> {
    Value::decode(stored)
}

fn main() {}
