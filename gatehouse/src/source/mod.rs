//! Sources of facts.
//!
//! - `fact_source`: the trait;
//! - `call`: what a source may know of the request, beside the keys;
//! - `loaded`: the answer of a source;
//! - `refused`: the source of a fact whose own source has a compile error.

mod call;
mod fact_source;
mod loaded;
mod refused;

pub use self::call::Call;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use self::call::Lent;
pub use self::fact_source::FactSource;
pub use self::loaded::Loaded;
pub(crate) use self::loaded::LoadedParts;
pub use self::refused::RefusedSource;
