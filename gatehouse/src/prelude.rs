//! The names that a module with facts, policies or gates needs.
//!
//! ```
//! use gatehouse::prelude::*;
//! ```

pub use crate::combinators::{all, any, each, lazy};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use crate::sql::Verify;
pub use crate::{
    Decision, Domain, FactError, FactKey, FactSource, Gate, Loaded, Policy, Session, Sources, fact,
    policy,
};
