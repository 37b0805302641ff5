//! Counts of programs: a program is written down, compiled, and counted.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::compiler::{Compiler, Failure, Profile, Source, Step};
use super::count::Count;
use super::llvm::{Lines, lines_by_group};
use super::tokens::tokens;
use super::valgrind;
use crate::programs::Program;

/// How much longer the compiler may take under valgrind.
const UNDER_VALGRIND: u32 = 60;

/// Counts what programs cost.
pub struct Counter {
    compiler: Compiler,
    /// Where programs are written.
    folder: PathBuf,
    /// How long one run of the compiler may take.
    at_most: Duration,
    has_valgrind: bool,
    /// What empty programs have, with and without the library.
    empty: Mutex<BTreeMap<(Count, bool), u64>>,
}

/// What was counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The count; `None` where it takes valgrind and there is none.
    pub number: Option<u64>,
    /// The compiler's processor time for it, if the system tells: as long as nothing else is counted
    /// at the same time. Of instructions, and of what must compile.
    pub time: Option<Duration>,
}

/// A program that is written down.
pub struct Written {
    /// The crate's file.
    file: PathBuf,
    uses_library: bool,
    /// Whether it was seen that it needs a `recursion_limit`.
    recursion_limit: AtomicBool,
}

impl Counter {
    /// Counts with a compiler; programs are written in `folder`.
    pub fn new(compiler: Compiler, folder: &Path, at_most: Duration) -> Self {
        let folder = folder.join("programs");
        let has_valgrind = valgrind::is_installed();
        Self { compiler, folder, at_most, has_valgrind, empty: Mutex::default() }
    }

    /// The compiler that is counted.
    pub fn version(&self) -> String {
        self.compiler.version()
    }

    /// Writes a program, of a row of the table.
    pub fn write(&self, row: &str, program: &Program) -> Written {
        let folder = self.folder.join(format!("{row}-{}", program.label));
        fs::remove_dir_all(&folder).ok();
        fs::create_dir_all(&folder).expect("a writable folder");
        for (name, text) in &program.files {
            fs::write(folder.join(name), text).expect("a writable folder");
        }
        Written {
            file: folder.join(&program.files[0].0),
            uses_library: program.uses_library,
            recursion_limit: AtomicBool::new(false),
        }
    }

    /// What a program has, less what an empty program has.
    pub fn count(&self, written: &Written, count: Count) -> Result<Counted, String> {
        let whole = self.whole(written, count)?;
        let (Some(number), true) = (whole.number, count != Count::RecursionLimit) else {
            return Ok(whole);
        };
        let empty = self.empty(count, written.uses_library)?;
        Ok(Counted { number: Some(number.saturating_sub(empty)), ..whole })
    }

    /// The lines of LLVM's language by groups of functions.
    pub fn groups(
        &self,
        written: &Written,
        profile: Profile,
    ) -> Result<BTreeMap<String, Lines>, String> {
        let ir = self.text(written, Step::Lines(profile))?;
        Ok(lines_by_group(&ir))
    }

    fn empty(&self, count: Count, uses_library: bool) -> Result<u64, String> {
        // Held while it counts: two threads that miss would write one program.
        let mut counted = self.empty.lock().expect("no panic");
        if let Some(known) = counted.get(&(count, uses_library)) {
            return Ok(*known);
        }
        let name = format!("empty-{}", if uses_library { "with" } else { "without" });
        let written =
            self.write(&format!("{name}-{}", count.name()), &Program::empty(uses_library));
        let whole = self.whole(&written, count)?.number.unwrap_or_default();
        counted.insert((count, uses_library), whole);
        Ok(whole)
    }

    fn whole(&self, written: &Written, count: Count) -> Result<Counted, String> {
        let untimed = |number| Counted { number: Some(number), time: None };
        match count {
            Count::Tokens => tokens(&self.text(written, Step::Print)?).map(untimed),
            Count::Lines(profile) => {
                let groups = self.groups(written, profile)?;
                Ok(untimed(groups.values().map(|group| group.lines).sum()))
            }
            Count::Expand | Count::Check | Count::Build(_) => {
                self.instructions(written, count.step())
            }
            Count::RecursionLimit => {
                self.compile(written, Step::Check)?;
                let time = self.compile(written, count.step())?;
                let needed = written.recursion_limit.load(Ordering::Relaxed);
                Ok(Counted { number: Some(u64::from(needed)), time })
            }
        }
    }

    fn instructions(&self, written: &Written, step: Step) -> Result<Counted, String> {
        // What fails is not worth the time that it takes valgrind.
        let time = self.compile(written, step)?;
        if !self.has_valgrind {
            return Ok(Counted { number: None, time });
        }
        let log = written.file.with_extension("valgrind");
        let at_most = self.at_most * UNDER_VALGRIND;
        let under = Some(valgrind::counted(&log));
        self.compiler
            .compile(written.source(), step, &written.output(), under, at_most)
            .map_err(|failure| self.words(&failure))?;
        Ok(Counted { number: Some(valgrind::instructions(&log)?), time })
    }

    fn text(&self, written: &Written, step: Step) -> Result<String, String> {
        self.compile(written, step)?;
        fs::read_to_string(written.output()).map_err(|error| error.to_string())
    }

    /// Compiles without a `recursion_limit`, and with one if the compiler asks for it.
    fn compile(&self, written: &Written, step: Step) -> Result<Option<Duration>, String> {
        let compile = || {
            let (source, output) = (written.source(), written.output());
            self.compiler.compile(source, step, &output, None, self.at_most)
        };
        let first = compile();
        let again = match &first {
            Err(Failure::Errors(said)) if asks_for_recursion_limit(said) => {
                !written.recursion_limit.swap(true, Ordering::Relaxed)
            }
            _ => false,
        };
        let result = if again { compile() } else { first };
        result.map_err(|failure| self.words(&failure))
    }

    fn words(&self, failure: &Failure) -> String {
        match failure {
            Failure::Errors(said) => said.clone(),
            Failure::TooLong => format!("takes more than {} s", self.at_most.as_secs()),
        }
    }
}

impl Written {
    fn source(&self) -> Source<'_> {
        Source {
            file: &self.file,
            uses_library: self.uses_library,
            recursion_limit: self.recursion_limit.load(Ordering::Relaxed),
        }
    }

    fn output(&self) -> PathBuf {
        self.file.with_extension("out")
    }
}

/// Of a nesting that is too deep: of macros, types or queries.
fn asks_for_recursion_limit(said: &str) -> bool {
    said.contains("recursion_limit") || said.contains("depth limit") || said.contains("overflow")
}

#[cfg(test)]
mod tests {
    use super::asks_for_recursion_limit;

    #[test]
    fn the_compiler_asks_for_a_recursion_limit() {
        for said in [
            "error: queries overflow the depth limit!\n = help: consider increasing the recursion limit \
             by adding a `#![recursion_limit = \"256\"]` attribute to your crate",
            "error[E0275]: overflow evaluating the requirement `F1: Sized`",
        ] {
            assert!(asks_for_recursion_limit(said), "{said}");
        }
        assert!(!asks_for_recursion_limit("error[E0425]: cannot find value `user` in this scope"));
    }
}
