//! Sources with limits: on the time that a load takes, and on how many loads run at a time.
//!
//! Each wraps a source, and is a source of the same facts. The limits hold across sessions.

// - `timeout`: the limit on time.
// - `max_concurrent`: the limit on the number of loads.
// - `permits`: the permits that loads hold; `wait_queue`: the wakers of those who wait for one.
// - `shared_load`: a load that holds a permit, and can be driven by whoever waits for one;
//   `drive`: how the permits see it.
// - `outermost`: which thread drives such loads, so that none drives them inside of one.

mod drive;
mod max_concurrent;
mod outermost;
mod permits;
mod shared_load;
mod timeout;
mod wait_queue;

#[cfg(all(test, loom))]
mod tests {
    mod loom_permits;
}

pub use self::max_concurrent::MaxConcurrent;
pub use self::timeout::Timeout;
