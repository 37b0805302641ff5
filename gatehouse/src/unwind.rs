//! Catches panics of users' code.
//!
//! The payload of a panic and the values of users have any type, so their destructors are users' code as
//! well, and may panic. Wherever a panic must not propagate, users' code runs in [`catch`], and users' values
//! are dropped by [`drop_quietly`].

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls `run` and returns its result; `None` if it panics. The payload of the panic is dropped.
///
/// The captures of `run` are dropped during the unwinding. A destructor that panics there ends the process,
/// as everywhere in Rust. The caller drops the result.
pub(crate) fn catch<T>(run: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(value) => Some(value),
        Err(payload) => {
            drop_quietly(payload);
            None
        }
    }
}

/// Drops `value`, whose destructor may panic.
pub(crate) fn drop_quietly<T>(value: T) {
    let dropped = catch_unwind(AssertUnwindSafe(move || drop(value)));
    if let Err(payload) = dropped {
        forget(payload);
    }
}

/// A value of a user's. Its destructor may panic: it is dropped by [`drop_quietly`].
#[derive(Debug)]
pub(crate) struct Quiet<T>(Option<T>);

impl<T> Quiet<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// The value; `Some` until this is dropped.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> Drop for Quiet<T> {
    fn drop(&mut self) {
        drop_quietly(self.0.take());
    }
}

/// Leaks the payload of a destructor's panic, unless it is a text: its own destructor may panic with another
/// such payload, without end.
#[cold]
fn forget(payload: Box<dyn Any + Send>) {
    if !payload.is::<&'static str>() && !payload.is::<String>() {
        std::mem::forget(payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics when it is dropped, with a payload that does the same.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                std::panic::panic_any(Bomb);
            }
        }
    }

    #[test]
    fn a_panic_with_any_payload_is_caught() {
        assert_eq!(catch(|| 7), Some(7));
        assert_eq!(catch(|| -> u8 { panic!("a text") }), None);
        assert_eq!(catch(|| -> u8 { std::panic::panic_any(Bomb) }), None);
    }

    #[test]
    fn a_panic_of_a_destructor_is_caught() {
        drop_quietly(Bomb);
        drop(Quiet::new(Bomb));
        drop_quietly(vec![Box::new(Bomb)]);
        let shared = std::sync::Arc::new(());
        drop_quietly(std::sync::Arc::clone(&shared));
        assert_eq!(std::sync::Arc::strong_count(&shared), 1);
    }
}
