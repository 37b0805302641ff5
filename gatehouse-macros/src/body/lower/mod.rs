//! From `syn`'s tree to the compiler's own, with an error for what the language lacks.
//!
//! - `lowering`: statements and expressions.
//! - `loads`: the parts of a load.

mod loads;
mod lowering;

pub(crate) use self::lowering::body;
