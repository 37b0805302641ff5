use gatehouse::prelude::*;

pub struct User {
    pub id: u32,
}

pub struct Document {
    pub owner: u32,
}

pub struct Clock {
    pub hour: u8,
}

pub struct Device;

pub struct Documents;
impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = Clock;
}

#[policy]
pub fn trusted_device(user: &User, _: &(), doc: &Document, _device: &Device) -> bool {
    doc.owner == user.id
}

static GATE: Gate<Documents, trusted_device> = Gate::new();

#[derive(Sources)]
struct AppFacts {}

fn main() {
    let session = Session::new(AppFacts {});
    let clock = Clock { hour: 9 };
    let _ = GATE.bind(&session, &User { id: 1 }, &()).with_context(&clock);
}
