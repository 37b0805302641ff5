//! Queries in the place of tables: none has parameters.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// The queries that have no parameters. A query is checked once, and not at each load.
static CHECKED: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Whether a query was checked.
pub(super) fn is_checked(query: &'static str) -> bool {
    CHECKED.lock().unwrap_or_else(PoisonError::into_inner).contains(query)
}

/// Notes that a query has no parameters.
pub(super) fn set_checked(query: &'static str) {
    CHECKED.lock().unwrap_or_else(PoisonError::into_inner).insert(query);
}

/// A query of a mapping has parameters, for which there are no values.
pub(super) fn has_parameters() -> sqlx::Error {
    let text = "the query has a parameter, and gets no values: write them into it, or make the column one of \
                the key";
    sqlx::Error::Configuration(text.into())
}
