//! A generator of random numbers: splitmix64.

#[derive(Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
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
