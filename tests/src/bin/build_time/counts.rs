//! What is done with counts: printed, compared with the baseline, or written there.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, thread};

use crate::counting::{Compiler, Count, Counter, Profile, has_valgrind};
use crate::options::Options;
use crate::table::{self, Baseline, Difference, Scale, Selection};

/// The committed counts.
fn baseline() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/build_time/baseline.txt"))
}

fn counter(options: &Options) -> Counter {
    let compiler = Compiler::new(&options.library, &options.folder);
    Counter::new(compiler, &options.folder, options.at_most)
}

/// Prints the table.
pub fn print(options: &Options) -> Result<(), String> {
    let counter = counter(options);
    println!("{}; each count less an empty program's", counter.version());
    let scale = if options.small { Scale::Small } else { Scale::Full };
    for row in options.selection.of(table::rows(scale, options.modules))? {
        let counts = table::count_all(&counter, std::slice::from_ref(&row), 1);
        table::print_row(&row, &counts[0]);
        if row.groups && row.counts.contains(&Count::Lines(Profile::Debug)) {
            let of = |program| counter.groups(&counter.write(row.name, program), Profile::Debug);
            let groups: Result<Vec<_>, _> = row.programs.iter().map(of).collect();
            table::print_groups(&row, &groups?);
        }
    }
    Ok(())
}

/// Counts small programs, as many at a time as there are processors.
fn small_counts(options: &Options, selection: &Selection) -> Result<Baseline, String> {
    let rows = selection.of(table::rows(Scale::Small, options.modules))?;
    let counter = counter(options);
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let counts = table::count_all(&counter, &rows, threads);
    Baseline::new(counter.version(), &rows, &counts)
}

/// Writes the baseline.
pub fn update(options: &Options) -> Result<(), String> {
    if !has_valgrind() {
        return Err("the baseline has instructions, which valgrind counts: install it".to_owned());
    }
    let all = Selection::default();
    let counts = small_counts(options, &all)?;
    fs::write(baseline(), counts.to_string()).map_err(|error| error.to_string())?;
    println!("{} counts are written", counts.entries.len());
    Ok(())
}

/// Fails if counts are not those of the baseline. Without valgrind, instructions are not compared.
pub fn compare(options: &Options) -> Result<(), String> {
    let text = fs::read_to_string(baseline()).map_err(|error| error.to_string())?;
    let was = Baseline::parse(&text)?;
    let has_valgrind = has_valgrind();
    let selection = Selection { without_instructions: !has_valgrind, ..options.selection.clone() };
    let is = small_counts(options, &selection)?;
    let differences = table::differences(&was, &is, |entry| selection.has(&entry.row, entry.count));
    if !has_valgrind {
        println!("there is no valgrind: instructions are not compared");
    }
    if differences.is_empty() {
        println!("{} counts are those of the baseline", is.entries.len());
        return Ok(());
    }
    Err(failure(&differences, [&was.compiler, &is.compiler]))
}

/// What is wrong, and what to do.
fn failure(differences: &[Difference], [was, is]: [&str; 2]) -> String {
    let mut said = String::from("builds do not cost what the baseline says:\n");
    for difference in differences {
        writeln!(said, "  {difference}").expect("a string takes all");
    }
    if was != is {
        writeln!(said, "  (the baseline is of {was}, this is {is})").expect("a string takes all");
    }
    said + "`cargo build-time <row>` prints a row at its full size. If the change is meant, \
            `cargo build-time --update` writes the baseline anew."
}
