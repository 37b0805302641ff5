//! The source of a fact whose own source has a compile error.

use super::{FactSource, Loaded};
use crate::fact::{FactError, LoadedFact};

/// Replaces a source that `#[derive(Sources)]` has reported, so that its error is the only one.
#[derive(Debug)]
pub struct RefusedSource;

#[diagnostic::do_not_recommend]
impl<K: LoadedFact> FactSource<K> for RefusedSource {
    async fn load(&self, _: &[K]) -> Result<Loaded<K>, FactError> {
        Err(FactError::safe("its source does not compile"))
    }
}
