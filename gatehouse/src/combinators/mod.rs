//! The combinators of the language, which are written like functions: `any`, `all`, `each`, `lazy`.
//!
//! - `functions`: the items that users import; `#[policy]` and `fact!` compile calls of them;
//! - `output`: the type of their outputs;
//! - `words`: the check that a name in a rule is one of them, and not a function of the user's.

mod functions;
mod output;
pub mod words;

pub use self::functions::{all, any, each, lazy};
pub use self::output::OnlyInPolicies;
