//! A folder in which the coverage of processes adds up, and tests in a process of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use futures::executor::block_on;
use gatehouse::prelude::*;
use gatehouse::testing::{Coverage, assert_allow};
use gatehouse_tests::child::name_of;

use super::evaluations::asked;
use super::*;

/// Runs an ignored test in a process of its own, and gives its output.
fn run_alone<T: Fn()>(test: T, folder: &Path, user: u32) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", name_of(test)]);
    command.env("GATEHOUSE_COVERAGE", folder).env("TEST_USER", user.to_string());
    let output = command.output().unwrap();
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8(printed).unwrap();
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    printed
}

/// An empty folder for the test `name`.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("coverage").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn user_of_this_run() -> u32 {
    std::env::var("TEST_USER").map_or(7, |user| user.parse().unwrap())
}

#[test]
#[ignore = "run by others, in a process of its own"]
fn alone_some_decisions_are_made() {
    let (session, user) = (Session::new(facts()), user_of_this_run());
    let access = RECORDED.bind(&session, &user, &Action::Read);
    for folder in [1, 1, 0] {
        let _ = block_on(access.check(&Document { folder, ..Document::default() }));
    }
}

#[test]
fn processes_add_up_in_a_folder() {
    let folder = folder("processes");
    let recorded = || Coverage::recorded_in(&folder).of([RECORDED.plan()]);
    assert_eq!(recorded().seen(), 0);
    run_alone(alone_some_decisions_are_made, &folder, 6);
    let of_one = recorded();
    run_alone(alone_some_decisions_are_made, &folder, 7);
    let of_both = recorded();
    // The same run again adds nothing.
    run_alone(alone_some_decisions_are_made, &folder, 7);
    assert_eq!(recorded().to_string(), of_both.to_string());
    assert!(of_one.seen() < of_both.seen());
    insta::assert_snapshot!(of_one, @r#"
    policy coverage: 7 of 18 ways (38 %)

      permit recorded  2 of 6  tests/tests/coverage/main.rs:96
          never true           doc.public                       tests/tests/coverage/main.rs:97:5
          never true           Viewer(*user, doc.folder).await  tests/tests/coverage/main.rs:98:12
          never true or false  "a line\nand another" != "\t"    tests/tests/coverage/main.rs:99:16
      permit owner     1 of 6  tests/tests/coverage/main.rs:70
          never true           doc.owner == *user               tests/tests/coverage/main.rs:71:5
          never true or false  *action != Action::Delete        tests/tests/coverage/main.rs:71:28
          never true or false  !doc.public                      tests/tests/coverage/main.rs:71:57
      fact Viewer      4 of 6  tests/tests/coverage/main.rs:49
          never true           Grant(user, folder).await        tests/tests/coverage/main.rs:50:9
          never true           Viewer(user, above).await        tests/tests/coverage/main.rs:52:32
    "#);
    insta::assert_snapshot!(of_both, @r#"
    policy coverage: 10 of 18 ways (55 %)

      permit recorded  4 of 6  tests/tests/coverage/main.rs:96
          never true           doc.public                     tests/tests/coverage/main.rs:97:5
          never false          "a line\nand another" != "\t"  tests/tests/coverage/main.rs:99:16
      permit owner     1 of 6  tests/tests/coverage/main.rs:70
          never true           doc.owner == *user             tests/tests/coverage/main.rs:71:5
          never true or false  *action != Action::Delete      tests/tests/coverage/main.rs:71:28
          never true or false  !doc.public                    tests/tests/coverage/main.rs:71:57
      fact Viewer      5 of 6  tests/tests/coverage/main.rs:49
          never true           Viewer(user, above).await      tests/tests/coverage/main.rs:52:32
    "#);
    // Each outcome is written once, however often it is seen.
    for file in fs::read_dir(&folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut lines: Vec<_> = text.lines().collect();
        lines.sort_unstable();
        assert!(lines.windows(2).all(|pair| pair[0] != pair[1]) && lines.len() > 5, "{text}");
    }
}

#[test]
fn malformed_lines_are_left_out() {
    let folder = folder("lines");
    let recorded = || Coverage::recorded_in(&folder).of([RECORDED.plan()]);
    run_alone(alone_some_decisions_are_made, &folder, 7);
    let whole = recorded();
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(&file).unwrap();

    // Every prefix of every line, and each line with one field too many.
    let mut broken = String::from("\n\t\t\t\nmaybe\ta\tb\t1\t1\t1\tc\nran\ta\tb\t-1\n");
    for line in text.lines() {
        let line: Vec<_> = line.split('\t').collect();
        for fields in 0..line.len() {
            broken += &line[..fields].join("\t");
            broken += "\n";
        }
        broken += &(line.join("\t") + "\tmore\n");
    }
    let mut bytes = broken.into_bytes();
    bytes.extend(b"\xff\xfe\n");
    // A line whose writer was stopped in the middle.
    bytes.extend(text.lines().next().unwrap().bytes());
    fs::write(folder.join("broken.coverage"), &bytes).unwrap();
    fs::write(folder.join("notes.txt"), "not ours").unwrap();
    fs::create_dir(folder.join("folder.coverage")).unwrap();

    let (whole, with_broken) = (whole.to_string(), recorded().to_string());
    let notes = with_broken.strip_prefix(&whole).expect("the same").trim();
    let notes: Vec<_> = notes.lines().collect();
    assert_eq!(notes.len(), 2, "{notes:#?}");
    let lines = bytes.split(|byte| *byte == b'\n').count();
    let left_out = format!("note: {lines} lines left out of ");
    assert!(notes.iter().any(|note| note.starts_with(&left_out)), "{left_out} {notes:#?}");
    assert!(notes.iter().any(|note| note.contains("folder.coverage cannot be read: ")));

    // Malformed lines alone, or a folder that does not exist, show no coverage.
    fs::remove_file(file).unwrap();
    assert_eq!(recorded().seen(), 0);
    let nowhere = Coverage::recorded_in(folder.join("nowhere")).of([RECORDED.plan()]);
    assert_eq!(nowhere.seen(), 0);
    assert!(nowhere.to_string().contains("nowhere cannot be read: "), "{nowhere}");
}

#[test]
#[ignore = "run by others, in a process of its own"]
fn alone_nothing_can_be_written() {
    let session = Session::new(facts());
    let access = RECORDED.bind(&session, &7, &Action::Read);
    assert_allow!(access, Document { folder: 1, ..Document::default() });
    let report = seen_of(RECORDED.plan());
    assert!(report.seen() > 3);
    assert!(report.to_string().contains("\nnote: what was seen is not written to "), "{report}");
}

#[test]
fn a_folder_that_cannot_be_written_changes_no_decision() {
    let file = folder("unwritable").join("file");
    fs::write(&file, "").unwrap();
    let text = run_alone(alone_nothing_can_be_written, &file.join("below"), 7);
    assert_eq!(text.matches("gatehouse: policy coverage: what was seen is not written").count(), 1);
}

#[test]
#[ignore = "run by others, in a process of its own"]
fn alone_coverage_is_off_until_it_is_switched_on() {
    static ASKED: Gate<Documents, (banned, owner, by_level, by_folder, asked)> = Gate::new();
    let docs: Vec<_> = (0..200)
        .map(|n| Document { owner: n % 11, folder: n % 5, public: n % 2 == 0, draft: n % 3 == 0 })
        .collect();
    let decide = || {
        let facts = std::sync::Arc::new(facts().failing(Level(2), FactError::safe("down")));
        let session = Session::new(facts.clone());
        let mut decisions = Vec::new();
        for (user, action) in (0..10).flat_map(|user| {
            [Action::Read, Action::Edit, Action::Delete].map(|action| (user, action))
        }) {
            let access = ASKED.bind(&session, &user, &action);
            decisions.extend(block_on(access.check_all(&docs)).iter().map(ToString::to_string));
        }
        (decisions, facts.calls::<Level>(), facts.calls::<Grant>(), facts.calls::<Parent>())
    };
    let off = decide();
    assert_eq!(seen_of(ASKED.plan()).seen(), 0);
    Coverage::record();
    assert_eq!(decide(), off);
    assert!(seen_of(ASKED.plan()).seen() > 10);
}

#[test]
fn coverage_changes_no_decision_and_no_load() {
    // An empty value of the variable does not switch coverage on.
    run_alone(alone_coverage_is_off_until_it_is_switched_on, Path::new(""), 7);
}

/// Its `Debug` panics.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Shy(u32);

impl std::fmt::Debug for Shy {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("on purpose")
    }
}

fact! {
    pub ShyFact(user: u32) -> Shy;
}

struct ShyFacts;
impl FactSource<ShyFact> for ShyFacts {
    async fn load(&self, keys: &[ShyFact]) -> Result<Loaded<ShyFact>, FactError> {
        Ok(keys.iter().map(|key| (key.clone(), Shy(key.user))).collect())
    }
}

#[derive(Sources)]
struct ShySources {
    #[loads(ShyFact)]
    shy: ShyFacts,
}

#[policy]
async fn shy(user: &u32) -> bool {
    ShyFact(*user).await? == Shy(7)
}

#[policy]
fn panics(user: &u32) -> bool {
    assert!(*user != 7, "it must not run");
    false
}

#[test]
#[ignore = "run by others, in a process of its own"]
fn alone_a_panic_while_observed_stays_there() {
    static LOADS: Gate<Documents, shy> = Gate::new();
    static SHY: Gate<Documents, (shy, panics)> = Gate::new();
    let session = Session::new(ShySources { shy: ShyFacts });
    let loads = LOADS.bind(&session, &7, &Action::Read);
    assert!(block_on(loads.check(&Document::default())).is_allow());
    Coverage::record();
    let access = SHY.bind(&session, &7, &Action::Read);
    for _ in 0..2 {
        assert!(block_on(access.check(&Document::default())).is_allow());
    }
    let report = seen_of(SHY.plan()).to_string();
    assert!(!report.contains("was not recorded"), "{report}");
    assert!(report.contains("permit shy     2 of 4") && report.contains("never ran"), "{report}");
}

#[test]
fn a_panic_while_observed_changes_no_decision() {
    let text = run_alone(alone_a_panic_while_observed_stays_there, &folder("panics"), 7);
    assert!(text.contains("on purpose") && !text.contains("it must not run"), "{text}");
}
