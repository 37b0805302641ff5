//! Which thread drives loads of a limiter right now.
//!
//! A load may wait for a permit inside a load that holds one: its source uses a session. Were it to
//! drive the others from there, and they theirs, the stack would grow with their number. So only
//! whoever is outermost goes over the loads that hold a permit; whoever is inside asks for it.

use std::cell::RefCell;

use crate::sync::thread_local;

thread_local! {
    static DRIVING: RefCell<Vec<Driving>> = RefCell::default();
}

struct Driving {
    /// The address of the limiter.
    limiter: usize,
    /// Whether somebody inside wants the loads that hold a permit to be driven.
    is_pass_wanted: bool,
}

/// This thread drives loads of a limiter, and did not before.
pub(super) struct Outermost {
    limiter: usize,
}

impl Outermost {
    /// `None` if this thread is at it already.
    pub(super) fn begin(limiter: usize) -> Option<Self> {
        let is_first = with_driving(limiter, |driving, at| {
            if at.is_none() {
                driving.push(Driving { limiter, is_pass_wanted: false });
            }
            at.is_none()
        });
        // Made only then: dropped, it would end what is outermost.
        is_first.then(|| Self { limiter })
    }

    /// Whether somebody inside wants the loads that hold a permit to be driven.
    pub(super) fn is_pass_wanted(&self) -> bool {
        with_driving(self.limiter, |driving, at| at.is_some_and(|at| driving[at].is_pass_wanted))
    }
}

impl Drop for Outermost {
    fn drop(&mut self) {
        with_driving(self.limiter, |driving, at| {
            if let Some(at) = at {
                driving.remove(at);
            }
            true
        });
    }
}

/// Asks whoever is outermost on this thread to go over the loads that hold a permit.
pub(super) fn want_pass(limiter: usize) {
    with_driving(limiter, |driving, at| {
        if let Some(at) = at {
            driving[at].is_pass_wanted = true;
        }
        true
    });
}

/// Runs `run` on what this thread drives, and the place of `limiter` in it; at the end of a thread,
/// when that is gone, it is `false`: nobody drives then.
fn with_driving(
    limiter: usize,
    run: impl FnOnce(&mut Vec<Driving>, Option<usize>) -> bool,
) -> bool {
    let run = |driving: &RefCell<Vec<Driving>>| {
        let mut driving = driving.borrow_mut();
        let at = driving.iter().position(|driving| driving.limiter == limiter);
        run(&mut driving, at)
    };
    DRIVING.try_with(run).unwrap_or(false)
}
