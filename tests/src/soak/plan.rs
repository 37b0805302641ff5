//! The events of one session, by its seed.

use std::time::Duration;

use super::Without;
use super::random::Random;
use super::rules::Which as Gate;

/// The number of loaded facts.
pub(super) const FACTS: usize = 5;

/// The numbers of the facts.
#[derive(Clone, Copy)]
pub(super) enum Which {
    Link,
    Grant,
    Ban,
    Seen,
    Deep,
}

/// The deadline of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deadline {
    Never,
    /// It never passes. Tasks may set another one that never passes either.
    Far,
    /// It is set before the first check.
    Near(Duration),
    /// It is set after this time, while checks wait.
    Later(Duration),
    /// A deadline that has passed is set after this time.
    Ready(Duration),
}

/// The answers of a session's sources.
#[derive(Clone, Copy, Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each says of one kind of source whether it is there"
)]
pub(super) struct Habits {
    /// The most keys of a call, for each fact.
    pub(super) limits: [usize; FACTS],
    /// The most steps of a load.
    pub(super) steps: u16,
    /// The limit on concurrent loads of `Ban`.
    pub(super) at_a_time: usize,
    /// Whether loads of `Grant` may exceed their timeout.
    pub(super) late: bool,
    /// Whether some loads never end by themselves.
    pub(super) stuck: bool,
    /// Whether a source checks on the session for which it loads.
    pub(super) reentrant: bool,
    /// Whether the payload of a panic may panic when it is dropped.
    pub(super) bombs: bool,
}

/// The events of one session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) habits: Habits,
    pub(super) deadline: Deadline,
    pub(super) tasks: u16,
    pub(super) steps: u16,
    /// The highest level of the chain that is checked.
    pub(super) levels: u16,
    /// Whether the sources are replaced from time to time.
    pub(super) replaces: bool,
}

impl Plan {
    pub(super) fn of(seed: u64, without: Without) -> Self {
        let mut random = Random::new(seed);
        let delay = Duration::from_micros(u64::from(random.below(5_000)));
        let deadline = match random.below(10) {
            0 => Deadline::Near(delay),
            1 => Deadline::Later(delay),
            2 => Deadline::Ready(delay),
            3 | 4 => Deadline::Far,
            _ => Deadline::Never,
        };
        let ends = !matches!(deadline, Deadline::Never | Deadline::Far);
        let mut limits = std::array::from_fn(|_| random.pick(&[1, 1, 2, 7, usize::MAX]));
        // Two levels in one call would be a load that waits for itself.
        limits[Which::Deep as usize] = 1;
        let habits = Habits {
            limits,
            steps: random.below(4),
            at_a_time: random.pick(&[1, 2, 4]),
            late: random.one_in(12),
            stuck: ends && random.one_in(2) && !without.stuck,
            reentrant: !without.reentrant,
            bombs: !without.bombs,
        };
        Self {
            habits,
            deadline,
            tasks: 1 + random.pick(&[1, 3, 8, 16]),
            steps: 1 + random.below(6),
            levels: random.pick(&[1, 4, 4, 12, 40]),
            replaces: random.one_in(3),
        }
    }

    /// Whether the plan explains an indeterminate decision with this text. The text has some of the reasons
    /// for which a derived fact failed.
    pub(super) fn excuses(&self, gate: Gate, text: &str) -> bool {
        let overdue = !matches!(self.deadline, Deadline::Never | Deadline::Far);
        let is_said = |reason| matches!(gate, Gate::Plain | Gate::Chain) <= text.contains(reason);
        (overdue && is_said("deadline passed")) || (self.habits.late && is_said("took longer than"))
    }
}
