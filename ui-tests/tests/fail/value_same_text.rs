//! A text in the database is one variant.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_all = "lowercase")]
enum Access {
    Owner,
    #[value(rename = "owner")]
    Shared,
}

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<Access, Misfit> {
    Value::decode(stored)
}

fn main() {}
