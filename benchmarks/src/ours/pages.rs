//! Rules on facts.

use std::sync::Arc;

use gatehouse::prelude::*;

use super::Documents;
use super::facts::{AppFacts, Member};
use crate::data::{Document, User};

/// Members read what their organisation has.
#[policy]
pub async fn member(user: &User, doc: &Document) -> bool {
    Member(user.id, doc.org).await
}

pub static ONE_FACT: Gate<Documents, member> = Gate::new();

/// One check on a session of its own.
#[inline(never)]
pub async fn one_fact(facts: &Arc<AppFacts>, user: &User, doc: &Document) -> bool {
    let session = Session::new(Arc::clone(facts));
    ONE_FACT.bind(&session, user, &()).check(doc).await.is_allow()
}

/// One page on a session of its own.
#[inline(never)]
pub async fn page<'d>(
    facts: &Arc<AppFacts>,
    user: &User,
    docs: &'d [Document],
) -> Vec<&'d Document> {
    let session = Session::new(Arc::clone(facts));
    let access = ONE_FACT.bind(&session, user, &());
    access.filter(docs).await.expect("nothing fails")
}
