//! The text of a failed assertion.

use std::any::Any;
use std::fmt::{self, Write};

use super::FactTable;
use crate::domain::Domain;
use crate::gate::{Bound, Rules, SuppliesContext};
use crate::session::Sources;

/// The most lines of rows, and of calls: what failed should stay on the screen.
const MOST_LINES: usize = 40;

/// All that is known of a decision, as text: its [explanation](Bound::explain), and, where the
/// sources are a [`FactTable`], its rows and calls. It is what a failed assertion prints.
///
/// ```
/// use gatehouse::prelude::*;
/// use gatehouse::testing::{FactTable, block_on, report};
/// # struct Users;
/// # impl Domain for Users {
/// #     type Subject = u64; type Action = (); type Resource = (); type Context = ();
/// # }
/// # fact! { pub Suspended(user: u64) -> bool = false; }
/// /// Who is not suspended.
/// #[policy]
/// async fn active(user: &u64) -> bool { !Suspended(*user).await }
///
/// static GATE: Gate<Users, active> = Gate::new();
/// let session = Session::new(FactTable::new().with(Suspended(7), true));
/// let report = block_on(report(&GATE.bind(&session, &7, &()), &()));
/// assert!(report.starts_with("decision: denied: no permit applies\n"));
/// assert!(report.contains("✗ !Suspended(*user).await"));
/// assert!(report.contains("Suspended { user: 7 } = true"));
/// ```
pub async fn report<D, P, R, C>(access: &Bound<'_, D, P, R, C>, resource: &D::Resource) -> String
where
    D: Domain,
    P: Sources,
    R: Rules<D, P>,
    C: SuppliesContext<D::Context>,
{
    let mut report = format!("decision: {}", access.explain(resource).await);
    let sources = access.sources();
    let sources: &dyn Any = &*sources;
    if let Some(table) = sources.downcast_ref::<FactTable>() {
        section(&mut report, "rows", table.lines());
        section(&mut report, "calls", table.log().lines());
    }
    report
}

fn section(report: &mut String, title: &str, lines: Vec<String>) {
    let more = lines.len().saturating_sub(MOST_LINES);
    write(report, format_args!("{title}:\n"));
    if lines.is_empty() {
        write(report, format_args!("  none\n"));
    }
    for line in lines.into_iter().take(MOST_LINES) {
        write(report, format_args!("  {line}\n"));
    }
    if more > 0 {
        write(report, format_args!("  … and {more} more\n"));
    }
}

/// Writing to a `String` does not fail.
pub(super) fn write(text: &mut String, what: fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}
