use gatehouse::prelude::*;

fact! {
    pub Near(distance: f64) -> bool;
}

fn main() {}
