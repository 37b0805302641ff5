//! Questions to `syn`'s tree, whose answers depend on nothing but its tokens.

mod ends;
mod inner;
mod keys;
mod matches;
mod names;
mod operators;
mod parts;
mod patterns;
mod positions;

pub(crate) use self::ends::end;
pub(crate) use self::inner::{children, children_mut};
pub(crate) use self::keys::{
    fact_of_keys, fact_path, is_called, is_fact, is_of_prelude, key_of_fact, turbofish,
    without_arguments,
};
pub(crate) use self::matches::{MatchesArguments, split_guard};
pub(crate) use self::names::{bare, is_capitalised, only_name};
pub(crate) use self::operators::{is_assignment, is_comparison, is_ordering};
pub(crate) use self::parts::{Part, visit, visit_pat};
pub(crate) use self::patterns::subpatterns;
pub(crate) use self::positions::scrutinee;
