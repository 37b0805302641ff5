//! Rules without facts: a plain function.

use rayon::prelude::*;

use crate::data::{Document, User};

/// A rule: its documents are for those who are cleared for their label.
const fn cleared(user: &User, doc: &Document, label: u32) -> bool {
    doc.label == label && user.clearance >= label
}

/// One rule.
#[inline(never)]
#[must_use]
pub fn one(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}

/// Four rules, one of them a forbid.
#[inline(never)]
#[must_use]
pub fn four(user: &User, doc: &Document) -> bool {
    !doc.archived && (user.admin || doc.owner == user.id || doc.public)
}

/// The four, and twelve labels.
#[inline(never)]
#[must_use]
pub fn sixteen(user: &User, doc: &Document) -> bool {
    !doc.archived
        && (user.admin
            || doc.owner == user.id
            || doc.public
            || (1..=12).any(|label| cleared(user, doc, label)))
}

/// The four, and sixty labels.
#[inline(never)]
#[must_use]
pub fn sixty_four(user: &User, doc: &Document) -> bool {
    !doc.archived
        && (user.admin
            || doc.owner == user.id
            || doc.public
            || (1..=60).any(|label| cleared(user, doc, label)))
}

/// A page by the four rules.
#[inline(never)]
#[must_use]
pub fn page<'d>(user: &User, docs: &'d [Document]) -> Vec<&'d Document> {
    docs.iter().filter(|doc| four(user, doc)).collect()
}

/// The same by as many threads as there are cores.
#[inline(never)]
#[must_use]
pub fn page_in_parallel<'d>(user: &User, docs: &'d [Document]) -> Vec<&'d Document> {
    docs.par_iter().filter(|doc| four(user, doc)).collect()
}
