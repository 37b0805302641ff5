//! What is printed of seconds.

use super::measure::{self, Way};
use super::passes;
use super::workshop::{Style, Workshop};
use crate::options::Options;

/// Measures, after the programs were run: what does not decide alike is not worth comparing.
pub fn print(options: &Options) -> Result<(), String> {
    let workshop = Workshop::new(&options.folder, &options.library);
    let macros = workshop.write(options.modules);
    let count = 20 * options.modules;
    println!("{count} facts and {count} policies");
    if !agree(&workshop) {
        return Err("the programs decide differently".to_owned());
    }
    measure::compare(&workshop, Way::Check, options.runs);
    if options.check_only {
        return Ok(());
    }
    measure::compare(&workshop, Way::Debug, options.runs);
    if options.release {
        measure::compare(&workshop, Way::Release, options.runs);
    }
    println!("the macros alone, outside of the compiler: {:.2} s", macros.as_secs_f64());
    passes::print(&workshop);
    passes::print_size(&workshop);
    Ok(())
}

/// Whether the programs decide alike.
fn agree(workshop: &Workshop) -> bool {
    let decisions = Style::ALL.map(|style| workshop.run_cargo(style, &["run", "--quiet"]).stdout);
    !decisions[0].is_empty() && decisions.iter().all(|other| *other == decisions[0])
}
