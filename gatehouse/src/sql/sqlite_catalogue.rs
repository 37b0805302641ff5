//! The catalogue of SQLite.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteStatement;
use sqlx::{
    AssertSqlSafe, Column as _, Either, Executor as _, Row as _, SqlSafeStr as _, Sqlite,
    SqliteConnection, Statement as _,
};

use super::catalogue::{ColumnInfo, TableInfo};
use super::mapping::Table;
use super::query;
use crate::value::Kind;

/// A table, if it exists.
pub(super) async fn table_info(
    connection: &mut SqliteConnection,
    table: Table,
) -> Result<Option<TableInfo>, sqlx::Error> {
    match table {
        Table::Named(name) => {
            let (schema, table) = match name {
                [schema, table] => (*schema, *table),
                _ => ("main", name.last().copied().unwrap_or_default()),
            };
            named(connection, schema, table).await
        }
        Table::Query(query) => queried(connection, query).await.map(Some),
    }
}

async fn named(
    connection: &mut SqliteConnection,
    schema: &str,
    table: &str,
) -> Result<Option<TableInfo>, sqlx::Error> {
    let columns = "SELECT name, type, \"notnull\", pk FROM pragma_table_xinfo(?1, ?2)";
    let rows = sqlx::query(columns).bind(table).bind(schema).fetch_all(&mut *connection).await?;
    let mut info = TableInfo::default();
    let mut primary_key = BTreeMap::new();
    for row in rows {
        let (name, type_name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let (is_not_null, key): (bool, i64) = (row.try_get(2)?, row.try_get(3)?);
        if key > 0 {
            primary_key.insert(key, name.clone());
        }
        let kinds = kinds(&type_name);
        let is_nullable = Some(!is_not_null && key == 0);
        let (is_enum, is_bytewise) = (false, None);
        info.columns.push(ColumnInfo { name, type_name, kinds, is_enum, is_nullable, is_bytewise });
    }
    if info.columns.is_empty() {
        return Ok(None);
    }
    let mut unique = Vec::new();
    if !primary_key.is_empty() {
        let primary_key: Vec<_> = primary_key.into_values().collect();
        unique.push(primary_key.clone());
        info.indexes.push(primary_key);
    }
    add_indexes(connection, schema, table, &mut info, &mut unique).await?;
    info.unique = is_table(connection, table).await?.then_some(unique);
    Ok(Some(info))
}

/// Whether it is no view.
async fn is_table(connection: &mut SqliteConnection, table: &str) -> Result<bool, sqlx::Error> {
    let query =
        "SELECT count(*) FROM pragma_table_list WHERE name = ?1 COLLATE NOCASE AND type = 'view'";
    let views: i64 = sqlx::query(query).bind(table).fetch_one(connection).await?.try_get(0)?;
    Ok(views == 0)
}

/// Adds the indexes, and the collations of their columns: those of the columns themselves cannot be asked.
async fn add_indexes(
    connection: &mut SqliteConnection,
    schema: &str,
    table: &str,
    info: &mut TableInfo,
    unique: &mut Vec<Vec<String>>,
) -> Result<(), sqlx::Error> {
    let query = "SELECT i.seq, i.\"unique\" AND NOT i.partial, c.name, c.coll \
                 FROM pragma_index_list(?1, ?2) AS i \
                 JOIN pragma_index_xinfo(i.name, ?2) AS c ON c.key \
                 ORDER BY i.seq, c.seqno";
    let rows = sqlx::query(query).bind(table).bind(schema).fetch_all(connection).await?;
    let mut indexes: Vec<(i64, bool, Vec<String>)> = Vec::new();
    for row in rows {
        let (number, is_unique): (i64, bool) = (row.try_get(0)?, row.try_get(1)?);
        let (name, collation): (Option<String>, Option<String>) =
            (row.try_get(2)?, row.try_get(3)?);
        // An expression has no name, and is no column.
        let name = name.unwrap_or_default();
        if let Some(column) = info.columns.iter_mut().find(|column| column.name == name) {
            let is_text = column.kinds.as_ref().is_none_or(|kinds| kinds.contains(&Kind::Text));
            let collation = collation.filter(|_| is_text);
            column.is_bytewise = collation.as_ref().map(|name| name == "BINARY");
            if let Some(loose) = collation.filter(|name| name != "BINARY") {
                column.type_name = format!("{} COLLATE {loose}", column.type_name);
            }
        }
        match indexes.last_mut() {
            Some((last, _, columns)) if *last == number => columns.push(name),
            _ => indexes.push((number, is_unique, vec![name])),
        }
    }
    for (_, is_unique, columns) in indexes {
        if is_unique {
            unique.push(columns.clone());
        }
        info.indexes.push(columns);
    }
    Ok(())
}

/// An error if a query has parameters.
pub(super) async fn check_query(
    connection: &mut SqliteConnection,
    query: &'static str,
) -> Result<(), sqlx::Error> {
    query::check::<Sqlite, _>(query, prepared(connection, query)).await
}

/// A query as a statement of its own.
async fn prepared(
    connection: &mut SqliteConnection,
    query: &str,
) -> Result<SqliteStatement, sqlx::Error> {
    let text = format!("SELECT * FROM (\n{query}\n) AS t");
    let statement = connection.prepare(AssertSqlSafe(text).into_sql_str()).await?;
    match statement.parameters() {
        Some(Either::Right(1..)) => Err(query::has_parameters()),
        _ => Ok(statement),
    }
}

/// The columns of a query, of which no more is known.
async fn queried(connection: &mut SqliteConnection, query: &str) -> Result<TableInfo, sqlx::Error> {
    let statement = prepared(connection, query).await?;
    let column = |name: &str| ColumnInfo {
        name: name.to_owned(),
        type_name: "unknown".to_owned(),
        kinds: None,
        is_enum: false,
        is_nullable: None,
        is_bytewise: None,
    };
    let columns = statement.columns().iter().map(|it| column(it.name())).collect();
    Ok(TableInfo { columns, ..TableInfo::default() })
}

/// The kinds of values that a column of a declared type holds, by SQLite's rules of affinity; `None` for any.
fn kinds(type_name: &str) -> Option<Vec<Kind>> {
    let name = type_name.to_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let numbers = [Kind::Bool, Kind::Int, Kind::Timestamp, Kind::LocalTimestamp, Kind::Date];
    if has(&["INT"]) {
        Some(numbers.to_vec())
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Some(vec![Kind::Text, Kind::Decimal])
    } else if name.is_empty() || name == "ANY" {
        None
    } else if has(&["BLOB"]) {
        Some(vec![Kind::Bytes, Kind::Uuid])
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        Some(Vec::new())
    } else {
        Some(numbers.to_vec())
    }
}
