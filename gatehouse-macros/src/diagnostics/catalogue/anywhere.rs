//! Diagnostics of every macro.

use std::fmt::Display;

#[cfg(test)]
use crate::diagnostics::Entry;
use crate::diagnostics::{Diagnostic, chapter};

chapter! { ANYWHERE "Every macro"
    /// A dependency under another name, or a library that re-exports gatehouse, says once where it is.
    crate_argument(attribute) {
        says: "`{attribute}` takes the path of the library and nothing else; write `{attribute}(crate = path::to::gatehouse)`",
        wrong: "fact! {
    #![«gatehouse(path = crate::auth)»]
    pub Admin(user: UserId) -> bool;
}",
        right: "fact! {
    #![gatehouse(crate = crate::auth)]
    pub Admin(user: UserId) -> bool;
}",
    }
    /// The library is named by its path, without quotes.
    crate_path() {
        says: "`crate` takes the path of the library, without quotes: `crate = path::to::gatehouse`",
        wrong: "#[policy(crate = «\"auth\"»)]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
        right: "#[policy(crate = crate::auth)]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
    }
}
