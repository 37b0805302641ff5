use gatehouse::prelude::*;

fact! {
    pub Parent(folder: u32) -> u32;
    pub Depth(folder: u32) -> u32 {
        match Parent(folder).await {
            Some(above) => Depth(above).await + 1,
            None => 0,
        }
    }
}

fn main() {}
