//! Collections that know no fact.
//!
//! - `one_or_many`: lists that most often have one entry; `growth`: how lists grow.
//! - `hash`: how keys are hashed; `index`: where keys are found by their hashes; `key_set`: keys, each once.
//! - `queue`: entries that leave from anywhere.

mod growth;
mod hash;
mod index;
mod key_set;
mod one_or_many;
mod queue;

pub(crate) use self::growth::make_small_room;
pub(crate) use self::hash::HashState;
pub(crate) use self::index::{Hashed, Index};
pub(crate) use self::key_set::KeySet;
pub(crate) use self::one_or_many::OneOrMany;
pub(crate) use self::queue::Queue;
