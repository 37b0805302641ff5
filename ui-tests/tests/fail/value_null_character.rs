//! A text with this character could never be read or written: PostgreSQL refuses it.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
enum Access {
    Owner,
    #[value(rename = "shared\0")]
    Shared,
}

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Access, Misfit> {
    Value::decode(stored)
}

fn main() {}
