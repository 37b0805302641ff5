//! Delegation across domains: who may read a repository may comment on its issues.
//!
//! The rule is not repeated: a fact asks the other gate, for all keys of a round at once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gatehouse::{AccessError, prelude::*};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct User(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Repository(u32);

pub struct Issue {
    pub repository: Repository,
}

fact! {
    /// `user` was invited to `repository`.
    pub Invited(user: User, repository: Repository) -> bool = false;
    /// Whether `user` may read `repository`, as the gate of repositories decides.
    pub MayRead(user: User, repository: Repository) -> bool = false;
}

/// Who was invited reads.
#[policy]
pub async fn invited(user: &User, repository: &Repository) -> bool {
    Invited(*user, *repository).await
}

/// Readers of the repository comment.
#[policy]
pub async fn reader(user: &User, issue: &Issue) -> bool {
    MayRead(*user, issue.repository).await
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

/// Stands in for a table of invitations, which may be out of reach; counts its queries.
pub struct Invitations {
    table: Option<HashSet<Invited>>,
    queries: AtomicUsize,
}

impl FactSource<Invited> for Invitations {
    async fn load(&self, keys: &[Invited]) -> Result<Loaded<Invited>, FactError> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        let table = self.table.as_ref().ok_or_else(|| FactError::safe("no connection"))?;
        let invited = keys.iter().filter(|key| table.contains(key));
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
        let mut loaded = Loaded::new();
        // A gate is asked about one subject at a time; a page has one, so this is one batch.
        for keys in keys.chunk_by(|a, b| a.user == b.user) {
            let access = REPOSITORIES.bind(&session, &keys[0].user, &());
            let decisions = access.check_all(keys.iter().map(|key| key.repository)).await;
            for (key, decision) in keys.iter().cloned().zip(decisions) {
                match decision.into_result() {
                    Ok(_) => loaded.insert(key, true),
                    Err(AccessError::Denied(_)) => loaded.insert(key, false),
                    // What the other gate could not decide is a failure here, not a "no".
                    Err(error) => loaded.fail(key, FactError::new(error)),
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

/// May user 7 comment on an issue of each of the first repositories? And what did it cost to say?
async fn ask(repositories: u32, table: Option<HashSet<Invited>>) -> (Vec<Decision>, usize) {
    let invitations = Invitations { table, queries: AtomicUsize::new(0) };
    let facts = Arc::new(RepositoryFacts { invitations });
    let session = Session::new(IssueFacts { repositories: RepositoryGate(facts.clone()) });
    let issues = (0..repositories).map(|id| Issue { repository: Repository(id) });
    let decisions = ISSUES.bind(&session, &User(7), &()).check_all(issues).await;
    (decisions, facts.invitations.queries.load(Ordering::Relaxed))
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let invited = HashSet::from([Invited(User(7), Repository(1))]);
    for (title, table) in [("invited to repository 1", Some(invited)), ("an outage", None)] {
        let (decisions, queries) = ask(3, table).await;
        println!("{title} (queries: {queries})");
        for (repository, decision) in decisions.iter().enumerate() {
            println!("  issue of repository {repository}  {decision}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_other_gate_decides_in_one_query() {
        let invited = HashSet::from([3, 5].map(|id| Invited(User(7), Repository(id))));
        let (decisions, queries) = ask(100, Some(invited)).await;
        let allowed: Vec<_> = (0..100).filter(|&at| decisions[at].is_allow()).collect();
        assert_eq!((allowed, queries), (vec![3, 5], 1));
        let (decisions, _) = ask(3, None).await; // an outage there is no denial here
        assert!(decisions.iter().all(Decision::is_indeterminate));
    }
}
