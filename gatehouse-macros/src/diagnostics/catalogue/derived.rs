//! Diagnostics of derived facts, except those of their bodies.

use std::fmt::Display;

#[cfg(test)]
use crate::diagnostics::Entry;
use crate::diagnostics::{Diagnostic, chapter};

chapter! { DERIVED "Derived facts"
    /// A derived fact has a value, always: what a missing fact means for it, its author says.
    derived_question(name, value) {
        says: "`?` would leave the fact `{name}` without its `{value}`; say what a missing value means: `.unwrap_or(…)`, `let Some(value) = … else {{ return … }};`, or declare `-> Option<{value}>`",
        wrong: "fact! {
    pub Editor(user: UserId) -> bool {
        OrgRole(user).await«?» >= Role::Editor
    }
}",
        right: "fact! {
    pub Editor(user: UserId) -> bool {
        OrgRole(user).await.is_some_and(|role| role >= Role::Editor)
    }
}",
    }
    /// In data that run in circles a recursive fact takes the least of its values, and only of
    /// `bool` is it plain which one that is.
    recursive_value(name, through) {
        says: "the fact `{name}` is recursive{through}, and only a `bool` can be: with a cycle in the data another value would not exist; declare `-> bool`, or follow the data in a source",
        wrong: "fact! {
    pub Depth(folder: FolderId) -> u32 {
        match Parent(folder).await {
            Some(above) => «Depth»(above).await + 1,
            None => 0,
        }
    }
}",
        right: "fact! {
    pub InTrash(folder: FolderId) -> bool {
        match Parent(folder).await {
            Some(above) => InTrash(above).await,
            None => folder == TRASH,
        }
    }
}",
    }
    /// A fact that is used by a path through the crate is one from elsewhere to `fact!`, and the
    /// recursion would not be seen.
    recursive_by_path(fact, name) {
        says: "`{fact}` is a fact of this block, named by a path, and its recursion would not be seen; write `{name}(…)`",
        wrong: "fact! {
    pub Sees(user: UserId, folder: FolderId) -> bool {
        Granted(user, folder).await
            || match Parent(folder).await {
                Some(above) => «crate::Sees»(user, above).await,
                None => false,
            }
    }
}",
        right: "fact! {
    pub Sees(user: UserId, folder: FolderId) -> bool {
        Granted(user, folder).await
            || match Parent(folder).await {
                Some(above) => Sees(user, above).await,
                None => false,
            }
    }
}",
    }
    /// A recursive fact is the least of what its body allows: without a first truth there is none, and
    /// the fact would be false for everybody, silently.
    recursive_without_base(name) {
        says: "the fact `{name}` is true only where it is true already, so it is never true; say where it begins: `Fact(…).await || …`",
        wrong: "fact! {
    pub «Sees»(user: UserId, folder: FolderId) -> bool {
        match Parent(folder).await {
            Some(above) => Sees(user, above).await,
            None => false,
        }
    }
}",
        right: "fact! {
    pub Sees(user: UserId, folder: FolderId) -> bool {
        Granted(user, folder).await
            || match Parent(folder).await {
                Some(above) => Sees(user, above).await,
                None => false,
            }
    }
}",
    }
    /// Where more truth in gives less truth out, data that run in circles have no meaning: "I am in
    /// if I am out".
    recursive_place(name, through, place) {
        says: "the recursive fact `{name}` is used{through} inside {place}, and a cycle in the data would have no answer; use it as an operand of `||` or `&&`, as an arm, at the end of the body, or in `any` or `all`",
        wrong: "fact! {
    pub Free(task: TaskId) -> bool {
        match Blocker(task).await {
            Some(other) => !«Free»(other).await,
            None => true,
        }
    }
}",
        right: "fact! {
    pub Free(task: TaskId) -> bool {
        match Blocker(task).await {
            Some(other) => Done(other).await && Free(other).await,
            None => true,
        }
    }
}",
    }
}

/// Of what is refused only where a panic ends the process, which no macro sees: it has no entry.
pub(crate) fn recursive_beside_partial(name: impl Display) -> Diagnostic {
    Diagnostic {
        name: "recursive_beside_partial",
        text: format!(
            "this may panic behind the recursive fact `{name}`, and with `panic = \"abort\"` no panic is caught; write it as the left operand, or take it into a `let` before"
        ),
    }
}
