//! What `#[policy]` says when it refuses. One voice: what is wrong, in the user's names; then what
//! to write instead.

use std::fmt::Display;

pub(super) const NOT_A_FUNCTION: &str = "`#[policy]` goes on a function: `#[policy] fn owner(user: &User, doc: &Document) -> bool { … }`";

pub(super) fn unknown_option(name: &str) -> String {
    format!(
        "`#[policy]` knows no option `{name}`; the options are `forbid`, `unconditional`, `lazy`, \
         `rounds = n` and `crate = path`"
    )
}

pub(super) fn option_twice(name: &str) -> String {
    format!("`{name}` is given twice; remove one")
}

pub(super) const ROUNDS_NOT_A_NUMBER: &str =
    "`rounds` takes a whole number from 0 to 99: `#[policy(rounds = 1)]`";

pub(super) const GENERIC: &str = "a policy cannot be generic; leave a parameter out, or write `_` as its type, \
     to serve every domain";

pub(super) const RECEIVER: &str =
    "a policy is a free function; take what it judges as a parameter: `user: &User`";

pub(super) fn not_plain(what: &str) -> String {
    format!("a policy cannot be `{what}`; remove `{what}`")
}

pub(super) const RETURN_TYPE: &str = "a policy says whether it applies: write `-> bool`";

pub(super) const TOO_MANY_PARAMETERS: &str =
    "a policy has at most four parameters, in the order subject, action, resource, context";

pub(super) fn by_value(ty: &str) -> String {
    format!("a policy takes its parameters by reference; write `&{ty}`")
}

pub(super) fn by_mutable_reference(ty: &str) -> String {
    format!("a policy changes nothing; write `&{ty}`")
}

pub(super) const IMPL_TRAIT: &str =
    "a policy cannot be generic; name the type, or write `_` to serve every domain";

pub(super) const NOT_ASYNC: &str = "loading a fact needs `async fn`; write `async` before `fn`";

pub(super) const QUESTION_IN_FORBID: &str = "in a forbid policy `?` would mean that a missing value forbids nothing; say what it means: \
     `.unwrap_or(true)`, `let Some(value) = … else { return true };`, or a default on the fact";

pub(super) const UNCONDITIONAL: &str = "this policy permits everything to everybody; if that is meant, write \
     `#[policy(unconditional)]`";

pub(super) const NOT_UNCONDITIONAL: &str = "this policy has conditions; remove `unconditional`";

pub(super) const UNCONDITIONAL_FORBID: &str =
    "`unconditional` is for permits; a forbid policy may be unconditional as it is; remove it";

pub(super) fn over_budget(rounds: u32, budget: u32, waits: &str, reason: impl Display) -> String {
    format!(
        "this load needs round {rounds}, and the budget is `rounds = {budget}`: it waits for \
         `{waits}`, because {reason}; raise the budget, or make the key from what is known earlier"
    )
}

pub(super) const NO_ROUNDS: &str =
    "this load needs a round, and the budget is `rounds = 0`; raise the budget, or remove the load";
