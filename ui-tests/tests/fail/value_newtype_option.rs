//! A newtype is stored like its field; only its type in PostgreSQL may be another.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename = "email")]
struct Email(String);

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Email, Misfit> {
    Value::decode(stored)
}

fn main() {}
