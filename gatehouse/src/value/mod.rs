//! Values: how a database holds the parts of keys and the values of facts.
//!
//! - `traits`: [`Value`](trait@Value), and [`Finite`] for types whose values are all known;
//! - `scalar`: the stored form, without its type in Rust;
//! - `misfit`: why a value has no stored form, or a stored form no value;
//! - `standard`: the values of the standard library;
//! - `uuid`, `chrono`, `time`, `rust_decimal`: the values of these crates, each behind its feature;
//!   `calendar`: what a database holds of dates and times;
//! - `derived`: what the code of [`derive(Value)`](derive@Value) calls.

#[cfg(any(feature = "chrono", feature = "time"))]
mod calendar;
#[cfg(feature = "chrono")]
mod chrono;
mod derived;
#[cfg(all(test, not(loom)))]
mod laws;
mod misfit;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
mod scalar;
mod standard;
#[cfg(feature = "time")]
mod time;
mod traits;
#[cfg(feature = "uuid")]
mod uuid;

#[doc(hidden)]
pub use self::derived::{
    RefusedBounds, fits_repr, variant_as_text, variant_of_int, variant_of_text,
};
pub use self::misfit::Misfit;
pub use self::scalar::{Form, Kind, Scalar};
pub use self::traits::{Finite, Value};
pub use gatehouse_macros::Value;
