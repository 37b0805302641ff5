//! What the command line says.

use std::path::{Path, PathBuf};

/// What to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// Modules of each program: each has 20 facts and 20 policies.
    pub modules: usize,
    /// How often each program is built, in each way.
    pub runs: usize,
    /// Only `cargo check`, and nothing about where the time goes.
    pub check_only: bool,
    /// Release builds too.
    pub release: bool,
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
            modules: 10,
            runs: 5,
            check_only: false,
            release: false,
            folder: root.join("target/build-time"),
            library: root.canonicalize().map_err(|error| error.to_string())?,
        };
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--check-only" => options.check_only = true,
                "--release" => options.release = true,
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
        if name == "--folder" {
            // Two runs at a time need two folders.
            self.folder = std::path::absolute(value).map_err(|error| error.to_string())?;
            return Ok(());
        }
        let number = value.parse().ok().filter(|number| *number > 0);
        let number = number.ok_or(format!("`{value}` is not a number above 0"))?;
        match name {
            "--modules" => self.modules = number,
            "--runs" => self.runs = number,
            _ => return Err(format!("unknown option `{name}`")),
        }
        Ok(())
    }
}
