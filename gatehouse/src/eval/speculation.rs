//! Speculative code: it runs although its body may not reach it.
//!
//! Speculative are the code that registers loads early, and the right operand of `||` or `&&` when the
//! left one failed. Such code may rely on conditions that do not hold, so its panic means nothing: it is
//! caught, and what the code had begun is forgotten. Where a panic ends the process, code whose tokens
//! may panic does not run speculatively, nor do the bodies of derived facts that may panic.

use super::cx::Cx;
use super::observer::Observer;
use crate::fact::FactKey;
use crate::plan::Derivation;
use crate::session::Sources;
use crate::unwind::catch;

/// Whether a panic ends the process.
pub(super) const PANICS_ABORT: bool = cfg!(panic = "abort");

impl<P: Sources, O: Observer> Cx<P, O> {
    /// Runs `code` speculatively; `None` if it panicked.
    #[inline]
    pub(super) fn speculate<T>(&mut self, code: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if PANICS_ABORT {
            // No panic can be caught, so derived facts that may panic have to be recognised.
            let before = self.set_speculative(true);
            let value = code(self);
            self.set_speculative(before);
            return Some(value);
        }
        let depth = self.stack_depth();
        let (checkpoint, registering) = (self.observer.checkpoint(), self.is_registering());
        let met = self.failed.mark();
        let value = catch(|| code(self));
        if value.is_none() {
            self.restore(depth, checkpoint, registering);
            self.failed.end(met);
        }
        value
    }

    /// Forgets what was begun by code that panicked.
    #[cold]
    fn restore(&mut self, stack_depth: usize, checkpoint: (u32, usize), registering: bool) {
        self.set_registering(registering);
        if self.stack_depth() > stack_depth {
            self.fixpoint().unwind(stack_depth);
        }
        self.observer.restore(checkpoint);
    }

    /// Whether the body of the derived fact `K` must not run now, because it may panic.
    pub(super) fn must_not_speculate<K: FactKey>(&self) -> bool {
        PANICS_ABORT && self.is_speculative() && K::DERIVATION.is_some_and(|it| !it.is_total())
    }
}

/// A compile error if a fact of another block that may panic is an operand after a recursive fact. Called
/// where a panic ends the process.
///
/// # Panics
/// At compile time, if there is such a fact.
pub const fn total_beside_recursion(fact: Option<&'static Derivation>) {
    assert!(
        !matches!(fact, Some(it) if !it.is_total()),
        "a fact that may panic stands behind a recursive one, and with `panic = \"abort\"` no panic is \
         caught: write it as the left operand, or take it into a `let` before"
    );
}
