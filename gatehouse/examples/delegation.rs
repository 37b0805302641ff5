//! Delegation across domains: who may read a repository may comment on its issues.
//!
//! The second rule is not repeated: a fact asks the other gate, for all keys of a round at once.

use std::collections::HashSet;
use std::sync::Arc;

use gatehouse::prelude::*;

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

/// The domain that is asked: repositories.
mod repositories {
    use std::collections::HashSet;

    use gatehouse::prelude::*;

    use super::{Repository, User};

    fact! {
        /// `user` was invited to `repository`.
        pub Invited(user: u32, repository: u32) -> bool = false;
    }

    /// Everybody reads what is public.
    #[policy]
    pub fn public(_: &User, repository: &Repository) -> bool {
        repository.public
    }

    /// Who was invited reads.
    #[policy]
    pub async fn invited(user: &User, repository: &Repository) -> bool {
        Invited(user.id, repository.id).await
    }

    /// May a user read a repository?
    pub struct Repositories;

    impl Domain for Repositories {
        type Subject = User;
        type Action = ();
        type Resource = Repository;
        type Context = ();
    }

    pub static GATE: Gate<Repositories, (public, invited)> = Gate::new();

    /// Stands in for a table of invitations.
    pub struct Invitations(pub HashSet<(u32, u32)>);

    impl FactSource<Invited> for Invitations {
        async fn load(&self, keys: &[Invited]) -> Result<Loaded<Invited>, FactError> {
            let invited = keys.iter().filter(|key| self.0.contains(&(key.user, key.repository)));
            Ok(invited.map(|key| (key.clone(), true)).collect())
        }
    }

    #[derive(Sources)]
    pub struct Facts {
        #[loads(Invited)]
        pub invitations: Invitations,
    }
}

fact! {
    /// Whether `user` may read `repository`, as the gate of repositories decides.
    pub MayRead(user: u32, repository: Repository) -> bool;
}

/// Readers of the repository comment on issues that are not locked.
#[policy]
pub async fn reader(user: &User, issue: &Issue) -> bool {
    !issue.locked && MayRead(user.id, issue.repository.clone()).await?
}

/// May a user comment on an issue?
pub struct Issues;

impl Domain for Issues {
    type Subject = User;
    type Action = ();
    type Resource = Issue;
    type Context = ();
}

pub static GATE: Gate<Issues, reader> = Gate::new();

/// The other gate, as a source of facts.
pub struct RepositoryGate {
    facts: Arc<repositories::Facts>,
}

impl FactSource<MayRead> for RepositoryGate {
    async fn load(&self, keys: &[MayRead]) -> Result<Loaded<MayRead>, FactError> {
        let session = Session::new(self.facts.clone());
        let mut loaded = Loaded::new();
        // A page asks about one user; were there several, each is a batch of its own.
        for user in keys.iter().map(|key| key.user).collect::<HashSet<_>>() {
            let keys: Vec<_> = keys.iter().filter(|key| key.user == user).collect();
            let subject = User { id: user };
            let access = repositories::GATE.bind(&session, &subject, &());
            let decisions = access.check_all(keys.iter().map(|key| &key.repository)).await;
            for (key, decision) in keys.into_iter().zip(decisions) {
                match decision.into_result() {
                    // What the other gate could not decide is a failure here, not a "no".
                    Err(gatehouse::AccessError::Indeterminate(error)) => {
                        loaded.fail(key.clone(), FactError::new(error));
                    }
                    result => loaded.insert(key.clone(), result.is_ok()),
                }
            }
        }
        Ok(loaded)
    }
}

#[derive(Sources)]
pub struct AppFacts {
    #[loads(MayRead)]
    repositories: RepositoryGate,
}

fn facts() -> AppFacts {
    let invitations = repositories::Invitations(HashSet::from([(7, 2)]));
    let facts = Arc::new(repositories::Facts { invitations });
    AppFacts { repositories: RepositoryGate { facts } }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let session = Session::new(facts());
    let user = User { id: 7 };
    let access = GATE.bind(&session, &user, &());
    for (id, public, locked) in
        [(1, true, false), (2, false, false), (3, false, false), (1, true, true)]
    {
        let issue = Issue { repository: Repository { id, public }, locked };
        let kind = format!("repository {id}, public: {public}, locked: {locked}");
        println!("{kind:<40} {}", access.check(&issue).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn may(user: u32, id: u32, public: bool, locked: bool) -> bool {
        let session = Session::new(facts());
        let issue = Issue { repository: Repository { id, public }, locked };
        GATE.bind(&session, &User { id: user }, &()).check(&issue).await.is_allow()
    }

    #[tokio::test]
    async fn readers_comment() {
        assert!(may(7, 1, true, false).await, "public");
        assert!(may(7, 2, false, false).await, "invited");
        assert!(!may(7, 3, false, false).await, "neither");
        assert!(!may(8, 2, false, false).await, "somebody else was invited");
        assert!(!may(7, 1, true, true).await, "locked");
    }
}
