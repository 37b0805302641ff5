use gatehouse::prelude::*;

fact! {
    pub Parent(folder: u32) -> u32;
    pub Open(folder: u32) -> bool = false;
    pub Shut(folder: u32) -> bool {
        !Open(folder).await
            || match Parent(folder).await {
                Some(above) => !Shut(above).await,
                None => false,
            }
    }
}

fn main() {}
