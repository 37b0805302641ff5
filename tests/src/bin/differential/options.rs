//! What the command line says.

use std::path::{Path, PathBuf};

/// What to test.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of the first batch; each further one has the next.
    pub seed: u64,
    /// Bodies in a batch.
    pub bodies: u64,
    /// Data sets for each body.
    pub data: u64,
    /// Batches.
    pub batches: u64,
    /// Only this body.
    pub body: Option<u64>,
    /// Only this data set.
    pub data_seed: Option<u64>,
    /// Whether nothing is granted to the compiler: see `may.rs`.
    pub strict: bool,
    /// Whether differences are printed as they are.
    pub no_shrink: bool,
    /// Break the compiler, in each way whose description contains this.
    pub seeded_faults: Option<String>,
    /// The workspace whose library is tested.
    pub library: PathBuf,
    /// Where programs are built.
    pub folder: PathBuf,
}

impl Options {
    /// Parses arguments.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut options = Self {
            seed: 1,
            bodies: 150,
            data: 200,
            batches: 1,
            body: None,
            data_seed: None,
            strict: false,
            no_shrink: false,
            seeded_faults: None,
            folder: root.join("target/differential"),
            library: root,
        };
        let mut arguments = arguments.peekable();
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--strict" => options.strict = true,
                "--no-shrink" => options.no_shrink = true,
                "--seeded-faults" => {
                    options.seeded_faults = Some(arguments.next().unwrap_or_default());
                }
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
            _ => {}
        }
        let number = value.parse().map_err(|_| format!("`{value}` is not a number"))?;
        match name {
            "--seed" => self.seed = number,
            "--bodies" => self.bodies = number,
            "--data" => self.data = number,
            "--batches" => self.batches = number,
            "--body" => self.body = Some(number),
            "--data-seed" => self.data_seed = Some(number),
            _ => return Err(format!("unknown option `{name}`")),
        }
        Ok(())
    }
}
