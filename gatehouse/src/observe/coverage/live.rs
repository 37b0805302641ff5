//! The coverage of this process: the switch, and the record.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::SystemTime;

use super::seen::{Place, Seen, Way};
use crate::observe::counts::locked;
use crate::plan::Location;
use crate::plan::{Condition, Plan};

/// The environment variable that names a folder.
const VARIABLE: &str = "GATEHOUSE_COVERAGE";

/// How the names of files in it end.
pub(crate) const EXTENSION: &str = "coverage";

/// One of the three below. What it guards is behind a lock.
static SWITCH: AtomicU8 = AtomicU8::new(NOT_ASKED);
/// The environment was not looked at yet.
const NOT_ASKED: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;

static LIVE: Mutex<Live> = Mutex::new(Live::new());

struct Live {
    seen: Seen,
    /// Where each new thing that is seen is written.
    file: Option<File>,
    problems: Vec<String>,
}

/// Whether decisions are to be noted.
pub(crate) fn is_recording() -> bool {
    match SWITCH.load(Ordering::Relaxed) {
        NOT_ASKED => switch(false),
        state => state == ON,
    }
}

/// Switches on if it is wanted here or by the environment. Gives whether it is on.
#[cold]
pub(crate) fn switch(wanted: bool) -> bool {
    let mut live = locked(&LIVE);
    let mut state = SWITCH.load(Ordering::Relaxed);
    if state == NOT_ASKED {
        let folder = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty());
        state = if folder.is_some() { ON } else { OFF };
        live.write_to(folder);
    }
    if wanted {
        state = ON;
    }
    SWITCH.store(state, Ordering::Relaxed);
    state == ON
}

/// A run of a policy's body, or of a derived fact's.
pub(crate) struct Ran {
    place: Place,
    conditions: &'static [Condition],
    /// The values of its conditions, by their numbers.
    values: Vec<(u32, bool)>,
}

impl Ran {
    pub(crate) fn new(
        name: &'static str,
        location: Location,
        plan: &Plan,
        values: Vec<(u32, bool)>,
    ) -> Self {
        Self { place: Place::body(name, location), conditions: plan.conditions, values }
    }
}

/// Notes what a decision has run.
pub(crate) fn note_ran(bodies: &[Ran]) {
    let mut live = locked(&LIVE);
    for body in bodies {
        live.note_body(body);
    }
}

/// Something was not recorded.
pub(crate) fn note_not_covered(why: &str) {
    locked(&LIVE).problem(why.to_owned());
}

/// The ways that were seen until now, and why not everything is among them.
pub(crate) fn so_far() -> (Seen, Vec<String>) {
    let live = locked(&LIVE);
    (live.seen.clone(), live.problems.clone())
}

impl Live {
    const fn new() -> Self {
        Self { seen: Seen::nothing(), file: None, problems: Vec::new() }
    }

    fn note_body(&mut self, body: &Ran) {
        let Ran { place, conditions, values } = body;
        self.note(place, Way::Yes);
        for (id, value) in values {
            if let Some(condition) = conditions.get(*id as usize) {
                let way = if *value { Way::Yes } else { Way::No };
                self.note(&place.condition(*id, condition), way);
            }
        }
    }

    fn note(&mut self, place: &Place, way: Way) {
        if !self.seen.note(place, way) {
            return;
        }
        let written = self.file.as_mut().map(|file| file.write_all(place.to_line(way).as_bytes()));
        if let Some(Err(error)) = written {
            self.file = None;
            self.problem(format!("what was seen is no longer written: {error}"));
        }
    }

    /// Begins a file of this process in `folder`.
    fn write_to(&mut self, folder: Option<OsString>) {
        let Some(folder) = folder else { return };
        match begin_file(Path::new(&folder)) {
            Ok(file) => self.file = Some(file),
            Err(error) => {
                let folder = folder.display();
                self.problem(format!("what was seen is not written to {folder}: {error}"));
            }
        }
    }

    /// Notes a problem: printed once, and listed in each report.
    fn problem(&mut self, problem: String) {
        if !self.problems.contains(&problem) {
            eprintln!("gatehouse: policy coverage: {problem}");
            self.problems.push(problem);
        }
    }
}

fn begin_file(folder: &Path) -> io::Result<File> {
    fs::create_dir_all(folder)?;
    // A process may have the number of an earlier one.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let name = format!("{}-{}.{EXTENSION}", std::process::id(), now.as_nanos());
    File::options().append(true).create_new(true).open(folder.join(name))
}
