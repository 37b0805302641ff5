//! Facts whose texts are long, for the tests of texts and of the queue.

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse::records::Recorder;

use super::*;

/// Counts the texts of keys and values that this thread writes.
pub(super) mod written {
    use std::cell::Cell;
    use std::fmt;

    thread_local! {
        static TIMES: Cell<usize> = const { Cell::new(0) };
        static PARTS: Cell<usize> = const { Cell::new(0) };
    }

    /// The number of texts begun since the last call, and of their parts.
    pub fn since() -> (usize, usize) {
        (TIMES.take(), PARTS.take())
    }

    /// A number of numbers, written one at a time.
    #[derive(Clone, PartialEq, Eq, Hash)]
    pub struct Long(pub usize);

    impl fmt::Debug for Long {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            TIMES.set(TIMES.get() + 1);
            for number in 1_000_000..1_000_000 + self.0 {
                PARTS.set(PARTS.get() + 1);
                write!(f, "{number} ")?;
            }
            Ok(())
        }
    }
}
pub(super) use written::Long;

fact! {
    /// The same long value for every user.
    pub Groups(user: u64) -> Long;
    /// A long value of its own for every document.
    pub Tags(doc: u64) -> Long;
    /// Its key is long; it has no value.
    pub Note(part: Long) -> u64;
    /// It fails with a long error.
    pub Down(doc: u64) -> u64;
}

pub(super) struct LongTexts;

/// The number of numbers in a value.
pub(super) const NUMBERS: usize = 5000;

impl FactSource<Groups> for LongTexts {
    async fn load(&self, keys: &[Groups]) -> Result<Loaded<Groups>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), Long(NUMBERS))).collect())
    }
}

impl FactSource<Tags> for LongTexts {
    async fn load(&self, keys: &[Tags]) -> Result<Loaded<Tags>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), Long(NUMBERS))).collect())
    }
}

impl FactSource<Note> for LongTexts {
    async fn load(&self, _: &[Note]) -> Result<Loaded<Note>, FactError> {
        Ok(Loaded::new())
    }
}

impl FactSource<Down> for LongTexts {
    async fn load(&self, _: &[Down]) -> Result<Loaded<Down>, FactError> {
        Err(FactError::safe("it is down ".repeat(NUMBERS)))
    }
}

#[derive(Sources)]
pub(super) struct LongFacts {
    #[loads(Groups, Tags, Note, Down)]
    pub(super) source: LongTexts,
}

#[policy]
pub(super) async fn grouped(user: &u64) -> bool {
    Groups(*user).await?.0 > 0
}

/// Reads the fact of `grouped`, before it.
#[policy(forbid)]
pub(super) async fn ungrouped(user: &u64) -> bool {
    Groups(*user).await.is_none()
}

#[policy]
pub(super) async fn tagged(_: _, doc: &u64) -> bool {
    Tags(*doc).await?.0 > 0
}

#[policy]
pub(super) async fn noted(_: &u64) -> bool {
    Note(Long(NUMBERS)).await.is_none()
}

#[policy]
pub(super) async fn down(_: _, doc: &u64) -> bool {
    Down(*doc).await? > 0
}

pub(super) static GROUPED: Gate<Documents, (ungrouped, grouped)> = Gate::new();
pub(super) static TAGGED: Gate<Documents, tagged> = Gate::new();
pub(super) static NOTED: Gate<Documents, noted> = Gate::new();
pub(super) static DOWN: Gate<Documents, down> = Gate::new();

pub(super) fn long_session(recorder: &Recorder) -> Session<LongFacts> {
    Session::new(LongFacts { source: LongTexts }).with_recorder(recorder)
}

pub(super) fn documents(count: u64) -> Vec<u64> {
    (1000..1000 + count).collect()
}

/// Checks all `docs` by the gate of this name.
pub(super) fn ask(session: &Session<LongFacts>, gate: &str, docs: &[u64]) {
    drop(match gate {
        "tagged" => block_on(TAGGED.bind(session, &7, &"read").check_all(docs)),
        "grouped" => block_on(GROUPED.bind(session, &7, &"read").check_all(docs)),
        "noted" => block_on(NOTED.bind(session, &7, &"read").check_all(docs)),
        _ => block_on(DOWN.bind(session, &7, &"read").check_all(docs)),
    });
}
