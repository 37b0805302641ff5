//! All mistakes of a type are said at once, and what uses it has no error of its own.
use gatehouse::value::{Finite, Value};

#[derive(Clone, Debug, PartialEq, Value)]
#[value(rename_al = "snake_case", type = role)]
enum Role {
    Viewer,
    #[value(rename = "Viewer")]
    Editor,
    #[value(repr = "u8")]
    Owner(u64),
}

// A type without the traits of a value.
#[derive(Value)]
#[value]
struct Pair<'a, T>(&'a T, u64);

fn used<V: Value>(_: V) -> &'static [Role] {
    Role::ALL
}

fn uses(role: Role) {
    used(Some(role));
}

fn main() {}
