//! PostgreSQL.

use futures_util::TryStreamExt as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Postgres};

use super::catalogue::TableInfo;
use super::dialect::{Dialect, Words};
use super::keys::Keys;
use super::mapping::Table;
use super::postgres_arguments::arguments;
use super::postgres_catalogue;
use super::postgres_rows::{push_arrays, push_row};
use super::postgres_text::{self, Limit, most_rows};
use super::rows::Rows;
use super::statement::Statement;
use crate::observe;
use crate::value::{Misfit, Scalar};

impl Dialect for Postgres {}

/// The first day of PostgreSQL's calendar, 4713-11-24 before our era, in days from 1970.
const FIRST_DAY: i32 = -2_440_588;

/// The last day of PostgreSQL's calendar, 5874897-12-31, in days from 1970.
const LAST_DAY: i32 = 2_145_042_905;

impl Words for Postgres {
    fn holds(scalar: &Scalar<'_>) -> Result<(), Misfit> {
        let first = i64::from(FIRST_DAY) * 86_400_000_000;
        match scalar {
            Scalar::Timestamp(it) if *it < first => {
                Err(Misfit::new("a time is before those that PostgreSQL holds"))
            }
            Scalar::Date(it) if *it < FIRST_DAY => {
                Err(Misfit::new("a date is before those that PostgreSQL holds"))
            }
            Scalar::Date(it) if *it > LAST_DAY => {
                Err(Misfit::new("a date is after those that PostgreSQL holds"))
            }
            _ => Ok(()),
        }
    }

    fn ends_statements(options: &PgConnectOptions) -> bool {
        let settings = options.get_options().unwrap_or_default();
        let (_, value) =
            settings.rsplit_once("client_connection_check_interval=").unwrap_or_default();
        // Zero turns it off.
        value.starts_with(|first| matches!(first, '1'..='9'))
    }

    fn text(statement: &Statement<'_>, keys: &Keys<'_>) -> String {
        postgres_text::text(statement, keys, Limit::OfAll)
    }

    async fn fetch(
        connection: &mut PgConnection,
        text: String,
        statement: &Statement<'_>,
        keys: &Keys<'_>,
    ) -> Result<Rows, sqlx::Error> {
        if let Table::Query(query) = statement.mapping.table {
            postgres_catalogue::check_query(connection, query).await?;
        }
        let order = keys.order();
        let fetched = rows(connection, text, statement, keys, &order).await?;
        if most_rows(statement, keys).is_none_or(|most| fetched.len() <= most) {
            return Ok(fetched);
        }
        let text = postgres_text::text(statement, keys, Limit::OfEach);
        observe::statement(&text, keys.len());
        rows(connection, text, statement, keys, &order).await
    }

    async fn table_info(
        connection: &mut PgConnection,
        table: Table,
    ) -> Result<Option<TableInfo>, sqlx::Error> {
        postgres_catalogue::table_info(connection, table).await
    }
}

/// The rows of a statement, whose keys are sent in this order.
async fn rows(
    connection: &mut PgConnection,
    text: String,
    statement: &Statement<'_>,
    keys: &Keys<'_>,
    order: &[usize],
) -> Result<Rows, sqlx::Error> {
    let fetched = rows_once(connection, text.clone(), statement, keys, order).await;
    if !fetched.as_ref().is_err_and(is_stale) {
        return fetched;
    }
    // A migration has changed the type of a column: each load of this connection would fail from now on.
    connection.clear_cached_statements().await?;
    // In a transaction, which the error has aborted, the second one says nothing.
    rows_once(connection, text, statement, keys, order).await.or(fetched)
}

async fn rows_once(
    connection: &mut PgConnection,
    text: String,
    statement: &Statement<'_>,
    keys: &Keys<'_>,
    order: &[usize],
) -> Result<Rows, sqlx::Error> {
    let most = most_rows(statement, keys);
    // One more shows that there are more.
    let limit =
        most.map(|most| i64::try_from(most).map_or(i64::MAX, |most| most.saturating_add(1)));
    let arguments = arguments(keys, order, limit).map_err(sqlx::Error::Encode)?;
    let width = statement.answer.width();
    let mut rows = Rows::new(width);
    let query = sqlx::query_with::<Postgres, _>(AssertSqlSafe(text), arguments);
    let mut stream = query.fetch(connection);
    while let Some(row) = stream.try_next().await? {
        if most.is_some() {
            push_arrays(&mut rows, &row, order, width)?;
        } else {
            push_row(&mut rows, &row, order, width)?;
        }
    }
    Ok(rows)
}

/// Whether a prepared statement is refused because the types of its columns are others now ("cached plan must
/// not change result type").
fn is_stale(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == "0A000")
}
