//! The real binary as a process: what the in-process tests cannot show.

use std::process::{Command, Stdio};

use crate::sandbox::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};

fn ekscred() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ekscred"));
    command.env_clear().env("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID).env("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY);
    // No HOME, and no files of whoever runs the test.
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null").stdin(Stdio::null());
    command
}

#[test]
fn prints_a_credential() {
    let output = ekscred().args(["get-token", "--cluster-name", "demo"]).output().expect("ekscred");
    assert!(output.status.success() && output.stderr.is_empty());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["kind"], "ExecCredential");
}

#[test]
fn fails_with_its_code() {
    let output = ekscred().arg("get-token").output().expect("ekscred");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(252), 0));
    assert!(output.stderr.starts_with(b"ekscred: error: no cluster"));
}

#[test]
fn a_reader_that_went_away_is_an_error() {
    let mut child = ekscred();
    let child = child.args(["get-token", "-i", "demo"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = child.stdout(writer).output().expect("ekscred");
    assert_eq!(output.status.code(), Some(255));
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(stderr.starts_with("ekscred: error: cannot write to standard output: "), "{stderr}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_cannot_be_written_is_an_error() {
    for (redirection, why) in [(">&-", "it is closed"), ("1</dev/null", "Bad file descriptor (os error 9)")] {
        assert_cannot_write(redirection, why);
    }
}

#[cfg(target_os = "linux")]
fn assert_cannot_write(redirection: &str, why: &str) {
    let mut shell = Command::new("/bin/sh");
    let script =
        &format!("\"$0\" get-token -i demo {redirection}; code=$?; \"$0\" get-token -i demo >/dev/null && exit $code");
    let shell =
        shell.env_clear().env("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID).env("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY);
    let output = shell.args(["-c", script, env!("CARGO_BIN_EXE_ekscred")]).output().expect("a shell");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(stderr, format!("ekscred: error: cannot write to standard output: {why}\n"));
    assert_eq!(output.status.code(), Some(255));
}

/// Fifty that append to one log at once: fifty tokens, and no line torn.
#[test]
fn fifty_at_once() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let log = folder.path().join("log");
    let children: Vec<_> = (0..50)
        .map(|_| {
            let mut command = ekscred();
            let command = command.args(["get-token", "-i", "demo"]).env("EKSCRED_LOG_FILE", &log);
            command.stdout(Stdio::piped()).spawn().expect("ekscred")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("ekscred");
        assert!(output.status.success() && !output.stdout.is_empty());
    }
    let log = std::fs::read_to_string(log).expect("the log");
    let whole = |line: &str| line.get(4..5) == Some("-") && line.contains("Z [");
    assert!(log.lines().count() >= 150 && log.lines().all(whole), "{log}");
}
