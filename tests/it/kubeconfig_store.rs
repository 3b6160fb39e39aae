//! Kubeconfig files on disk: locks, backups, replacement, and what stands in their way.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::slice::from_ref;
use std::time::{Duration, Instant};

use anyhow::Result;
use ekscred::kubeconfig::document::{Document, Step};
use ekscred::kubeconfig::store::{update, update_within};
use serde_json::json;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::low_level::raise;

use crate::sandbox::Sandbox;

const BEFORE: &str = "# mine\nkind: Config\nusers:\n- name: u\n  user: {}\n";

fn add_user(documents: &mut [Document], name: &str) -> Result<()> {
    Ok(documents[0].set(&[Step::Key("users"), Step::Named(name), Step::Key("user")], &json!({"token": name}))?)
}

/// Adds the user `v` to the file of this name.
fn add(path: &Path) -> Result<()> {
    update(&[path.to_owned()], &Sandbox::new().world(), |documents| add_user(documents, "v"))
}

fn error_of<T>(outcome: Result<T>) -> String {
    format!("{:#}", outcome.err().expect("an error"))
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("metadata").mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name != SCRATCH);
    names.sort();
    names
}

const AFTER: &str = "# mine\nkind: Config\nusers:\n- name: u\n  user: {}\n- name: v\n  user:\n    token: v\n";

#[test]
fn a_file_is_replaced_with_its_mode_and_backed_up() {
    let sandbox = Sandbox::new().file("config", BEFORE);
    let path = sandbox.home().join("config");
    for wanted in [0o600, 0o644, 0o660, 0o400] {
        fs::write(&path, BEFORE).expect("a file");
        fs::set_permissions(&path, Permissions::from_mode(wanted | 0o200)).expect("a mode");
        let inode = fs::metadata(&path).expect("metadata").ino();
        add(&path).expect("an update");
        assert_eq!(fs::read_to_string(&path).expect("a file"), AFTER);
        assert_ne!(fs::metadata(&path).expect("metadata").ino(), inode, "written in place");
        let backup = sandbox.home().join("config.ekscred-backup");
        assert_eq!(fs::read_to_string(&backup).expect("a backup"), BEFORE);
        assert_eq!((mode(&path), mode(&backup)), (wanted | 0o200, wanted | 0o200));
        assert_eq!(names(sandbox.home()), ["config", "config.ekscred-backup"]);
    }
}

#[test]
fn nothing_to_do_is_nothing_done() {
    let sandbox = Sandbox::new().file("config", AFTER);
    let path = sandbox.home().join("config");
    let before = fs::metadata(&path).expect("metadata");
    add(&path).expect("an update");
    let after = fs::metadata(&path).expect("metadata");
    assert_eq!((before.ino(), before.mtime_nsec()), (after.ino(), after.mtime_nsec()));
    assert_eq!(names(sandbox.home()), ["config"]);
}

#[test]
fn a_failed_edit_writes_nothing() {
    let sandbox = Sandbox::new().file("config", BEFORE);
    let path = sandbox.home().join("config");
    let outcome: Result<()> = update(from_ref(&path), &sandbox.world(), |documents| {
        add_user(documents, "v")?;
        anyhow::bail!("no")
    });
    assert_eq!(error_of(outcome), "no");
    assert_eq!(fs::read_to_string(&path).expect("a file"), BEFORE);
    assert_eq!(names(sandbox.home()), ["config"]);
}

#[test]
fn a_new_file_and_its_folders_are_private() {
    let sandbox = Sandbox::new();
    let path = sandbox.home().join("a/b/config");
    add(&path).expect("an update");
    assert_eq!(
        (mode(&path), mode(&sandbox.home().join("a/b")), mode(&sandbox.home().join("a"))),
        (0o600, 0o700, 0o700)
    );
    assert_eq!(names(&sandbox.home().join("a/b")), ["config"]);
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.starts_with("apiVersion: v1\nclusters: []\n") && text.ends_with("- name: v\n  user:\n    token: v\n"));
}

#[test]
fn links_stay_links() {
    let sandbox = Sandbox::new().file("real/config", BEFORE).file("other/x", "");
    let home = sandbox.home();
    symlink("../real/config", home.join("other/second")).expect("a link");
    symlink(home.join("other/second"), home.join("first")).expect("a link");
    add(&home.join("first")).expect("an update");
    assert!(home.join("first").is_symlink() && home.join("other/second").is_symlink());
    assert_eq!(fs::read_to_string(home.join("real/config")).expect("a file"), AFTER);
    assert_eq!(names(&home.join("real")), ["config", "config.ekscred-backup"]);
    assert_eq!(names(home), ["first", "other", "real"]);
}

#[test]
fn a_link_to_nothing_gets_its_file() {
    let sandbox = Sandbox::new();
    symlink("folder/config", sandbox.home().join("link")).expect("a link");
    add(&sandbox.home().join("link")).expect("an update");
    assert!(sandbox.home().join("link").is_symlink());
    assert_eq!(names(&sandbox.home().join("folder")), ["config"]);
}

#[test]
fn links_in_a_circle_are_an_error() {
    let sandbox = Sandbox::new();
    symlink("b", sandbox.home().join("a")).expect("a link");
    symlink("a", sandbox.home().join("b")).expect("a link");
    let path = sandbox.home().join("a");
    assert_eq!(error_of(add(&path)), format!("cannot read {}: too many links lead to it", path.display()));
    assert_eq!(names(sandbox.home()), ["a", "b"]);
}

#[test]
fn a_lock_that_somebody_left_is_named() {
    let sandbox = Sandbox::new().file("a b/config", BEFORE).file("a b/config.lock", "");
    let path = sandbox.home().join("a b/config");
    let start = Instant::now();
    let patience = Duration::from_millis(200);
    let outcome = update_within(patience, from_ref(&path), &sandbox.world(), |documents| add_user(documents, "v"));
    assert!(start.elapsed() >= patience);
    let error = error_of(outcome);
    let lock = format!("{}.lock", path.display());
    assert_eq!(error, format!("{lock} is there: another program edits the kubeconfig, or left its lock"));
    assert_eq!(fs::read_to_string(&path).expect("a file"), BEFORE);
    assert_eq!(names(&sandbox.home().join("a b")), ["config", "config.lock"]);
}

#[test]
fn a_lock_is_waited_for_and_the_edit_sees_what_was_written_meanwhile() {
    let sandbox = Sandbox::new().file("config", "users: []\n").file("config.lock", "");
    let path = sandbox.home().join("config");
    let other = path.clone();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(move || add(&other));
        fs::write(&path, BEFORE).expect("a file");
        fs::remove_file(sandbox.home().join("config.lock")).expect("a lock");
        waiting.join().expect("a thread").expect("an update");
    });
    assert_eq!(fs::read_to_string(&path).expect("a file"), AFTER);
}

/// kubectl locks every file that it might write, and so keeps out of our way as we keep out of its.
#[test]
fn every_file_is_locked_during_the_edit_and_no_longer() {
    let sandbox = Sandbox::new().file("b", BEFORE).file("a", "");
    let files: Vec<PathBuf> = ["b", "a", "new/c", "b"].iter().map(|name| sandbox.home().join(name)).collect();
    let seen = update(&files, &sandbox.world(), |documents| {
        assert_eq!(documents.len(), 4);
        assert_eq!(mode(&sandbox.home().join("b.lock")), 0);
        add_user(&mut documents[1..], "v")?;
        Ok((names(sandbox.home()), names(&sandbox.home().join("new"))))
    });
    let (home, new) = seen.expect("an update");
    assert_eq!((home.join(" "), new.join(" ")), ("a a.lock b b.lock new".to_owned(), "c.lock".to_owned()));
    assert_eq!(names(sandbox.home()), ["a", "a.ekscred-backup", "b", "new"]);
    assert_eq!(names(&sandbox.home().join("new")), Vec::<String>::new());
}

#[test]
fn of_twenty_at_once_none_is_lost() {
    let sandbox = Sandbox::new().file("config", BEFORE);
    let path = sandbox.home().join("config");
    std::thread::scope(|scope| {
        for at in 0..20 {
            let path = path.clone();
            scope.spawn(move || {
                let patience = Duration::from_mins(1);
                let world = Sandbox::new().world();
                update_within(patience, &[path], &world, |documents| add_user(documents, &format!("u{at}")))
            });
        }
    });
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.starts_with(BEFORE));
    for at in 0..20 {
        assert_eq!(text.matches(&format!("- name: u{at}\n")).count(), 1, "{text}");
    }
}

#[test]
fn a_file_that_vanishes_or_changes_meanwhile_is_left_alone() {
    let sandbox = Sandbox::new().file("config", BEFORE);
    let path = sandbox.home().join("config");
    let message = format!("{} was changed by another program meanwhile", path.display());
    let outcome = update(from_ref(&path), &sandbox.world(), |documents| {
        fs::write(&path, "users: []\n")?;
        add_user(documents, "v")
    });
    assert_eq!(error_of(outcome), message);
    let outcome = update(from_ref(&path), &sandbox.world(), |documents| {
        fs::remove_file(&path)?;
        add_user(documents, "v")
    });
    assert_eq!(error_of(outcome), message);
    assert_eq!(names(sandbox.home()), Vec::<String>::new());
}

/// A name that leaves no room for that of a temporary file stands for a full disk.
#[test]
fn of_two_files_none_is_replaced_when_one_cannot_be_written() {
    let long = "c".repeat(245);
    let sandbox = Sandbox::new().file("config", BEFORE).file(&long, BEFORE);
    let files = ["config", &long].map(|name| sandbox.home().join(name));
    let outcome = update(&files, &sandbox.world(), |documents| {
        add_user(documents, "v")?;
        add_user(&mut documents[1..], "v")
    });
    assert!(error_of(outcome).starts_with(&format!("cannot write {}: ", files[1].display())));
    assert_eq!(files.map(|file| fs::read_to_string(file).expect("a file")), [BEFORE, BEFORE]);
    assert_eq!(names(sandbox.home()), [&long, "config"]);
}

#[test]
fn what_is_no_kubeconfig_is_refused_untouched() {
    let duplicate = "users:\n- name: u\n- name: u\n";
    let large = "#".repeat(16 * 1024 * 1024 + 1);
    for (text, why) in [
        ("- a\n", "it is no kubeconfig: it is not a map"),
        ("kind: Pod\n", "it is no kubeconfig: its kind is not Config"),
        ("apiVersion: v2\n", "it is no kubeconfig: its apiVersion is not v1"),
        ("users: {}\n", "it is no kubeconfig: users is not a list"),
        ("clusters: [x]\n", "it is no kubeconfig: an item of clusters is not a map"),
        ("users:\n- name: 123\n", "it is no kubeconfig: a name in users is not text"),
        (duplicate, "it is no kubeconfig: duplicate name `u` in users"),
        ("kind: Config\n---\nkind: Config\n", "line 2: a second document begins here, of which kubectl reads nothing"),
        ("kind: [\n", "line 1: unclosed bracket '['"),
    ] {
        let sandbox = Sandbox::new().file("config", text);
        let path = sandbox.home().join("config");
        assert_eq!(error_of(add(&path)), format!("{}: {why}", path.display()));
        assert_eq!(fs::read_to_string(&path).expect("a file"), text);
        assert_eq!(names(sandbox.home()), ["config"]);
    }
    for (bytes, why) in [
        (&b"kind: \xff\n"[..], "it is no kubeconfig: it is not valid UTF-8"),
        (large.as_bytes(), "it is larger than 16777216 bytes"),
    ] {
        let sandbox = Sandbox::new().file("config", bytes);
        let path = sandbox.home().join("config");
        assert_eq!(error_of(add(&path)), format!("cannot read {}: {why}", path.display()));
        assert_eq!(names(sandbox.home()), ["config"]);
    }
}

#[test]
fn what_is_no_file_is_refused() {
    let sandbox = Sandbox::new().file("file", "");
    let folder = sandbox.home().join("folder");
    fs::create_dir(&folder).expect("a folder");
    assert_eq!(error_of(add(&folder)), format!("cannot read {}: it is not a regular file", folder.display()));
    assert!(error_of(add(&sandbox.home().join("file/config"))).starts_with("cannot make the lock "));
    assert_eq!(names(sandbox.home()), ["file", "folder"]);
}

/// Runs this very test once more, as a process of its own that does what is to be seen from outside.
fn again(test: &str, home: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", &format!("kubeconfig_store::{test}"), "--nocapture"]);
    // Who is killed removes no folder of its own.
    let scratch = home.join(SCRATCH);
    fs::create_dir_all(&scratch).expect("a folder");
    command.env("TMPDIR", scratch);
    command.env("KUBECONFIG_TEST_HOME", home).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

const SCRATCH: &str = ".scratch";

/// The home of a test that is run once more.
fn home_of_again() -> Option<PathBuf> {
    std::env::var_os("KUBECONFIG_TEST_HOME").map(PathBuf::from)
}

/// A process that is killed when the test ends, however it does.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[track_caller]
fn wait_until(it_is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !it_is_so() {
        assert!(start.elapsed() < Duration::from_mins(1), "waited in vain");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_signal_is_obeyed_when_the_locks_are_gone() {
    const NAME: &str = "a_signal_is_obeyed_when_the_locks_are_gone";
    if let Some(home) = home_of_again() {
        let signal = fs::read_to_string(home.join("signal")).expect("a signal").parse().expect("a number");
        let outcome = update(&[home.join("config")], &Sandbox::new().world(), |documents| {
            raise(signal)?;
            assert!(home.join("config.lock").exists());
            add_user(documents, "v")
        });
        fs::write(home.join("outcome"), error_of(outcome)).expect("an outcome");
        return;
    }
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
        let sandbox = Sandbox::new().file("config", BEFORE).file("signal", signal.to_string());
        let status = again(NAME, sandbox.home()).status().expect("a process");
        assert!(status.success(), "{status}");
        assert_eq!(fs::read_to_string(sandbox.home().join("outcome")).expect("an outcome"), "interrupted");
        assert_eq!(names(sandbox.home()), ["config", "outcome", "signal"]);
        assert_eq!(fs::read_to_string(sandbox.home().join("config")).expect("a file"), BEFORE);
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    if let Some(home) = home_of_again() {
        let outcome: Result<()> = update(&[home.join("config")], &Sandbox::new().world(), |_| {
            raise(SIGINT)?;
            fs::write(home.join("first"), "")?;
            raise(SIGINT)?;
            Ok(fs::write(home.join("second"), "")?)
        });
        panic!("it went on: {outcome:?}");
    }
    let sandbox = Sandbox::new().file("config", BEFORE);
    let status = again("a_second_signal_ends_the_process_at_once", sandbox.home()).status().expect("a process");
    assert_eq!(status.signal(), Some(SIGINT));
    assert_eq!(names(sandbox.home()), ["config", "config.lock", "first"]);
}

/// With the last hold gone, signals do what they do without us.
#[test]
fn a_signal_after_the_update_ends_the_process() {
    if let Some(home) = home_of_again() {
        add(&home.join("config")).expect("an update");
        raise(SIGTERM).expect("a signal");
        panic!("it went on");
    }
    let sandbox = Sandbox::new().file("config", BEFORE);
    let status = again("a_signal_after_the_update_ends_the_process", sandbox.home()).status().expect("a process");
    assert_eq!(status.signal(), Some(SIGTERM));
    assert_eq!(names(sandbox.home()), ["config", "config.ekscred-backup"]);
}

#[test]
fn a_kill_leaves_the_old_file_or_the_new_one() {
    let before = format!("{}\n{BEFORE}", "# padding".repeat(50_000));
    if let Some(home) = home_of_again() {
        let world = Sandbox::new().world();
        for at in 0.. {
            let added = update(&[home.join("config")], &world, |documents| add_user(documents, &format!("v{at}")));
            added.expect("an update");
        }
    }
    for round in 0..6 {
        let sandbox = Sandbox::new().file("config", &before);
        let path = sandbox.home().join("config");
        let mut child = Killed(again("a_kill_leaves_the_old_file_or_the_new_one", sandbox.home()).spawn().expect("it"));
        let text = || fs::read_to_string(&path).expect("a file");
        wait_until(|| round == 0 || text().contains(&format!("- name: v{}\n", round - 1)));
        // While one is being written: the backup in even rounds, the file itself in odd ones.
        let prefix = if round % 2 == 0 { "config.ekscred-backup." } else { "config." };
        let is_temporary = |name: &String| name.strip_prefix(prefix).is_some_and(|rest| rest.len() == 20);
        wait_until(|| names(sandbox.home()).iter().any(is_temporary));
        child.0.kill().expect("a kill");
        child.0.wait().expect("an end");
        let text = text();
        let added = text.matches("- name: v").count();
        let users: Vec<String> = (0..added).map(|at| format!("- name: v{at}\n  user:\n    token: v{at}\n")).collect();
        assert!(text == format!("{before}{}", users.concat()), "neither old nor new: {} bytes", text.len());
        assert!(added >= round, "only {added} users in round {round}");
    }
}
