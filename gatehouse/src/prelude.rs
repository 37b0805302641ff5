//! Everything that a module with facts, policies or gates uses.
//!
//! ```
//! use gatehouse::prelude::*;
//! ```

pub use crate::combinators::{all, any, each, lazy};
pub use crate::{
    Decision, Domain, FactError, FactKey, FactSource, Gate, Loaded, Policy, Session, Sources, fact,
    policy,
};
