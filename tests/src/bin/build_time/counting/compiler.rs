//! The compiler on one crate, with what the crate depends on built before.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use super::clock::of_children;
use super::llvm::CRATE;

/// As cargo's profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    Debug,
    Release,
}

/// How far the compiler goes, and what it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// It prints the program with its macros expanded.
    Print,
    /// It expands macros and resolves names.
    Expand,
    /// It checks, as `cargo check`.
    Check,
    /// It generates code.
    Build(Profile),
    /// It writes what it hands to LLVM, as text.
    Lines(Profile),
}

/// A crate that is compiled.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The crate's file.
    pub file: &'a Path,
    /// Whether it depends on gatehouse.
    pub uses_library: bool,
    /// Whether it has a `recursion_limit`, higher than any program needs.
    pub recursion_limit: bool,
}

/// Why the compiler made nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It says this.
    Errors(String),
    /// It took longer than it may.
    TooLong,
}

/// A compiler and the library for it.
pub struct Compiler {
    rustc: PathBuf,
    /// The workspace whose library is used.
    library: PathBuf,
    /// Where the library is built.
    folder: PathBuf,
    debug: OnceLock<PathBuf>,
    release: OnceLock<PathBuf>,
}

impl Compiler {
    /// The compiler that cargo uses in `library`, a workspace; its library is built in `folder`.
    pub fn new(library: &Path, folder: &Path) -> Self {
        // Not the `rustc` of rustup, which starts another process.
        let sysroot =
            Command::new("rustc").args(["--print", "sysroot"]).current_dir(library).output();
        let sysroot = sysroot.expect("a compiler").stdout;
        let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot).trim());
        Self {
            rustc: sysroot.join("bin/rustc"),
            library: library.to_owned(),
            folder: folder.join("library"),
            debug: OnceLock::new(),
            release: OnceLock::new(),
        }
    }

    /// `rustc 1.95.0 (59807616e 2026-04-14)`
    pub fn version(&self) -> String {
        let output = Command::new(&self.rustc).arg("--version").output().expect("a compiler");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Compiles a crate into a file, under another command, if there is one, such as valgrind. Gives
    /// the processor time that it took, if the system tells; with other child processes at the same
    /// time, it is theirs too.
    pub fn compile(
        &self,
        source: Source<'_>,
        step: Step,
        into: &Path,
        under: Option<Command>,
        at_most: Duration,
    ) -> Result<Option<Duration>, Failure> {
        let mut command = match under {
            Some(mut command) => {
                command.arg(&self.rustc);
                command
            }
            None => Command::new(&self.rustc),
        };
        command.args(self.arguments(source, step, into)).env("RUSTC_BOOTSTRAP", "1");
        run(&mut command, &into.with_extension("stderr"), at_most)
    }

    fn arguments(&self, source: Source<'_>, step: Step, into: &Path) -> Vec<OsString> {
        let mut arguments: Vec<OsString> =
            ["--edition=2024", "--cap-lints=allow", "--crate-type=bin"].map(Into::into).into();
        arguments.push(format!("--crate-name={CRATE}").into());
        arguments.extend(step.arguments().iter().map(Into::into));
        if source.uses_library {
            let folder = self.library(step.profile());
            arguments.push("--extern".into());
            arguments
                .push(format!("gatehouse={}", folder.join("libgatehouse.rlib").display()).into());
            arguments.push("-L".into());
            arguments.push(format!("dependency={}", folder.join("deps").display()).into());
        }
        if source.recursion_limit {
            arguments.push("-Zcrate-attr=recursion_limit=\"4096\"".into());
        }
        arguments.extend(["-o".into(), into.into(), source.file.into()]);
        arguments
    }

    /// Where the library is, which is built when it is needed first.
    fn library(&self, profile: Profile) -> &Path {
        match profile {
            Profile::Debug => self.debug.get_or_init(|| self.build(&["--quiet"], "debug")),
            Profile::Release => self.release.get_or_init(|| {
                // This workspace optimises its macros in release; a user's does not.
                let macros = "--config=profile.release.build-override.opt-level=0";
                self.build(&["--quiet", "--release", macros], "release")
            }),
        }
    }

    fn build(&self, arguments: &[&str], folder: &str) -> PathBuf {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--package=gatehouse", "--no-default-features"])
            .args(arguments)
            .arg("--target-dir")
            .arg(&self.folder)
            .env("CARGO_INCREMENTAL", "0")
            .env_remove("RUSTC_BOOTSTRAP")
            .current_dir(&self.library)
            .stdin(Stdio::null())
            .output()
            .expect("cargo runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the library does not compile: {errors}");
        self.folder.join(folder)
    }
}

impl Step {
    fn profile(self) -> Profile {
        match self {
            Self::Build(profile) | Self::Lines(profile) => profile,
            Self::Print | Self::Expand | Self::Check => Profile::Debug,
        }
    }

    /// One unit of code: with several, what is compiled twice depends on their number.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Print => &["-Zunpretty=expanded"],
            Self::Expand => &["-Zno-analysis"],
            Self::Check => &["--emit=metadata", "-Cdebuginfo=2"],
            Self::Build(Profile::Debug) => &["--emit=obj", "-Ccodegen-units=1", "-Cdebuginfo=2"],
            Self::Build(Profile::Release) => &["--emit=obj", "-Ccodegen-units=1", "-Copt-level=3"],
            Self::Lines(Profile::Debug) => &[
                "--emit=llvm-ir",
                "-Ccodegen-units=1",
                "-Csymbol-mangling-version=v0",
                "-Cno-prepopulate-passes",
            ],
            Self::Lines(Profile::Release) => &[
                "--emit=llvm-ir",
                "-Ccodegen-units=1",
                "-Csymbol-mangling-version=v0",
                "-Cno-prepopulate-passes",
                "-Copt-level=3",
            ],
        }
    }
}

/// Runs a command that says nothing but errors, and gives its processor time.
fn run(
    command: &mut Command,
    errors: &Path,
    at_most: Duration,
) -> Result<Option<Duration>, Failure> {
    let file = File::create(errors).expect("a folder that was made");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
    let (begun, before) = (Instant::now(), of_children());
    let mut child = command.spawn().map_err(|error| Failure::Errors(error.to_string()))?;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            break status;
        }
        if begun.elapsed() > at_most {
            child.kill().expect("a child of ours");
            child.wait().expect("a child of ours");
            return Err(Failure::TooLong);
        }
        thread::sleep(Duration::from_millis(5));
    };
    if status.success() {
        return Ok(of_children().zip(before).map(|(after, before)| after.saturating_sub(before)));
    }
    let said = fs::read(errors).unwrap_or_default();
    Err(Failure::Errors(format!("{status}\n{}", String::from_utf8_lossy(&said))))
}
