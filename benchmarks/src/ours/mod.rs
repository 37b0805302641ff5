//! The gatehouse of this repository.

pub mod facts;
pub mod local;
pub mod pages;

pub use self::facts::{AppFacts, app_facts};

use gatehouse::prelude::*;

use crate::data::{Document, User};

/// May a user read a document?
pub struct Documents;

impl Domain for Documents {
    type Subject = User;
    type Action = ();
    type Resource = Document;
    type Context = ();
}
