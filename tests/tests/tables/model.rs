//! Random rows in tables, beside the same rows in a `FactTable`.

use std::fmt::Write as _;

use futures::FutureExt as _;
use gatehouse::LoadedFact;
use gatehouse::prelude::*;
use gatehouse::sql::Lend;
use gatehouse::testing::FactTable;
use gatehouse_tests::soon;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseError;
use sqlx::Pool;

use crate::database::{Database, on_postgres, on_sqlite};
use crate::values::Role;

fact! {
    /// Whether `user` is suspended.
    pub Suspended(user: i64) -> bool = false;
    /// The role of `user` in `org`.
    pub OrgRole(user: i64, org: String) -> Role;
    /// Whether `user` is in `org`.
    pub IsMember(user: i64, org: String) -> bool = false;
    /// Whether `user` is muted in `org`.
    pub Muted(user: i64, org: String) -> bool = false;
    /// The roles of `user` in `org`.
    pub RolesIn(user: i64, org: String) -> Vec<Role>;
    /// The folder around `folder`.
    pub Parent(folder: i64) -> i64;
    /// The groups of `user`.
    pub GroupsOf(user: i64) -> Vec<i64>;
    /// Whether `user` is banned from `org`.
    pub Banned(user: i64, org: String) -> bool = false;
    /// All who administer.
    pub Admins() -> Vec<i64> = Vec::new();
    /// Whether `user` was let into `folder`.
    pub Grant(user: i64, folder: i64) -> bool = false;

    /// Whether `user` was let into `folder`, or into one around it.
    pub Inside(user: i64, folder: i64) -> bool {
        Grant(user, folder).await
            || match Parent(folder).await {
                Some(parent) => Inside(user, parent).await,
                None => false,
            }
    }
}

#[derive(Sources)]
struct Tables<L: Lend> {
    #[rows(Suspended = suspension(user_id))]
    #[rows(OrgRole = member(user_id, org_id) -> role)]
    #[rows(IsMember = member(user_id, org_id))]
    #[rows(Muted = member(user_id, org_id) if muted_at)]
    #[rows(RolesIn = member(user_id, org_id) -> [role order by role])]
    #[rows(Parent = folder(id) -> parent_id)]
    #[rows(GroupsOf = group_member(user_id) -> [group_id order by group_id])]
    #[rows(Banned = actions(user_id, org_id) if banned_at)]
    #[rows(Admins = staff() -> [user_id order by user_id])]
    #[rows(Grant = "SELECT user_id, folder_id FROM access WHERE revoked_at IS NULL" (user_id, folder_id))]
    db: L,
}

/// The tables of [`Tables`].
const SCHEMA: &str = "
    CREATE TABLE suspension (user_id BIGINT);
    CREATE TABLE member (user_id BIGINT, org_id TEXT, role TEXT, muted_at BIGINT);
    CREATE TABLE folder (id BIGINT, parent_id BIGINT);
    CREATE TABLE group_member (user_id BIGINT, group_id BIGINT);
    CREATE TABLE actions (user_id BIGINT, org_id TEXT, banned_at BIGINT);
    CREATE TABLE staff (user_id BIGINT);
    CREATE TABLE access (user_id BIGINT, folder_id BIGINT, revoked_at BIGINT);
";

#[derive(Clone, Debug)]
struct Document {
    org: String,
    folder: Option<i64>,
    group: i64,
}

struct Documents;

impl Domain for Documents {
    type Subject = i64;
    type Action = ();
    type Resource = Document;
    type Context = ();
}

#[policy(forbid)]
async fn suspended(user: &i64) -> bool {
    Suspended(*user).await
}

#[policy(forbid)]
async fn banned(user: &i64, document: &Document) -> bool {
    Banned(*user, document.org.clone()).await
}

#[policy(forbid)]
async fn muted(user: &i64, document: &Document) -> bool {
    Muted(*user, document.org.clone()).await && document.group > 1
}

#[policy]
async fn member(user: &i64, document: &Document) -> bool {
    IsMember(*user, document.org.clone()).await && document.group == 0
}

#[policy]
async fn reader(user: &i64, document: &Document) -> bool {
    RolesIn(*user, document.org.clone()).await?.contains(&Role::Reader)
}

#[policy]
async fn editor(user: &i64, document: &Document) -> bool {
    OrgRole(*user, document.org.clone()).await? == Role::Editor
}

#[policy]
async fn group(user: &i64, document: &Document) -> bool {
    GroupsOf(*user).await?.contains(&document.group)
}

#[policy]
async fn admin(user: &i64) -> bool {
    Admins().await.contains(user)
}

#[policy]
async fn inside(user: &i64, document: &Document) -> bool {
    Inside(*user, document.folder?).await
}

type Policies = (suspended, banned, muted, member, reader, editor, group, admin, inside);
static GATE: Gate<Documents, Policies> = Gate::new();

/// A row of `member`.
type MemberRow = (Option<i64>, Option<&'static str>, Option<&'static str>, Option<i64>);

/// The rows of all tables.
#[derive(Clone, Debug)]
struct Rows {
    suspension: Vec<Option<i64>>,
    member: Vec<MemberRow>,
    folder: Vec<(Option<i64>, Option<i64>)>,
    group_member: Vec<(Option<i64>, Option<i64>)>,
    actions: Vec<(Option<i64>, Option<&'static str>, Option<i64>)>,
    staff: Vec<Option<i64>>,
    access: Vec<(Option<i64>, Option<i64>, Option<i64>)>,
}

const USERS: i64 = 4;
const FOLDERS: i64 = 5;
const ORGS: [&str; 4] = ["a", "A", "o'r\"g\\", ""];
/// The last one is no [`Role`].
const ROLES: [&str; 3] = ["reader", "editor", "Editor"];

/// A number below a bound, or seldom NULL.
fn number(bound: i64) -> impl Strategy<Value = Option<i64>> {
    option::weighted(0.9, 0..bound)
}

/// One of these texts, or seldom NULL.
fn text(texts: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    option::weighted(0.9, select(texts))
}

prop_compose! {
    fn rows()(
        suspension in vec(number(4 * USERS), 0..3),
        member in vec((number(USERS), text(&ORGS), text(&ROLES), option::weighted(0.2, 0_i64..3)), 0..8),
        folder in vec((number(FOLDERS), number(FOLDERS)), 0..5),
        group_member in vec((number(USERS), number(4)), 0..6),
        actions in vec((number(USERS), text(&ORGS), option::of(0_i64..3)), 0..5),
        staff in vec(number(4 * USERS), 0..3),
        access in vec((number(USERS), number(FOLDERS), option::of(0_i64..3)), 0..5),
    ) -> Rows {
        Rows { suspension, member, folder, group_member, actions, staff, access }
    }
}

prop_compose! {
    fn document()(
        org in select(&ORGS[..]),
        folder in option::weighted(0.9, 0..FOLDERS),
        group in 0_i64..4,
    ) -> Document {
        Document { org: org.to_owned(), folder, group }
    }
}

impl Rows {
    /// Puts the rows into the tables of a database.
    async fn fill<D: Database>(&self, database: &D) {
        let number = |it: &Option<i64>| it.map_or("NULL".to_owned(), |it| it.to_string());
        let text = |it: Option<&str>| it.map_or("NULL".to_owned(), D::text);
        let mut sql = SCHEMA.to_owned();
        let mut insert = |table: &str, row: &[String]| {
            let _ = write!(sql, "INSERT INTO {table} VALUES ({});", row.join(", "));
        };
        for user in &self.suspension {
            insert("suspension", &[number(user)]);
        }
        for (user, org, role, muted) in &self.member {
            insert("member", &[number(user), text(*org), text(*role), number(muted)]);
        }
        for (id, parent) in &self.folder {
            insert("folder", &[number(id), number(parent)]);
        }
        for (user, group) in &self.group_member {
            insert("group_member", &[number(user), number(group)]);
        }
        for (user, org, at) in &self.actions {
            insert("actions", &[number(user), text(*org), number(at)]);
        }
        for user in &self.staff {
            insert("staff", &[number(user)]);
        }
        for (user, folder, at) in &self.access {
            insert("access", &[number(user), number(folder), number(at)]);
        }
        database.run(&sql).await;
    }

    /// The facts of the rows.
    fn facts(&self) -> FactTable {
        let mut facts = FactTable::new();
        for user in self.suspension.iter().flatten() {
            facts = facts.with(Suspended(*user), true);
        }
        for user in 0..USERS {
            for org in ORGS {
                let of = |row: &(Option<i64>, Option<&str>)| *row == (Some(user), Some(org));
                let rows = self.member.iter().filter(|(user, org, ..)| of(&(*user, *org)));
                facts = with_member(
                    facts,
                    user,
                    org,
                    rows.map(|(.., role, at)| (*role, *at)).collect(),
                );
                if self.actions.iter().any(|(user, org, at)| of(&(*user, *org)) && at.is_some()) {
                    facts = facts.with(Banned(user, org.to_owned()), true);
                }
            }
            let groups = self.group_member.iter().filter(|(of, _)| *of == Some(user));
            let mut groups: Vec<_> = groups.filter_map(|(_, group)| *group).collect();
            groups.sort_unstable();
            if !groups.is_empty() {
                facts = facts.with(GroupsOf(user), groups);
            }
        }
        for folder in 0..FOLDERS {
            let rows = self.folder.iter().filter(|(id, _)| *id == Some(folder));
            facts = with_single(facts, Parent(folder), "folder", rows.map(|row| row.1), Ok);
        }
        for (user, folder, revoked_at) in &self.access {
            if let (Some(user), Some(folder), None) = (user, folder, revoked_at) {
                facts = facts.with(Grant(*user, *folder), true);
            }
        }
        let mut staff: Vec<_> = self.staff.iter().flatten().copied().collect();
        staff.sort_unstable();
        if staff.is_empty() { facts } else { facts.with(Admins(), staff) }
    }
}

/// Adds the facts of a table that several are in, for one key, from the columns `role` and `muted_at`.
fn with_member(
    mut facts: FactTable,
    user: i64,
    org: &str,
    rows: Vec<(Option<&str>, Option<i64>)>,
) -> FactTable {
    let read = |role: &str| match role {
        "reader" => Ok(Role::Reader),
        "editor" => Ok(Role::Editor),
        _ => Err("the column `role` of `member` does not fit: a text is no `Role`"),
    };
    let mut texts: Vec<_> = rows.iter().filter_map(|(role, _)| *role).collect();
    texts.sort_unstable();
    let key = RolesIn(user, org.to_owned());
    facts = match texts.into_iter().map(read).collect::<Result<Vec<_>, _>>() {
        Ok(roles) if roles.is_empty() => facts,
        Ok(roles) => facts.with(key, roles),
        Err(text) => facts.failing(key, FactError::safe(text)),
    };
    if !rows.is_empty() {
        facts = facts.with(IsMember(user, org.to_owned()), true);
    }
    if rows.iter().any(|(_, at)| at.is_some()) {
        facts = facts.with(Muted(user, org.to_owned()), true);
    }
    let key = OrgRole(user, org.to_owned());
    with_single(facts, key, "member", rows.into_iter().map(|(role, _)| role), read)
}

/// Adds a fact of one value, if a key has one row, and what is wrong otherwise.
fn with_single<K: LoadedFact, C>(
    facts: FactTable,
    key: K,
    table: &str,
    mut rows: impl Iterator<Item = Option<C>>,
    read: impl Fn(C) -> Result<K::Value, &'static str>,
) -> FactTable {
    let name = K::NAME;
    match (rows.next(), rows.next()) {
        (None, _) | (Some(None), None) => facts,
        (Some(Some(cell)), None) => match read(cell) {
            Ok(value) => facts.with(key, value),
            Err(text) => facts.failing(key, FactError::safe(text)),
        },
        (Some(_), Some(_)) => {
            let text =
                format!("`{table}` has several rows for one key of `{name}`, which has one value");
            facts.failing(key, FactError::safe(text))
        }
    }
}

#[derive(Sources)]
struct Table {
    #[loads(Suspended, OrgRole, IsMember, Muted, RolesIn, Parent, GroupsOf, Banned, Admins, Grant)]
    facts: FactTable,
}

/// The decisions about a page, all at once, and one by one.
macro_rules! decided {
    ($sources:expr, $user:expr, $page:expr) => {{
        let sources = std::sync::Arc::new($sources);
        let session = Session::new(sources.clone());
        let mut decisions = GATE.bind(&session, $user, &()).check_all($page).await;
        for document in $page {
            let session = Session::new(sources.clone());
            decisions.push(GATE.bind(&session, $user, &()).check(document).await);
        }
        decisions.iter().map(Decision::to_string).collect::<Vec<_>>()
    }};
}

/// Asks both for the same page.
async fn compare<D: Database>(
    database: &D,
    rows: &Rows,
    user: i64,
    page: &[Document],
) -> Result<(), TestCaseError> {
    rows.fill(database).await;
    let db: Pool<D::Sql> = database.pool();
    let from_tables = soon(async { decided!(Tables { db }, &user, page) }).await;
    let facts = Table { facts: rows.facts() };
    let from_facts = async { decided!(facts, &user, page) }.now_or_never().expect("no wait");
    prop_assert_eq!(from_tables, from_facts);
    Ok(())
}

/// A case: rows, a user, and a page of documents.
fn cases() -> impl Strategy<Value = (Rows, i64, Vec<Document>)> {
    (rows(), 0..USERS, vec(document(), 1..6))
}

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

/// Guarantee 13: rows in tables are the facts that they are in a `FactTable`, on SQLite.
#[test]
fn tables_answer_as_a_fact_table_does_on_sqlite() {
    let runtime = runtime();
    gatehouse_random::check(200, &cases(), |(rows, user, page)| {
        runtime.block_on(on_sqlite(async |db| compare(db, &rows, user, &page).await))
    });
}

/// Guarantee 13: rows in tables are the facts that they are in a `FactTable`, on PostgreSQL.
#[test]
fn tables_answer_as_a_fact_table_does_on_postgres() {
    let runtime = runtime();
    gatehouse_random::check(60, &cases(), |(rows, user, page)| {
        let compared = on_postgres(async |db| compare(db, &rows, user, &page).await);
        runtime.block_on(compared).unwrap_or(Ok(()))
    });
}
