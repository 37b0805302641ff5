//! The three programs that are compared, each a crate of its own: written, built, run.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use crate::programs::pair;

/// How a program is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// With `fact!`, `#[policy]` and `#[derive(Sources)]`.
    Macros,
    /// The same, and what the macros make of it written out.
    Expanded,
    /// Functions and traits of its own, without the library.
    ByHand,
}

impl Style {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Macros, Self::Expanded, Self::ByHand];

    /// As a name of a crate.
    pub fn name(self) -> &'static str {
        match self {
            Self::Macros => "macros",
            Self::Expanded => "expanded",
            Self::ByHand => "by-hand",
        }
    }
}

/// Where programs are written and built.
pub struct Workshop {
    folder: PathBuf,
    /// The workspace whose library is used.
    library: PathBuf,
}

impl Workshop {
    /// Programs in `folder`, on the library of the workspace `library`.
    pub fn new(folder: &Path, library: &Path) -> Self {
        Self { folder: folder.to_owned(), library: library.to_owned() }
    }

    /// Where a program is.
    pub fn program(&self, style: Style) -> PathBuf {
        self.folder.join(style.name())
    }

    /// Writes all programs, of so many modules. Gives how long the macros take in a process of their
    /// own, without the compiler around them.
    pub fn write(&self, modules: usize) -> Duration {
        for style in Style::ALL {
            let folder = self.program(style);
            // A program of fewer modules than the last one has none left over.
            fs::remove_dir_all(folder.join("src")).ok();
            let uses_library = style != Style::ByHand;
            put(&folder.join("Cargo.toml"), &self.manifest(style.name(), uses_library));
        }
        for (style, program) in
            [(Style::Macros, pair::with_macros(modules)), (Style::ByHand, pair::by_hand(modules))]
        {
            for (name, text) in &program.files {
                put(&self.program(style).join("src").join(name), text);
            }
        }
        self.expand()
    }

    fn manifest(&self, name: &str, uses_library: bool) -> String {
        let library = self.library.join("gatehouse");
        let dependency = if uses_library {
            format!("gatehouse = {{ path = '{}', default-features = false }}\n", library.display())
        } else {
            String::new()
        };
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [workspace]\n\n[dependencies]\n{dependency}"
        )
    }

    /// Writes the expanded program, by the macros' own sources.
    fn expand(&self) -> Duration {
        let folder = self.folder.join("expander");
        let manifest = self.manifest("expander", false)
            + "proc-macro2 = { version = \"1\", features = [\"span-locations\"] }\nquote = \"1\"\n\
               syn = { version = \"3\", features = [\"full\"] }\nprettyplease = \"0.3\"\n";
        put(&folder.join("Cargo.toml"), &manifest);
        let macros = self.library.join("gatehouse-macros/src");
        let mut main = String::from("#![allow(warnings)]\nextern crate proc_macro;\n");
        for module in modules(&macros) {
            module_at(&mut main, &macros, &module);
        }
        put(&folder.join("src/expander.rs"), include_str!("expander.rs"));
        put(
            &folder.join("src/main.rs"),
            &(main + "mod expander;\nfn main() {\n    expander::main();\n}\n"),
        );

        let expanded = self.program(Style::Expanded).join("src");
        fs::create_dir_all(&expanded).expect("a folder");
        let from = self.program(Style::Macros).join("src");
        let output =
            output(self.cargo(&folder, &["run", "--quiet"]).arg("--").arg(from).arg(expanded));
        let nanoseconds = String::from_utf8_lossy(&output.stdout).trim().parse();
        Duration::from_nanos(nanoseconds.expect("a number"))
    }

    /// Cargo in a program's folder. Programs share the folder that they are built in, and with it
    /// what they depend on.
    fn cargo(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(arguments)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTC_BOOTSTRAP")
            .current_dir(folder);
        command
    }

    /// Runs cargo on a program.
    pub fn run_cargo(&self, style: Style, arguments: &[&str]) -> Output {
        output(&mut self.cargo(&self.program(style), arguments))
    }

    /// As [`Workshop::run_cargo`], with the switches of an unstable compiler, in a folder of its own.
    pub fn run_unstable(&self, style: Style, arguments: &[&str]) -> Output {
        let mut command = self.cargo(&self.program(style), arguments);
        command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", self.folder.join("unstable"));
        output(&mut command)
    }

    /// Makes a program look changed.
    pub fn touch(&self, style: Style) {
        let main = self.program(style).join("src/main.rs");
        let file = File::options().append(true).open(main).expect("a program that is written");
        file.set_modified(SystemTime::now()).expect("a file of ours");
    }
}

/// The modules of the macros that are no tests, as their `lib.rs` lists them: each a file, or a
/// folder's `mod`.
fn modules(macros: &Path) -> Vec<String> {
    let source = fs::read_to_string(macros.join("lib.rs")).expect("the macros' front page");
    let lines: Vec<&str> = source.lines().collect();
    let of_tests = |at: usize| at > 0 && lines[at - 1] == "#[cfg(test)]";
    let module = |(at, line): (usize, &&str)| {
        let name = line.strip_prefix("mod ")?.strip_suffix(';')?;
        let is_file = macros.join(name).with_extension("rs").exists();
        let place = if is_file { name.to_owned() } else { format!("{name}/mod") };
        (!of_tests(at)).then_some(place)
    };
    lines.iter().enumerate().filter_map(module).collect()
}

fn module_at(main: &mut String, folder: &Path, module: &str) {
    let name = module.trim_end_matches("/mod");
    let path = folder.join(format!("{module}.rs"));
    let path = path.display();
    writeln!(main, "#[path = r#\"{path}\"#]\nmod {name};").expect("a string takes all");
}

/// What a command that must succeed says.
fn output(command: &mut Command) -> Output {
    let output = command.output().expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} fails: {errors}");
    output
}

fn put(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
    fs::write(path, content).expect("a writable folder");
}
