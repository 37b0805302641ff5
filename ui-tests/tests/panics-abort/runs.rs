//! Built with `panic = "abort"`: code that may panic does not run before its turn, nor behind a failure.
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use gatehouse::prelude::*;

pub struct Doc {
    id: u32,
    owners: Vec<u32>,
}

impl Doc {
    fn first_owner(&self) -> u32 {
        self.owners[0]
    }
}

struct Docs;
impl Domain for Docs {
    type Subject = ();
    type Action = ();
    type Resource = Doc;
    type Context = ();
}

fact! {
    pub HasOwner(doc: u32) -> bool = false;
    pub Member(user: u32) -> bool = false;
    /// May panic by its tokens, and so may what uses it.
    pub First(of: Vec<u32>) -> bool { Member(of[0]).await }
    pub Through(of: Vec<u32>) -> bool { First(of).await }
    /// Recursive, and total.
    pub Above(doc: u32) -> bool { Member(doc).await || Above(doc).await }
}

// Rules from elsewhere, to one of which nothing can happen.
mod elsewhere {
    use super::*;
    fact! {
        pub Safe(doc: u32) -> bool { Member(doc).await || HasOwner(doc).await }
    }
}
use elsewhere::Safe;

#[policy(lazy)]
async fn by_index(_: _, doc: &Doc) -> bool {
    HasOwner(doc.id).await && Member(doc.owners[0]).await
}

#[policy]
async fn by_getter(_: _, doc: &Doc) -> bool {
    HasOwner(doc.id).await && Member(doc.first_owner()).await
}

#[policy]
async fn by_derived(_: _, doc: &Doc) -> bool {
    let owners = doc.owners.clone();
    HasOwner(doc.id).await && First(owners).await
}

#[policy]
async fn by_derived_of_derived(_: _, doc: &Doc) -> bool {
    let owners = doc.owners.clone();
    HasOwner(doc.id).await && Through(owners).await
}

#[policy]
async fn by_total(_: _, doc: &Doc) -> bool {
    HasOwner(doc.id).await || Member(doc.id).await
}

#[policy]
async fn by_total_derived(_: _, doc: &Doc) -> bool {
    HasOwner(doc.id).await || Above(doc.id).await || Safe(doc.id).await
}

struct Source {
    down: bool,
}

impl FactSource<HasOwner> for Source {
    async fn load(&self, _: &[HasOwner]) -> Result<Loaded<HasOwner>, FactError> {
        if self.down { Err(FactError::safe("down")) } else { Ok(Loaded::new()) }
    }
}

impl FactSource<Member> for Source {
    async fn load(&self, keys: &[Member]) -> Result<Loaded<Member>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), key.user == 1)).collect())
    }
}

#[derive(Sources)]
struct Facts {
    #[loads(HasOwner, Member)]
    source: Source,
}

/// The sources are ready at once.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn check<P: gatehouse::bounds::PolicySet<Docs, Facts>>(name: &str) {
    let gate: Gate<Docs, P> = Gate::new();
    let decided = [false, true].map(|down| {
        let session = Session::new(Facts { source: Source { down } });
        let doc = Doc { id: 1, owners: Vec::new() };
        ready(gate.bind(&session, &(), &()).check(&doc)).as_str().to_owned()
    });
    println!("{name}: {}, {}", decided[0], decided[1]);
}

fn main() {
    assert!(cfg!(panic = "abort"));
    check::<by_index>("by_index");
    check::<by_getter>("by_getter");
    check::<by_derived>("by_derived");
    check::<by_derived_of_derived>("by_derived_of_derived");
    check::<by_total>("by_total");
    check::<by_total_derived>("by_total_derived");
}
