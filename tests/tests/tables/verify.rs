//! What `verify` sees.

use gatehouse::prelude::*;
use gatehouse::sql::Lend;
use gatehouse::value::Value;

use crate::database::Database;

/// A user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Value)]
pub struct UserId(u64);

/// A role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Value)]
#[value(rename_all = "lowercase")]
pub enum Role {
    /// Reads.
    Viewer,
    /// Writes.
    Editor,
}

fact! {
    pub Suspended(user: UserId) -> bool = false;
    pub Level(user: UserId) -> i64;
    pub Pair(user: UserId) -> (i64, Option<i64>);
    pub RoleOf(user: UserId) -> Role;
    pub Groups(user: UserId) -> Vec<i64>;
    pub Users(group: i64) -> Vec<UserId>;
    pub Name(user: UserId) -> String;
    pub ByName(name: String) -> UserId;
    pub Maybe(user: UserId) -> i64;
    pub Maybes(user: UserId) -> Vec<i64>;
    #[required]
    pub Must(user: UserId) -> i64;
    pub Asked(user: UserId) -> i64;
    pub Everybody() -> Vec<UserId>;
}

/// Mappings that fit.
#[derive(Sources)]
struct Fits<L: Lend> {
    #[rows(Suspended = suspension(user_id))]
    #[rows(Level = users(id) -> level, Pair = users(id) -> (level, maybe))]
    #[rows(RoleOf = users(id) -> role)]
    #[rows(Groups = member(user_id) -> [group_id order by group_id])]
    #[rows(Maybe = users(id) -> maybe)]
    #[rows(Everybody = users() -> [id])]
    db: L,
}

/// Mappings of which each fails, in a way of its own.
#[derive(Sources)]
struct Fails<L: Lend> {
    #[rows(Suspended = suspensions(user_id))]
    #[rows(Level = users(user) -> lvl)]
    #[rows(Name = users(id) -> level)]
    #[rows(Pair = users(id) -> (maybe, level))]
    #[rows(Maybe = member(user_id) -> group_id)]
    #[rows(Asked = "SELECT id FROM users"(id) -> level)]
    #[rows(Groups = "SELECT id FROM nowhere"(id) -> [id])]
    db: L,
}

/// Mappings that are right, and worth a word.
#[derive(Sources)]
struct Warns<L: Lend> {
    #[rows(ByName = names(name) -> user_id)]
    #[rows(Users = member(group_id) -> [user_id])]
    #[rows(Maybes = users(id) -> [maybe])]
    #[rows(Must = users(id) -> maybe)]
    #[rows(Asked = "SELECT id, level FROM users"(id) -> level)]
    #[rows(Level = everybody(id) -> level)]
    db: L,
}

fn tables<D: Database>() -> String {
    let loose = D::either("TEXT COLLATE NOCASE", "CHAR(9)");
    format!(
        "CREATE TABLE suspension (user_id BIGINT PRIMARY KEY);
         CREATE TABLE users (
             id BIGINT PRIMARY KEY, level BIGINT NOT NULL, maybe BIGINT, role TEXT NOT NULL);
         CREATE TABLE member (
             user_id BIGINT NOT NULL, group_id BIGINT NOT NULL, PRIMARY KEY (user_id, group_id));
         CREATE TABLE names (name {loose} PRIMARY KEY, user_id BIGINT NOT NULL);
         CREATE VIEW everybody AS SELECT * FROM users;"
    )
}

async fn what_fits_has_no_warning<D: Database>(database: &D) {
    database.run(&tables::<D>()).await;
    let verified = Fits { db: database.pool() }.verify().await.expect("it fits");
    assert_eq!(verified.warnings().iter().map(ToString::to_string).collect::<String>(), "");
}

async fn all_that_fails_is_one_error<D: Database>(database: &D) {
    database.run(&tables::<D>()).await;
    let error = Fails { db: database.pool() }.verify().await.expect_err("it does not fit");
    let text = error.to_string();
    let expected = [
        "the facts do not fit the database:",
        "- `Suspended = suspensions(user_id)`: there is no table `suspensions`",
        "- `Level = users(user) -> lvl`: `users` has no column `user`; it has id, level, maybe, role",
        "- `Level = users(user) -> lvl`: `users` has no column `lvl`; it has id, level, maybe, role",
        D::either(
            "- `Name = users(id) -> level`: the column `level` is of the type BIGINT, where a text is expected",
            "- `Name = users(id) -> level`: the column `level` is of the type bigint, where a text is expected",
        ),
        "- `Pair = users(id) -> (maybe, level)`: the column `maybe` may be NULL, for which the value has no \
         place; make it an `Option`, or the column NOT NULL",
        "- `Maybe = member(user_id) -> group_id`: `member` has no unique index over (user_id), and a key \
         with several rows fails; add one, or collect all rows by `-> [column]`",
        "- `Asked = \"SELECT id FROM users\"(id) -> level`: the query of `Asked` has no column `level`; it \
         has id",
        "- `Groups = \"SELECT id FROM nowhere\"(id) -> [id]`: the schema could not be read: ",
    ];
    let mut lines = text.lines();
    for expected in expected {
        let line = lines.next().unwrap_or_default();
        assert!(line.starts_with(expected), "{line}\n{expected}");
    }
    assert_eq!(lines.next(), None, "{text}");
    assert_eq!(error.errors().len(), 8);
    assert!(std::error::Error::source(&error).is_some());
}

async fn what_is_worth_a_word_is_a_warning<D: Database>(database: &D) {
    database.run(&tables::<D>()).await;
    let verified = Warns { db: database.pool() }.verify().await.expect("it fits");
    let loose = D::either("TEXT COLLATE NOCASE", "character");
    let expected = [
        format!(
            "`ByName = names(name) -> user_id`: the column `name` compares texts that differ as equal \
             ({loose}); a key is answered by the rows of all of them"
        ),
        "`Users = member(group_id) -> [user_id]`: `member` has no index that begins with (group_id): each \
         load reads it whole"
            .to_owned(),
        "`Maybes = users(id) -> [maybe]`: the column `maybe` may be NULL: such rows are left out".to_owned(),
        "`Must = users(id) -> maybe`: the column `maybe` may be NULL, and the fact is `#[required]`: NULL \
         is a failed load"
            .to_owned(),
        "`Asked = \"SELECT id, level FROM users\"(id) -> level`: it cannot be told of a query whether a key \
         has several rows: such a key fails"
            .to_owned(),
        "`Level = everybody(id) -> level`: it cannot be told of a view whether a key has several rows: such \
         a key fails"
            .to_owned(),
    ];
    let warnings: Vec<_> = verified.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(warnings, expected);
}

async fn a_database_that_is_gone_is_an_error<D: Database>(database: &D) {
    let pool = database.pool();
    pool.close().await;
    let error = Fits { db: pool }.verify().await.expect_err("it is gone");
    assert!(
        error.errors().iter().all(|it| it.to_string().contains("the schema could not be read"))
    );
}

on_each_database! {
    what_fits_has_no_warning
    all_that_fails_is_one_error
    what_is_worth_a_word_is_a_warning
    a_database_that_is_gone_is_an_error
}
