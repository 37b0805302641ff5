//! Diagnostics of `#[policy]`, except those of the bodies.

use std::fmt::Display;

#[cfg(test)]
use crate::diagnostics::Entry;
use crate::diagnostics::{Diagnostic, chapter};

chapter! { POLICIES "Policies"
    /// A rule is a function: it judges what it is given, and says whether it applies.
    policy_not_a_function() {
        says: "`#[policy]` goes on a function: `#[policy] fn owner(user: &User, doc: &Document) -> bool {{ … }}`",
        wrong: "#[policy]
«struct Owner;»",
        right: "#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
    }
    /// A signature alone decides nothing.
    policy_without_body(name) {
        says: "the policy `{name}` has no body; write the rule in place of `;`: `{{ doc.owner == user.id }}`",
        wrong: "#[policy]
fn owner(user: &User, doc: &Document) -> bool«;»",
        right: "#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
    }
    /// A misspelt option is never ignored: `forbidd` must not make a permit.
    option_misspelt(name, meant) {
        says: "`#[policy]` has no option `{name}`; write `{meant}`",
        wrong: "#[policy(«forbidd»)]
fn banned(user: &User) -> bool {
    user.banned
}",
        right: "#[policy(forbid)]
fn banned(user: &User) -> bool {
    user.banned
}",
    }
    /// An unknown option is never ignored.
    option_unknown(name) {
        says: "`#[policy]` has no option `{name}`; the options are `forbid`, `unconditional`, `lazy`, `rounds = n` and `crate = path`",
        wrong: "#[policy(«audited»)]
fn banned(user: &User) -> bool {
    user.banned
}",
        right: "#[policy]
fn banned(user: &User) -> bool {
    user.banned
}",
    }
    /// A rule permits unless it says `forbid`; a word for it would only be one more to forget.
    option_permit(name) {
        says: "a policy permits unless it says `forbid`; remove `{name}`",
        wrong: "#[policy(«permit»)]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
        right: "#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
    }
    /// An option that is a word has no value: it is there or not.
    option_value(name) {
        says: "`{name}` takes no value; write `#[policy({name})]`, or remove `{name}`",
        wrong: "#[policy(forbid «= true»)]
fn banned(user: &User) -> bool {
    user.banned
}",
        right: "#[policy(forbid)]
fn banned(user: &User) -> bool {
    user.banned
}",
    }
    /// Options are words, separated by commas.
    option_expected() {
        says: "expected an option, without quotes; the options are `forbid`, `unconditional`, `lazy`, `rounds = n` and `crate = path`",
        wrong: "#[policy(«\"forbid\"»)]
fn banned(user: &User) -> bool {
    user.banned
}",
        right: "#[policy(forbid)]
fn banned(user: &User) -> bool {
    user.banned
}",
    }
    /// Once is enough, and two budgets would have to agree.
    option_twice(name) {
        says: "`{name}` is given twice; remove one",
        wrong: "#[policy(forbid, «forbid»)]
fn banned(user: &User) -> bool {
    user.banned
}",
        right: "#[policy(forbid)]
fn banned(user: &User) -> bool {
    user.banned
}",
    }
    /// A budget is a number that the plan is held against.
    rounds_not_a_number() {
        says: "`rounds` takes a whole number from 0 to 99: `#[policy(rounds = 1)]`",
        wrong: "#[policy(rounds = «few»)]
fn banned(user: &User) -> bool {
    user.banned
}",
        right: "#[policy(rounds = 1)]
fn banned(user: &User) -> bool {
    user.banned
}",
    }
    /// A policy is generic over the domains that it serves, by itself; the user's types are named.
    policy_generic() {
        says: "a policy cannot be generic; name the type, or leave out a parameter that the policy does not look at (`&_`)",
        wrong: "#[policy]
fn active<«T»>(user: &User, thing: &T) -> bool {
    user.active
}",
        right: "#[policy]
fn active(user: &User) -> bool {
    user.active
}",
    }
    /// What a policy judges, it borrows for as long as it runs: there is nothing to name.
    policy_lifetime(lifetime, written) {
        says: "a policy's parameters need no lifetime; remove `{lifetime}`: write `{written}`",
        wrong: "#[policy]
fn active<«'a»>(user: &'a User) -> bool {
    user.active
}",
        right: "#[policy]
fn active(user: &User) -> bool {
    user.active
}",
    }
    /// A parameter's type says which domains the policy serves, so it has a name.
    policy_impl_trait() {
        says: "a policy cannot be generic; name the type, or write `&_` if the policy does not look at it",
        wrong: "#[policy]
fn active(user: &«impl Principal») -> bool {
    user.active()
}",
        right: "#[policy]
fn active(user: &User) -> bool {
    user.active()
}",
    }
    /// A policy becomes a type of its own, which a method cannot.
    policy_receiver() {
        says: "a policy is a free function; take what it judges as a parameter: `user: &User`",
        wrong: "#[policy]
fn owner(«&self», doc: &Document) -> bool {
    doc.owner == self.id
}",
        right: "#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
    }
    /// A policy is compiled to code that the library calls: what says how a function is called says
    /// nothing here.
    policy_not_plain(what) {
        says: "a policy cannot be `{what}`; remove `{what}`",
        wrong: "#[policy]
«const» fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
        right: "#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
    }
    /// A policy says whether it applies; whether that permits or forbids is said in the attribute.
    policy_return_type() {
        says: "a policy must say whether it applies; write `-> bool`",
        wrong: "#[policy]
fn owner(user: &User, doc: &Document) -> «Decision» {
    doc.owner == user.id
}",
        right: "#[policy]
fn owner(user: &User, doc: &Document) -> bool {
    doc.owner == user.id
}",
    }
    /// A parameter's pattern is a condition of the policy, and stays where it is: with a `#[cfg]` that takes
    /// it out, as with one that is lost, the policy would be another. (What says how strict lints are may
    /// stand there.)
    parameter_attribute(name) {
        says: "`#[{name}]` cannot stand on a parameter of a policy, or in its pattern; put it on the policy, and write one for each case",
        wrong: "#[policy(forbid)]
fn frozen(user: &User, «#[cfg(demo)]» Action::Edit: &Action, doc: &Document) -> bool {
    doc.owner == user.id
}",
        right: "#[cfg(demo)]
#[policy(forbid)]
fn frozen(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
    doc.owner == user.id
}",
    }
    /// What a policy judges has four parts, and their order tells them apart.
    too_many_parameters() {
        says: "a policy has at most four parameters, in the order subject, action, resource, context; put the rest into the context",
        wrong: "#[policy]
fn owner(user: &User, _: &Action, doc: &Document, _: &Request, «now: &Time») -> bool {
    doc.owner == user.id
}",
        right: "#[policy]
fn owner(user: &User, _: &Action, doc: &Document, request: &Request) -> bool {
    doc.owner == user.id
}",
    }
    /// A policy looks at what a gate was given, which other policies look at too.
    by_value(ty) {
        says: "a policy takes its parameters by reference; write `&{ty}`",
        wrong: "#[policy]
fn banned(user: «User») -> bool {
    user.banned
}",
        right: "#[policy]
fn banned(user: &User) -> bool {
    user.banned
}",
    }
    /// A policy is pure: it may run more than once.
    by_mutable_reference(ty) {
        says: "a policy cannot change what it judges; write `&{ty}`",
        wrong: "#[policy]
fn banned(user: «&mut User») -> bool {
    user.banned
}",
        right: "#[policy]
fn banned(user: &User) -> bool {
    user.banned
}",
    }
    /// A reader sees at the `async` that the rule asks for something.
    not_async() {
        says: "loading a fact needs `async fn`; write `async` before `fn`",
        wrong: "#[policy(forbid)]
«fn» suspended(user: &User) -> bool {
    Suspended(user.id).await
}",
        right: "#[policy(forbid)]
async fn suspended(user: &User) -> bool {
    Suspended(user.id).await
}",
    }
    /// `?` ends a rule as "does not apply". In a forbid that would let in whoever is missing from the
    /// data, so its author says what missing means.
    question_in_forbid() {
        says: "in a forbid policy `?` would mean that a missing value forbids nothing; say what it means: `let Some(value) = … else {{ return true }};`, `.is_none_or(|value| …)`, or a default on the fact",
        wrong: "#[policy(forbid)]
async fn risky(user: &User) -> bool {
    Risk(user.id).await«?» > 9
}",
        right: "#[policy(forbid)]
async fn risky(user: &User) -> bool {
    Risk(user.id).await.unwrap_or(10) > 9
}",
    }
    /// A permit that asks for nothing lets everybody in, which nobody shall write by accident.
    unconditional() {
        says: "this policy permits everything to everybody; if that is meant, write `#[policy(unconditional)]`",
        wrong: "#[policy]
fn «everybody»(_: &User) -> bool {
    true
}",
        right: "#[policy(unconditional)]
fn everybody(_: &User) -> bool {
    true
}",
    }
    /// `unconditional` on a rule with conditions would hide the day on which they are lost.
    not_unconditional() {
        says: "this policy has conditions; remove `unconditional`",
        wrong: "#[policy(«unconditional»)]
fn admin(user: &User) -> bool {
    user.admin
}",
        right: "#[policy]
fn admin(user: &User) -> bool {
    user.admin
}",
    }
    /// A forbid that always applies lets nobody in, which needs no leave.
    unconditional_forbid() {
        says: "`unconditional` is for permits, and a forbid policy may be unconditional as it is; remove `unconditional`",
        wrong: "#[policy(forbid, «unconditional»)]
fn closed(_: &User) -> bool {
    true
}",
        right: "#[policy(forbid)]
fn closed(_: &User) -> bool {
    true
}",
    }
    /// A budget is a promise about round trips; the plan breaks it.
    over_budget(round, budget, waits, reason) {
        says: "this load needs a {round} round trip, and the budget is `rounds = {budget}`: it waits for `{waits}`, because {reason}; raise the budget, or make the key from what is known earlier",
        wrong: "#[policy(rounds = 1)]
async fn lead(user: &User) -> bool {
    let team = Team(user.id).await?;
    «Leads(user.id, team)».await
}",
        right: "#[policy(rounds = 2)]
async fn lead(user: &User) -> bool {
    let team = Team(user.id).await?;
    Leads(user.id, team).await
}",
    }
    /// A budget of no rounds is the promise of a local rule.
    no_rounds() {
        says: "this load needs a round trip, and the budget is `rounds = 0`; raise the budget, or remove the load",
        wrong: "#[policy(rounds = 0)]
async fn admin(user: &User) -> bool {
    «Admin(user.id)».await
}",
        right: "#[policy(rounds = 1)]
async fn admin(user: &User) -> bool {
    Admin(user.id).await
}",
    }
}
