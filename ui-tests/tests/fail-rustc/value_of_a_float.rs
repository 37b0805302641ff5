//! A newtype is a value if its field is one.
use gatehouse::value::{Misfit, Scalar, Value};

#[derive(Clone, Debug, PartialEq, Value)]
struct Score(f64);

#[derive(Clone, Debug, PartialEq, Value)]
#[value(type = "citext")]
struct Tags {
    all: Vec<String>,
}

// What uses it has no error of its own.
fn used(stored: Scalar<'static>) -> Result<(Score, Tags), Misfit> {
    Ok((Value::decode(stored.clone())?, Value::decode(stored)?))
}

fn main() {}
