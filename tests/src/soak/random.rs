//! Small random numbers for a plan.

use crate::random;

#[derive(Clone)]
pub(super) struct Random(random::Random);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(random::Random(seed))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0.number()
    }

    pub(super) fn below(&mut self, bound: u16) -> u16 {
        u16::try_from(self.next() % u64::from(bound)).expect("it is below the bound")
    }

    pub(super) fn one_in(&mut self, chances: u16) -> bool {
        self.below(chances) == 0
    }

    pub(super) fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        let len = u16::try_from(among.len()).expect("a short list");
        among[usize::from(self.below(len))]
    }
}
