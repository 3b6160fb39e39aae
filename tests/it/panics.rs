//! The panic hook: one line and exit code 255. The test runs itself as the process that panics.

use std::process::Command;

const CHILD: &str = "EKSCRED_TEST_PANIC";

#[test]
fn hook_prints_one_line_and_exits_255() {
    if std::env::var_os(CHILD).is_some() {
        std::panic::set_hook(Box::new(ekscred::report_panic));
        panic!("quotes a secret");
    }
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "panics::hook_prints_one_line_and_exits_255", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("the child");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(255), "{stderr}");
    let (start, end) = ("ekscred: error: internal error at panics.rs:", ": this is a bug, please report it\n");
    assert!(stderr.starts_with(start) && stderr.ends_with(end) && stderr.lines().count() == 1, "{stderr}");
}
