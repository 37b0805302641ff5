//! `cargo tables`: loads of a fact from a table of a million rows beside the best statements by hand, in SQLite, and
//! in PostgreSQL if `GATEHOUSE_POSTGRES` is the URL of a server.
//!
//! Arguments are words of the rows to print: `cargo tables PostgreSQL "of one user"`.

mod data;
mod measure;
mod postgres;
mod sqlite;

use data::Batch;
use measure::Side as _;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), sqlx::Error> {
    println!(
        "| database | keys | number | gatehouse, µs | by hand, µs | ratio | ratio of the least | best by hand |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|---|");
    let words: Vec<String> = std::env::args().skip(1).collect();
    let is_asked = |name: &str, others: &[&str]| {
        let of_all = words.iter().filter(|word| others.contains(&word.as_str()));
        of_all.clone().next().is_none() || of_all.into_iter().any(|word| word == name)
    };
    let batches = [Batch::Random, Batch::OneUser];
    let names = batches.map(Batch::name);
    let batches = batches.into_iter().filter(|batch| is_asked(batch.name(), &names));
    let sides = [sqlite::App::NAME, postgres::App::NAME];
    if is_asked(sqlite::App::NAME, &sides) {
        let folder = tempfile::tempdir().expect("a folder");
        measure::print_rows(&sqlite::App::create(folder.path()).await?, batches.clone()).await;
    }
    let url = std::env::var("GATEHOUSE_POSTGRES");
    if let Some(url) = url.ok().filter(|_| is_asked(postgres::App::NAME, &sides)) {
        let app = postgres::App::create(&url).await?;
        measure::print_rows(&app, batches).await;
        app.drop().await?;
    }
    Ok(())
}
