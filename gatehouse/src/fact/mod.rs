//! Facts: their keys, the results of their loads, and the errors of loads.
//!
//! - `key`: the traits of a fact's key; `bounds`: the traits of key parts and values;
//! - `error`: why a load failed; `failures`: the failed facts that an evaluation has read;
//! - `parts`: the parts of a key by their index;
//! - `sensitive`: the placeholder for values that are not shown;
//! - `planned`: the loads of a fact in a plan.

pub(crate) mod bounds;
mod error;
mod failures;
mod key;
pub(crate) mod parts;
mod planned;
mod sensitive;

pub use self::error::{FactError, FailedFact, SourceError};
pub(crate) use self::error::{FactResult, MAX_DEPTH};
pub(crate) use self::failures::{Failures, Mark};
pub use self::key::{FactKey, LoadedFact};
pub use self::planned::{outer_load, plan_load, plan_recursion};
pub use self::sensitive::Sensitive;
pub(crate) use self::sensitive::shown;
