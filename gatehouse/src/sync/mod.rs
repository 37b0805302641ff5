//! The seam to the model checker: everything here is std, or loom under `--cfg loom`.
//!
//! The library imports its locks, counters and shared pointers from here and never
//! from `std::sync`, so that the code that loom explores is the code that ships.

#[cfg(all(test, loom))]
pub(crate) mod model;

#[cfg(loom)]
use loom as imp;
#[cfg(not(loom))]
use std as imp;

pub(crate) use imp::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
pub(crate) use imp::sync::{Arc, MutexGuard};
pub(crate) use std::sync::OnceLock;
/// A counter that is a guess: whatever it holds, nothing goes wrong. So it is no part of the models.
pub(crate) use std::sync::atomic::AtomicUsize as Hint;

pub(crate) use imp::thread::LocalKey;
#[cfg(loom)]
pub(crate) use loom::thread_local;
#[cfg(not(loom))]
pub(crate) use std::thread_local;

/// A mutex that a panic does not poison.
///
/// Every critical section in the session leaves its data whole at each step, and none calls user
/// code other than `Eq` of a key, so a panic under the lock leaves nothing half-written.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(imp::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(imp::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        // A match, and no function of `Result`: this is compiled anew for each fact of a user's.
        match self.0.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}
