//! By hand: what one writes who knows the rules, the data and the page in advance. The limit.

pub mod folders;
pub mod local;
pub mod pages;
pub mod roles;
pub mod shared;
pub mod tasks;
