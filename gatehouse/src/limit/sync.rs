//! The seam to the model checker: what the permits need of std, or of loom under `--cfg loom`.

#[cfg(loom)]
use loom as imp;
#[cfg(not(loom))]
use std as imp;

pub(super) use imp::sync::MutexGuard;
pub(super) use imp::thread_local;

/// A mutex that a panic does not poison: no code of a user's or an executor's runs under one here.
#[derive(Debug)]
pub(super) struct Mutex<T>(imp::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(super) fn new(value: T) -> Self {
        Self(imp::sync::Mutex::new(value))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, T> {
        match self.0.lock() {
            Ok(guard) => guard,
            Err(poisoned) => poisoned.into_inner(),
        }
    }
}
