//! The generated program: writing it, building it, asking it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::body::Body;
use crate::data::FACTS;
use crate::derived;
use crate::fragments::MACRO;
use crate::generate::{self, Forbidden};
use crate::interpret::Key;
use crate::render;
use crate::told::{Place, Reader, Told};

/// The places of a policy in the program: as written, and lazy.
pub const EAGER: usize = 0;
/// See [`EAGER`].
pub const LAZY: usize = 1;

/// A question: what is asked, step by step, on one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The data set.
    pub data: u64,
    /// Whether the decisions are to be explained.
    pub explain: bool,
    /// The steps.
    pub steps: Vec<Step>,
}

/// What is asked of one gate at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The policies of the gate, by their places.
    pub policies: Vec<usize>,
    /// The data sets whose documents are asked for.
    pub docs: Vec<u64>,
}

/// What the program says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// For each document of each step, `allow`, `deny`, `indeterminate`, or what went wrong.
    pub decisions: Vec<String>,
    /// Rounds used.
    pub rounds: u64,
    /// Rounds planned, by the last gate.
    pub planned: u64,
    /// Rounds more for each link of a recursive fact.
    pub per_link: u64,
    /// The keys that were asked of a source, each as often as it was.
    pub asked: Vec<Key>,
    /// An explanation of each decision, if they were wanted, and `same`, or what was not the same on a
    /// fresh session, or what went wrong.
    pub explained: Option<(String, Vec<Told>)>,
}

/// Where programs are built, and on which library.
pub struct Workshop {
    /// The folder of the generated crate.
    folder: PathBuf,
    /// The folder of what cargo makes.
    target: PathBuf,
    /// The workspace whose library it uses.
    library: PathBuf,
}

/// A program that is built.
pub struct Program {
    folder: PathBuf,
    executable: PathBuf,
    /// How many bodies it has.
    count: usize,
}

impl Workshop {
    /// A crate in `folder`, on the library of the workspace `library`.
    pub fn new(folder: &Path, library: &Path) -> Self {
        let (folder, library) = (folder.to_owned(), library.to_owned());
        Self { target: folder.join("target"), folder, library }
    }

    /// Builds a program of these bodies, with those derived facts that they need. An error is the
    /// compiler's, with the bodies that it is about.
    fn build(&self, facts: &[Body], bodies: &[Body]) -> Result<Program, (String, BTreeSet<usize>)> {
        self.write(facts, bodies, &[]);
        let output = self.cargo(&["build"]);
        if output.status.success() {
            let executable = self.target.join("debug/differential-program");
            let folder = self.folder.clone();
            return Ok(Program { folder, executable, count: bodies.len() });
        }
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let about = |file: &str| -> BTreeSet<usize> {
            let after = errors.split(file).skip(1);
            after.filter_map(|rest| rest.split(".rs").next()?.parse().ok()).collect()
        };
        let (mut about, sets) = (about("src/bodies/b"), about("src/facts/set"));
        about.extend((0..bodies.len()).filter(|at| {
            let needed = derived::needed(facts, [&bodies[*at]]);
            needed.into_iter().any(|fact| sets.contains(&derived::set(fact)))
        }));
        Err((errors, about))
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO"))
            .args(arguments)
            .args(["--quiet", "--color=never"])
            .env("CARGO_TARGET_DIR", &self.target)
            .current_dir(&self.folder)
            .output()
            .expect("cargo runs")
    }

    /// Which of these rules are not refused for the reason that they have, and what happens instead.
    pub fn not_refused(&self, rules: &[Forbidden]) -> Vec<(usize, String)> {
        let workshop = Self {
            folder: self.folder.join("refused"),
            target: self.target.clone(),
            library: self.library.clone(),
        };
        let (mut found, mut refused) = (Vec::new(), BTreeSet::new());
        // What rustc says of some hides what it says of others in a later pass.
        loop {
            let is_open = |at: &usize| !refused.contains(at);
            let texts: Vec<String> = (0..rules.len())
                .map(|at| if is_open(&at) { rules[at].text() } else { String::new() })
                .collect();
            workshop.write(&[], &[], &texts);
            let output = workshop.cargo(&["check", "--message-format=short"]);
            let errors = String::from_utf8_lossy(&output.stderr);
            let codes = codes(&errors);
            let news: Vec<usize> = codes.keys().copied().filter(is_open).collect();
            if output.status.success() {
                let compiles = |at| (at, "compiles, and must not".to_owned());
                found.extend((0..rules.len()).filter(is_open).map(compiles));
                return found;
            }
            assert!(!news.is_empty(), "the program does not build: {errors}");
            for at in news {
                let (codes, code) = (&codes[&at], rules[at].why.code());
                if codes.iter().any(|it| it != code) {
                    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
                    found.push((at, format!("has {}, must have {code}", codes.join(", "))));
                }
                refused.insert(at);
            }
        }
    }

    /// Builds a program of those bodies that compile; gives the places of the others, and why.
    pub fn build_what_compiles(
        &self,
        facts: &[Body],
        bodies: &[Body],
    ) -> (Program, BTreeSet<usize>, String) {
        let (mut refused, mut all_errors) = (BTreeSet::new(), String::new());
        let mut bodies = bodies.to_vec();
        loop {
            match self.build(facts, &bodies) {
                Ok(program) => return (program, refused, all_errors),
                Err((errors, about)) => {
                    assert!(!about.is_subset(&refused), "the program does not build: {errors}");
                    for at in &about {
                        bodies[*at] = crate::body::nothing();
                    }
                    refused.extend(about);
                    all_errors.push_str(&errors);
                }
            }
        }
    }

    fn write(&self, facts: &[Body], bodies: &[Body], refused: &[String]) {
        let library = self.library.join("gatehouse");
        let manifest = format!(
            "[package]\nname = \"differential-program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [workspace]\n\n[dependencies]\n\
             gatehouse = {{ path = '{}', default-features = false }}\n\n\
             [profile.dev]\ndebug = false\nincremental = false\n",
            library.display(),
        );
        put(&self.folder.join("Cargo.toml"), &manifest);
        put(&self.folder.join("src/main.rs"), include_str!("program/main.rs"));
        put(&self.folder.join("src/answers.rs"), include_str!("program/answers.rs"));
        put(&self.folder.join("src/explain.rs"), include_str!("program/explain.rs"));
        put(&self.folder.join("src/names.rs"), include_str!("program/names.rs"));
        put(&self.folder.join("src/data.rs"), include_str!("data.rs"));
        let mut modules = stored_facts();
        for (at, text) in derived_facts(facts, bodies) {
            put(&self.folder.join(format!("src/facts/set{at}.rs")), &text);
            writeln!(modules, "\nmod set{at};\npub use set{at}::*;").expect("a string takes all");
        }
        put(&self.folder.join("src/facts.rs"), &modules);
        let mut list = String::from("//! The generated policies.\n\nmod primer;\n");
        let primer = render::policy(&generate::primer(), "primer", false);
        put(&self.folder.join("src/bodies/primer.rs"), &module(&primer));
        let mut places = String::new();
        for (at, text) in refused.iter().enumerate() {
            put(&self.folder.join(format!("src/bodies/r{at}.rs")), &module(text));
            writeln!(list, "mod r{at};").expect("a string takes all");
        }
        for (at, body) in bodies.iter().enumerate() {
            put(&self.folder.join(format!("src/bodies/b{at}.rs")), &module_of(body));
            writeln!(list, "mod b{at};").expect("a string takes all");
            write!(places, "    gatehouse::dynamic::boxed::<b{at}::eager, _, _>,\n    gatehouse::dynamic::boxed::<b{at}::lazily, _, _>,\n")
                .expect("a string takes all");
        }
        write!(
            list,
            "\npub const POLICIES: &[fn() -> crate::Boxed] = &[\n{places}    crate::anybody_boxed,\n    \
             gatehouse::dynamic::boxed::<primer::primer, _, _>,\n];\n"
        )
        .expect("a string takes all");
        put(&self.folder.join("src/bodies/mod.rs"), &list);
    }
}

/// The codes of the errors of each rule that is to be refused; an error of ours has none.
fn codes(errors: &str) -> BTreeMap<usize, BTreeSet<String>> {
    let mut all: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let about = |line: &str| {
        let (at, rest) = line.strip_prefix("src/bodies/r")?.split_once(".rs:")?;
        let (_, error) = rest.split_once(": error")?;
        let code = error.strip_prefix('[').and_then(|code| code.split_once(']'));
        Some((at.parse().ok()?, code.map_or_else(|| "no code".into(), |code| code.0.to_owned())))
    };
    for (at, code) in errors.lines().filter_map(about) {
        all.entry(at).or_default().insert(code);
    }
    all
}

/// Writes a file, unless it is there and the same.
fn put(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
    if fs::read_to_string(path).ok().as_deref() != Some(content) {
        fs::write(path, content).expect("a writable folder");
    }
}

/// A body's module: the policy, and the same as a lazy one.
fn module_of(body: &Body) -> String {
    let (eager, lazily) =
        (render::policy(body, "eager", false), render::policy(body, "lazily", true));
    module(&format!("{eager}\n{lazily}"))
}

/// A module of policies.
fn module(policies: &str) -> String {
    format!(
        "#![allow(warnings)]\nuse crate::names::*;\nuse crate::data::*;\n\
         use crate::data::Action::*;\nuse crate::facts::*;\nuse gatehouse::prelude::*;\n\n{policies}"
    )
}

/// The derived facts that bodies need: each set, and its module.
fn derived_facts(facts: &[Body], bodies: &[Body]) -> BTreeMap<usize, String> {
    let mut sets: BTreeMap<usize, Vec<(usize, &Body)>> = BTreeMap::new();
    for place in derived::needed(facts, bodies) {
        sets.entry(derived::set(place)).or_default().push((place, &facts[place - FACTS.len()]));
    }
    let module = |(set, facts): (usize, Vec<_>)| {
        let text = format!(
            "#![allow(warnings)]\nuse super::*;\nuse crate::names::*;\n\
             use gatehouse::prelude::*;\n\n{}",
            render::derived_facts(&facts)
        );
        (set, text)
    };
    sets.into_iter().map(module).collect()
}

/// The stored facts, and a source of all of them.
fn stored_facts() -> String {
    let mut text = String::from(
        "//! The facts, and their source.\n\nuse std::sync::{Arc, PoisonError};\n\n\
         use gatehouse::prelude::*;\n\nuse crate::answers;\nuse crate::data::{Answer, answer};\nuse crate::{Clock, Log};\n\n\
         macro_rules! stored { ($c:expr, $d:expr) => {\nfact! {\n",
    );
    for fact in &FACTS {
        writeln!(text, "    {}", render::fact(fact)).expect("a string takes all");
    }
    // The defaults are `true == false || true`, and `true && false`, of each the opposite.
    text.push_str("}\n} }\nstored!(true == false || true, true && false);\n");
    let names = FACTS.map(|fact| fact.name).join(", ");
    write!(
        text,
        "\n/// Answers by the data set's number, and keeps a log.\npub struct World {{\n    \
         pub data: u64,\n    pub clock: Arc<Clock>,\n    pub log: Arc<Log>,\n}}\n\n\
         #[derive(Sources)]\npub struct Facts {{\n    #[loads({names})]\n    pub world: World,\n}}\n\n\
         impl World {{\n    fn says(&self, fact: usize, key: &[u64]) -> Answer {{\n        \
         let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);\n        \
         log.push((fact, key.to_vec()));\n        answer(self.data, fact, key)\n    }}\n}}\n",
    )
    .expect("a string takes all");
    for (at, fact) in FACTS.iter().enumerate() {
        let (name, parts) = (fact.name, ["key.a", "key.b"][..fact.parts].join(", "));
        // Far from what anybody asks for.
        let otherwise = parts.replacen("key.a", "key.a ^ (1 << 40)", 1);
        let value = match fact.shape {
            crate::data::Shape::Flag(_) => "value % 2 == 1",
            _ => "value",
        };
        write!(
            text,
            "\nimpl FactSource<{name}> for World {{\n    \
             async fn load(&self, keys: &[{name}]) -> Result<Loaded<{name}>, FactError> {{\n        \
             let answers: Vec<Answer> = keys.iter().map(|key| self.says({at}, &[{parts}])).collect();\n        \
             self.clock.tick().await;\n        \
             // In some data sets, calls fail as a whole.\n        \
             if self.data % 4 == 1 && answers.iter().all(|it| *it == Answer::Failed) {{\n            \
             return Err(FactError::safe(\"scripted failure of a call\"));\n        \
             }}\n        \
             Ok(answers::loaded(keys, &answers, |value| {value}, |key| {name}({otherwise})))\n    }}\n}}\n",
        )
        .expect("a string takes all");
    }
    text
}

impl Program {
    /// The place of a policy that permits whatever is not forbidden.
    pub fn anybody(&self) -> usize {
        2 * self.count
    }

    /// The place of a policy that reads some of the facts, so that the session knows them.
    pub fn primer(&self) -> usize {
        2 * self.count + 1
    }

    /// Whether a macro writes the rules of one of its files.
    pub fn is_by_macro(&self, file: &str) -> bool {
        let text = fs::read_to_string(self.folder.join(file)).unwrap_or_default();
        text.lines().any(|line| line.starts_with(MACRO))
    }

    /// The text of its source from a condition's place on; `None` if there is no such place.
    pub fn source_at(&self, place: &Place) -> Option<String> {
        let text = fs::read_to_string(self.folder.join(&place.file)).ok()?;
        let line = text.lines().nth(place.line.checked_sub(1)?)?;
        let rest: String = line.chars().skip(place.column.checked_sub(1)?).collect();
        let below = text.lines().skip(place.line);
        Some([rest].into_iter().chain(below.map(str::to_owned)).collect::<Vec<_>>().join("\n"))
    }

    /// Asks, all questions in one run.
    pub fn ask(&self, questions: &[Question]) -> Vec<Reply> {
        let mut child = Command::new(&self.executable)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut input = child.stdin.take().expect("a pipe");
        let text: String = questions.iter().map(line).collect();
        let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("no panic").expect("the program reads");
        let text = String::from_utf8(output.stdout).expect("text");
        let replies: Vec<Reply> = text.lines().map(reply).collect();
        assert_eq!(replies.len(), questions.len(), "the program ended early");
        replies
    }
}

fn line(question: &Question) -> String {
    let mut line = question.data.to_string();
    if question.explain {
        line.push_str(" explain");
    }
    for Step { policies, docs } in &question.steps {
        let policies: Vec<String> = policies.iter().map(usize::to_string).collect();
        let docs: Vec<String> = docs.iter().map(u64::to_string).collect();
        write!(line, " {}/{}", policies.join(","), docs.join(",")).expect("a string takes all");
    }
    line + "\n"
}

fn reply(line: &str) -> Reply {
    let (line, explained) = match line.split_once('\t') {
        Some((line, explained)) => (line, Some(explained)),
        None => (line, None),
    };
    let mut words = line.split(' ');
    let mut next = || words.next().expect("a word").to_owned();
    let decisions = next().split(',').map(str::to_owned).collect();
    let mut number = || next().parse().expect("rounds");
    let (rounds, planned, per_link) = (number(), number(), number());
    let asked = words
        .map(|key| {
            let mut numbers = key.split(':').map(|number| number.parse::<u64>().expect("a number"));
            let fact = numbers.next().expect("a fact");
            (usize::try_from(fact).expect("a place"), numbers.collect())
        })
        .collect();
    let explained = explained.map(|text| match text.split_once('\t') {
        Some((fresh, text)) => (fresh.to_owned(), Reader::new(text).all()),
        None => (text.to_owned(), Vec::new()),
    });
    Reply { decisions, rounds, planned, per_link, asked, explained }
}
