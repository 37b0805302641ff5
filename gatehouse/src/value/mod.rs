//! Values: how a database holds the parts of keys and the values of facts.
//!
//! - `traits`: [`Value`], and [`Finite`] for types whose values are all known;
//! - `scalar`: the stored form, without its type in Rust;
//! - `misfit`: why a value has no stored form, or a stored form no value;
//! - `standard`: the values of the standard library.

mod misfit;
mod scalar;
mod standard;
mod traits;

pub use self::misfit::Misfit;
pub use self::scalar::{Form, Kind, Scalar};
pub use self::traits::{Finite, Value};
