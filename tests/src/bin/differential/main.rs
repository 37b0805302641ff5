//! The differential test of the policy compiler: random bodies, compiled and run, beside a naive
//! interpreter of the same bodies.
//!
//! `cargo differential [--seed S] [--bodies N] [--data M] [--batches B]`, and to replay one
//! difference `--seed S --body I --data-seed D`. A difference is printed with the body's source, and
//! shrunk. `--seeded-faults [word]` breaks a copy of the compiler and of the library, in one way after
//! the other, and fails if no difference is found.

mod body;
mod check;
mod data;
mod generate;
mod interpret;
mod may;
mod program;
mod render;
mod shrink;
mod types;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use crate::body::Body;
use crate::check::Expected;
use crate::data::Random;
use crate::program::{Program, Question, Workshop};

/// What to test.
struct Options {
    seed: u64,
    bodies: u64,
    data: u64,
    batches: u64,
    /// Only this body.
    body: Option<u64>,
    /// Only this data set.
    data_seed: Option<u64>,
    /// The workspace whose library is tested.
    library: String,
    /// Where programs are built.
    folder: String,
    /// Whether a difference is shrunk.
    shrink: bool,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let mut options = Self {
            seed: 1,
            bodies: 150,
            data: 200,
            batches: 1,
            body: None,
            data_seed: None,
            folder: path(&root.join("target/differential")),
            library: path(&root),
            shrink: true,
        };
        while let Some(name) = arguments.next() {
            if name == "--no-shrink" {
                options.shrink = false;
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("`{name}` needs a value"))?;
            let number = || value.parse().map_err(|_| format!("`{value}` is not a number"));
            match name.as_str() {
                "--seed" => options.seed = number()?,
                "--bodies" => options.bodies = number()?,
                "--data" => options.data = number()?,
                "--batches" => options.batches = number()?,
                "--body" => options.body = Some(number()?),
                "--data-seed" => options.data_seed = Some(number()?),
                "--library" => options.library = value,
                "--folder" => options.folder = value,
                _ => return Err(format!("unknown option `{name}`")),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let workshop = Workshop::new(Path::new(&options.folder), Path::new(&options.library));
    let mut differences = 0;
    for batch in 0..options.batches {
        differences += run(&options, options.seed + batch, &workshop);
    }
    ExitCode::from(u8::from(differences > 0))
}

/// A difference between the program and the interpreter.
struct Difference {
    /// The body's place.
    body: usize,
    data: u64,
    what: String,
}

/// One batch. Gives the number of bodies with differences.
fn run(options: &Options, seed: u64, workshop: &Workshop) -> usize {
    let begun = Instant::now();
    let indices: Vec<u64> = match options.body {
        Some(body) => vec![body],
        None => (0..options.bodies).collect(),
    };
    let bodies: Vec<Body> = indices.iter().map(|index| generate::body(seed, *index)).collect();
    let (program, refused, errors) = workshop.build_what_compiles(&bodies);
    let built = begun.elapsed();
    for at in &refused {
        println!("seed {seed}, body {} does not compile:", indices[*at]);
        println!("{}", render::policy(&bodies[*at], "eager", false));
    }
    if !refused.is_empty() {
        println!("{errors}");
    }
    let sets: Vec<u64> = match options.data_seed {
        Some(data) => vec![data],
        None => (0..options.data).collect(),
    };
    let found = differences(&bodies, &program, &sets);
    for difference in &found {
        let at = difference.body;
        println!("seed {seed}, body {}, data {}: {}", indices[at], difference.data, difference.what);
        println!("{}", render::policy(&bodies[at], "eager", false));
        println!(
            "replay: cargo differential --seed {seed} --body {} --data-seed {}\n",
            indices[at], difference.data
        );
    }
    let differing: Vec<usize> = found.iter().map(|it| it.body).collect();
    let in_gates = differences_of_gates(&bodies, &program, &sets, seed, &differing);
    for what in &in_gates {
        println!("seed {seed}: {what}\n");
    }
    if options.shrink
        && let Some(first) = found.iter().min_by_key(|it| shrink::size(&bodies[it.body]))
    {
        let (smallest, what) = shrink::shrink(workshop, &bodies[first.body], &sets);
        println!("shrunk: {what}\n{}", render::policy(&smallest, "eager", false));
    }
    let count = found.len() + refused.len() + in_gates.len();
    println!(
        "seed {seed}: {} bodies, {} data sets each, {count} differences; built in {:.1} s, {:.1} s in all",
        bodies.len(),
        sets.len(),
        built.as_secs_f32(),
        begun.elapsed().as_secs_f32(),
    );
    count
}

/// The first difference of each body that has one.
fn differences(bodies: &[Body], program: &Program, sets: &[u64]) -> Vec<Difference> {
    let pairs: Vec<(usize, u64)> =
        (0..bodies.len()).flat_map(|at| sets.iter().map(move |data| (at, *data))).collect();
    let questions: Vec<Question> = pairs
        .iter()
        .flat_map(|(at, data)| check::questions(bodies, *at, program, *data))
        .collect();
    let replies = program.ask(&questions);
    let mut found: Vec<Difference> = Vec::new();
    for ((at, data), replies) in pairs.into_iter().zip(replies.chunks(2)) {
        if found.last().is_some_and(|it| it.body == at) {
            continue;
        }
        let expected = Expected::of(&bodies[at], data);
        if let Some(what) = check::alone(&bodies[at], &expected, &replies[0], &replies[1]) {
            found.push(Difference { body: at, data, what });
        }
    }
    found
}

/// As many gates of several policies as there are bodies, each in as many data sets.
/// Bodies that differ alone are left out.
fn differences_of_gates(
    bodies: &[Body],
    program: &Program,
    sets: &[u64],
    seed: u64,
    differing: &[usize],
) -> Vec<String> {
    let mut random = Random::new(seed ^ 0x6A7E);
    let count = bodies.len() as u64;
    let gates: Vec<Vec<usize>> = (0..bodies.len())
        .map(|_| {
            (0..2 + random.below(3))
                .map(|_| usize::try_from(random.below(2 * count)).expect("a place"))
                .collect()
        })
        .filter(|gate: &Vec<usize>| gate.iter().all(|at| !differing.contains(&(at / 2))))
        .collect();
    let questions: Vec<Question> = gates
        .iter()
        .flat_map(|gate| sets.iter().map(|data| Question { data: *data, policies: gate.clone() }))
        .collect();
    let replies = program.ask(&questions);
    let mut found = Vec::new();
    for (question, reply) in questions.iter().zip(replies) {
        let expected: Vec<(bool, Expected)> = question
            .policies
            .iter()
            .map(|at| &bodies[at / 2])
            .map(|body| (body.forbid, Expected::of(body, question.data)))
            .collect();
        let policies: Vec<_> = expected.iter().map(|(forbid, it)| (*forbid, it)).collect();
        if let Some(what) = check::gate(&policies, &reply) {
            let of: Vec<usize> = question.policies.iter().map(|at| at / 2).collect();
            found.push(format!("the gate of {of:?} in data set {}: {what}", question.data));
        }
    }
    found
}
