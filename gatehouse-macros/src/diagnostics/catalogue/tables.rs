//! Diagnostics of `#[rows(…)]` in `#[derive(Sources)]`.

use std::fmt::Display;

#[cfg(test)]
use crate::diagnostics::Entry;
use crate::diagnostics::{Diagnostic, chapter};

chapter! { TABLES "Facts from tables"
    /// An attribute that is nearly `rows` would be lost, and with it the source of its facts.
    rows_misspelt(written) {
        says: "there is no attribute `{written}`; write `#[rows(Fact = table(key columns) -> value)]`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[«row»(Admin = admin(user_id))]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = admin(user_id))]
    db: Database,
}",
    }
    /// A field that loads nothing needs no attribute.
    rows_nothing() {
        says: "`rows` maps no fact; write `#[rows(Fact = table(key columns) -> value)]`, or remove it",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[«rows»]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = admin(user_id))]
    db: Database,
}",
    }
    /// A mapping says which fact is in which table, and by which columns its rows are found.
    rows_mapping() {
        says: "expected a mapping; write `Fact = table(key columns) -> value`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(«Admin»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = admin(user_id))]
    db: Database,
}",
    }
    /// The rows are those of a table, a view or a query.
    rows_table() {
        says: "expected a table; write its name, `schema.table`, or a query in quotes",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = «7»(user_id))]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = admin(user_id))]
    db: Database,
}",
    }
    /// A text in the place of a table is a query. The name of a table stands without quotes.
    rows_no_query(text) {
        says: "`{text}` in quotes is no query; write the name of a table without quotes, or `\"SELECT … FROM …\"`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = «\"admin\"»(user_id))]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = admin(user_id))]
    db: Database,
}",
    }
    /// The query becomes a part of a statement, in parentheses.
    rows_semicolon() {
        says: "a query ends without `;`; remove it",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = «\"SELECT user_id FROM staff WHERE level > 3;\"»(user_id))]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = \"SELECT user_id FROM staff WHERE level > 3\"(user_id))]
    db: Database,
}",
    }
    /// The rows of a key are found by the columns in parentheses, one for each key part.
    rows_key() {
        says: "the table has no list of key columns; write `table(column, …)`, or `table()` for a fact without key parts",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = «admin»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = admin(user_id))]
    db: Database,
}",
    }
    /// A column is named as the database has it.
    rows_column() {
        says: "expected the name of a column; write it as the database has it, in quotes if it is no name in Rust",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = admin(«7»))]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Admin = admin(user_id))]
    db: Database,
}",
    }
    /// Each key part has a column of its own.
    rows_key_twice(column) {
        says: "the column `{column}` is in the key already; name each column once",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Member = member(user_id, «user_id»))]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Member = member(user_id, org_id))]
    db: Database,
}",
    }
    /// Behind `->` stands what the value of a row is.
    rows_value() {
        says: "expected a value; write `-> column`, `-> (column, column)`, `-> Struct {{ field, … }}`, or one of them in brackets for all rows of a key",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Level = level(user_id) «->»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Level = level(user_id) -> level)]
    db: Database,
}",
    }
    /// A tuple has at least two columns.
    rows_tuple() {
        says: "a tuple has at least two columns; write one column without parentheses",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Level = level(user_id) -> «(level)»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Level = level(user_id) -> level)]
    db: Database,
}",
    }
    /// The rows of a key have an order if the mapping gives one.
    rows_order(text) {
        says: "expected `order by column` instead of `{text}`; write `[value order by column desc, column]`",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Groups = member(user_id) -> [group_id «sorted since»])]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Groups = member(user_id) -> [group_id order by since])]
    db: Database,
}",
    }
    /// A mapping ends with the value. A condition on the rows is part of a query.
    rows_rest(text) {
        says: "`{text}` is too much; a mapping is `Fact = table(key columns)` with `-> value` or `if column`, and whatever else the rows have to meet is a query in place of the table",
        wrong: "#[derive(Sources)]
struct AppFacts {
    #[rows(Level = level(user_id) -> level «if granted_at»)]
    db: Database,
}",
        right: "#[derive(Sources)]
struct AppFacts {
    #[rows(Level = \"SELECT * FROM level WHERE granted_at IS NOT NULL\"(user_id) -> level)]
    db: Database,
}",
    }
}
