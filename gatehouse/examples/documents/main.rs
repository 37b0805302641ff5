//! The whole of gatehouse on an embedded database: `cargo run --example documents`.
//!
//! It makes a database in a temporary directory, compares the facts with its tables, asks who may do what to
//! one document, takes a table away, filters a page of a thousand documents for three users, and counts the
//! queries.

mod db;
mod policies;
mod screen;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use gatehouse::error::FilterError;
use gatehouse::prelude::*;

use self::db::{AppFacts, Database};
use self::policies::{Action, Document, GATE, User};
use self::screen::Screen;

const ANN: User = User { id: 14, name: "ann" };
const BOB: User = User { id: 15, name: "bob" };
const CARA: User = User { id: 7, name: "cara" };
const DORA: User = User { id: 4, name: "dora" };

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let db = Database::create(directory.path()).await?;
    let facts = Arc::new(AppFacts { db: db.clone() });
    let screen = Screen::new();

    screen.title("The facts, beside the tables");
    let verified = facts.verify().await?;
    screen.note(&format!("each fits its table; {} warnings", verified.warnings().len()));

    screen.title("The plan, before anything runs");
    Screen::indented(&GATE.plan().to_string());

    let page = db.documents(1000).await?;
    one_document(&facts, &page[0], &screen).await;

    screen.title("Why?");
    for (user, action) in [(&BOB, Action::Edit), (&CARA, Action::Edit), (&DORA, Action::Read)] {
        why(&facts, user, action, &page[0], &screen).await;
    }
    db.execute("ALTER TABLE suspension RENAME TO taken_away").await?;
    screen.title("The table of suspensions is taken away");
    if let Err(error) = facts.verify().await {
        Screen::indented(&error.to_string());
    }
    why(&facts, &ANN, Action::Edit, &page[0], &screen).await;
    db.execute("ALTER TABLE taken_away RENAME TO suspension").await?;

    one_page(&facts, &page, &screen).await?;
    Ok(())
}

/// One request: a session of its own.
async fn ask(facts: &Arc<AppFacts>, user: &User, action: Action, doc: &Document) -> Decision {
    let session = Session::new(facts.clone());
    GATE.bind(&session, user, &action).check(doc).await
}

/// The same request, and why.
async fn why(facts: &Arc<AppFacts>, user: &User, action: Action, doc: &Document, screen: &Screen) {
    let session = Session::new(facts.clone());
    let explanation = GATE.bind(&session, user, &action).explain(doc).await;
    screen.request(user, action);
    Screen::indented(&explanation.colored().to_string());
}

/// Who may do what to one document.
async fn one_document(facts: &Arc<AppFacts>, doc: &Document, screen: &Screen) {
    screen.title(&format!("Who may do what to “{}”", doc.title));
    for (user, action) in [
        (&ANN, Action::Edit),
        (&BOB, Action::Edit),
        (&CARA, Action::Read),
        (&CARA, Action::Edit),
        (&DORA, Action::Read),
    ] {
        screen.decision(user, action, &ask(facts, user, action, doc).await);
    }
}

/// What three users see of a page, and what it costs.
async fn one_page(
    facts: &Arc<AppFacts>,
    page: &[Document],
    screen: &Screen,
) -> Result<(), Box<dyn Error>> {
    screen.title(&format!("What they may read of a page of {} documents", page.len()));
    Screen::row("user", "visible", "SQL queries", "with a check per row");
    facts.db.take_queries();
    for user in [&ANN, &BOB, &CARA] {
        let started = Instant::now();
        let session = Session::new(facts.clone());
        let access = GATE.bind(&session, user, &Action::Read);
        let visible = access.filter(page).await.map_err(FilterError::into_undecided)?.len();
        let filtered = Screen::cost(facts.db.take_queries(), started.elapsed());

        let started = Instant::now();
        let mut allowed = 0;
        for doc in page {
            allowed += usize::from(ask(facts, user, Action::Read, doc).await.is_allow());
        }
        let one_by_one = Screen::cost(facts.db.take_queries(), started.elapsed());
        assert_eq!(visible, allowed, "a page and its rows agree");
        Screen::row(user.name, &visible.to_string(), &filtered, &one_by_one);
    }
    screen.note("one query for each fact: three facts, whatever the length of the page");
    Ok(())
}
