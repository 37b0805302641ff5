//! Queries in the place of tables: none has parameters.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use sqlx::Database;

/// The queries that have no parameters, each with its database: what is a parameter, differs. A query is checked
/// once, and not at each load.
static CHECKED: Mutex<BTreeSet<(&'static str, &'static str)>> = Mutex::new(BTreeSet::new());

/// Checks a query of the database `D`, unless it was checked. `prepared` prepares it as a statement of its own, and
/// fails if it has parameters: they would be those of the statement around it, or NULL.
pub(super) async fn check<D: Database, S>(
    query: &'static str,
    prepared: impl Future<Output = Result<S, sqlx::Error>>,
) -> Result<(), sqlx::Error> {
    let checked = || CHECKED.lock().unwrap_or_else(PoisonError::into_inner);
    let entry = (D::NAME, query);
    if !checked().contains(&entry) {
        prepared.await?;
        checked().insert(entry);
    }
    Ok(())
}

/// A query of a mapping has parameters, for which there are no values.
pub(super) fn has_parameters() -> sqlx::Error {
    let text = "the query has a parameter, and gets no values: write them into it, or make the column one of \
                the key";
    sqlx::Error::Configuration(text.into())
}

#[cfg(all(test, feature = "postgres", feature = "sqlite"))]
mod tests {
    use std::future::ready;

    use futures::executor::block_on;
    use sqlx::{Postgres, Sqlite};

    use super::*;

    /// To PostgreSQL, `@n` is an absolute value.
    #[test]
    fn a_query_is_checked_by_each_database() {
        let query = "SELECT n FROM numbers WHERE @n < 3";
        let (good, bad) = (|| ready(Ok(())), || ready(Err::<(), _>(has_parameters())));
        assert!(block_on(check::<Postgres, _>(query, good())).is_ok());
        assert!(block_on(check::<Sqlite, _>(query, bad())).is_err());
        assert!(block_on(check::<Sqlite, _>(query, good())).is_ok());
        // Both are checked now.
        assert!(block_on(check::<Postgres, _>(query, bad())).is_ok());
        assert!(block_on(check::<Sqlite, _>(query, bad())).is_ok());
    }
}
