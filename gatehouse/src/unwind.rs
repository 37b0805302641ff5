//! Panics of code that is not ours end here.
//!
//! What a panic carries is a value of any type, and so is what a user hands over: to drop it runs a
//! destructor that is not ours either, and may panic in its turn. Wherever a panic must not get
//! through, code runs in [`catch`], and what it leaves behind is dropped by [`drop_quietly`].

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `run` gives; `None` if it panicked, with what that panic carried dropped.
///
/// What `run` has captured is dropped while the panic unwinds: a destructor that panics there ends
/// the process, as everywhere in Rust. What it gives is the caller's to drop.
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

/// A value of a user's that is shared: whoever has it last drops it quietly.
#[derive(Debug)]
pub(crate) struct Quiet<T>(Option<T>);

impl<T> Quiet<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// The value, which is there as long as this is.
    pub(crate) fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> Drop for Quiet<T> {
    fn drop(&mut self) {
        drop_quietly(self.0.take());
    }
}

/// Leaves what the panic of a destructor carried where it is, unless it is a text: another destructor
/// may carry the next one, without end.
#[cold]
fn forget(payload: Box<dyn Any + Send>) {
    if !payload.is::<&'static str>() && !payload.is::<String>() {
        std::mem::forget(payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Panics when it is dropped, and so does what that panic carries.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                std::panic::panic_any(Bomb);
            }
        }
    }

    #[test]
    fn nothing_that_a_panic_carries_gets_through() {
        assert_eq!(catch(|| 7), Some(7));
        assert_eq!(catch(|| -> u8 { panic!("a text") }), None);
        assert_eq!(catch(|| -> u8 { std::panic::panic_any(Bomb) }), None);
    }

    #[test]
    fn nothing_that_a_destructor_does_gets_through() {
        drop_quietly(Bomb);
        drop(Quiet::new(Bomb));
        drop_quietly(vec![Box::new(Bomb)]);
        let shared = std::sync::Arc::new(());
        drop_quietly(std::sync::Arc::clone(&shared));
        assert_eq!(std::sync::Arc::strong_count(&shared), 1);
    }
}
