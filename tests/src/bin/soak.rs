//! Soaks the session: random sessions on several threads, every decision compared with a plain
//! function of the facts.
//!
//! `cargo soak [--seconds T] [--threads N] [--seed S] [--sessions M] [--cycles C]`, and to replay one
//! session `--seed S --sessions 1`. Of C sessions, one is a load that waits for itself; `--cycles 0`
//! leaves these out. `--without reentrant,bombs,stuck` leaves others out: sources that ask their own
//! session, panics whose payloads panic, loads that only a deadline ends. Prints the counts and the
//! resident memory every 30 seconds; fails if a decision is wrong, a session hangs, or memory grows.

#[cfg(loom)]
fn main() {}

#[cfg(not(loom))]
fn main() -> std::process::ExitCode {
    use gatehouse_tests::soak;
    use std::process::ExitCode;

    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    println!("{options:?}");
    let soak::Report { counts, wrong } = soak::run(options);
    println!("{counts}; {} wrong", wrong.len());
    ExitCode::from(u8::from(!wrong.is_empty()))
}

/// Options of the command line.
#[cfg(not(loom))]
fn options(
    mut arguments: impl Iterator<Item = String>,
) -> Result<gatehouse_tests::soak::Options, String> {
    use gatehouse_tests::soak::{Options, Without};

    let without = Without::default();
    let sessions = u64::MAX;
    let mut options = Options { seed: 1, threads: 2, seconds: 600, sessions, cycles: 40, without };
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(format!("`{name}` needs a value"))?;
        let number = || value.parse().map_err(|_| format!("`{value}` is not a number"));
        match name.as_str() {
            "--seed" => options.seed = number()?,
            "--seconds" => options.seconds = number()?,
            "--cycles" => options.cycles = number()?,
            "--sessions" => options.sessions = number()?,
            "--threads" => {
                options.threads = usize::try_from(number()?).map_err(|error| error.to_string())?;
            }
            "--without" => {
                for word in value.split(',') {
                    match word {
                        "reentrant" => options.without.reentrant = true,
                        "bombs" => options.without.bombs = true,
                        "stuck" => options.without.stuck = true,
                        _ => return Err(format!("`{word}` cannot be left out")),
                    }
                }
            }
            _ => return Err(format!("`{name}` is no option")),
        }
    }
    Ok(options)
}
