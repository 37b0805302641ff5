//! Relationship-based access control: tuples say who is related to what. A viewer of a folder sees
//! what lies in it; a relation may be given to a user or to a group.

use std::collections::{HashMap, HashSet};

use gatehouse::prelude::*;

/// Whom a relation is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    User(u32),
    Group(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    Viewer,
    Blocked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    File(u32),
    Folder(u32),
}

pub struct User {
    pub id: u32,
    pub groups: Vec<u32>,
}

impl User {
    /// The user, and its groups.
    fn holders(&self) -> Vec<Holder> {
        let groups = self.groups.iter().copied().map(Holder::Group);
        groups.chain([Holder::User(self.id)]).collect()
    }
}

pub struct File {
    pub id: u32,
}

fact! {
    /// The folder that `file` lies in.
    pub Folder(file: u32) -> u32;
    /// The tuple: `holder` has `relation` to `object`.
    pub Related(holder: Holder, relation: Relation, object: Object) -> bool = false;
}

/// Blocked users see nothing of the file.
#[policy(forbid)]
pub async fn blocked(user: &User, file: &File) -> bool {
    Related(Holder::User(user.id), Relation::Blocked, Object::File(file.id)).await
}

/// Viewers of the file, or of its folder, themselves or through a group.
#[policy(rounds = 2)]
pub async fn viewer(user: &User, file: &File) -> bool {
    let holders = user.holders();
    let file_itself = Object::File(file.id);
    any(holders.iter().map(|holder| Related(*holder, Relation::Viewer, file_itself))).await || {
        let folder = Object::Folder(Folder(file.id).await?);
        any(holders.iter().map(|holder| Related(*holder, Relation::Viewer, folder))).await
    }
}

/// May a user see a file?
pub struct Files;

impl Domain for Files {
    type Subject = User;
    type Action = ();
    type Resource = File;
    type Context = ();
}

pub static GATE: Gate<Files, (blocked, viewer)> = Gate::new();

/// The store of relations. A fact's key is a tuple as good as any, so that is what it keeps.
pub struct Tuples {
    folders: HashMap<u32, u32>,
    related: HashSet<Related>,
}

impl FactSource<Folder> for Tuples {
    async fn load(&self, keys: &[Folder]) -> Result<Loaded<Folder>, FactError> {
        let above = |key: &Folder| Some((key.clone(), *self.folders.get(&key.file)?));
        Ok(keys.iter().filter_map(above).collect())
    }
}

impl FactSource<Related> for Tuples {
    async fn load(&self, keys: &[Related]) -> Result<Loaded<Related>, FactError> {
        // What is not in the answer is missing, and the fact's default says what that means: no.
        let related = keys.iter().filter(|key| self.related.contains(key));
        Ok(related.map(|key| (key.clone(), true)).collect())
    }
}

#[derive(Sources)]
pub struct AppFacts {
    #[loads(Folder, Related)]
    tuples: Tuples,
}

fn facts() -> AppFacts {
    let folders = HashMap::from([(1, 10), (2, 10), (3, 11)]);
    let related = HashSet::from([
        Related(Holder::User(7), Relation::Viewer, Object::File(3)),
        Related(Holder::Group(70), Relation::Viewer, Object::Folder(10)),
        Related(Holder::User(7), Relation::Blocked, Object::File(2)),
    ]);
    AppFacts { tuples: Tuples { folders, related } }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let session = Session::new(facts());
    let user = User { id: 7, groups: vec![70, 71] };
    let access = GATE.bind(&session, &user, &());
    for (file, why) in [
        (1, "lies in a folder that is shared with group 70"),
        (2, "so does this, but user 7 is blocked"),
        (3, "is shared with user 7"),
        (4, "is shared with nobody"),
    ] {
        println!("file {file}  {:<26} {why}", access.check(&File { id: file }).await.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn seen(user: User) -> Vec<u32> {
        let session = Session::new(facts());
        let files = [1, 2, 3, 4].map(|id| File { id });
        let seen = GATE.bind(&session, &user, &()).filter(files).await.expect("no failure");
        seen.iter().map(|file| file.id).collect()
    }

    #[tokio::test]
    async fn relations_decide() {
        let grouped = User { id: 7, groups: vec![70] };
        assert_eq!(seen(grouped).await, [1, 3], "group 70's folder, less what is blocked");
        assert_eq!(seen(User { id: 7, groups: vec![] }).await, [3], "given to the user alone");
    }
}
