use gatehouse::prelude::*;

fact! {
    pub Parent(folder: u32) -> u32;
    pub Grant(user: u32, folder: u32) -> bool = false;
    pub Viewer(user: u32, folder: u32) -> bool {
        Grant(user, folder).await || Viewer(user, Parent(folder).await?).await
    }
}

fn main() {}
