//! What the programs in `fail` are about: users, documents, and what is known of them.
#![allow(dead_code, unused_imports)]

pub use std::borrow::Cow;
pub use std::sync::Arc;

use gatehouse::prelude::*;

pub type UserId = u64;
pub type OrgId = u64;
pub type TenantId = u64;
pub type GroupId = u64;
pub type DocumentId = u64;
pub type FolderId = u64;
pub type TaskId = u64;
pub type Kind = u8;

pub const TRASH: FolderId = 0;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Editor,
}

pub struct User {
    pub id: UserId,
    pub active: bool,
    pub admin: bool,
    pub banned: bool,
    pub demo: bool,
    pub age: Option<u8>,
    pub groups: Vec<GroupId>,
}

impl User {
    pub async fn load_groups(&self) -> Vec<GroupId> {
        self.groups.clone()
    }

    pub fn keys(&self) -> Vec<Reads> {
        self.groups.iter().map(|group| Reads(*group)).collect()
    }
}

pub trait Principal {
    fn active(&self) -> bool;
}

pub async fn group_member(user: UserId) -> bool {
    user > 0
}

pub fn is_admin(user: UserId) -> bool {
    user > 0
}

pub enum Action {
    Read,
    Edit,
}

pub struct Document {
    pub id: DocumentId,
    pub owner: UserId,
}

pub struct Request;
pub struct Time;

/// May a user do an action to a document?
pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = Action;
    type Resource = Document;
    type Context = ();
}

fact! {
    pub Admin(user: UserId) -> bool = false;
    pub Suspended(user: UserId) -> bool = false;
    pub GroupMember(user: UserId) -> bool = false;
    pub Reads(group: GroupId) -> bool = false;
    pub Done(task: TaskId) -> bool = false;
    pub Leads(user: UserId, team: u64) -> bool = false;
    pub OrgRole(user: UserId) -> Role;
    pub Tenant(user: UserId) -> TenantId;
    pub Groups(user: UserId) -> Vec<GroupId>;
    pub Level(user: UserId) -> u8;
    pub Risk(user: UserId) -> u8;
    pub Team(user: UserId) -> u64;
    pub Parent(folder: FolderId) -> FolderId;
    pub Blocker(task: TaskId) -> TaskId;
}

#[derive(Clone)]
pub struct Database;

impl gatehouse::sql::Lend for Database {
    type Database = sqlx::Postgres;

    async fn lend(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, sqlx::Error> {
        Err(sqlx::Error::PoolClosed)
    }
}

pub struct Cache;

macro_rules! loaded_by_the_database {
    ($($fact:ident)+) => {
        $(impl FactSource<$fact> for Database {
            async fn load(&self, _: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                Ok(Loaded::new())
            }
        })+

        #[derive(Sources)]
        pub struct AppFacts {
            #[loads($($fact),+)]
            db: Database,
        }
    };
}

loaded_by_the_database! {
    Admin Suspended GroupMember Reads Done Leads OrgRole Tenant Groups Level Risk Team Parent Blocker
}
