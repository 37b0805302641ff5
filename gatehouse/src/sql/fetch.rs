//! Running a statement on a connection.

use super::dialect::Words;
use super::in_use::InUse;
use super::keys::Keys;
use super::lend::Lend;
use super::rows::Rows;
use super::statement::Statement;
use super::within;
use crate::fact::FactError;
use crate::observe;
use crate::source::Call;

/// The rows of a statement for keys.
pub(super) async fn fetch<L: Lend>(
    lend: &L,
    call: &Call,
    statement: &Statement<'_>,
    keys: &Keys<'_>,
) -> Result<Rows, FactError> {
    if keys.len() == 0 {
        // Each key was refused.
        return Ok(Rows::default());
    }
    let text = L::Database::text(statement, keys);
    observe::statement(&text, keys.len());
    if let Some(lent) = call.lent(lend)? {
        return within::fetch::<L::Database>(lent, text, statement, keys).await;
    }
    let mut in_use = InUse::lent(lend, call).await?;
    let rows = L::Database::fetch(in_use.connection(), text, statement, keys).await;
    in_use.end();
    Ok(rows?)
}
