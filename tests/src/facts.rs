//! Facts that several tests load.

use gatehouse::fact;

fact! {
    pub Flag(id: u32) -> bool = false;

    /// The folder that `folder` lies in.
    pub Parent(folder: u32) -> u32;
    /// `user` was given `folder` directly.
    pub FolderGrant(user: u32, folder: u32) -> bool = false;
    /// `user` can see `folder`: directly, or through a folder above it.
    pub FolderViewer(user: u32, folder: u32) -> bool {
        FolderGrant(user, folder).await
            || match Parent(folder).await {
                Some(above) => FolderViewer(user, above).await,
                None => false,
            }
    }
}
