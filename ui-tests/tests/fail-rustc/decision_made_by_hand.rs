use gatehouse::prelude::*;

fn main() {
    let _ = Decision::Deny { by: None };
}
