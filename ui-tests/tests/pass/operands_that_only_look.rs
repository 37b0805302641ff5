//! What an operand beside a fact may do: look, move what is `Clone`, leave, and change what is its own.
#![deny(warnings)]
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use gatehouse::prelude::*;

#[derive(Clone)]
pub struct Tag(pub String);

pub struct Doc {
    pub id: u32,
    pub owners: Vec<u32>,
    pub tags: HashMap<String, Tag>,
    pub parent: Option<u32>,
    pub lock: Arc<Mutex<u32>>,
}

fact! {
    pub Flag(id: u32) -> bool = false;
    pub Level(id: u32) -> u32;
    pub Named(name: String) -> bool = false;
    pub Either(name: String, id: u32) -> bool {
        Named(name.clone()).await || Named(name).await && Flag(id).await
    }
}

#[policy]
pub async fn looks(user: &u32, doc: &Doc) -> bool {
    let mut owners = doc.owners.clone();
    owners.sort_unstable();
    let admin = |id: u32| owners.contains(&id);
    Flag(*user).await || admin(*user) || owners.iter().any(|owner| owner == user)
}

#[policy]
pub async fn moves(user: &u32, doc: &Doc) -> bool {
    let (name, tags) = (String::from("all"), doc.tags.clone());
    let owners = doc.owners.iter();
    (Flag(*user).await || Named(name).await)
        && (Flag(doc.id).await || tags.into_values().any(|tag| tag.0 == "open") || owners.count() > 3)
}

#[policy]
pub async fn leaves(user: &u32, doc: &Doc) -> bool {
    Flag(*user).await || {
        let Some(parent) = doc.parent else { return false };
        Flag(parent).await || Level(doc.parent?).await? > 3
    }
}

#[policy]
pub async fn changes_its_own(user: &u32, doc: &Doc) -> bool {
    Flag(*user).await || {
        let (mut sum, mut seen) = (0, Vec::new());
        for owner in &doc.owners {
            sum += owner;
            seen.push(*owner);
        }
        let mut rest = seen.iter();
        rest.next();
        sum > 3 && rest.len() > 1 && doc.lock.lock().is_ok_and(|count| *count > 0)
    }
}

#[policy]
pub async fn changes_where_nothing_failed(user: &u32, doc: &Doc) -> bool {
    let mut count = 0;
    let found = doc.owners.contains(user) && {
        count += 1;
        Flag(doc.id).await
    };
    found && count == 1
}

pub fn main() {}
