//! `cargo tables`: loads of a fact from a table of a million rows beside the best statements by hand, in SQLite, and
//! in PostgreSQL if `GATEHOUSE_POSTGRES` is the URL of a server.

mod data;
mod measure;
mod postgres;
mod sqlite;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), sqlx::Error> {
    println!(
        "| database | keys | number | gatehouse, µs | by hand, µs | ratio | ratio of the least | best by hand |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|---|");
    let folder = tempfile::tempdir().expect("a folder");
    measure::print_rows(&sqlite::App::create(folder.path()).await?).await;
    if let Ok(url) = std::env::var("GATEHOUSE_POSTGRES") {
        let app = postgres::App::create(&url).await?;
        measure::print_rows(&app).await;
        app.drop().await?;
    }
    Ok(())
}
