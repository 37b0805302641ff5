//! The analyses, construct by construct: tokens in, results out.

mod changes;
mod names;
mod nodes;
