//! Facts, policies and gates of the soak.

use gatehouse::prelude::*;

/// A thing, and the level of the chain at which it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thing {
    pub id: u16,
    pub level: u16,
}

pub struct Things;
impl Domain for Things {
    type Subject = ();
    type Action = ();
    type Resource = Thing;
    type Context = ();
}

fact! {
    pub Link(id: u16) -> u16;
    pub Grant(id: u16) -> bool = false;
    pub Ban(id: u16) -> bool = false;
    /// Its source checks on the session for which it loads.
    pub Seen(id: u16) -> bool = false;
    /// Its source checks the level below on that session.
    pub Deep(level: u16, id: u16) -> bool = false;
    pub Viewer(id: u16) -> bool {
        Grant(id).await
            || match Link(id).await {
                Some(next) => Viewer(next).await,
                None => false,
            }
    }
}

#[policy(forbid)]
pub(super) async fn banned(_: _, thing: &Thing) -> bool {
    Ban(thing.id).await
}

#[policy]
pub(super) async fn granted(_: _, thing: &Thing) -> bool {
    Grant(thing.id).await
}

/// Two links, and a grant at their end.
#[policy]
pub(super) async fn granted_at_the_end(_: _, thing: &Thing) -> bool {
    let next = Link(thing.id).await?;
    let last = Link(next).await?;
    Grant(last).await || Grant(next).await
}

#[policy]
pub(super) async fn viewer(_: _, thing: &Thing) -> bool {
    Viewer(thing.id).await
}

#[policy]
pub(super) async fn seen(_: _, thing: &Thing) -> bool {
    Seen(thing.id).await
}

#[policy]
pub(super) async fn deep(_: _, thing: &Thing) -> bool {
    Deep(thing.level, thing.id).await
}

pub static PLAIN: Gate<Things, (banned, granted, granted_at_the_end)> = Gate::new();
pub static DERIVED: Gate<Things, (banned, viewer)> = Gate::new();
pub static OUTER: Gate<Things, (banned, seen, granted_at_the_end)> = Gate::new();
pub static CHAIN: Gate<Things, deep> = Gate::new();
pub static ALL: Gate<Things, (banned, deep, seen, granted, granted_at_the_end, viewer)> =
    Gate::new();

/// The name of a gate.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    Plain,
    Derived,
    Outer,
    Chain,
    All,
}

/// Runs code on the gate of a name.
macro_rules! on_gate {
    ($which:expr, $gate:ident => $run:expr) => {
        match $which {
            $crate::soak::rules::Which::Plain => {
                let $gate = &$crate::soak::rules::PLAIN;
                $run
            }
            $crate::soak::rules::Which::Derived => {
                let $gate = &$crate::soak::rules::DERIVED;
                $run
            }
            $crate::soak::rules::Which::Outer => {
                let $gate = &$crate::soak::rules::OUTER;
                $run
            }
            $crate::soak::rules::Which::Chain => {
                let $gate = &$crate::soak::rules::CHAIN;
                $run
            }
            $crate::soak::rules::Which::All => {
                let $gate = &$crate::soak::rules::ALL;
                $run
            }
        }
    };
}
pub(super) use on_gate;
