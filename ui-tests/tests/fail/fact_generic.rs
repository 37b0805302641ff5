use gatehouse::prelude::*;

fact! {
    pub Member<T>(user: T) -> bool;
}

fn main() {}
