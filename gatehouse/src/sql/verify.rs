//! Comparing mappings with the schema of a database.

use super::source::TableFact;
use crate::fact::LoadedFact;

/// Compares mappings with the schema of the database.
pub trait Verify {
    /// Compares.
    fn verify(&self) -> impl Future<Output = Result<Schema, SchemaError>> + Send;
}

/// Fits.
#[derive(Debug)]
pub struct Schema {}

/// Does not fit.
#[derive(Debug)]
pub struct SchemaError {}

/// The mappings.
#[derive(Debug, Default)]
pub struct Checked {}

impl Checked {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks one.
    pub async fn check<K: LoadedFact>(&mut self, fact: &impl TableFact<K>) {
        let _ = fact.described();
    }

    /// The result.
    pub fn finish(self) -> Result<Schema, SchemaError> {
        Ok(Schema {})
    }
}
