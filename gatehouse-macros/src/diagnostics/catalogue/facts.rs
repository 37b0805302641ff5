//! Diagnostics of `fact!`.

use std::fmt::Display;

#[cfg(test)]
use crate::diagnostics::Entry;
use crate::diagnostics::{Diagnostic, chapter};

chapter! { FACTS "Facts"
    /// A `fact!` block holds declarations of facts, one after the other, and nothing else.
    fact_name() {
        says: "expected a fact; write `Name(part: Type, …) -> Value;`",
        wrong: "fact! {
    pub «3»
}",
        right: "fact! {
    pub Level(user: UserId) -> u8;
}",
    }
    /// A fact becomes a type and a function of one name: the name of a type that is no keyword.
    fact_keyword(name) {
        says: "`{name}` is a keyword and cannot name a fact; write a type's name, such as `OrgRole`",
        wrong: "fact! {
    pub «match»(user: UserId) -> bool;
}",
        right: "fact! {
    pub Matches(user: UserId) -> bool;
}",
    }
    /// A rule tells a load from a call of a function by the capital letter.
    fact_lowercase(name, written) {
        says: "the fact `{name}` is named like a function; a fact is a type, and rules know it by its capital letter: write `{written}`",
        wrong: "fact! {
    pub «org_role»(user: UserId) -> Role;
}",
        right: "fact! {
    pub OrgRole(user: UserId) -> Role;
}",
    }
    /// A default is there when nothing else is: it cannot wait, nor fail. What follows from other facts is
    /// a fact with a body.
    load_in_default(name, value) {
        says: "the default of `{name}` cannot load a fact; remove it, and say in the rules what a missing value means, or in a fact with a body: `{name}OrDefault(…) -> {value} {{ {name}(…).await.unwrap_or(…) }}`",
        wrong: "fact! {
    pub Limit(user: UserId) -> u32 = UsualLimit().«await»;
}",
        right: "fact! {
    pub Limit(user: UserId) -> u32;
    pub LimitOrUsual(user: UserId) -> u32 {
        Limit(user).await.unwrap_or(UsualLimit().await)
    }
}",
    }
    /// The block is the keyword: nothing stands before a fact's name but attributes and `pub`.
    fact_introduced(word, name) {
        says: "a fact is declared without `{word}`; write `{name}(part: Type, …) -> Value;`",
        wrong: "fact! {
    pub «fn» Admin(user: UserId) -> bool;
}",
        right: "fact! {
    pub Admin(user: UserId) -> bool;
}",
    }
    /// A fact is one key type with one table in a session; a generic one would be many.
    fact_generics(name) {
        says: "the fact `{name}` is generic, and a fact is one key type; declare one fact for each type, without `<…>`",
        wrong: "fact! {
    pub Owner«<T>»(of: T) -> UserId;
}",
        right: "fact! {
    pub DocumentOwner(of: DocumentId) -> UserId;
    pub FolderOwner(of: FolderId) -> UserId;
}",
    }
    /// The key parts say what is asked for; a fact that there is one of has none.
    fact_parts(name, written) {
        says: "the fact `{name}` has no list of key parts; write `{written}(part: Type, …) -> Value;`, or `{written}() -> Value;` if it has no key",
        wrong: "fact! {
    pub «Maintenance» -> bool;
}",
        right: "fact! {
    pub Maintenance() -> bool;
}",
    }
    /// The type of a fact's value is what `.await` gives.
    fact_value(name) {
        says: "the fact `{name}` has no value; say its type after an arrow: `{name}(…) -> Value;`",
        wrong: "fact! {
    pub «OrgRole»(user: UserId);
}",
        right: "fact! {
    pub OrgRole(user: UserId) -> Role;
}",
    }
    /// A fact is written like a function: key parts, arrow, value.
    fact_arrow(wrote, name) {
        says: "the value of a fact stands after `->`, not `{wrote}`; write `{name}(…) -> Value;`",
        wrong: "fact! {
    pub OrgRole(user: UserId)«:» Role;
}",
        right: "fact! {
    pub OrgRole(user: UserId) -> Role;
}",
    }
    /// A fact ends with `;`, with a default or with a body.
    fact_end(name, last) {
        says: "the fact `{name}` does not end after `{last}`; write `;`, `= value;` for what stands in for a missing one, or a body `{{ … }}`",
        wrong: "fact! {
    pub OrgRole(user: UserId) -> «Role»
    pub Admin(user: UserId) -> bool;
}",
        right: "fact! {
    pub OrgRole(user: UserId) -> Role;
    pub Admin(user: UserId) -> bool;
}",
    }
    /// Two facts of one name would be one type.
    fact_twice(name) {
        says: "the fact `{name}` is declared twice; remove one, or give it another name",
        wrong: "fact! {
    pub Admin(user: UserId) -> bool;
    pub «Admin»(org: OrgId) -> bool;
}",
        right: "fact! {
    pub Admin(user: UserId) -> bool;
    pub OrgAdmin(org: OrgId) -> bool;
}",
    }
    /// A key is `Clone + Eq + Hash + Debug` by itself; a second `impl` would collide with the first.
    fact_derives(name, derived) {
        says: "the fact `{name}` has `{derived}` already; remove it from `#[derive(…)]`",
        wrong: "fact! {
    #[derive(PartialOrd, «Clone»)]
    pub Admin(user: UserId) -> bool;
}",
        right: "fact! {
    #[derive(PartialOrd)]
    pub Admin(user: UserId) -> bool;
}",
    }
    /// `#[required]` says one thing: a missing value counts as a failed load.
    required_arguments() {
        says: "`required` takes no arguments; write `#[required]`",
        wrong: "fact! {
    #[«required(true)»]
    pub Tenant(user: UserId) -> TenantId;
}",
        right: "fact! {
    #[required]
    pub Tenant(user: UserId) -> TenantId;
}",
    }
    /// `#[sensitive]` says one thing: what it stands on is shown nowhere.
    sensitive_arguments() {
        says: "`sensitive` takes no arguments; write `#[sensitive]`",
        wrong: "fact! {
    #[«sensitive = true»]
    pub Diagnosis(patient: UserId) -> Kind;
}",
        right: "fact! {
    #[sensitive]
    pub Diagnosis(patient: UserId) -> Kind;
}",
    }
    /// Once is enough.
    required_twice() {
        says: "`required` stands here already; remove this one",
        wrong: "fact! {
    #[required]
    #[«required»]
    pub Tenant(user: UserId) -> TenantId;
}",
        right: "fact! {
    #[required]
    pub Tenant(user: UserId) -> TenantId;
}",
    }
    /// An attribute that is nearly `required` or `sensitive` would be lost, and with it the promise that
    /// a missing value never permits, or that a value is shown nowhere.
    attribute_misspelt(written, meant) {
        says: "there is no attribute `{written}`; write `#[{meant}]`",
        wrong: "fact! {
    #[«require»]
    pub Tenant(user: UserId) -> TenantId;
}",
        right: "fact! {
    #[required]
    pub Tenant(user: UserId) -> TenantId;
}",
    }
    /// What a fact is must be known when its code is written, and no condition is by then. The struct alone
    /// would have the attribute.
    conditional_attribute(name) {
        says: "`#[{name}]` in `cfg_attr` would be lost; declare the fact twice, each under a `#[cfg]`, one of them with `#[{name}]`",
        wrong: "fact! {
    #[cfg_attr(demo, «required»)]
    pub Tenant(user: UserId) -> TenantId;
}",
        right: "fact! {
    #[cfg(demo)]
    #[required]
    pub Tenant(user: UserId) -> TenantId;
    #[cfg(not(demo))]
    pub Tenant(user: UserId) -> TenantId;
}",
    }
    /// `#[required]` says what a missing value means, and so does a default: one of the two.
    required_default(name) {
        says: "the fact `{name}` has a default, so it is never missing and cannot be `#[required]`; remove the attribute, or the `= …`",
        wrong: "fact! {
    #[«required»]
    pub Suspended(user: UserId) -> bool = false;
}",
        right: "fact! {
    pub Suspended(user: UserId) -> bool = false;
}",
    }
    /// A derived fact has the value that its body gives, always.
    required_body(name) {
        says: "the fact `{name}` is computed by its body, so it is never missing and cannot be `#[required]`; remove the attribute, or put it on the facts that the body loads",
        wrong: "fact! {
    #[«required»]
    pub Member(user: UserId) -> bool {
        Tenant(user).await.is_some()
    }
}",
        right: "fact! {
    #[required]
    pub Tenant(user: UserId) -> TenantId;
    pub Member(user: UserId) -> bool {
        Tenant(user).await.is_some()
    }
}",
    }
    /// An attribute such as `#[cfg]` on a part would have to change the constructor too.
    part_attribute() {
        says: "a key part takes doc comments and `#[sensitive]`, and no other attributes; put the attribute on the fact",
        wrong: "fact! {
    pub Admin(«#[cfg(test)]» user: UserId) -> bool;
}",
        right: "fact! {
    #[cfg(test)]
    pub Admin(user: UserId) -> bool;
}",
    }
    /// A key part is a field of the key, so it has a type.
    part_type(name) {
        says: "the key part `{name}` has no type; write `{name}: Type`",
        wrong: "fact! {
    pub Admin(«user») -> bool;
}",
        right: "fact! {
    pub Admin(user: UserId) -> bool;
}",
    }
    /// A key part is a field of the key, so it has a name; sources read it by that name.
    part_name(ty) {
        says: "a key part of the type `{ty}` has no name; write `name: {ty}`",
        wrong: "fact! {
    pub Admin(«UserId») -> bool;
}",
        right: "fact! {
    pub Admin(user: UserId) -> bool;
}",
    }
    /// A part that nobody can read would still make keys differ.
    part_underscore() {
        says: "a key part is part of what is asked for and needs a name; write `name: Type`",
        wrong: "fact! {
    pub Admin(«_»: UserId) -> bool;
}",
        right: "fact! {
    pub Admin(user: UserId) -> bool;
}",
    }
    /// The parts of a key are its fields, one name each.
    part_pattern(pattern) {
        says: "`{pattern}` is a pattern, and a key part has a plain name; write `name: Type`",
        wrong: "fact! {
    pub Level(«(user, org)»: (UserId, OrgId)) -> u8;
}",
        right: "fact! {
    pub Level(user: UserId, org: OrgId) -> u8;
}",
    }
    /// These words cannot be written raw either.
    part_reserved(name) {
        says: "`{name}` cannot name a key part; choose another name",
        wrong: "fact! {
    pub Admin(«self»: UserId) -> bool;
}",
        right: "fact! {
    pub Admin(user: UserId) -> bool;
}",
    }
    /// A keyword can be a name if it is written raw.
    part_keyword(name) {
        says: "`{name}` is a keyword; write `r#{name}: …`, or choose another name",
        wrong: "fact! {
    pub Price(«type»: Kind) -> u64;
}",
        right: "fact! {
    pub Price(r#type: Kind) -> u64;
}",
    }
    /// The parts of a key are its fields.
    part_twice(name) {
        says: "the key part `{name}` is declared twice; give one of them another name",
        wrong: "fact! {
    pub Knows(user: UserId, «user»: UserId) -> bool;
}",
        right: "fact! {
    pub Knows(user: UserId, other: UserId) -> bool;
}",
    }
    /// Key parts are separated by commas, as parameters are.
    part_end(name) {
        says: "a `,` is missing after the key part `{name}`; write one between key parts",
        wrong: "fact! {
    pub Level(user: UserId «org: OrgId») -> u8;
}",
        right: "fact! {
    pub Level(user: UserId, org: OrgId) -> u8;
}",
    }
    /// A session keeps keys and values, and outlives what a rule borrows from.
    type_borrowed(what, ty, owned) {
        says: "{what} borrows (`{ty}`), and facts are kept for the whole session; own it: write {owned}",
        wrong: "fact! {
    pub Flag(name: «&str») -> bool;
}",
        right: "fact! {
    pub Flag(name: String) -> bool;
}",
    }
    /// A session keeps keys and values, and outlives what a rule borrows from.
    type_lifetime(what, lifetime) {
        says: "{what} borrows for `{lifetime}`, and facts are kept for the whole session; write a type that owns its data",
        wrong: "fact! {
    pub Flag(name: Cow<«'a», str>) -> bool;
}",
        right: "fact! {
    pub Flag(name: Cow<'static, str>) -> bool;
}",
    }
    /// A field has a size.
    type_unsized(what, ty, owned) {
        says: "{what} has no fixed size (`{ty}`); own it: write {owned}",
        wrong: "fact! {
    pub Groups(user: UserId) -> «[GroupId]»;
}",
        right: "fact! {
    pub Groups(user: UserId) -> Arc<[GroupId]>;
}",
    }
    /// A fact is one key type with one table in a session.
    type_impl(what) {
        says: "{what} is an `impl Trait`, and a fact is one key type; write the type's name",
        wrong: "fact! {
    pub Flag(name: «impl Into<String>») -> bool;
}",
        right: "fact! {
    pub Flag(name: String) -> bool;
}",
    }
    /// There is no body to infer a declaration's types from.
    type_inferred(what) {
        says: "{what} leaves its type open; write the type in place of `_`",
        wrong: "fact! {
    pub Groups(user: UserId) -> Vec<«_»>;
}",
        right: "fact! {
    pub Groups(user: UserId) -> Vec<GroupId>;
}",
    }
}
