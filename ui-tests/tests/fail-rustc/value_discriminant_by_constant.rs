//! rustc evaluates the discriminants that are expressions, and holds them against `repr`.
use gatehouse::value::Value;

const TOP: isize = 100;

#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = "i8")]
enum Level {
    Guest,
    Member = TOP + 27,
    Staff,
    Root = TOP - 300,
    Last = TOP,
}

#[derive(Clone, Debug, PartialEq, Value)]
#[value(repr = "i64")]
#[repr(u64)]
enum Large {
    One = u64::MAX,
}

fn main() {}
