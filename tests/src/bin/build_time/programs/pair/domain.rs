//! What the programs have in common: the request's data, the database, and an executor.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Who asks.
pub struct User {
    pub id: u64,
    pub team: u64,
    pub level: u32,
    pub admin: bool,
}

/// What they want to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Read,
    Edit,
    Share,
    Delete,
}

/// What somebody may do in an organisation; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Viewer,
    Editor,
    Owner,
}

/// What a document is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Note,
    Report,
    Contract,
}

/// What is asked for.
pub struct Document {
    pub id: u64,
    pub owner: u64,
    pub org: u64,
    pub folder: u64,
    pub team: Option<u64>,
    pub labels: Vec<u64>,
    pub kind: Kind,
    pub needs: Role,
    pub level: u32,
    pub public: bool,
    pub shared: bool,
    pub archived: bool,
}

/// Numbers that look scattered and are the same every time.
pub struct Database;

/// What a database says when it does not answer.
#[derive(Clone, Debug)]
pub struct Outage;

impl Database {
    /// The cell of a table, if it has the row.
    pub async fn number(&self, table: &str, row: [u64; 2]) -> Result<Option<u64>, Outage> {
        let words = table.bytes().map(u64::from).chain(row);
        let mixed = words.fold(7_u64, |mixed, word| {
            let mixed = (mixed ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed ^ (mixed >> 29)
        });
        match mixed % 16 {
            0 => Err(Outage),
            1..=4 => Ok(None),
            _ => Ok(Some(mixed >> 32)),
        }
    }

    /// The cell of a table with flags.
    pub async fn flag(&self, table: &str, row: [u64; 2]) -> Result<Option<bool>, Outage> {
        Ok(self.number(table, row).await?.map(|number| number % 2 == 0))
    }

    /// The cell of a table with roles.
    pub async fn role(&self, table: &str, row: [u64; 2]) -> Result<Option<Role>, Outage> {
        let roles = [Role::Viewer, Role::Editor, Role::Owner];
        Ok(self.number(table, row).await?.map(|number| roles[(number % 3) as usize]))
    }
}

/// Every request that the programs decide.
pub fn requests() -> Vec<(User, Action, Document)> {
    let actions = [Action::Read, Action::Edit, Action::Share, Action::Delete];
    let kinds = [Kind::Note, Kind::Report, Kind::Contract];
    let needs = [Role::Viewer, Role::Editor, Role::Owner];
    let request = |i: u64| {
        let user = User {
            id: i % 5,
            team: i % 3,
            level: 2 + (i % 3) as u32,
            admin: i % 31 == 0,
        };
        let doc = Document {
            id: i,
            owner: i % 7,
            org: i % 4,
            folder: i % 6,
            team: (i % 2 == 0).then_some(i % 4),
            labels: vec![i % 3, i % 8],
            kind: kinds[(i % 3) as usize],
            needs: needs[(i / 3 % 3) as usize],
            level: (i % 4) as u32,
            public: i % 11 == 0,
            shared: i % 2 == 0,
            archived: i % 9 == 0,
        };
        (user, actions[(i % 4) as usize], doc)
    };
    (0..200).map(request).collect()
}

/// Runs a future that waits for nothing but other futures of this program.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
