//! The catalogue of PostgreSQL.

use sqlx::postgres::{PgRow, PgStatement, PgTypeInfo, PgTypeKind};
use sqlx::{
    AssertSqlSafe, Column as _, Executor as _, PgConnection, Postgres, Row as _, SqlSafeStr as _,
    Statement as _, TypeInfo as _,
};

use super::catalogue::{ColumnInfo, TableInfo};
use super::mapping::Table;
use super::query;
use super::statement::push_path;
use crate::value::Kind;

/// The columns of a table: name, type, whether it is not NULL, the name of the type below domains, whether that
/// is an enum, whether its collation compares byte by byte.
const COLUMNS: &str = "\
    SELECT a.attname::text, format_type(a.atttypid, NULL), a.attnotnull, b.typname::text, \
           b.typtype = 'e', coalesce(l.collisdeterministic, true), c.relkind IN ('v', 'm', 'f') \
    FROM pg_attribute AS a \
    JOIN pg_class AS c ON c.oid = a.attrelid \
    JOIN pg_type AS t ON t.oid = a.atttypid \
    JOIN pg_type AS b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END \
    LEFT JOIN pg_collation AS l ON l.oid = a.attcollation \
    WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped \
    ORDER BY a.attnum";

/// The indexes of a table: the columns, and whether they are unique. An expression is no column.
const INDEXES: &str = "\
    SELECT i.indisunique AND i.indpred IS NULL, ARRAY( \
        SELECT coalesce(a.attname::text, '') \
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, at) \
        LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number \
        WHERE k.at <= i.indnkeyatts ORDER BY k.at) \
    FROM pg_index AS i WHERE i.indrelid = to_regclass($1) AND i.indisvalid";

/// A table, if it exists.
pub(super) async fn table_info(
    connection: &mut PgConnection,
    table: Table,
) -> Result<Option<TableInfo>, sqlx::Error> {
    let name = match table {
        Table::Query(query) => return queried(connection, query).await.map(Some),
        Table::Named(name) => {
            let mut text = String::new();
            push_path(&mut text, name.iter().copied());
            text
        }
    };
    let rows = sqlx::query(COLUMNS).bind(&name).fetch_all(&mut *connection).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let is_view: bool = first.try_get(6)?;
    let columns = rows.iter().map(column).collect::<Result<_, _>>()?;
    let (mut unique, mut indexes) = (Vec::new(), Vec::new());
    for row in sqlx::query(INDEXES).bind(&name).fetch_all(connection).await? {
        let (is_unique, columns): (bool, Vec<String>) = (row.try_get(0)?, row.try_get(1)?);
        if is_unique {
            unique.push(columns.clone());
        }
        indexes.push(columns);
    }
    Ok(Some(TableInfo { columns, unique: (!is_view).then_some(unique), indexes }))
}

fn column(row: &PgRow) -> Result<ColumnInfo, sqlx::Error> {
    let (name, type_name, is_not_null): (String, String, bool) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let (base, is_enum, is_deterministic): (String, bool, bool) =
        (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
    let is_text = is_enum || kinds(&base).contains(&Kind::Text);
    let is_loose = !is_deterministic || matches!(base.as_str(), "citext" | "bpchar");
    Ok(ColumnInfo {
        name,
        type_name,
        kinds: Some(if is_enum { vec![Kind::Text] } else { kinds(&base) }),
        is_enum,
        is_nullable: Some(!is_not_null),
        is_bytewise: is_text.then_some(!is_loose),
    })
}

/// An error if a query has parameters.
pub(super) async fn check_query(
    connection: &mut PgConnection,
    query: &'static str,
) -> Result<(), sqlx::Error> {
    query::check::<Postgres, _>(query, prepared(connection, query)).await
}

/// A query as a statement of its own.
async fn prepared(connection: &mut PgConnection, query: &str) -> Result<PgStatement, sqlx::Error> {
    let text = format!("SELECT * FROM (\n{query}\n) AS t");
    let statement = connection.prepare(AssertSqlSafe(text).into_sql_str()).await?;
    let parameters = statement.parameters().map(|it| it.either(<[_]>::len, |number| number));
    if parameters.is_some_and(|number| number > 0) {
        return Err(query::has_parameters());
    }
    Ok(statement)
}

/// The columns of a query, and their types.
async fn queried(connection: &mut PgConnection, query: &str) -> Result<TableInfo, sqlx::Error> {
    let statement = prepared(connection, query).await?;
    let column = |name: &str, info: &PgTypeInfo| {
        let is_enum = matches!(info.kind(), PgTypeKind::Enum(_));
        let type_name = info.name().to_lowercase();
        let kinds = if is_enum { vec![Kind::Text] } else { kinds(&type_name) };
        let (is_nullable, is_bytewise) = (None, None);
        let name = name.to_owned();
        ColumnInfo { name, type_name, kinds: Some(kinds), is_enum, is_nullable, is_bytewise }
    };
    let columns = statement.columns().iter().map(|it| column(it.name(), it.type_info())).collect();
    Ok(TableInfo { columns, ..TableInfo::default() })
}

/// The kinds of values that a column of a type holds.
fn kinds(type_name: &str) -> Vec<Kind> {
    match type_name {
        "bool" => vec![Kind::Bool],
        "int2" | "int4" | "int8" => vec![Kind::Int],
        "numeric" => vec![Kind::Decimal],
        "text" | "varchar" | "bpchar" | "char" | "name" | "citext" => vec![Kind::Text],
        "bytea" => vec![Kind::Bytes],
        "uuid" => vec![Kind::Uuid],
        "timestamptz" => vec![Kind::Timestamp],
        "timestamp" => vec![Kind::LocalTimestamp],
        "date" => vec![Kind::Date],
        _ => Vec::new(),
    }
}
