//! Diagnostics of the bodies of policies and of derived facts.

use std::fmt::Display;

#[cfg(test)]
use crate::diagnostics::Entry;
use crate::diagnostics::{Diagnostic, chapter};

chapter! { BODIES "Bodies of policies and of derived facts"
    /// The compiler plans every round trip, so it must see what is asked for: `.await` is the load of
    /// a fact, and nothing else waits.
    await_not_a_fact() {
        says: "a rule awaits only facts, written out: `Fact(…).await`, `any(…).await`, `all(…).await`, `each(…).await`; declare what this loads in `fact!`",
        wrong: "#[policy]
async fn member(user: &User) -> bool {
    «user.load_groups()».await.contains(&1)
}",
        right: "#[policy]
async fn member(user: &User) -> bool {
    Groups(user.id).await?.contains(&1)
}",
    }
    /// Facts are named like types; what is named like a function is one, and is not awaited.
    await_on_function(name, fact) {
        says: "`{name}` is a function, and a rule awaits only facts; declare `{fact}(…) -> …;` in `fact!` and write `{fact}(…).await`",
        wrong: "#[policy]
async fn member(user: &User) -> bool {
    «group_member»(user.id).await
}",
        right: "#[policy]
async fn member(user: &User) -> bool {
    GroupMember(user.id).await
}",
    }
    /// The four words that stand around keys are `any`, `all`, `each` and `lazy`.
    await_word_misspelt(name, meant) {
        says: "there is no `{name}` for facts; write `{meant}(…).await`",
        wrong: "#[policy]
async fn reader(user: &User) -> bool {
    «anny»(user.groups.iter().map(|group| Reads(*group))).await
}",
        right: "#[policy]
async fn reader(user: &User) -> bool {
    any(user.groups.iter().map(|group| Reads(*group))).await
}",
    }
    /// `.await` is a keyword behind a dot.
    await_misspelt(name) {
        says: "a key has no field `{name}`; to load the fact write `.await`",
        wrong: "#[policy]
async fn admin(user: &User) -> bool {
    Admin(user.id).«awit»
}",
        right: "#[policy]
async fn admin(user: &User) -> bool {
    Admin(user.id).await
}",
    }
    /// `.await` is a keyword, not a method. (In a policy Rust itself says so.)
    await_called() {
        says: "`.await` is not a method; write it without `()`",
        wrong: "fact! {
    pub Trusted(user: UserId) -> bool {
        Admin(user).await«()»
    }
}",
        right: "fact! {
    pub Trusted(user: UserId) -> bool {
        Admin(user).await
    }
}",
    }
    /// A key by itself says nothing: the fact's value is there once it is loaded.
    load_without_await(fact) {
        says: "the fact `{fact}` is not loaded here; write `{fact}(…).await`",
        wrong: "#[policy(forbid)]
async fn suspended(user: &User) -> bool {
    «Suspended(user.id)» && !user.admin
}",
        right: "#[policy(forbid)]
async fn suspended(user: &User) -> bool {
    Suspended(user.id).await && !user.admin
}",
    }
    /// The plan names the fact and the key of each load, so both stand where it is loaded.
    load_through_local(name, fact) {
        says: "`{name}` is a key of the fact `{fact}`, which is loaded where the key is made; write `{fact}(…).await` there",
        wrong: "#[policy]
async fn high(user: &User) -> bool {
    let level = Level(user.id);
    «level».await? > 3
}",
        right: "#[policy]
async fn high(user: &User) -> bool {
    let level = Level(user.id).await?;
    level > 3
}",
    }
    /// A load costs a round trip; one whose value nobody uses is left over, or a condition is missing.
    load_unused(fact) {
        says: "the rule loads `{fact}` and does not use it; use its value, or remove the load",
        wrong: "#[policy]
async fn admin(user: &User) -> bool {
    «Level(user.id)».await;
    user.admin
}",
        right: "#[policy]
async fn admin(user: &User) -> bool {
    Level(user.id).await? > 3 && user.admin
}",
    }
    /// No rule sees that a load failed, so none can turn a failure into a permit.
    load_as_result(fact, pattern) {
        says: "`{pattern}` is not a pattern for the fact `{fact}`: a rule cannot see that a load failed; its value is an `Option`, where `None` is a missing value",
        wrong: "#[policy]
async fn high(user: &User) -> bool {
    match Level(user.id).await {
        «Ok(level)» => level > 3,
        _ => false,
    }
}",
        right: "#[policy]
async fn high(user: &User) -> bool {
    match Level(user.id).await {
        Some(level) => level > 3,
        None => false,
    }
}",
    }
    /// A closure runs when its caller likes, and as often: a load in it could not be planned.
    load_in_closure() {
        says: "a fact cannot be loaded inside a closure; load it before, into a local: `let value = Fact(…).await;`; for many keys use `any`, `all` or `each`: `any(items.iter().map(|item| Fact(item.id))).await`",
        wrong: "#[policy]
async fn reader(user: &User) -> bool {
    user.groups.iter().any(|group| Reads(*group).«await»)
}",
        right: "#[policy]
async fn reader(user: &User) -> bool {
    any(user.groups.iter().map(|group| Reads(*group))).await
}",
    }
    /// A load in a loop is one round trip for each turn: a list page that costs a thousand queries.
    load_in_loop() {
        says: "a fact cannot be loaded inside a loop; one round trip for each turn is what a rule must never cost; ask for all keys at once: `any(items.iter().map(|item| Fact(item.id))).await` (or `all`, `each`)",
        wrong: "#[policy]
async fn reader(user: &User) -> bool {
    for group in &user.groups {
        if Reads(*group).«await» {
            return true;
        }
    }
    false
}",
        right: "#[policy]
async fn reader(user: &User) -> bool {
    any(user.groups.iter().map(|group| Reads(*group))).await
}",
    }
    /// A function inside a body is a plain function: it has no session to ask.
    load_in_function() {
        says: "a fact cannot be loaded inside another function; load it in the rule and pass its value, or make the function a fact with a body",
        wrong: "#[policy]
async fn high(user: &User) -> bool {
    async fn is_high(id: UserId) -> bool {
        Level(id).«await».is_some_and(|level| level > 9)
    }
    is_high(user.id)
}",
        right: "#[policy]
async fn high(user: &User) -> bool {
    fn is_high(level: u8) -> bool {
        level > 9
    }
    Level(user.id).await.is_some_and(is_high)
}",
    }
    /// What a macro makes of its arguments, the compiler of rules cannot see. (`matches!` it knows.) And
    /// an assertion is no condition: what must hold, a rule says with `&&`.
    load_in_macro() {
        says: "a fact cannot be loaded inside a macro; load it before, into a local: `let value = Fact(…).await;`",
        wrong: "#[policy]
async fn admin(user: &User) -> bool {
    assert!(Admin(user.id).«await»);
    user.active
}",
        right: "#[policy]
async fn admin(user: &User) -> bool {
    let admin = Admin(user.id).await;
    admin && user.active
}",
    }
    /// A pattern says which shape a value has: what is compared with a fact is a condition, and has its
    /// place after it.
    load_in_pattern() {
        says: "a fact cannot be loaded inside a pattern; load it in the body, and compare with its value, or in the guard of an arm: `Some(level) if level > Fact(…).await`",
        wrong: "#[policy]
async fn above(user: &User) -> bool {
    matches!(user.level, between!(1, Level(user.id).«await»))
}",
        right: "#[policy]
async fn above(user: &User) -> bool {
    let most = Level(user.id).await?;
    (1..=most).contains(&user.level)
}",
    }
    /// A constant is evaluated when the program is compiled, and there are no facts then.
    load_in_constant() {
        says: "a fact cannot be loaded inside a constant, which is computed at build time; load it outside, where the rule runs",
        wrong: "#[policy]
async fn above(user: &User) -> bool {
    Level(user.id).await? > const { Level(1).«await».unwrap_or(3) }
}",
        right: "#[policy]
async fn above(user: &User) -> bool {
    Level(user.id).await? > Level(1).await.unwrap_or(3)
}",
    }
    /// A rule is compiled to plain code that never waits: there is nothing to put off.
    load_in_async_block() {
        says: "a fact cannot be loaded inside an `async` block; a rule needs none: write the load where its value is used",
        wrong: "#[policy]
async fn admin(user: &User) -> bool {
    let admin = async { Admin(user.id).«await» }
    ;
    user.active
}",
        right: "#[policy]
async fn admin(user: &User) -> bool {
    Admin(user.id).await && user.active
}",
    }
    /// A rule is compiled to plain code that never waits.
    async_block() {
        says: "a rule needs no `async` block; write what is in it where its value is used",
        wrong: "#[policy]
fn admin(user: &User) -> bool {
    let admin = «async» { user.admin }
    ;
    user.active
}",
        right: "#[policy]
fn admin(user: &User) -> bool {
    user.admin && user.active
}",
    }
    /// `?` and `return` leave the rule, and inside a macro the compiler cannot see where to.
    way_out_in_macro(what) {
        says: "`{what}` cannot leave the rule from inside a macro; write it before: `let value = …;`",
        wrong: "#[policy]
fn grown(user: &User) -> bool {
    assert!(user.age«?» > 0);
    user.active
}",
        right: "#[policy]
fn grown(user: &User) -> bool {
    let age = user.age?;
    age > 0 && user.active
}",
    }
    /// A body is an expression, as a function's is: without a last one it has no answer.
    body_without_value(value) {
        says: "the body ends without a value; let its last expression be the `{value}`, without `;`",
        wrong: "#[policy]
async fn member(user: &User) -> bool {
    Groups(user.id).await.is_some()«;»
}",
        right: "#[policy]
async fn member(user: &User) -> bool {
    Groups(user.id).await.is_some()
}",
    }
    /// The plan of a rule is the whole of it: what a `#[cfg]` takes out would still be asked for.
    attribute_inside(name) {
        says: "`#[{name}]` cannot stand inside a rule, whose plan would not follow it; put it on the rule, or on a function that the rule calls",
        wrong: "#[policy]
fn admin(user: &User) -> bool {
    «#[cfg(demo)]»
    return true;
    user.admin
}",
        right: "#[policy]
fn admin(user: &User) -> bool {
    user.admin
}

#[cfg(demo)]
#[policy(unconditional)]
fn demo(_: &User) -> bool {
    true
}",
    }
    /// A body is pure, and may run more than once, or early.
    unsafe_block() {
        says: "a rule's body is pure and may run more than once; move `unsafe` code into a function",
        wrong: "#[policy]
fn admin(user: &User) -> bool {
    «unsafe» { is_admin(user.id) }
}",
        right: "#[policy]
fn admin(user: &User) -> bool {
    is_admin(user.id)
}",
    }
    /// The plan names the fact that is asked for, so the compiler must see which one it is.
    many_without_fact(kind) {
        says: "`{kind}` must see which fact it asks for; end the keys with `.map(|item| Fact(item.id))`, or name the fact: `{kind}::<Fact>(keys).await`",
        wrong: "#[policy]
async fn reader(user: &User) -> bool {
    any(«user.keys()»).await
}",
        right: "#[policy]
async fn reader(user: &User) -> bool {
    any(user.groups.iter().map(|group| Reads(*group))).await
}",
    }
    /// All keys of one load are asked for at once: one iterator.
    many_arguments(kind) {
        says: "`{kind}` takes one iterator of keys: `{kind}(items.iter().map(|item| Fact(item.id))).await`; for single facts write `Fact(a).await || Fact(b).await`",
        wrong: "#[policy]
async fn reader(user: &User) -> bool {
    «any»(Reads(1), Reads(2)).await
}",
        right: "#[policy]
async fn reader(user: &User) -> bool {
    any([Reads(1), Reads(2)]).await
}",
    }
    /// `lazy` puts one load off until the rule comes to it.
    lazy_argument() {
        says: "`lazy` takes one load; write `lazy(Fact(…)).await` once for each",
        wrong: "#[policy]
async fn reader(user: &User) -> bool {
    «lazy»(Reads(1), Reads(2)).await
}",
        right: "#[policy]
async fn reader(user: &User) -> bool {
    lazy(Reads(1)).await || lazy(Reads(2)).await
}",
    }
}
