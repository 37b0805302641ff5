//! Each field of a union has a stored form of its own, and none of them is the union's.
use gatehouse::value::Value;

#[derive(Clone, Copy, Value)]
union Badge {
    number: u64,
}

fn main() {}
