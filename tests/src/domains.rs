//! Domains of tests for which the types of requests do not matter.

use gatehouse::Domain;

/// The resources are numbers; the subject and the action are not used.
#[derive(Debug)]
pub struct Things;

impl Domain for Things {
    type Subject = ();
    type Action = ();
    type Resource = u32;
    type Context = ();
}

/// The subjects are users and the resources documents, both by their numbers.
#[derive(Debug)]
pub struct Documents;

impl Domain for Documents {
    type Subject = u64;
    type Action = ();
    type Resource = u64;
    type Context = ();
}
