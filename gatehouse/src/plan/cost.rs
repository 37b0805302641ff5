//! The cost of a fact, in round trips.

/// The cost of reading a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Cost {
    /// The most round trips; of a recursive fact, those for data without a link.
    pub rounds: u32,
    /// Round trips for each link of the data that a recursive fact follows; 0 for any other fact.
    pub rounds_per_link: u32,
    /// Round trips after which a rule that still asks for keys is impure.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) max_rounds: u32,
}

impl Cost {
    /// The cost of a body without loads.
    pub(super) const NOTHING: Self = Self { rounds: 0, rounds_per_link: 0, max_rounds: 0 };
    /// The cost of a fact that a source loads.
    pub(crate) const ONE_LOAD: Self = Self { rounds: 1, rounds_per_link: 0, max_rounds: 1 };
    /// The cost of a fact in its own body. The number of repetitions is part of the cost of the fact
    /// itself.
    pub(crate) const RECURSION: Self = Self { rounds: 1, rounds_per_link: 0, max_rounds: 0 };
    /// Rounds for each load of a recursive fact, whatever the links in the data: far more than a pure
    /// rule needs, since it asks in one round for all the keys that it can.
    pub(super) const MAX_PER_LOAD: u32 = 4096;
}
