//! Without the option, a type of PostgreSQL is the usual one.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = "")]
struct Email(String);

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Email, Misfit> {
    Value::decode(stored)
}

fn main() {}
