//! Comparing mappings with the schema of a database.

use std::error::Error;
use std::fmt;

use super::catalogue::TableInfo;
use super::dialect::Words;
use super::lend::Lend;
use super::schema;
use super::source::{Described, Mapped};

/// Sources some of whose facts are in tables: [`#[derive(Sources)]`](derive@crate::Sources) implements it where
/// a field has `#[rows(…)]`.
///
/// ```
/// # #[cfg(feature = "sqlite")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use gatehouse::prelude::*;
/// use sqlx::SqlitePool;
///
/// fact! { pub Owner(doc: i64) -> i64; }
///
/// #[derive(Sources)]
/// struct AppFacts {
///     #[rows(Owner = doc(id) -> owner)]
///     db: SqlitePool,
/// }
///
/// let facts = AppFacts { db: SqlitePool::connect("sqlite::memory:").await? };
/// let error = facts.verify().await.unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the facts do not fit the database:\n\
///      - `Owner = doc(id) -> owner`: there is no table `doc`",
/// );
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "sqlite"))] fn main() {}
/// ```
pub trait Verify {
    /// Compares each mapping with the schema of its database: call it when the service starts.
    ///
    /// It sees tables and columns that do not exist, types that do not fit, NULL where the value has no place
    /// for it, a fact of one value without a unique index over its key, columns that compare texts
    /// otherwise than byte by byte, and a table without an index for its key. Of a query it sees the
    /// columns and, in PostgreSQL, their types.
    ///
    /// # Errors
    /// Everything that makes loads fail, in one error, with all warnings.
    fn verify(&self) -> impl Future<Output = Result<Verified, VerifyError>> + Send;
}

/// The mappings fit the database.
#[derive(Debug)]
pub struct Verified {
    warnings: Vec<Mismatch>,
}

impl Verified {
    /// Mappings that are right, and slow or surprising.
    #[must_use]
    pub fn warnings(&self) -> &[Mismatch] {
        &self.warnings
    }
}

/// Some mappings do not fit the database, or the schema could not be read.
#[derive(Debug)]
pub struct VerifyError {
    errors: Vec<Mismatch>,
    warnings: Vec<Mismatch>,
    source: Option<sqlx::Error>,
}

impl VerifyError {
    /// What makes loads fail.
    #[must_use]
    pub fn errors(&self) -> &[Mismatch] {
        &self.errors
    }

    /// Mappings that are right, and slow or surprising.
    #[must_use]
    pub fn warnings(&self) -> &[Mismatch] {
        &self.warnings
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the facts do not fit the database:")?;
        for mismatch in self.errors.iter().chain(&self.warnings) {
            write!(f, "\n- {mismatch}")?;
        }
        Ok(())
    }
}

impl Error for VerifyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|error| error as _)
    }
}

/// A mapping that does not fit, and why.
#[derive(Clone, Debug)]
pub struct Mismatch {
    mapping: &'static str,
    text: String,
}

impl Mismatch {
    /// The mapping, as `#[rows(…)]` has it.
    #[must_use]
    pub fn mapping(&self) -> &'static str {
        self.mapping
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.mapping, self.text)
    }
}

/// The mappings that were compared so far.
#[derive(Debug, Default)]
pub struct Verifier {
    errors: Vec<Mismatch>,
    warnings: Vec<Mismatch>,
    source: Option<sqlx::Error>,
}

impl Verifier {
    /// No mapping.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Compares a mapping.
    pub async fn compare(&mut self, fact: &impl Mapped) {
        let described = fact.described();
        let mapping = described.mapping.text;
        let mismatch = |text| Mismatch { mapping, text };
        match table(fact.lend(), &described).await {
            Ok(Some(table)) => {
                let findings = schema::compare(&described, &table);
                self.errors.extend(findings.errors.into_iter().map(mismatch));
                self.warnings.extend(findings.warnings.into_iter().map(mismatch));
            }
            Ok(None) => {
                let table = described.mapping.table_in_text();
                self.errors.push(mismatch(format!("there is no table {table}")));
            }
            Err(error) => {
                self.errors.push(mismatch(unreadable(&error)));
                self.source.get_or_insert(error);
            }
        }
    }

    /// Whether all mappings fit.
    ///
    /// # Errors
    /// One that does not.
    pub fn finish(self) -> Result<Verified, VerifyError> {
        let Self { errors, warnings, source } = self;
        if errors.is_empty() {
            return Ok(Verified { warnings });
        }
        Err(VerifyError { errors, warnings, source })
    }
}

/// Why the schema could not be read, without what sqlx says around it: the line, say, in the source of PostgreSQL.
fn unreadable(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => {
            format!("the schema could not be read: {}", error.message())
        }
        // Of our own.
        sqlx::Error::Configuration(error) => error.to_string(),
        error => format!("the schema could not be read: {error}"),
    }
}

/// The table of a mapping, if there is one.
async fn table<L: Lend>(lend: &L, described: &Described) -> Result<Option<TableInfo>, sqlx::Error> {
    let mut connection = lend.lend().await?;
    L::Database::table_info(&mut connection, described.mapping.table).await
}
