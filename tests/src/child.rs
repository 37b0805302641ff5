//! Tests in a process of their own: an abort of one is a failed test.

use std::any::type_name;
use std::env;
use std::process::Command;

/// The environment variable with the name of the test, in its own process.
const MARK: &str = "GATEHOUSE_CHILD";

/// Runs `body` in a process of its own: this executable again, with the one test `test`, which is the
/// caller.
///
/// # Panics
/// If the process panics or aborts, for instance by a stack overflow. The message has its status and the
/// end of its output.
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
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stderr = stderr.get(stderr.len().saturating_sub(2_000)..).unwrap_or(&stderr);
    assert!(output.status.success(), "`{name}` ended by {}: {stderr}", output.status);
    let ran = String::from_utf8_lossy(&output.stdout).contains("running 1 test");
    assert!(ran, "`{name}` is not a test");
}

/// The name of a test in its executable: the path of the function, without the crate.
pub fn name_of<T: Fn()>(_test: T) -> &'static str {
    type_name::<T>().split_once("::").map_or("", |(_, name)| name)
}
