#![forbid(unsafe_code)]
#![warn(missing_docs, unreachable_pub)]
//! The policy compiler behind the `gatehouse` crate: [`fact!`], [`macro@policy`],
//! [`derive(Sources)`](derive@Sources) and [`derive(Value)`](derive@Value).
//!
//! Use them through `gatehouse`, whose documentation has the whole language. Each macro is a small
//! compiler with the same stages, in a folder of its own: parse into a syntax tree that keeps the user's
//! tokens, check and report all errors at once, emit. The emitted code calls the public items of the
//! library and those of `gatehouse::private`. A panic of a macro is caught (`panics`).

use proc_macro::TokenStream;

mod body;
mod conditional;
mod crate_path;
mod diagnostics;
mod fact;
mod fragment;
mod panics;
mod parse_util;
mod policy;
mod sources;
mod syntax;
mod text;
mod value;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod testing;

/// Declares facts: typed keys of the data that rules read.
///
/// ```text
/// fact! {
///     /// The role that `user` holds in `org`.
///     pub OrgRole(user: UserId, org: OrgId) -> Role;
///     /// Whether `user` is suspended.
///     pub Suspended(user: UserId) -> bool = false;
///     /// The tenant of `user`, without which nothing can be decided.
///     #[required]
///     pub Tenant(user: UserId) -> TenantId;
///     /// Whether `user` can see `folder`: directly, or through a folder above it.
///     pub FolderViewer(user: UserId, folder: FolderId) -> bool {
///         FolderGrant(user, folder).await
///             || match Parent(folder).await {
///                 Some(above) => FolderViewer(user, above).await,
///                 None => false,
///             }
///     }
/// }
/// ```
///
/// Each fact becomes a struct `OrgRole { user, org }`, a function `OrgRole(user, org)` that makes
/// one, and an `impl FactKey`. In a policy `OrgRole(user.id, doc.org).await` is an `Option<Role>`.
///
/// # Grammar
///
/// ```text
/// fact! { [#![gatehouse(crate = path)]]  fact* }
/// fact:   attributes  [visibility]  Name ( [part: Type, …] ) -> Value  ending
/// ending: ;  |  = default ;  |  { body }
/// ```
///
/// - A *key part* is `Clone + Eq + Hash + Debug + Send + Sync + 'static`; it may have doc comments and
///   `#[sensitive]`.
/// - A *value* is `Clone + Debug + Send + Sync + 'static`.
/// - `= default` is an expression that stands in for a missing value; `.await` is then a `Value`.
/// - A body makes it a *derived* fact, which is computed from others. The body is compiled like a policy's,
///   with the key parts by value; `.await` is then a `Value`. A `bool` fact may use itself and other facts
///   of the block, if it is monotone: where more of them are true, it is not less often true.
/// - `#[required]`: a missing value counts as a failed load, so a policy that asks for it is
///   indeterminate.
/// - `#[sensitive]`, on a fact or on a key part: its values are never shown; a placeholder replaces
///   them. A derived fact is as sensitive as the facts that it is computed from, unless it is a `bool`.
/// - Doc comments and all other attributes stay on the struct.
#[proc_macro]
pub fn fact(input: TokenStream) -> TokenStream {
    fact::expand(&input.into()).into()
}

/// Compiles a function into a policy: one rule that permits or forbids.
///
/// ```text
/// /// Editors of the organisation may edit.
/// #[policy]
/// async fn org_editor(user: &User, Action::Edit: &Action, doc: &Document) -> bool {
///     OrgRole(user.id, doc.org).await? >= Role::Editor
/// }
/// ```
///
/// The parameters are the subject; subject and resource; subject, action and resource; or all three
/// and the context, each by reference. A parameter may be a pattern: where it does not match, the
/// policy does not apply. The function returns whether it applies. In its body `.await` loads a
/// fact, and `?` on a missing one means that the policy does not apply.
///
/// # Arguments
///
/// - `forbid`: where the policy applies, it denies, even if others permit.
/// - `lazy`: no fact is requested before the body reaches its load.
/// - `rounds = 1`: an error if the plan needs more than this number of rounds of loads.
/// - `unconditional`: confirms that the policy is meant to permit everything.
/// - `crate = path`: the path of the library.
#[proc_macro_attribute]
pub fn policy(attr: TokenStream, item: TokenStream) -> TokenStream {
    policy::expand(&attr.into(), &item.into()).into()
}

/// Makes a struct the set of an application's sources: it says which field loads which facts.
///
/// ```text
/// #[derive(Sources)]
/// struct AppFacts {
///     #[rows(Suspended = suspension(user_id))]            // a row is `true`
///     #[rows(OrgRole = member(user_id, org_id) -> role)]
///     db: PgPool,          // a pool of sqlx, or a type that lends connections of one
///     #[loads(Weather, geo::Country)]
///     client: Client,      // implements FactSource<Weather> and FactSource<geo::Country>
///     metrics: Metrics,    // loads nothing
/// }
/// ```
///
/// Each fact has one source. A struct that loads nothing, `struct NoFacts;`, serves gates whose
/// rules need none. `#[sources(crate = path)]` on the struct names the path of the library. (`load` and `row`
/// are attributes of this derive only so that their use is an error with a hint.)
///
/// # Sources by hand: `loads`
/// `#[loads(Fact, …)]`: the type of the field implements `FactSource` for each of these facts.
///
/// # Facts from tables: `rows`
/// `#[rows(Fact = table(key columns) -> value)]`: the rows of a table have the fact. The field is a
/// `SqlitePool` (feature `sqlite`), a `PgPool` (feature `postgres`), an `Arc` of one, or a type of yours
/// that implements `gatehouse::sql::Lend`. The page `facts_from_tables` says what each form means.
///
/// ```text
/// attribute: #[rows( mapping, … )]
/// mapping:   Fact = table ( [column, …] ) [value]
/// table:     name  |  schema.name  |  "SELECT … FROM …"
/// value:     if column  |  -> row  |  -> [ row [order by column [asc | desc], …] ]
/// row:       column  |  (column, column, …)  |  Struct { field [: column], … }
/// column:    name  |  "any name"
/// ```
///
/// - The columns in parentheses are the key parts, in the order of `fact!`. A key part and a column of the value
///   are of types that implement `Value`.
/// - Without a value, a row makes a `bool` fact true; with `if column`, a row in which this column is not NULL.
/// - `-> row` is the value in the only row of a key; several rows fail the key. NULL in a single column is
///   missing.
/// - `-> [row]` is a `Vec` of all rows of a key. No row is missing. Rows whose single column is NULL are left
///   out.
/// - A query ends without `;`, and its columns are named as in a table.
///
/// The derive then also implements `gatehouse::sql::Verify`, whose `verify` compares the mappings with the schema.
#[proc_macro_derive(Sources, attributes(loads, rows, sources, load, row))]
pub fn sources(input: TokenStream) -> TokenStream {
    sources::expand(&input.into()).into()
}

/// Says how a database holds the values of a type of yours: a newtype, or an enum without fields.
///
/// ```text
/// #[derive(Clone, Debug, PartialEq, Value)]
/// struct UserId(u64);              // an integer, like its field
///
/// #[derive(Clone, Debug, PartialEq, Value)]
/// #[value(type = "citext")]
/// struct Email(String);            // a text; in PostgreSQL a `citext`
///
/// #[derive(Clone, Debug, PartialEq, Value)]
/// #[value(rename_all = "snake_case", type = "role")]
/// enum Role {
///     Viewer,                      // 'viewer', of the PostgreSQL enum `role`
///     #[value(rename = "writer")]
///     Editor,                      // 'writer'
/// }
///
/// #[derive(Clone, Debug, PartialEq, Value)]
/// #[value(repr = "i16")]
/// enum Level {
///     Guest,                       // 0
///     Member = 10,                 // 10
/// }
/// ```
///
/// The derive implements the trait `Value`, and for an enum `Finite` too, whose `ALL` has the variants in
/// the order of declaration. The type itself is `Clone + Debug + PartialEq + Send + Sync + 'static`.
///
/// # Grammar
///
/// ```text
/// newtype: [#[value(option, …)]] struct Name(Type);
///        | [#[value(option, …)]] struct Name { field: Type }
/// enum:    [#[value(option, …)]] enum Name { variant, … }
/// variant: [#[value(rename = "text")]] Name [= discriminant]
/// option:  type = "name"  |  rename_all = "case"  |  repr = "integer"  |  crate = path
/// ```
///
/// On a newtype:
/// - The field's type is a `Value`, and says how the newtype is stored.
/// - `type = "citext"`: the column has this type in PostgreSQL, and not the usual one.
///
/// On an enum:
/// - A variant is stored as text: its name as written, without `r#`.
/// - `rename_all = "…"` writes the names otherwise, as serde does: `lowercase`, `UPPERCASE`, `PascalCase`,
///   `camelCase`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case`, `SCREAMING-KEBAB-CASE`.
/// - `rename = "…"` on a variant is its text, whatever `rename_all` says. Two variants have two texts.
/// - `type = "role"`: the column has this enum of PostgreSQL as its type.
/// - `repr = "i16"` stores a variant as an integer, its discriminant, in place of a text. It is one of `i8`,
///   `i16`, `i32`, `i64`, `u8`, `u16`, `u32`; a discriminant that does not fit into it does not compile. It
///   needs no `#[repr(i16)]`, and neither renames nor a `type` beside it.
///
/// On both, `crate = path` names the path of the library.
///
/// A text or an integer in a column that is no variant is an error of that load, and never a value.
///
/// # Equality
/// The trait promises that two values are equal by `==` exactly if their stored forms are equal. The derive
/// keeps it with `#[derive(PartialEq)]`. It does not check a `PartialEq` that is written by hand: one that
/// ignores the case of letters, say, breaks the promise.
#[proc_macro_derive(Value, attributes(value))]
pub fn value(input: TokenStream) -> TokenStream {
    value::expand(&input.into()).into()
}
