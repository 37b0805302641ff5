//! Facts from tables, in every form and in every place.
#![deny(warnings, missing_docs, unreachable_pub, private_interfaces, private_bounds)]
#![forbid(unused)]

use std::sync::Arc;

use gatehouse::prelude::*;
use gatehouse::sql::{Lend, Verify};
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

fact! {
    /// A `bool`.
    pub Suspended(user: i64) -> bool = false;
    /// A column that is set.
    pub Banned(user: i64, org: String) -> bool = false;
    /// A value.
    pub OrgRole(user: i64, org: String) -> Option<i64>;
    /// Several values.
    pub Member(user: i64) -> (i64, Option<i64>, String);
    /// A struct of values.
    pub Profile(user: i64) -> model::Info;
    /// All rows.
    pub GroupsOf(user: i64) -> Vec<i64>;
    /// All rows, as structs.
    pub Infos(user: i64) -> Vec<model::Info>;
    /// No key parts.
    pub Admins() -> Vec<i64>;
    /// A query.
    #[required]
    pub Grant(r#type: i64) -> bool;
    /// A name that generated code could have.
    pub Result(result: i64) -> i64;
    /// Another one.
    pub r#Type(r#fn: i64) -> i64;
}

/// Where a value lives.
pub mod model {
    use gatehouse::prelude::*;
    use gatehouse::value::Value;

    /// A struct.
    #[derive(Clone, Debug)]
    pub struct Info {
        /// A keyword.
        pub r#type: i64,
        /// Optional.
        pub since: Option<i64>,
    }

    // Private, as what a fact in this module alone is about.
    #[derive(Clone, Debug, PartialEq, Eq, Hash, Value)]
    struct Secret(i64);

    fact! {
        Hidden(secret: Secret) -> i64;
    }

    /// A public set of sources of private facts.
    #[derive(Sources)]
    pub struct Private {
        #[rows(Hidden = hidden(secret) -> value)]
        db: sqlx::PgPool,
    }

    impl Private {
        /// Of a pool.
        #[must_use]
        pub fn new(db: sqlx::PgPool) -> Self {
            let _ = Hidden(Secret(1)).secret.0;
            Self { db }
        }
    }
}

/// All forms.
#[derive(Sources)]
pub struct AppFacts {
    #[rows(Suspended = suspension(user_id))]
    #[rows(Banned = auth.member(user_id, "org id") if r#if, OrgRole = member(user_id, type) -> role,)]
    #[rows(Member = member(user_id) -> (role, since, struct))]
    #[rows(Profile = member(user_id) -> model::Info { r#type, since: "joined at" })]
    #[rows(GroupsOf = group_member(user_id) -> [group_id order by since desc, group_id])]
    #[cfg_attr(all(), rows(Infos = member(user_id) -> [model::Info { r#type: kind, since }]))]
    #[cfg_attr(any(), rows(Nothing = nothing(x)))]
    #[rows(Admins = staff() -> [user_id])]
    /// The database.
    pub db: PgPool,
    #[cfg(any())]
    #[rows(Nothing = nothing(x))]
    pub nothing: PgPool,
    #[rows(Grant = r#"SELECT folder AS "folder id" FROM access"# ("folder id"))]
    #[allow(missing_docs)]
    pub r#ref: Arc<PgPool>,
    #[rows(self::Result = result(result) -> result)]
    #[rows(crate::r#Type = r#type(r#fn) -> r#fn)]
    other: Counted,
}

/// Lends.
pub struct Counted(PgPool);

impl Lend for Counted {
    type Database = Postgres;

    async fn lend(&self) -> std::result::Result<PoolConnection<Postgres>, sqlx::Error> {
        self.0.acquire().await
    }
}

/// The database is a parameter. It has a name that generated code uses, and stands beside another set.
#[derive(Sources)]
pub struct Table<L: Lend<Database = Postgres>, const N: usize>
where
    L: Send,
{
    #[rows(Suspended = suspension(user_id), Profile = member(user_id) -> model::Info { r#type, since })]
    db: Arc<L>,
    #[rows(OrgRole = member(user_id, org) -> role)]
    other: L,
}

macro_rules! app {
    ($name:ident, $field:ident: $pool:ty, $($fact:ident = $table:ident),*) => {
        /// From a macro.
        #[derive(Sources)]
        pub struct $name {
            $(#[rows($fact = $table(user_id))])*
            #[rows(GroupsOf = groups(user) -> [id])]
            $field: $pool,
        }
    };
}
app!(FromMacro, database: PgPool, Suspended = suspension);

fn verifies(_: &impl Verify) {}

fn is_sources<S: gatehouse::Sources + Verify>() {}

fn main() {
    is_sources::<Table<PgPool, 3>>();
    is_sources::<FromMacro>();
    is_sources::<model::Private>();
    let _ = (Admins(), GroupsOf(1), Infos(1), Grant(1), Result(1), r#Type(1), Member(1));
    let _ = |db: PgPool| {
        let facts =
            AppFacts { db: db.clone(), r#ref: Arc::new(db.clone()), other: Counted(db.clone()) };
        verifies(&facts);
        drop(facts.verify());
        let _ = Session::new(facts);
        let _ = FromMacro { database: db.clone() };
        let _ = model::Private::new(db.clone());
        Table::<PgPool, 3> { db: Arc::new(db.clone()), other: db }
    };
}
