//! `cargo table`: one table of the last run of `cargo bench`, and what it says about the goals.
//!
//! `cargo table --write 'when, and on what machine'` puts both into `README.md`.

mod goals;
mod measurements;
mod workloads;

use std::process::ExitCode;

use measurements::Measurements;

const BEGIN: &str = "<!-- written by `cargo table --write`: begin -->\n";
const END: &str = "<!-- end -->\n";

/// Puts `text` between the marks of the page.
fn write(text: &str) -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let page = std::fs::read_to_string(path)?;
    let (before, rest) = page.split_once(BEGIN).ok_or("README.md has no mark to begin at")?;
    let (_, after) = rest.split_once(END).ok_or("README.md has no mark to end at")?;
    std::fs::write(path, format!("{before}{BEGIN}{text}{END}{after}"))?;
    Ok(())
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let measured = Measurements::of_the_last_run()?;
    let mut text = workloads::table(&measured);
    text += "\n### Goals\n\n";
    text += &goals::table(&measured);
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => print!("{text}"),
        (Some("--write"), Some(when)) => write(&format!("Measured: {when}.\n\n{text}"))?,
        _ => return Err("usage: cargo table [--write 'when, and on what machine']".into()),
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
