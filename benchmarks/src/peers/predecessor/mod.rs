//! Gatehouse 0.6.0, the older, unrelated library of this name on the registry.

pub mod facts;
pub mod local;
pub mod pages;

use gatehouse_06::{BoundEvaluator, EvaluationSession, PermissionChecker, PolicyDomain};

use crate::data::{Document, User};

/// May a user read a document?
pub struct Documents;

impl PolicyDomain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

/// What is asked.
pub type Checker = PermissionChecker<Documents>;

fn bind<'a>(
    checker: &'a Checker,
    session: &'a EvaluationSession,
    user: &'a User,
) -> BoundEvaluator<'a, Documents> {
    checker.bind(session, user, &(), &())
}

/// One check on a session that is there already.
#[inline(never)]
pub async fn check(
    checker: &Checker,
    session: &EvaluationSession,
    user: &User,
    doc: &Document,
) -> bool {
    bind(checker, session, user).check(doc).await.is_granted()
}

/// One check, and its trace as text.
#[inline(never)]
pub async fn explain(
    checker: &Checker,
    session: &EvaluationSession,
    user: &User,
    doc: &Document,
) -> String {
    bind(checker, session, user).check(doc).await.display_trace()
}
