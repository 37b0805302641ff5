//! The names that generated code uses. Users write none of them: they change with any version, together with
//! the macros.
//!
//! The body of a policy becomes plain synchronous Rust:
//!
//! | a rule has | generated code has |
//! |---|---|
//! | a load | [`read`]`(…)?` (or [`any`], [`all`], [`each`]): the value, or an early return with a [`Stop`] |
//! | a load where a `bool` is expected | [`read_bool`] |
//! | a load that is compared | [`read_comparable`] |
//! | any other comparison of what a fact feeds | [`compared()`] |
//! | `?` on an `Option` | [`MaybeMissing::present`]`(…)?` |
//! | the operators `\|\|` and `&&` over facts | [`or`] and [`and`] |

pub use crate::combinators::words as word;
pub use crate::domain::Domain;
pub use crate::eval::*;
pub use crate::fact::bounds::*;
pub use crate::fact::parts::{Columns, Cover, KeyParts, Nth, PartTypes};
pub use crate::fact::{FactKey, LoadedFact, Sensitive, outer_load, plan_load, plan_recursion};
pub use crate::plan::{
    BlockSummary, Condition, ConditionKind, Cost, Derivation, Effect, FactSummary, Guards,
    LoadKind, Location, PathGuard, Plan, PlannedLoad, Policies, PolicyInfo, SummarizedFact,
    SummarizedLoad, Wait, loads_between, scheduled, summaries, within_budget,
};
pub use crate::policy::{
    Decides, EarlyRule, Listed, LoadsNothing, LocalPolicies, Locally, Member, Policy, Rule, Visitor,
};
pub use crate::session::{
    AnyTable, BatchHandle, BatchesHandle, IntoSources, Sources, Stored, Table,
};
pub use crate::source::RefusedSource;
pub use crate::value::{
    RefusedBounds, fits_repr, variant_as_text, variant_of_int, variant_of_text,
};
pub use std::vec::Vec;

/// What `#[rows(…)]` becomes: each fact has a function that says which table it is in.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub mod rows {
    pub use crate::sql::{Cells, Mapping, Table, TableFact, Verifier, lent, table};
}

/// The code of facts that are rows of tables.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_tables {
    ($($code:tt)*) => { $($code)* };
}

/// The source of a fact that is rows of a table.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __table_source {
    ($source:expr) => {
        $source
    };
}

/// The code of facts that are rows of tables.
#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_tables {
    ($($code:tt)*) => {
        ::core::compile_error!(
            "`#[rows(…)]` needs a database: write `features = [\"sqlite\"]` or `features = [\"postgres\"]` \
             at `gatehouse` in Cargo.toml"
        );
    };
}

/// The source of a fact that is rows of a table, of which there are none.
#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __table_source {
    ($source:expr) => {
        $crate::private::RefusedSource
    };
}
pub use crate::{__table_source as table_source, __with_tables as with_tables};
