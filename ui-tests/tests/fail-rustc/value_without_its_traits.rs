//! A value has the traits that facts and keys need.
use gatehouse::value::Value;

#[derive(Clone, Value)]
struct UserId(u64);

fn main() {}
