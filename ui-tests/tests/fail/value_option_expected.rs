//! Options are words with a text, separated by commas.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value("citext")]
struct Email(String);

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Email, Misfit> {
    Value::decode(stored)
}

fn main() {}
