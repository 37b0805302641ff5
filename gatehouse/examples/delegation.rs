//! Delegation across domains: who may read a repository may comment on its issues.
//!
//! The first rule is not repeated in the second: a fact asks the other gate, for all keys of a
//! round at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use gatehouse::{AccessError, prelude::*};

pub struct User {
    pub id: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Repository {
    pub id: u32,
    pub public: bool,
}

pub struct Issue {
    pub repository: Repository,
    pub locked: bool,
}

fact! {
    /// `user` was invited to `repository`.
    pub Invited(user: u32, repository: u32) -> bool = false;
    /// Whether `user` may read `repository`, as the gate of repositories decides.
    pub MayRead(user: u32, repository: Repository) -> bool = false;
}

/// Who was invited reads, and everybody reads what is public.
#[policy]
pub async fn invited(user: &User, repository: &Repository) -> bool {
    repository.public || Invited(user.id, repository.id).await
}

/// Readers of the repository comment on issues that are not locked.
#[policy]
pub async fn reader(user: &User, issue: &Issue) -> bool {
    !issue.locked && MayRead(user.id, issue.repository.clone()).await
}

/// May a user read a repository?
pub struct Repositories;

impl Domain for Repositories {
    type Subject = User;
    type Action = ();
    type Resource = Repository;
    type Context = ();
}

/// May a user comment on an issue?
pub struct Issues;

impl Domain for Issues {
    type Subject = User;
    type Action = ();
    type Resource = Issue;
    type Context = ();
}

pub static REPOSITORIES: Gate<Repositories, invited> = Gate::new();
pub static ISSUES: Gate<Issues, reader> = Gate::new();

/// Stands in for a table of invitations, which may be out of reach.
pub struct Invitations(Option<HashSet<(u32, u32)>>);

impl FactSource<Invited> for Invitations {
    async fn load(&self, keys: &[Invited]) -> Result<Loaded<Invited>, FactError> {
        let table = self.0.as_ref().ok_or_else(|| FactError::safe("no connection"))?;
        let invited = keys.iter().filter(|key| table.contains(&(key.user, key.repository)));
        Ok(invited.map(|key| (key.clone(), true)).collect())
    }
}

#[derive(Sources)]
pub struct RepositoryFacts {
    #[loads(Invited)]
    invitations: Invitations,
}

/// The other gate, as a source of facts.
pub struct RepositoryGate(Arc<RepositoryFacts>);

impl FactSource<MayRead> for RepositoryGate {
    async fn load(&self, keys: &[MayRead]) -> Result<Loaded<MayRead>, FactError> {
        let session = Session::new(self.0.clone());
        // A gate is asked about one subject at a time; a page has one, so this is one batch.
        let mut by_user: HashMap<u32, Vec<&MayRead>> = HashMap::new();
        for key in keys {
            by_user.entry(key.user).or_default().push(key);
        }
        let mut loaded = Loaded::new();
        for (id, keys) in by_user {
            let user = User { id };
            let access = REPOSITORIES.bind(&session, &user, &());
            let decisions = access.check_all(keys.iter().map(|key| &key.repository)).await;
            for (key, decision) in keys.into_iter().zip(decisions) {
                match decision.into_result() {
                    Ok(_) => loaded.insert(key.clone(), true),
                    Err(AccessError::Denied(_)) => loaded.insert(key.clone(), false),
                    // What the other gate could not decide is a failure here, not a "no".
                    Err(error) => loaded.fail(key.clone(), FactError::new(error)),
                }
            }
        }
        Ok(loaded)
    }
}

#[derive(Sources)]
pub struct IssueFacts {
    #[loads(MayRead)]
    repositories: RepositoryGate,
}

fn facts(invitations: Invitations) -> IssueFacts {
    IssueFacts { repositories: RepositoryGate(Arc::new(RepositoryFacts { invitations })) }
}

/// A public repository, one that user 7 is invited to, another; and an issue that is locked.
fn issues() -> [Issue; 4] {
    [(1, true, false), (2, false, false), (3, false, false), (1, true, true)].map(
        |(id, public, locked)| Issue { repository: Repository { id, public }, locked },
    )
}

async fn decisions(invitations: Invitations) -> Vec<Decision> {
    let session = Session::new(facts(invitations));
    ISSUES.bind(&session, &User { id: 7 }, &()).check_all(issues()).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (title, table) in [("invited to 2", Some(HashSet::from([(7, 2)]))), ("outage", None)] {
        println!("{title}");
        for (issue, decision) in issues().iter().zip(decisions(Invitations(table)).await) {
            let Issue { repository: Repository { id, public }, locked } = issue;
            println!("  repository {id}  public {public:<5}  locked {locked:<5}  {decision}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
}
