use gatehouse::prelude::*;

fact! {
    pub Open(folder: u32) -> bool = false;
    #[required]
    pub Shut(folder: u32) -> bool {
        !Open(folder).await
    }
}

fn main() {}
