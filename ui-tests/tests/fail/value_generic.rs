//! A column has one type. A type with parameters is many.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
struct Id<T>(T);

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Id<u64>, Misfit> {
    Value::decode(stored)
}

fn main() {}
