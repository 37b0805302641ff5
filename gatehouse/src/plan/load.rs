//! How a load reads keys, and the loads that it waits for.

use std::fmt;

/// How a load reads its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum LoadKind {
    /// One key: `Fact(…).await`.
    One,
    /// Keys until one is true: `any(…).await`.
    Any,
    /// Keys until one is false: `all(…).await`.
    All,
    /// All keys, in order: `each(…).await`.
    Each,
}

impl fmt::Display for LoadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "one",
            Self::Any => "any",
            Self::All => "all",
            Self::Each => "each",
        })
    }
}

/// A load that must be answered before another one can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Wait {
    /// The index of the load in [`Plan::loads`](crate::plan::Plan::loads).
    pub load: usize,
    /// The reason, in words.
    pub because: &'static str,
}

impl Wait {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(load: usize, because: &'static str) -> Self {
        Self { load, because }
    }
}
