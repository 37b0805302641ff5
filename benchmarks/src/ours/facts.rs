//! The facts, and where they come from.

use std::sync::Arc;

use gatehouse::prelude::*;

use crate::data::{Relation, Store};

fact! {
    /// Whether `user` is a member of `org`.
    pub Member(user: u32, org: u32) -> bool = false;
}

impl FactSource<Member> for Store {
    async fn load(&self, keys: &[Member]) -> Result<Loaded<Member>, FactError> {
        self.call().await;
        let row = |key: &Member| (key.clone(), self.holds(Relation::Member, key.user, key.org));
        Ok(keys.iter().map(row).collect())
    }
}

/// The sources of an application.
#[derive(Sources)]
pub struct AppFacts {
    #[loads(Member)]
    pub store: Arc<Store>,
}

/// What an application makes once.
#[must_use]
pub fn app_facts(store: &Arc<Store>) -> Arc<AppFacts> {
    Arc::new(AppFacts { store: Arc::clone(store) })
}
