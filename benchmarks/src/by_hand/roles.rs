//! Roles: two calls, one after the other.

use crate::data::{Document, Store, User};

/// Who holds a role reads what the role reads.
#[inline(never)]
pub async fn check(store: &Store, user: &User, doc: &Document) -> bool {
    store.call().await;
    let Some(role) = store.role_of(user.id) else { return false };
    store.call().await;
    store.role_reads(role, doc.id)
}
