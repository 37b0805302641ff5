//! Facts keep values, and may outlive what a value borrows from.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
struct Name<'a>(&'a str);

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Name<'static>, Misfit> {
    Value::decode(stored)
}

fn main() {}
