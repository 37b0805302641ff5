//! Generated code is clean under the strictest lints, clippy's included: `cargo clippy
//! --all-targets` runs over this program, which uses the whole language.
#![cfg(not(loom))]
#![deny(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::as_conversions,
    clippy::undocumented_unsafe_blocks,
    clippy::allow_attributes_without_reason,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    future_incompatible,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    rust_2018_idioms,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unsafe_code,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

/// What is judged.
pub mod model {
    /// Somebody.
    #[derive(Clone, Debug)]
    pub struct User {
        /// Their number.
        pub id: u32,
        /// Their groups.
        pub groups: Vec<u32>,
        /// Whether they may do anything.
        pub admin: bool,
    }

    /// What somebody wants to do.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Action {
        /// To look.
        Read,
        /// To change.
        Edit,
    }

    /// Something.
    #[derive(Clone, Debug)]
    pub struct Document {
        /// Its number.
        pub id: u32,
        /// Whose it is.
        pub owner: u32,
        /// What it is called.
        pub title: String,
        /// Where it lies.
        pub folder: Option<u32>,
        /// Whether everybody may look.
        pub shared: bool,
    }

    /// When.
    #[derive(Clone, Copy, Debug)]
    pub struct Clock {
        /// The hour.
        pub hour: u8,
    }
}

/// What is known.
pub mod facts {
    gatehouse::fact! {
        /// How far `user` got.
        pub Level(user: u32) -> u8;
        /// The name of `user`, and of nobody else.
        #[required]
        pub Name(
            /// Whose.
            user: u32,
        ) -> String;
        /// Whether `user` is suspended.
        pub Suspended(user: u32) -> bool = false;
        /// Whether `group` was given `doc`.
        pub Granted(group: u32, doc: u32) -> bool = false;
        /// The folder that `folder` lies in.
        pub Parent(folder: u32) -> u32;
        /// Whether the service is open.
        pub Open() -> bool = true;
        /// Not in this build.
        #[cfg(any())]
        pub Never(user: Nobody) -> bool;
        /// Superseded by nothing.
        #[deprecated = "for the test"]
        pub Old(user: u32) -> bool = false;
        /// Whether `group` comes to `folder`, directly or from above.
        pub Sees(group: u32, folder: u32) -> bool {
            if group == 0 {
                return false;
            }
            Granted(group, folder).await
                || match Parent(folder).await {
                    Some(above) if above != folder => Sees(group, above).await,
                    _ => false,
                }
        }
        /// The level of who is not suspended.
        pub Active(user: u32) -> Option<u8> {
            let level = Level(user).await?;
            if Suspended(user).await { None } else { Some(level) }
        }
        /// The length of a name.
        #[allow(clippy::missing_const_for_fn, reason = "kept for the test")]
        pub Length(user: u32) -> usize {
            Name(user).await.map_or(0, |name| name.len())
        }
        /// In this module alone.
        pub(super) Inner(a: u32) -> bool = false;
    }
}

/// What is allowed.
pub mod policies {
    use gatehouse::prelude::*;

    use super::facts::{
        Active, Granted, Inner, Length, Level, Name, Open, Parent, Sees, Suspended,
    };
    use super::model::{Action, Clock, Document, User};

    /// Suspended users do nothing.
    #[policy(forbid)]
    pub async fn suspended(user: &User) -> bool {
        Suspended(user.id).await || !Open().await
    }

    /// Owners do anything.
    #[policy]
    pub fn owner(user: &User, doc: &Document) -> bool {
        doc.owner == user.id
    }

    /// Everybody looks at what is shared.
    #[policy]
    pub fn shared(_: _, Action::Read: &Action, Document { shared: true, .. }: &Document) -> bool {
        true
    }

    /// A constant.
    #[policy(unconditional)]
    pub fn everybody(_user: &User) -> bool {
        true
    }

    /// One key of many.
    #[policy(rounds = 1)]
    pub async fn granted(user: &User, doc: &Document) -> bool {
        any(user.groups.iter().map(|group| Granted(*group, doc.id))).await
            && all(user.groups.iter().map(|group| Granted(*group, 0))).await
    }

    /// Sums, closures, macros.
    #[policy]
    pub async fn levels(user: &User) -> bool {
        let least = |level: &u8| *level > 1;
        let levels = each([Level(user.id), Level(1)]).await;
        let known: Vec<u8> = levels.into_iter().flatten().collect();
        let middling = !matches!(Level(2).await, Some(2..=9));
        let small = matches!(known.len(), 0..3);
        middling != small
            && known.iter().any(least)
            && matches!(Level(2).await, Some(2..=9) if Open().await)
    }

    /// A chain in which keys need values.
    #[policy]
    pub async fn above(user: &User, doc: &Document) -> bool {
        let Some(folder) = doc.folder else { return false };
        let above = Parent(folder).await?;
        let top = Parent(above).await.unwrap_or(above);
        Sees(user.id, top).await || lazy(Sees(user.id, 1)).await
    }

    /// All kinds of control flow.
    #[policy]
    pub async fn flow(user: &User, action: &Action, doc: &Document, clock: &Clock) -> bool {
        let mut hour = clock.hour;
        if hour > 20 {
            hour = 20;
        }
        for group in &user.groups {
            if *group == doc.id {
                return true;
            }
        }
        let found = 'found: {
            if user.groups.is_empty() {
                break 'found false;
            }
            Granted(1, doc.id).await
        };
        if found {
            return Suspended(doc.owner).await;
        }
        if let Some(level) = Level(user.id).await
            && level > hour
        {
            return Inner(1).await || user.admin;
        } else if user.admin {
            return true;
        }
        #[allow(clippy::no_effect_underscore_binding, reason = "kept for the test")]
        let _unused = 1;
        match action {
            #[allow(clippy::match_same_arms, reason = "kept for the test")]
            Action::Edit if Suspended(1).await => Granted(2, doc.id).await,
            Action::Edit => 'edit: {
                let name = Name(user.id).await?;
                let short = Length(user.id).await == 4;
                if name == "root" {
                    break 'edit short;
                }
                short && !user.admin
            }
            _ => Active(doc.owner).await.is_some_and(|level| level > 3),
        }
    }

    /// Parentheses, negation, and a nested `if`.
    #[policy(lazy)]
    pub async fn nested(user: &User) -> bool {
        let high = if user.admin { Level(0).await } else { Level(user.id).await };
        !(Suspended(user.id).await || Suspended(0).await) && (high? > 3 || Open().await)
    }

    /// Not in this build.
    #[policy]
    #[cfg(any())]
    pub async fn never(user: &Nobody) -> bool {
        Never(user.id).await
    }

    /// Lints on a policy.
    #[policy]
    #[expect(clippy::nonminimal_bool, reason = "kept for the test")]
    pub async fn noisy(user: &User) -> bool {
        !!(Level(user.id).await? > 3)
    }

    /// Everything that orders.
    #[policy]
    pub async fn orders(user: &User, _: _, doc: &Document, clock: &Clock) -> bool {
        let (level, length) = (Level(user.id).await?, Length(user.id).await);
        let mut levels: Vec<u8> = each(user.groups.iter().map(|group| Level(*group)))
            .await
            .into_iter()
            .flatten()
            .collect();
        levels.sort_unstable();
        levels.sort_by_key(|it| std::cmp::Reverse((*it, level)));
        let above = |least| level > least;
        let name = Name(user.id).await?;
        let highest = levels.iter().copied().max().unwrap_or(level).max(clock.hour);
        let range = level..highest;
        levels.is_sorted()
            && levels.iter().min_by(|a, b| a.cmp(b)).is_some()
            && levels.iter().max_by_key(|it| **it).is_some_and(|it| *it < level)
            && levels.iter().copied().reduce(u8::max) == Some(highest)
            && above(clock.hour)
            && (level, length) < (highest, doc.title.len())
            && name < doc.title
            && *name >= *doc.title
            && name.as_str().cmp(&doc.title).is_lt()
            && (level..highest).contains(&clock.hour)
            && (range.contains(&level) || (level ^ 1) <= highest)
            && std::cmp::max(level, highest) > clock.hour
    }

    /// Attributes on a policy.
    #[policy]
    #[deprecated = "for the test"]
    pub async fn former(user: &User) -> bool {
        Suspended(user.id).await
    }
}

/// What is allowed, as another macro writes it.
pub mod written {
    use gatehouse::prelude::*;

    use super::facts::{Level, Open, Suspended};
    use super::model::User;

    macro_rules! rule {
        ($vis:vis $name:ident, $user:ident, $ty:ty, $held:expr, $pat:pat, $body:block, $stmt:stmt) => {
            /// Who a macro says.
            #[policy]
            $vis async fn $name($user: $ty) -> bool {
                $stmt
                let held: bool = $held;
                if Suspended($user.id).await && !$held {
                    return $body;
                }
                if let $pat = Level(1).await && $held {
                    return ($held);
                }
                match Level($user.id).await {
                    $pat if held => !$held,
                    _ => !$body || Open().await && !matches!(Some(!$held), Some(true)),
                }
            }
        };
    }

    rule!(
        pub of_fragments, user, &User, user.admin || user.id == 1, Some(1..=3) | None,
        { user.id > 2 }, if user.id == 7 { return false; }
    );

    macro_rules! fact_of {
        ($vis:vis $name:ident($part:ident: $ty:ty), $held:expr, $body:block) => {
            gatehouse::fact! {
                /// With a default.
                $vis $name($part: $ty) -> bool = !$held;
                /// With a body.
                $vis Derived($part: $ty) -> bool $body
            }
        };
    }

    fact_of!(pub Defaulted(user: u32), u8::MAX.is_power_of_two() || i8::MIN.is_positive(), { user == 0 || Defaulted(user).await });
}

/// What asks early has parts of a rule and not all of it: what is unused there is used in the rule.
pub mod strictest {
    #![forbid(
        unused_variables,
        unused_mut,
        unused_assignments,
        unused_imports,
        unused_must_use,
        unreachable_code,
        unreachable_patterns,
        irrefutable_let_patterns,
        dead_code,
        path_statements
    )]

    use gatehouse::prelude::*;

    use super::facts::{Level, Suspended};
    use super::model::{Document, User};

    fact! {
        /// Parts of which some are for some loads.
        pub Both(user: u32, doc: u32) -> bool {
            let (first, second) = (user, doc);
            if let Some(mut level) = Level(first).await {
                level = level.saturating_add(1);
                return level > 3;
            }
            Suspended(second).await || Suspended(user).await
        }
    }

    /// A parameter for the first load alone.
    #[policy]
    pub async fn first(user: &User, doc: &Document) -> bool {
        Level(doc.id).await == Some(3) || Suspended(user.id).await
    }

    /// Patterns of which some names are for some loads.
    #[policy]
    pub async fn patterns(User { id, groups, .. }: &User, doc: &Document) -> bool {
        let (own, other) = (id.saturating_add(1), doc.id);
        if let Some(folder) = doc.folder {
            return folder == own;
        }
        match doc.folder {
            Some(folder) if folder > 3 => return folder > other,
            Some(mut folder) => {
                folder = folder.saturating_add(1);
                if folder > 7 {
                    return Level(folder).await.is_some();
                }
            }
            None => {}
        }
        let mut count = 1_u32;
        if other > 1 {
            count = count.saturating_add(1);
        }
        any(groups.iter().map(|group| Suspended(*group))).await
            && Level(count).await.is_some_and(|level| level > 3)
            && Suspended(2).await
    }

    /// A parameter that changes, and ways out.
    #[policy]
    pub async fn leaves(mut user: &User, doc: &Document, (): &()) -> bool {
        let other = User { id: 1, groups: vec![], admin: false };
        if user.admin {
            user = &other;
        }
        let Some(level) = Level(user.id).await else { return false };
        let Some(folder) = doc.folder else { return false };
        if Suspended(folder).await {
            return level > 3;
        }
        if doc.id == 1 {
            return Suspended(7).await;
        }
        (Suspended(8).await || return true) && Both(user.id, doc.id).await
    }
}

/// Who knows it.
pub mod sources {
    use std::collections::HashMap;
    use std::fmt::Debug;
    use std::marker::PhantomData;

    use gatehouse::{FactError, FactSource, Loaded, Sources};

    use super::facts::{Granted, Level, Name, Open, Parent, Suspended};

    /// A table.
    #[derive(Clone, Debug, Default)]
    pub struct Table {
        /// The levels.
        pub levels: HashMap<u32, u8>,
    }

    impl FactSource<Level> for Table {
        async fn load(&self, keys: &[Level]) -> Result<Loaded<Level>, FactError> {
            let row = |key: &Level| Some((key.clone(), *self.levels.get(&key.user)?));
            Ok(keys.iter().filter_map(row).collect())
        }
    }

    /// Knows nothing.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Nothing<T>(PhantomData<T>);

    macro_rules! nothing {
        ($($fact:ty),*) => {$(
            impl<T: Send + Sync + 'static> FactSource<$fact> for Nothing<T> {
                async fn load(&self, _: &[$fact]) -> Result<Loaded<$fact>, FactError> {
                    Ok(std::iter::empty().collect())
                }
            }
        )*};
    }

    nothing!(Name, Suspended, Granted, Parent, Open, super::facts::Inner);

    /// All of them.
    #[derive(Clone, Debug, Default, Sources)]
    pub struct AppFacts<T, L>
    where
        T: Send + Sync + 'static,
        L: Debug,
    {
        /// Levels.
        #[loads(Level)]
        pub levels: L,
        /// Everything else.
        #[loads(Name, Suspended, Granted, Parent, Open)]
        #[loads(super::facts::Inner)]
        pub others: Nothing<T>,
        /// Loads nothing.
        pub version: u32,
    }

    /// None.
    #[derive(Clone, Copy, Debug, Default, Sources)]
    pub struct NoFacts;
}

/// Facts from tables.
pub mod tables {
    use std::sync::Arc;

    use gatehouse::prelude::*;
    use gatehouse::sql::Lend;
    use sqlx::{PgPool, Postgres};

    /// A struct of values.
    #[derive(Clone, Copy, Debug)]
    pub struct Info {
        /// What they may do.
        pub role: i64,
        /// Since when.
        pub since: Option<i64>,
    }

    fact! {
        /// A `bool`.
        pub Suspended(user: i64) -> bool = false;
        /// A column that is set.
        pub Banned(user: i64, org: String) -> bool = false;
        /// A value.
        pub OrgRole(user: i64, org: String) -> i64;
        /// Several values.
        pub Member(user: i64) -> (i64, Option<i64>);
        /// All rows, as structs.
        pub Infos(user: i64) -> Vec<Info>;
        /// No key parts.
        pub Admins() -> Vec<i64>;
        /// A query.
        pub Grant(user: i64) -> bool = false;
        /// Of this module alone.
        Private(user: i64) -> bool = false;
        /// A fact of a field with a type of the user's.
        pub Level(user: i64) -> i64;
    }

    /// All forms.
    #[derive(Clone, Debug, Sources)]
    pub struct AppFacts<L>
    where
        L: Lend<Database = Postgres>,
    {
        /// The database.
        #[rows(Suspended = suspension(user_id))]
        #[rows(Banned = member(user_id, org) if banned_at, OrgRole = member(user_id, org) -> role)]
        #[rows(Member = member(user_id) -> (role, since))]
        #[rows(Infos = member(user_id) -> [Info { role, since } order by since desc])]
        #[rows(Admins = staff() -> [user_id])]
        #[rows(Grant = "SELECT user_id FROM access WHERE NOT revoked" (user_id))]
        #[rows(Private = private(user_id))]
        pub db: PgPool,
        #[rows(Level = level(user_id) -> level)]
        /// Another one.
        pub other: Arc<L>,
    }
}

/// How a database holds it.
pub mod values {
    use gatehouse::value::Value;

    /// A number.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
    pub struct UserId(u64);

    /// An address.
    #[derive(Clone, Debug, PartialEq, Eq, Value)]
    #[value(type = "citext")]
    pub struct Email {
        text: String,
    }

    /// A role.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
    #[value(rename_all = "snake_case", type = "role")]
    pub enum Role {
        /// Looks.
        Viewer,
        /// Changes.
        #[value(rename = "writer")]
        Editor,
        /// Is no more.
        #[deprecated = "for the test"]
        Owner,
    }

    /// A level.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
    #[value(repr = "i16")]
    pub enum Level {
        /// The least.
        Guest,
        /// The next.
        Member = 3 + 4,
        /// The greatest.
        Staff = 10,
    }
}

use gatehouse::{Domain, Gate, Session};

/// May somebody do something to a document?
#[derive(Clone, Copy, Debug)]
pub struct Documents;

impl Domain for Documents {
    type Subject = model::User;
    type Action = model::Action;
    type Resource = model::Document;
    type Context = model::Clock;
}

type All = (
    policies::suspended,
    policies::owner,
    policies::shared,
    policies::granted,
    policies::levels,
    policies::above,
    policies::flow,
    policies::nested,
    policies::noisy,
    policies::orders,
);

static GATE: Gate<Documents, All> = Gate::new();

#[test]
fn the_whole_language_compiles_under_strict_lints() -> std::io::Result<()> {
    let levels = sources::Table { levels: std::iter::once((7, 5)).collect() };
    let facts: sources::AppFacts<u8, _> =
        sources::AppFacts { levels, others: sources::Nothing::default(), version: 1 };
    let session = Session::new(facts);
    let user = model::User { id: 7, groups: vec![], admin: false };
    let doc =
        model::Document { id: 1, owner: 8, title: String::new(), folder: None, shared: false };
    let clock = model::Clock { hour: 9 };
    let access = GATE.bind(&session, &user, &model::Action::Edit).with_context(&clock);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let decision = runtime.block_on(access.check(&doc));
    assert_eq!(decision.to_string(), "allowed by `noisy`");
    Ok(())
}
