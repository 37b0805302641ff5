//! The answers of one load.

use crate::fact::FactError;

/// The answers of one load, counted.
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "only spans have the counts"))]
pub(crate) struct Answers<'r> {
    pub(crate) found: usize,
    pub(crate) missing: usize,
    pub(crate) failed: usize,
    /// The first failure.
    pub(crate) error: Option<&'r FactError>,
}
