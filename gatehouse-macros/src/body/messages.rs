//! What the compiler of bodies says when it refuses: what is wrong, in the user's names; then what to
//! write instead.

pub(crate) const AWAIT_NOT_A_FACT: &str = "`.await` in a rule works on facts only, named where they are awaited: `Fact(…).await`, \
     `any(…).await`, `all(…).await`, `each(…).await`";

pub(crate) fn load_inside(place: &str, remedy: &str) -> String {
    format!("a fact cannot be loaded inside {place}; {remedy}")
}

pub(crate) const REMEDY_CLOSURE: &str = "load it before, into a local: `let value = Fact(…).await;`; for many keys use `any`, `all` or \
     `each`: `any(items.iter().map(|item| Fact(item.id))).await`";

pub(crate) const REMEDY_LOOP: &str = "one round trip for each turn is what a rule must never cost; ask for all keys at once: \
     `any(items.iter().map(|item| Fact(item.id))).await` (or `all`, `each`)";

pub(crate) const REMEDY_FUNCTION: &str = "load it in the rule and pass its value to the function";

pub(crate) const REMEDY_MACRO: &str = "load it before, into a local: `let value = Fact(…).await;`";

pub(crate) const REMEDY_ASYNC_BLOCK: &str =
    "a rule needs no `async` block: write the load where its value is used";

pub(crate) fn way_out_in_macro(what: &str) -> String {
    format!("`{what}` inside a macro cannot be seen; bind the value before: `let value = …;`")
}

pub(crate) fn attribute_inside(name: &str) -> String {
    format!(
        "`#[{name}]` on a part of a rule would be lost to its plan; put it on the rule, or on a \
         function that the rule calls"
    )
}

pub(crate) const ASYNC_BLOCK: &str =
    "a rule needs no `async` block; write what is in it where its value is used";

pub(crate) const UNSAFE_BLOCK: &str =
    "a rule's body is pure and may run more than once; move `unsafe` code into a function";

pub(crate) fn many_without_fact(kind: &str) -> String {
    format!(
        "`{kind}` must see which fact it asks for: end the keys with `.map(|item| Fact(item.id))`, \
         or name the fact: `{kind}::<Fact>(keys)`"
    )
}

pub(crate) fn many_arguments(kind: &str) -> String {
    format!(
        "`{kind}` takes one argument, the keys: `{kind}(items.iter().map(|item| Fact(item.id)))`"
    )
}

pub(crate) const LAZY_ARGUMENT: &str = "`lazy` takes one load: `lazy(Fact(…)).await`";
