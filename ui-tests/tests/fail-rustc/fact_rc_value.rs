use gatehouse::prelude::*;

fact! {
    pub Name(user: u32) -> std::rc::Rc<str>;
}

fn main() {}
