//! The differential test of the policy compiler: random bodies, compiled and run, beside a naive
//! interpreter of the same bodies; and rules that must not compile.
//!
//! `cargo differential [--seed S] [--bodies N] [--data M] [--batches B] [--strict]`, and to replay one
//! difference `--seed S --body I --data-seed D`. `--library` tests the library of another workspace,
//! `--folder` builds elsewhere. A difference is printed with the body's source, and the smallest body
//! that still differs. `--seeded-faults [word]` breaks a copy of the compiler and
//! of the library, in one way after the other, and fails if no difference is found.

mod body;
mod check;
mod data;
mod derived;
mod effects;
mod explain;
mod faults;
mod fragments;
mod generate;
mod interpret;
mod may;
mod notes;
mod options;
mod program;
mod render;
mod shrink;
mod told;
mod trial;
mod types;
mod world;

use std::process::ExitCode;
use std::time::Instant;

use crate::body::Body;
use crate::options::Options;
use crate::program::Workshop;
use crate::shrink::Rules;
use crate::trial::{Difference, Trial};

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    if let Some(word) = &options.seeded_faults {
        return faults::all_are_found(&options, word);
    }
    let workshop = Workshop::new(&options.folder, &options.library);
    let differences: usize = (0..options.batches)
        .map(|batch| Batch { options: &options, seed: options.seed + batch }.run(&workshop))
        .sum();
    ExitCode::from(u8::from(differences > 0))
}

/// Bodies that are compiled together.
struct Batch<'b> {
    options: &'b Options,
    seed: u64,
}

impl Batch<'_> {
    /// Which bodies of the seed.
    fn indices(&self) -> Vec<u64> {
        self.options.body.map_or_else(|| (0..self.options.bodies).collect(), |body| vec![body])
    }

    /// Prints what differs, and gives how much.
    fn run(&self, workshop: &Workshop) -> usize {
        let begun = Instant::now();
        let Self { options, seed } = *self;
        let facts = generate::facts(seed);
        let mut bodies: Vec<Body> =
            self.indices().into_iter().map(|index| generate::body(seed, index)).collect();
        let sets: Vec<u64> =
            options.data_seed.map_or_else(|| (0..options.data).collect(), |data| vec![data]);
        let (program, refused, errors) = workshop.build_what_compiles(&facts, &bodies);
        let built = begun.elapsed();
        print!("{errors}");
        for at in &refused {
            bodies[*at] = body::nothing();
        }

        let trial = Trial::new((&facts, &bodies), &program, &sets, options.strict);
        let found = trial.differences();
        for difference in &found {
            self.print((&facts, &bodies), difference);
        }
        let differing: Vec<usize> =
            found.iter().map(|it| it.body).chain(refused.iter().copied()).collect();
        let mut together = trial.differences_together(seed, &differing);
        together.extend(self.not_refused(workshop));
        for what in &together {
            println!("seed {seed}: {what}\n");
        }
        if !options.no_shrink {
            self.print_smallest(workshop, (&facts, &bodies), &found, &sets);
        }
        let count = found.len() + refused.len() + together.len();
        println!(
            "seed {seed}: {} bodies, {} data sets, {count} differences; {:.1} s, of which {:.1} s to build",
            bodies.len(),
            sets.len(),
            begun.elapsed().as_secs_f32(),
            built.as_secs_f32(),
        );
        count
    }

    /// The rules that must not compile, and do, or have another error.
    fn not_refused(&self, workshop: &Workshop) -> Vec<String> {
        let rules = generate::forbidden(self.seed, self.options);
        let found = workshop.not_refused(&rules).into_iter();
        found
            .map(|(at, what)| format!("forbidden rule {at} {what}\n{}", rules[at].text()))
            .collect()
    }

    fn print(&self, (facts, bodies): (&[Body], &[Body]), difference: &Difference) {
        let (seed, index) = (self.seed, self.indices()[difference.body]);
        let strict = if self.options.strict { " --strict" } else { "" };
        println!("seed {seed}, body {index}, data set {}: {}", difference.data, difference.what);
        let body = &bodies[difference.body];
        println!("{}", render::rules(facts, body, "body", false));
        println!("{}", check::scene(facts, body, difference.data));
        println!(
            "replay: cargo differential --seed {seed} --body {index} --data-seed {}{strict}\n",
            difference.data
        );
    }

    /// Shrinks the smallest body that differs.
    fn print_smallest(
        &self,
        workshop: &Workshop,
        (facts, bodies): (&[Body], &[Body]),
        found: &[Difference],
        sets: &[u64],
    ) {
        let of_smallest = found.iter().min_by_key(|it| shrink::size(&bodies[it.body]));
        let Some(difference) = of_smallest else { return };
        let rules = Rules::of(facts, &bodies[difference.body]);
        let (smallest, what) = shrink::shrink(workshop, &rules, sets, self.options.strict);
        let Rules { facts, body } = smallest;
        println!("the smallest body: {what}\n{}", render::rules(&facts, &body, "body", false));
    }
}
