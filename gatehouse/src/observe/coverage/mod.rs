//! The coverage of policies, recorded: the ways that conditions came out in this process.
//!
//! - `seen`: the ways that were seen, and the lines of a file that keep them;
//! - `live`: the switch, and the record of this process.

mod live;
mod seen;

pub(crate) use self::live::{
    EXTENSION, Ran, is_recording, note_not_covered, note_ran, so_far, switch,
};
pub(crate) use self::seen::{Place, Seen, Ways, on_one_line};
