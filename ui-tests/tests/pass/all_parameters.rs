//! Four parameters, patterns, omitted ones and `_`; a local that is named like a policy.
use gatehouse::prelude::*;

pub struct User {
    id: u32,
    admin: bool,
}

pub enum Action {
    Read,
    Edit,
    Delete,
}

pub struct Document {
    owner: u32,
}

pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = Action;
    type Resource = Document;
    type Context = u8;
}

#[policy]
pub fn admin(User { admin: true, .. }: &User) -> bool {
    true
}

#[policy]
pub fn owner(user: &User, (Action::Edit | Action::Delete): &Action, doc: &Document, hour: &u8) -> bool {
    let owner = doc.owner;
    owner == user.id && (8..18).contains(hour)
}

#[policy]
pub fn early(_: _, Action::Read: &Action, _: _, hour: &u8) -> bool {
    *hour < 8
}

static GATE: Gate<Documents, (admin, (owner, early))> = Gate::new();

#[derive(Sources)]
struct NoFacts {}

pub fn main() {
    let session = Session::new(NoFacts {});
    let (user, doc) = (User { id: 1, admin: false }, Document { owner: 1 });
    let access = GATE.bind(&session, &user, &Action::Edit).with_context(&9);
    assert!(access.check_local(&doc).is_allow());
    let access = GATE.bind(&session, &user, &Action::Read).with_context(&7);
    assert!(access.check_local(&doc).is_allow());
    let admin = User { id: 2, admin: true };
    let access = GATE.bind(&session, &admin, &Action::Delete).with_context(&20);
    assert!(access.check_local(&doc).is_allow());
}
