//! Every refusal of the three macros: why, what is said, a program with the mistake and one without.
//!
//! A message says what is wrong in the user's names, then what to write instead. A name is for good:
//! people search for it. The page of the documentation is written from here, and the tests hold the
//! compiler to each entry: its program has this one error, at the marked token.

use std::fmt::Display;

#[cfg(test)]
use super::Entry;
use super::{Refusal, refusals};

refusals! { ANYWHERE "Every macro"
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

refusals! { FACTS "Facts"
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

refusals! { DERIVED "Derived facts"
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
pub(crate) fn recursive_beside_partial(name: impl Display) -> Refusal {
    Refusal {
        name: "recursive_beside_partial",
        text: format!(
            "this may panic behind the recursive fact `{name}`, and with `panic = \"abort\"` no panic is caught; write it as the left operand, or take it into a `let` before"
        ),
    }
}

refusals! { POLICIES "Policies"
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

refusals! { BODIES "Bodies of policies and of derived facts"
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

refusals! { SOURCES "Sources"
    /// A field for each source, by name: that is a struct.
    sources_not_struct(name, kind) {
        says: "`{name}` is {kind}, and a set of sources is a struct; write `struct {name} {{ #[loads(Fact)] source: Source }}`",
        wrong: "#[derive(Sources)]
«enum» AppFacts {
    Db(Database)
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// Messages and traces name the field that loads a fact.
    sources_tuple(name) {
        says: "the fields of `{name}` have no names; write `struct {name} {{ #[loads(Fact)] source: Source }}`",
        wrong: "#[derive(Sources)]
struct AppFacts«(#[loads(Admin)] Database)»;",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// Every task of a request shares the session, and may outlive what a source borrows from.
    sources_lifetime(name, lifetime) {
        says: "`{name}` borrows for `{lifetime}`, and sources are shared by every task of a session; own them, or keep an `Arc`",
        wrong: "#[derive(Sources)]
struct AppFacts<«'a»> {
    #[loads(Admin)]
    db: &'a Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Arc<Database>,
}",
    }
    /// A field that loads nothing needs no attribute.
    loads_nothing() {
        says: "`loads` names no fact; write `#[loads(Fact, …)]`, or remove it",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[«loads»]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// An attribute that is nearly `loads` would be lost, and with it the source of its facts.
    loads_misspelt(written) {
        says: "there is no attribute `{written}`; write `#[loads(Fact, …)]`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[«load»(Admin)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// How a source loads is its own affair: its `FactSource` has limits and all.
    loads_argument(argument) {
        says: "`loads` takes facts and nothing else; remove `{argument}`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin «= 100»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// The facts are named by their paths, separated by commas.
    loads_fact() {
        says: "expected the name of a fact, without quotes; write `#[loads(Fact, …)]`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[loads(«\"Admin\"»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// A fact is one key type, and its source loads any key of it.
    loads_generics(fact) {
        says: "a fact has no arguments here; write `{fact}`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin«<UserId>»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
}",
    }
    /// Two sources of one fact would have to agree.
    loads_twice(fact, first) {
        says: "the fact `{fact}` is loaded by the field `{first}` already; a fact has one source: remove it here or there",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
    #[loads(«Admin»)]
    cache: Cache,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[loads(Admin)]
    db: Database,
    cache: Cache,
}",
    }
}

/// Every chapter.
#[cfg(test)]
pub(super) const ALL: [&[Entry]; 6] = [ANYWHERE, FACTS, DERIVED, POLICIES, BODIES, SOURCES];
