//! Instructions of a process, counted by valgrind.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A command that runs another one and counts its instructions into a file. Of valgrind's tools that
/// count, this one is the fastest: forty times the time of the process by itself.
pub fn counted(into: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(format!("--log-file={}", into.display()));
    command
}

/// What a command of [`counted`] has counted.
pub fn instructions(counted_into: &Path) -> Result<u64, String> {
    let log = fs::read_to_string(counted_into).map_err(|error| format!("valgrind: {error}"))?;
    in_log(&log).ok_or_else(|| format!("valgrind says no number: {log}"))
}

/// Whether there is a valgrind.
pub fn is_installed() -> bool {
    let output = Command::new("valgrind").arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

/// `==123== I   refs:      3,094,331,352`
fn in_log(log: &str) -> Option<u64> {
    let number = log.lines().find_map(|line| {
        let (name, number) = line.split_once("refs:")?;
        let is_of_instructions = name.trim_end().ends_with(" I");
        is_of_instructions.then_some(number)
    })?;
    number.trim().replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::in_log;

    #[test]
    fn the_log_of_each_version_has_one_number() {
        let old = "==7== Command: rustc\n==7== \n==7== I   refs:      3,094,331,352\n";
        assert_eq!(in_log(old), Some(3_094_331_352));
        assert_eq!(in_log("==7== I refs:        12\n"), Some(12));
        assert_eq!(in_log("==7== D refs:        12\n"), None);
        assert_eq!(in_log("==7== killed\n"), None);
    }
}
