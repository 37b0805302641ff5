//! Every message of `fact!` and `#[derive(Sources)]`, in one voice: what is wrong, in the user's
//! names; then what to write.

use std::fmt::Display;

// Both macros.

/// `#[sources(crat = …)]`, `#![gatehouse(…)]`: the only argument is the library's path.
pub(crate) fn crate_argument(attribute: &str) -> String {
    format!(
        "`{attribute}` takes the path of the library and nothing else; write `{attribute}(crate = path::to::gatehouse)`"
    )
}

// Facts: the shape of a declaration.

/// Something else stands where a fact's name is expected.
pub(crate) const FACT_NAME: &str = "expected a fact; write `Name(part: Type, …) -> Value;`";

/// A keyword, or `_`, as the name of a fact.
pub(crate) fn fact_keyword(name: impl Display) -> String {
    format!("`{name}` cannot name a fact; write a type's name, such as `OrgRole`")
}

/// `Name<T>(…)`.
pub(crate) fn fact_generics(name: impl Display) -> String {
    format!(
        "the fact `{name}` is generic, and a fact is one key type; declare one fact for each type, without `<…>`"
    )
}

/// No parentheses after the name.
pub(crate) fn fact_parts(name: impl Display) -> String {
    format!(
        "the fact `{name}` has no list of key parts; write `{name}(part: Type, …) -> Value;`, or `{name}() -> Value;` if there is one of it"
    )
}

/// No `-> Value`.
pub(crate) fn fact_value(name: impl Display) -> String {
    format!("the fact `{name}` has no value; say its type after an arrow: `{name}(…) -> Value;`")
}

/// No `;` at the end.
pub(crate) fn fact_end(name: impl Display) -> String {
    format!(
        "the fact `{name}` does not end; write `;` here, `= value;` for what stands in for a missing one, or a body `{{ … }}`"
    )
}

// Derived facts.

/// `?` in the body of a fact that has a value always.
pub(crate) fn derived_question(name: impl Display, value: impl Display) -> String {
    format!(
        "`?` would leave the derived fact `{name}` without its `{value}`; say what a missing value means: `.unwrap_or(…)`, `let Some(value) = … else {{ return … }};`, or declare `-> Option<{value}>`"
    )
}

/// A recursive fact that is not a `bool`.
pub(crate) fn recursive_value(name: impl Display) -> String {
    format!(
        "the fact `{name}` comes back to itself here, and a recursive fact is a `bool`: of any other value, data that run in circles would have none; declare `{name}(…) -> bool`, or follow the data in a source"
    )
}

/// A recursive load where less of it could mean more of the fact.
pub(crate) fn recursive_place(name: impl Display, place: &str) -> String {
    format!(
        "the fact `{name}` comes back to itself inside {place}, where more truth could make it less true, and data that run in circles would have no meaning; let it be an operand of `||` or `&&`, an arm or the end of the body, or a key of `any` or `all`"
    )
}

/// The same name twice in one block.
pub(crate) fn fact_twice(name: impl Display) -> String {
    format!("the fact `{name}` is declared twice; remove one, or give it another name")
}

// Facts: attributes.

/// `#[required]` with arguments.
pub(crate) const REQUIRED_ARGUMENTS: &str = "`required` takes no arguments; write `#[required]`";

/// `#[required]` twice.
pub(crate) const REQUIRED_TWICE: &str = "`required` stands here already; remove this one";

/// `#[required]` and `= value`.
pub(crate) fn required_default(name: impl Display) -> String {
    format!(
        "the fact `{name}` has a default, so it is never missing and cannot be `#[required]`; remove the attribute, or the `= …`"
    )
}

/// `#[required]` and a body.
pub(crate) fn required_body(name: impl Display) -> String {
    format!(
        "the fact `{name}` is computed by its body, so it is never missing and cannot be `#[required]`; remove the attribute, or put it on the facts that the body loads"
    )
}

/// `#[derive(Clone)]` on a fact.
pub(crate) fn fact_derives(name: impl Display, derived: impl Display) -> String {
    format!("the fact `{name}` has `{derived}` already; remove it from `#[derive(…)]`")
}

/// An attribute other than a doc comment on a key part.
pub(crate) const PART_ATTRIBUTE: &str =
    "a key part takes doc comments and no other attributes; put the attribute on the fact";

// Facts: key parts.

/// `Name(part)`.
pub(crate) fn part_type(name: impl Display) -> String {
    format!("the key part `{name}` has no type; write `{name}: Type`")
}

/// `Name(Type)`.
pub(crate) fn part_name(ty: impl Display) -> String {
    format!("a key part of the type `{ty}` has no name; write `name: {ty}`")
}

/// `_: Type`.
pub(crate) const PART_UNDERSCORE: &str =
    "a key part is part of what is asked for and needs a name; write `name: Type`";

/// `(a, b): Type`.
pub(crate) fn part_pattern(pattern: impl Display) -> String {
    format!("`{pattern}` is a pattern, and a key part has a plain name; write `name: Type`")
}

/// `self: Type`, `crate: Type`: names that cannot be written raw either.
pub(crate) fn part_reserved(name: impl Display) -> String {
    format!("`{name}` cannot name a key part; choose another name")
}

/// `type: Type`.
pub(crate) fn part_keyword(name: impl Display) -> String {
    format!("`{name}` is a keyword; write `r#{name}: …`, or choose another name")
}

/// The same name twice.
pub(crate) fn part_twice(name: impl Display) -> String {
    format!("the key part `{name}` is declared twice; give one of them another name")
}

/// Something after a part's type.
pub(crate) fn part_end(name: impl Display) -> String {
    format!("the key part `{name}` does not end here; write `,` between key parts")
}

// Facts: types.

/// What of a fact a type belongs to, as messages name it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Role<'a> {
    /// A key part, by name.
    Part(Option<&'a syn::Ident>),
    /// The value of the fact with this name.
    Value(&'a syn::Ident),
}

impl Display for Role<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Part(Some(name)) => write!(f, "the key part `{name}`"),
            Self::Part(None) => f.write_str("the key part"),
            Self::Value(name) => write!(f, "the value of `{name}`"),
        }
    }
}

/// `&str`: a key outlives what it was built from.
pub(crate) fn type_borrowed(role: Role<'_>, ty: impl Display, owned: impl Display) -> String {
    format!(
        "{role} borrows (`{ty}`), and facts are kept for the whole session; own it: write {owned}"
    )
}

/// `Name<'a>`.
pub(crate) fn type_lifetime(role: Role<'_>, lifetime: impl Display) -> String {
    format!(
        "{role} borrows for `{lifetime}`, and facts are kept for the whole session; write a type that owns its data"
    )
}

/// `str`, `[u8]`, `dyn Trait`.
pub(crate) fn type_unsized(role: Role<'_>, ty: impl Display, owned: impl Display) -> String {
    format!("{role} has no fixed size (`{ty}`); own it: write {owned}")
}

/// `impl Trait`.
pub(crate) fn type_impl(role: Role<'_>) -> String {
    format!("{role} is an `impl Trait`, and a fact is one key type; write the type's name")
}

/// `_`.
pub(crate) fn type_inferred(role: Role<'_>) -> String {
    format!("{role} leaves its type open; write the type in place of `_`")
}

// Sources.

/// `#[derive(Sources)] enum …`, `union …`.
pub(crate) fn sources_not_struct(name: impl Display, kind: &str) -> String {
    format!(
        "`{name}` is {kind}, and a set of sources is a struct; write `struct {name} {{ #[loads(Fact)] source: Source }}`"
    )
}

/// `struct AppFacts(Database);`
pub(crate) fn sources_tuple(name: impl Display) -> String {
    format!(
        "the fields of `{name}` have no names; write `struct {name} {{ #[loads(Fact)] source: Source }}`"
    )
}

/// `struct AppFacts<'a>`.
pub(crate) fn sources_lifetime(name: impl Display, lifetime: impl Display) -> String {
    format!(
        "`{name}` borrows for `{lifetime}`, and sources are shared by every task of a session; own them, or keep an `Arc`"
    )
}

/// `#[loads]`, `#[loads()]`, `#[loads = …]`.
pub(crate) const LOADS_NOTHING: &str =
    "`loads` names no fact; write `#[loads(Fact, …)]`, or remove it";

/// `#[loads(OrgRole = 3)]`.
pub(crate) fn loads_argument(fact: impl Display) -> String {
    format!("`loads` takes facts and nothing else; write `#[loads({fact})]`")
}

/// `#[loads(3)]`.
pub(crate) const LOADS_FACT: &str = "expected the name of a fact; write `#[loads(Fact, …)]`";

/// `#[loads(OrgRole<u8>)]`, `#[loads(OrgRole())]`.
pub(crate) fn loads_generics(fact: impl Display) -> String {
    format!("a fact has no arguments here; write `{fact}`")
}

/// The same fact twice.
pub(crate) fn loads_twice(fact: impl Display, first: impl Display) -> String {
    format!(
        "the fact `{fact}` is loaded by the field `{first}` already; a fact has one source: remove it here or there"
    )
}
