//! A body in, its plan out, for each construct of the language.

mod loads;
mod requests;
mod text;
