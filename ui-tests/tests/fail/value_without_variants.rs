//! An enum without variants has no value that a database could hold.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
enum Access {}

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Access, Misfit> {
    Value::decode(stored)
}

fn main() {}
