//! What the command line says.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::counting::Count;
use crate::table::Selection;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Count, and print the table.
    Table,
    /// Count small programs, and compare with the baseline.
    Compare,
    /// Count small programs, and write the baseline.
    Update,
    /// Measure seconds of the same program with macros, expanded, and by hand.
    Seconds,
}

/// What to measure.
#[derive(Clone, Debug)]
pub struct Options {
    pub mode: Mode,
    /// What is counted.
    pub selection: Selection,
    /// Whether the table is of small programs.
    pub small: bool,
    /// Modules of each program beside one by hand: each has 20 facts and 20 policies.
    pub modules: usize,
    /// How often each program is built, in each way.
    pub runs: usize,
    /// Only `cargo check`, and nothing about where the time goes.
    pub check_only: bool,
    /// Release builds too.
    pub release: bool,
    /// How long one run of the compiler may take, without valgrind.
    pub at_most: Duration,
    /// The workspace whose library is used.
    pub library: PathBuf,
    /// Where programs are built.
    pub folder: PathBuf,
}

impl Options {
    /// Parses arguments.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut options = Self {
            mode: Mode::Table,
            selection: Selection::default(),
            small: false,
            modules: 10,
            runs: 5,
            check_only: false,
            release: false,
            at_most: Duration::from_secs(120),
            folder: root.join("target/build-time"),
            library: root.canonicalize().map_err(|error| error.to_string())?,
        };
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--compare" => options.mode = Mode::Compare,
                "--update" => options.mode = Mode::Update,
                "--seconds" => options.mode = Mode::Seconds,
                "--small" => options.small = true,
                "--check-only" => options.check_only = true,
                "--release" => options.release = true,
                row if !row.starts_with("--") => options.selection.rows.push(row.to_owned()),
                _ => {
                    let value = arguments.next().ok_or(format!("`{name}` needs a value"))?;
                    options.valued(&name, &value)?;
                }
            }
        }
        Ok(options)
    }

    /// An option with a value, most of them numbers.
    fn valued(&mut self, name: &str, value: &str) -> Result<(), String> {
        let path = || std::path::absolute(value).map_err(|error| error.to_string());
        match name {
            // Two runs at a time need two folders.
            "--folder" => return path().map(|path| self.folder = path),
            "--library" => return path().map(|path| self.library = path),
            "--counts" => return counts(value).map(|counts| self.selection.counts = counts),
            _ => {}
        }
        let number = value.parse().ok().filter(|number| *number > 0);
        let number = number.ok_or(format!("`{value}` is not a number above 0"))?;
        match name {
            "--modules" => self.modules = number,
            "--runs" => self.runs = number,
            "--at-most" => self.at_most = Duration::from_secs(number as u64),
            _ => return Err(format!("unknown option `{name}`")),
        }
        Ok(())
    }
}

/// `tokens,check`
fn counts(names: &str) -> Result<Vec<Count>, String> {
    let count = |name| {
        Count::named(name).ok_or_else(|| {
            let all = Count::ALL.map(Count::name).join(", ");
            format!("`{name}` is none of {all}")
        })
    };
    names.split(',').map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Options, String> {
        Options::parse(arguments.iter().map(ToString::to_string))
    }

    #[test]
    fn rows_and_counts_are_named() {
        let options = parsed(&["ring", "--counts", "tokens,check", "or"]).expect("options");
        assert_eq!(options.mode, Mode::Table);
        assert_eq!(options.selection.rows, ["ring", "or"]);
        assert_eq!(options.selection.counts, [Count::Tokens, Count::Check]);
    }

    #[test]
    fn what_is_no_option_is_refused() {
        let error = |arguments: &[&str]| parsed(arguments).expect_err("no options");
        assert!(error(&["--counts", "hours"]).starts_with("`hours` is none of tokens, lines"));
        assert_eq!(error(&["--hours", "3"]), "unknown option `--hours`");
        assert_eq!(error(&["--modules", "0"]), "`0` is not a number above 0");
        assert_eq!(error(&["--folder"]), "`--folder` needs a value");
    }
}
