//! A test that runs in a process of its own, so that an abort of it is one failed test, and told.

use std::any::type_name;
use std::env;
use std::process::Command;

/// Set in the process of its own, to the name of the test.
const MARK: &str = "GATEHOUSE_CHILD";

/// Runs `body` in a process of its own: this test executable once more, with the one test `test`, which
/// is the caller.
///
/// # Panics
/// If the process ends otherwise than well: by a panic, or by an abort such as that of a stack that
/// overflows. Says how, and what it wrote last.
pub fn in_child<T: Fn()>(test: T, body: impl FnOnce()) {
    let name = name_of(test);
    if env::var(MARK).is_ok_and(|mark| mark == name) {
        return body();
    }
    let this = env::current_exe().expect("a test is an executable");
    let output = Command::new(this)
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(MARK, name)
        .env("RUST_BACKTRACE", "0")
        .output()
        .expect("a test can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.get(said.len().saturating_sub(2_000)..).unwrap_or(&said);
    assert!(output.status.success(), "`{name}` ended by {}: {said}", output.status);
    let ran = String::from_utf8_lossy(&output.stdout).contains("running 1 test");
    assert!(ran, "`{name}` is not a test");
}

/// The name by which its executable knows the test: the path of the function, without the crate.
pub fn name_of<T: Fn()>(_test: T) -> &'static str {
    type_name::<T>().split_once("::").map_or("", |(_, name)| name)
}
