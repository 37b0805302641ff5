//! Which limiters a thread drives loads of right now.
//!
//! The source of a load that holds a permit may use a session, and so wait for another permit of the
//! same limiter. If that waiter drove the other loads, and they drove others in turn, the stack would
//! grow with their number. So only the outermost caller on a thread drives all loads that hold a permit;
//! a caller inside of it requests that.

use std::cell::RefCell;

use crate::sync::thread_local;

thread_local! {
    static DRIVEN: RefCell<Vec<DrivenLimiter>> = RefCell::default();
}

struct DrivenLimiter {
    /// The address of the limiter.
    limiter: usize,
    /// Whether a caller inside has requested to drive all loads.
    is_requested: bool,
}

/// The outermost caller on this thread that drives loads of a limiter.
pub(super) struct Outermost {
    limiter: usize,
}

impl Outermost {
    /// `None` if this thread drives loads of the limiter already.
    pub(super) fn begin(limiter: usize) -> Option<Self> {
        let is_first = with_driven(limiter, |driven, at| {
            if at.is_none() {
                driven.push(DrivenLimiter { limiter, is_requested: false });
            }
            at.is_none()
        });
        // `then_some` would create and drop it in any case, which would end the outermost caller.
        is_first.then(|| Self { limiter })
    }

    /// Whether a caller inside has requested to drive all loads that hold a permit.
    pub(super) fn is_drive_requested(&self) -> bool {
        with_driven(self.limiter, |driven, at| at.is_some_and(|at| driven[at].is_requested))
    }
}

impl Drop for Outermost {
    fn drop(&mut self) {
        with_driven(self.limiter, |driven, at| {
            if let Some(at) = at {
                driven.remove(at);
            }
            true
        });
    }
}

/// Requests from the outermost caller on this thread to drive all loads that hold a permit.
pub(super) fn request_drive(limiter: usize) {
    with_driven(limiter, |driven, at| {
        if let Some(at) = at {
            driven[at].is_requested = true;
        }
        true
    });
}

/// Runs `run` on the limiters that this thread drives, and the index of `limiter` among them. `false`
/// without running it if the thread ends and its locals are gone: it drives nothing more then.
fn with_driven(
    limiter: usize,
    run: impl FnOnce(&mut Vec<DrivenLimiter>, Option<usize>) -> bool,
) -> bool {
    let run = |driven: &RefCell<Vec<DrivenLimiter>>| {
        let mut driven = driven.borrow_mut();
        let at = driven.iter().position(|driven| driven.limiter == limiter);
        run(&mut driven, at)
    };
    DRIVEN.try_with(run).unwrap_or(false)
}
