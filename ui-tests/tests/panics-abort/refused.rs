//! Built with `panic = "abort"`: what may panic behind a recursive fact.
use gatehouse::prelude::*;

fact! {
    pub Grant(id: u32) -> bool = false;
    pub Parent(id: u32) -> u32;
    pub Partial(id: u32) -> bool { Grant(100 / id).await }
    /// By its own tokens.
    pub Viewer(id: u32) -> bool {
        match Parent(id).await {
            Some(above) => Viewer(above).await || Grant(100 / id).await,
            None => Grant(id).await,
        }
    }
    /// By a body of the block.
    pub Reader(id: u32) -> bool {
        Grant(id).await || (Reader(id).await || Partial(id).await)
    }
    /// Beside none that is recursive, it may.
    pub Writer(id: u32) -> bool {
        Grant(100 / id).await || Writer(id).await
    }
}

mod other {
    use super::*;
    fact! {
        /// By a body from elsewhere.
        pub Editor(id: u32) -> bool {
            Grant(id).await || (Editor(id).await || Partial(id).await)
        }
    }
}

fn main() {}
