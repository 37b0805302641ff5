//! A column holds one value.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
struct Amount {
    cents: i64,
    currency: String,
}

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Amount, Misfit> {
    Value::decode(stored)
}

fn main() {}
