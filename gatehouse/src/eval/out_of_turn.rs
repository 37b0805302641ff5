//! Code that runs although its body may not have come to it: what asks early, and the right side of
//! `||` or `&&` behind a failed left one.
//!
//! Such code may rely on what did not hold, so its panic says nothing: it is caught, and what it had
//! begun is forgotten. Where a panic ends the process, nothing runs out of turn that may panic by its
//! tokens, the bodies of derived facts included.

use super::cx::Cx;
use super::observer::Observer;
use crate::fact::FactKey;
use crate::plan::Derivation;
use crate::session::Sources;
use crate::unwind::catch;

/// Whether a panic ends the process.
pub(super) const PANICS_ABORT: bool = cfg!(panic = "abort");

impl<P: Sources, W: Observer> Cx<P, W> {
    /// Runs `code` out of turn; `None` if it panicked.
    #[inline]
    pub(super) fn out_of_turn<T>(&mut self, code: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if PANICS_ABORT {
            // Nothing is caught; what must wait for its turn is told apart.
            let before = self.set_out_of_turn(true);
            let value = code(self);
            self.set_out_of_turn(before);
            return Some(value);
        }
        let (links, mark, asking) = (self.links(), self.watch.mark(), self.is_asking());
        let met = self.failed.mark();
        let value = catch(|| code(self));
        if value.is_none() {
            self.begin_again(links, mark, asking);
            self.failed.end(met);
        }
        value
    }

    /// Forgets what was begun by code that panicked.
    #[cold]
    fn begin_again(&mut self, links: usize, mark: (u32, usize), asking: bool) {
        self.set_asking(asking);
        if self.links() > links {
            self.walk().unwind(links);
        }
        self.watch.unwind(mark);
    }

    /// Whether the body of the derived fact `K` has to wait for its turn.
    pub(super) fn must_wait_for_turn<K: FactKey>(&self) -> bool {
        PANICS_ABORT && self.is_out_of_turn() && K::DERIVATION.is_some_and(|it| !it.is_total())
    }
}

/// Refuses, where it is compiled, a fact from elsewhere that may panic as the operand behind a recursive
/// one: called where a panic ends the process.
///
/// # Panics
/// While it is compiled, if there is such a fact.
pub const fn total_beside_recursion(fact: Option<&'static Derivation>) {
    assert!(
        !matches!(fact, Some(it) if !it.is_total()),
        "a fact that may panic stands behind a recursive one, and with `panic = \"abort\"` no panic is \
         caught: write it as the left operand, or take it into a `let` before"
    );
}
