//! What the tokens of a body tell about it.
//!
//! - `names`: the names that code mentions and that may be locals.
//! - `purity`: the expressions that may run early. `total`: those that cannot panic. `methods`: what both know of the
//!   standard library, by name. `changes`: the locals that code may change. `open_types`: expressions whose type depends
//!   on their use.
//! - `exits`: where control leaves a node. `kept`: what is left of a node in a slice. `passed`: the loads that are
//!   answered behind it, as a `load_set`.
//! - `nodes`: all of that for each node of a body, in one pass; a `summary` for each, made of those `inner` to it. `walk`:
//!   the same for one node.
//! - `logic`: the operators that still evaluate their right side after a failure. `conditions`: the conditions
//!   that a body reports, with their numbers.
//! - `expected`: the types that loads must have.
//! - `ordering`: the values that `<` and the like compare, which must not be missing.
//! - `results`: the analyses of a body.

mod changes;
pub(crate) mod conditions;
mod exits;
mod expected;
mod inner;
mod kept;
mod load_set;
pub(crate) mod logic;
mod methods;
mod names;
mod nodes;
mod open_types;
mod ordering;
mod passed;
mod purity;
mod results;
mod summary;
#[cfg(test)]
mod tests;
mod total;
mod walk;

pub(crate) use self::changes::acted_on;
pub(crate) use self::expected::plain_bools;
pub(crate) use self::load_set::LoadSet;
pub(crate) use self::methods::may_change_all;
pub(crate) use self::names::mentioned_in;
pub(crate) use self::nodes::Nodes;
pub(crate) use self::ordering::Ordering;
pub(crate) use self::results::Analysis;
pub(crate) use self::summary::Summary;
pub(crate) use self::walk::{is_total, mentioned};
#[cfg(test)]
pub(crate) use self::{
    changes::changed, names::mentioned_in_expr, walk::has_open_type, walk::is_safe,
};
