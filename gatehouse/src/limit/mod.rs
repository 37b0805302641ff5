//! Sources with limits: on the time that a load takes, and on how many run at a time.
//!
//! Each wraps a source and is one, for the same facts. They hold across sessions, like the database
//! behind them.

// - `timeout`: the limit on time.
// - `max_concurrent`: the limit on the number of loads, over
// - `permits`: who may run, and who waits for it; the latter's wakers are in `line`.
// - `shared_load`: a load that holds a permit, which whoever waits for one can drive.
// - `nesting`: which thread drives such loads right now, so that none does it inside itself.

mod line;
mod max_concurrent;
mod nesting;
mod permits;
mod shared_load;
mod timeout;

#[cfg(all(test, loom))]
mod tests {
    mod loom_permits;
}

pub use self::max_concurrent::MaxConcurrent;
pub use self::timeout::Timeout;
