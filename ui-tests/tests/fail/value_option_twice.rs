//! Of two texts, one would be lost.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = "citext", type = "text")]
struct Email(String);

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Email, Misfit> {
    Value::decode(stored)
}

fn main() {}
