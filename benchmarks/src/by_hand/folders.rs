//! Folders in folders: level by level, each level one round of two calls side by side.

use std::collections::{HashMap, HashSet};

use futures::join;

use crate::data::{Document, Relation, Store, User};

async fn grants(store: &Store, user: &User, folders: &[u32]) -> Vec<bool> {
    store.call().await;
    folders.iter().map(|it| store.holds(Relation::FolderGrant, user.id, *it)).collect()
}

async fn parents(store: &Store, folders: &[u32]) -> Vec<Option<u32>> {
    store.call().await;
    folders.iter().map(|it| store.parent_of(*it)).collect()
}

/// What is known of a folder.
enum Folder {
    Granted,
    Within(u32),
    Outside,
}

/// A page: who was given a folder reads what lies in it, at any depth.
#[inline(never)]
pub async fn page<'d>(store: &Store, user: &User, docs: &'d [Document]) -> Vec<&'d Document> {
    let mut known: HashMap<u32, Folder> = HashMap::new();
    let mut level: HashSet<u32> = docs.iter().map(|doc| doc.folder).collect();
    while !level.is_empty() {
        let folders: Vec<u32> = level.drain().collect();
        let (granted, above) = join!(grants(store, user, &folders), parents(store, &folders));
        for ((folder, granted), above) in folders.into_iter().zip(granted).zip(above) {
            let folder_is = match above {
                _ if granted => Folder::Granted,
                Some(above) => Folder::Within(above),
                None => Folder::Outside,
            };
            known.insert(folder, folder_is);
            level.extend(above.filter(|_| !granted));
        }
        level.retain(|folder| !known.contains_key(folder));
    }
    let sees = |mut folder: u32| {
        loop {
            match known[&folder] {
                Folder::Granted => return true,
                Folder::Within(above) => folder = above,
                Folder::Outside => return false,
            }
        }
    };
    docs.iter().filter(|doc| sees(doc.folder)).collect()
}
