//! Rules on facts. Relations have its own policy for them; what depends on an earlier fact is a
//! custom policy, once as its README writes one (`evaluate`), and once with batching by hand
//! (`evaluate_batch`), without which it goes through a page one resource at a time.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use gatehouse_06::{
    BatchEvalCtx, EvalCtx, EvaluationSession, FactLoadResult, FactRegistry, GrantResult, Policy,
    RebacPolicy,
};

use super::facts::{
    Auditor, Editor, FolderGrant, Guest, IsRelation, Member, Parent, ProjectOrg, Related, Reviewer,
    RoleOf, RoleReads,
};
use super::{Checker, Documents, bind};
use crate::data::{Document, User};

fn related<R: IsRelation + std::fmt::Display>(relation: R) -> RebacPolicy<Documents, u32, u32, R> {
    RebacPolicy::new(|user: &User| user.id, |doc: &Document| R::RELATION.thing(doc), relation)
}

/// Members read.
#[must_use]
pub fn one_fact() -> Checker {
    let mut checker = Checker::new();
    checker.add_policy(related(Member));
    checker
}

/// Whoever is related in one of five ways reads.
#[must_use]
pub fn five_facts() -> Checker {
    let mut checker = one_fact();
    checker.add_policy(related(Guest));
    checker.add_policy(related(Editor));
    checker.add_policy(related(Reviewer));
    checker.add_policy(related(Auditor));
    checker
}

fn key<R>(user: &User, thing: u32, relation: R) -> Related<R> {
    Related { subject_id: user.id, resource_id: thing, relation }
}

/// Members of the organisation of its project read a document.
struct ProjectMember;

#[async_trait]
impl Policy<Documents> for ProjectMember {
    async fn evaluate(&self, ctx: &EvalCtx<'_, Documents>) -> GrantResult {
        let FactLoadResult::Found(org) = ctx.fact(ProjectOrg(ctx.resource.project)).await else {
            return ctx.not_applicable("the project has no organisation");
        };
        match ctx.fact(key(ctx.subject, org, Member)).await {
            FactLoadResult::Found(true) => ctx.grant("a member of the project's organisation"),
            _ => ctx.not_applicable("no member of the project's organisation"),
        }
    }

    fn policy_type(&self) -> Cow<'static, str> {
        Cow::Borrowed("ProjectMember")
    }
}

/// The same with batching by hand: all projects, then all organisations.
struct BatchedProjectMember;

#[async_trait]
impl Policy<Documents> for BatchedProjectMember {
    async fn evaluate(&self, ctx: &EvalCtx<'_, Documents>) -> GrantResult {
        ProjectMember.evaluate(ctx).await
    }

    async fn evaluate_batch<'item>(
        &self,
        ctx: &BatchEvalCtx<'item, Documents>,
    ) -> Vec<GrantResult> {
        let orgs = ctx.facts_by(|doc| ProjectOrg(doc.project)).await;
        let org_of: HashMap<u32, u32> = ctx
            .items
            .iter()
            .zip(&orgs)
            .filter_map(|(item, org)| match org {
                FactLoadResult::Found(org) => Some((item.resource.project, *org)),
                _ => None,
            })
            .collect();
        // Every project of these benchmarks has an organisation; `u32::MAX` has no members.
        let org = |doc: &Document| org_of.get(&doc.project).copied().unwrap_or(u32::MAX);
        let members = ctx.facts_by(|doc| key(ctx.subject, org(doc), Member)).await;
        members.into_iter().map(|member| self.result(&member)).collect()
    }

    fn policy_type(&self) -> Cow<'static, str> {
        Cow::Borrowed("ProjectMember")
    }
}

impl BatchedProjectMember {
    fn result(&self, member: &FactLoadResult<bool>) -> GrantResult {
        if matches!(member, FactLoadResult::Found(true)) {
            let reason = "a member of the project's organisation".to_owned();
            GrantResult::granted(self.policy_type(), Some(reason))
        } else {
            GrantResult::not_applicable(
                self.policy_type(),
                "no member of the project's organisation",
            )
        }
    }
}

/// Two dependent facts, as its README writes a custom policy.
#[must_use]
pub fn dependent() -> Checker {
    let mut checker = Checker::new();
    checker.add_policy(ProjectMember);
    checker
}

/// Two dependent facts, with batching by hand.
#[must_use]
pub fn dependent_batched() -> Checker {
    let mut checker = Checker::new();
    checker.add_policy(BatchedProjectMember);
    checker
}

/// Who holds a role reads what the role reads.
struct ByRole;

#[async_trait]
impl Policy<Documents> for ByRole {
    async fn evaluate(&self, ctx: &EvalCtx<'_, Documents>) -> GrantResult {
        let FactLoadResult::Found(role) = ctx.fact(RoleOf(ctx.subject.id)).await else {
            return ctx.not_applicable("the user holds no role");
        };
        match ctx.fact(RoleReads(role, ctx.resource.id)).await {
            FactLoadResult::Found(true) => ctx.grant("the role reads it"),
            _ => ctx.not_applicable("the role does not read it"),
        }
    }

    fn policy_type(&self) -> Cow<'static, str> {
        Cow::Borrowed("ByRole")
    }
}

/// Roles, from facts.
#[must_use]
pub fn roles() -> Checker {
    let mut checker = Checker::new();
    checker.add_policy(ByRole);
    checker
}

/// Who was given a folder reads what lies in it, at any depth.
struct InFolder;

impl InFolder {
    fn result(&self, granted: bool) -> GrantResult {
        if granted {
            GrantResult::granted(self.policy_type(), Some("was given a folder above".to_owned()))
        } else {
            GrantResult::not_applicable(self.policy_type(), "was given no folder above")
        }
    }
}

#[async_trait]
impl Policy<Documents> for InFolder {
    async fn evaluate(&self, ctx: &EvalCtx<'_, Documents>) -> GrantResult {
        let mut folder = ctx.resource.folder;
        loop {
            let granted = ctx.fact(key(ctx.subject, folder, FolderGrant)).await;
            if matches!(granted, FactLoadResult::Found(true)) {
                return ctx.grant("was given a folder above");
            }
            match ctx.fact(Parent(folder)).await {
                FactLoadResult::Found(above) => folder = above,
                _ => return ctx.not_applicable("was given no folder above"),
            }
        }
    }

    /// Level by level. The session itself is asked: its context asks for a fact of every item, also
    /// of those that are decided.
    async fn evaluate_batch<'item>(
        &self,
        ctx: &BatchEvalCtx<'item, Documents>,
    ) -> Vec<GrantResult> {
        let mut above: HashMap<u32, u32> = HashMap::new();
        let mut granted: HashSet<u32> = HashSet::new();
        let mut level: HashSet<u32> = ctx.items.iter().map(|item| item.resource.folder).collect();
        while !level.is_empty() {
            let folders: Vec<u32> = level.drain().collect();
            let grants: Vec<_> =
                folders.iter().map(|it| key(ctx.subject, *it, FolderGrant)).collect();
            let parents: Vec<_> = folders.iter().map(|it| Parent(*it)).collect();
            let (grants, parents) =
                futures::join!(ctx.session().get_many(&grants), ctx.session().get_many(&parents));
            for ((folder, grant), parent) in folders.into_iter().zip(grants).zip(parents) {
                if matches!(grant, FactLoadResult::Found(true)) {
                    granted.insert(folder);
                } else if let FactLoadResult::Found(parent) = parent {
                    above.insert(folder, parent);
                    level.insert(parent);
                }
            }
            level.retain(|it| !above.contains_key(it) && !granted.contains(it));
        }
        let sees = |mut folder: u32| {
            while !granted.contains(&folder) {
                match above.get(&folder) {
                    Some(parent) => folder = *parent,
                    None => return false,
                }
            }
            true
        };
        ctx.items.iter().map(|item| self.result(sees(item.resource.folder))).collect()
    }

    fn policy_type(&self) -> Cow<'static, str> {
        Cow::Borrowed("InFolder")
    }
}

/// Folders in folders.
#[must_use]
pub fn folders() -> Checker {
    let mut checker = Checker::new();
    checker.add_policy(InFolder);
    checker
}

/// One check on a session of its own.
#[inline(never)]
pub async fn check(
    checker: &Checker,
    registry: &FactRegistry,
    user: &User,
    doc: &Document,
) -> bool {
    super::check(checker, &registry.session(), user, doc).await
}

/// One page on a session of its own.
#[inline(never)]
pub async fn page<'d>(
    checker: &Checker,
    registry: &FactRegistry,
    user: &User,
    docs: &'d [Document],
) -> Vec<&'d Document> {
    page_on(checker, &registry.session(), user, docs).await
}

/// One page on a session that others use too.
pub async fn page_on<'d>(
    checker: &Checker,
    session: &EvaluationSession,
    user: &User,
    docs: &'d [Document],
) -> Vec<&'d Document> {
    bind(checker, session, user)
        .try_filter_by(docs, |doc: &&Document| *doc)
        .await
        .expect("nothing fails")
}
