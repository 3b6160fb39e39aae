//! What is wrong in the caches costs a request at most: never a token, never a word on standard error.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cache_scene::{Scene, write, write_private};

/// A setup for each kind of entry: a session in the AWS CLI's folder, one in ours, and a token.
const SETUPS: [&str; 3] =
    ["AWS_PROFILE=lone", "AWS_PROFILE=keys --role-arn arn:aws:iam::123456789012:role/A", "AWS_PROFILE=keys --cache"];

/// The one entry that a setup leaves, and what it holds.
fn entry(scene: &Scene) -> (PathBuf, Vec<u8>) {
    let entries = scene.entries();
    assert_eq!(entries.len(), 1, "{:?}", entries.keys());
    entries.into_iter().next().expect("one")
}

/// For each setup: does something to its entry, and checks that the next run gets what the first got, and that the run
/// after that finds a sound entry in its place.
fn check_damage(what: &str, damage: impl Fn(&Path, &[u8])) {
    for setup in SETUPS {
        let scene = Scene::new();
        let first = scene.run(setup);
        let (path, content) = entry(&scene);
        damage(&path, &content);
        let second = scene.run(setup);
        assert_eq!((second.answer(), &second.calls), (first.answer(), &first.calls), "{what}: {setup}");
        assert_eq!(entry(&scene), (path.clone(), content), "{what}: {setup}");
        let metadata = fs::symlink_metadata(path).expect("the entry");
        assert!(metadata.is_file() && metadata.mode() & 0o777 == 0o600, "{what}: {setup}");
        scene.run(setup).assert_calls(&[]);
        assert_no_leftovers(&scene);
    }
}

/// Nothing but entries, locks and the stamp.
fn assert_no_leftovers(scene: &Scene) {
    for path in scene.kept().keys() {
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(["json", "lock"].iter().any(|end| name.ends_with(end)) || name == "pruned", "{name}");
    }
}

#[test]
fn torn_entries() {
    // Of many lengths, short ones and nearly whole ones among them.
    for hundredth in [0, 1, 2, 5, 10, 25, 50, 75, 90, 95, 99] {
        check_damage(&format!("{hundredth} %"), |path, content| {
            write(path, &content[..content.len() * hundredth / 100]);
        });
    }
    check_damage("without its last byte", |path, content| write(path, &content[..content.len() - 1]));
    check_damage("with zeros in place of its end", |path, content| {
        let half = content.len() / 2;
        write(path, [&content[..half], &vec![0; half]].concat());
    });
}

#[test]
fn entries_that_are_something_else() {
    for text in
        ["null", "[]", "{}", "0", "\"\"", "garbage", "\n", "{\"Credentials\": null}", "{\"version\": 1}", "<xml/>"]
    {
        check_damage(text, |path, _| write(path, text));
    }
    check_damage("bytes", |path, _| write(path, [0xff, 0xfe, 0, 1]));
    check_damage("deep", |path, _| write(path, "[".repeat(60_000)));
    check_damage("huge", |path, _| write(path, vec![b'{'; 10_000_000]));
    check_damage("two", |path, content| write(path, [content, content].concat()));
}

/// Another version of ours may have other ideas of what is in an entry.
#[test]
fn entries_of_another_version() {
    for version in ["0", "2", "1.5", "-1", "null", "\"1\""] {
        check_damage(version, |path, content| {
            let text = String::from_utf8(content.to_vec()).expect("text");
            assert!(text.contains("\"version\":1"));
            write(path, text.replace("\"version\":1", &format!("\"version\":{version}")));
        });
    }
}

/// Each part of an entry gone, empty, null or of another type: it serves as it did, or not at all.
#[test]
fn entries_with_a_wrong_part() {
    for setup in SETUPS {
        let scene = Scene::new();
        let first = scene.run(setup);
        let (path, content) = entry(&scene);
        let sound: Value = serde_json::from_slice(&content).expect("JSON");
        for pointer in pointers(&sound) {
            for wrong in
                [None, Some(json!(null)), Some(json!("")), Some(json!(-1)), Some(json!([1])), Some(json!({"a": 1}))]
            {
                let mut damaged = sound.clone();
                let (parent, name) = pointer.rsplit_once('/').expect("a part");
                match (damaged.pointer_mut(parent).expect("a parent"), &wrong) {
                    (Value::Object(parent), None) => _ = parent.remove(name),
                    (Value::Array(parent), None) => parent.truncate(name.parse().expect("a place")),
                    _ => *damaged.pointer_mut(&pointer).expect("a part") = wrong.clone().unwrap_or_default(),
                }
                write(&path, damaged.to_string());
                let run = scene.run(setup);
                assert_eq!(run.answer(), first.answer(), "{setup}: {pointer} {wrong:?}");
                scene.run(setup).assert_calls(&[]);
            }
        }
    }
}

/// The JSON pointers to all parts of a document.
fn pointers(document: &Value) -> Vec<String> {
    let parts: Vec<(String, &Value)> = match document {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    let of_part = |(name, value): (String, &Value)| {
        let below = pointers(value).into_iter().map({
            let name = name.clone();
            move |pointer| format!("/{name}{pointer}")
        });
        [format!("/{name}")].into_iter().chain(below).collect::<Vec<_>>()
    };
    parts.into_iter().flat_map(of_part).collect()
}

/// Values that are of the right type and cannot be right.
#[test]
fn sessions_that_cannot_be_used() {
    for (name, value) in [
        ("AccessKeyId", "A B"),
        ("AccessKeyId", "ASIA\nLONE"),
        ("SecretAccessKey", "\u{0}"),
        ("SessionToken", "token\r\n"),
        ("Expiration", "tomorrow"),
        ("Expiration", "2999-01-01"),
        ("Expiration", "99999-01-01T00:00:00Z"),
        ("Expiration", "1999-01-01T00:00:00Z"),
    ] {
        for setup in &SETUPS[..2] {
            let scene = Scene::new();
            let first = scene.run(setup);
            let (path, content) = entry(&scene);
            let mut damaged: Value = serde_json::from_slice(&content).expect("JSON");
            damaged["Credentials"][name] = json!(value);
            write(&path, damaged.to_string());
            let second = scene.run(setup);
            assert_eq!((second.answer(), &second.calls), (first.answer(), &first.calls), "{name} {value:?}: {setup}");
            assert_eq!(entry(&scene), (path, content), "{name} {value:?}: {setup}");
        }
    }
}

#[test]
fn tokens_that_cannot_be_used() {
    for (name, value) in [
        ("bearer", json!("")),
        ("bearer", json!("k8s-aws-v2.aHR0cHM")),
        ("bearer", json!("k8s-aws-v1.a b")),
        ("bearer", json!("k8s-aws-v1.a\nb")),
        ("bearer", json!("k8s-aws-v1.\",\"status\":{\"")),
        ("signed_at", json!(u64::MAX)),
        ("signed_at", json!("2026-01-02T03:04:05Z")),
        ("expires_at", json!(0)),
        ("expires_at", json!(-1)),
        ("expires_at", json!(i64::MAX)),
        ("expires_at", json!(1e300)),
    ] {
        let scene = Scene::new();
        let first = scene.run(SETUPS[2]);
        let (path, content) = entry(&scene);
        let mut damaged: Value = serde_json::from_slice(&content).expect("JSON");
        assert!(damaged[name].take() != Value::Null, "{name} is a part of an entry");
        damaged[name] = value.clone();
        write(&path, damaged.to_string());
        assert_eq!(scene.run(SETUPS[2]).answer(), first.answer(), "{name}: {value}");
        assert_eq!(entry(&scene), (path, content), "{name}: {value}");
    }
}

#[test]
fn entries_that_are_no_files() {
    check_damage("a link to an entry", |path, content| {
        let other = path.parent().expect("a folder").with_file_name("other");
        write_private(&other, content);
        fs::remove_file(path).expect("the entry");
        symlink(other, path).expect("a link");
    });
    check_damage("a link to nothing", |path, _| {
        fs::remove_file(path).expect("the entry");
        symlink("/nonexistent", path).expect("a link");
    });
    check_damage("an empty directory", |path, _| {
        fs::remove_file(path).expect("the entry");
        fs::create_dir(path).expect("a directory");
    });
    check_damage("a FIFO", |path, _| {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        fs::remove_file(path).expect("the entry");
        mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a FIFO");
    });
}

/// Whatever is in that directory is not ours to remove.
#[test]
fn a_directory_that_stays() {
    for setup in SETUPS {
        let scene = Scene::new();
        let first = scene.run(setup);
        let (path, _) = entry(&scene);
        fs::remove_file(&path).expect("the entry");
        fs::create_dir(&path).expect("a directory");
        write(&path.join("file"), "");
        for _ in 0..2 {
            let run = scene.run(setup);
            assert_eq!(run.answer(), first.answer(), "{setup}");
        }
        assert!(path.join("file").exists(), "{setup}");
        let folder = path.parent().expect("a folder").read_dir().expect("the folder");
        let temporary =
            folder.map(|file| file.expect("a file").path()).find(|path| path.extension() == Some("tmp".as_ref()));
        assert_eq!(temporary, None, "{setup}");
    }
}

/// Whoever may read our own entries has the token; whoever may write them chooses whose it is.
#[test]
fn entries_of_our_own_that_are_not_private() {
    for setup in &SETUPS[1..] {
        for mode in [0o604, 0o640, 0o644, 0o602, 0o620, 0o666] {
            let scene = Scene::new();
            let first = scene.run(setup);
            let (path, content) = entry(&scene);
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
            let inode = fs::metadata(&path).expect("the entry").ino();
            let second = scene.run(setup);
            assert_eq!((second.answer(), &second.calls), (first.answer(), &first.calls), "{mode:o}: {setup}");
            assert_eq!(entry(&scene), (path.clone(), content), "{mode:o}: {setup}");
            let metadata = fs::metadata(&path).expect("the entry");
            assert_ne!(metadata.ino(), inode, "{mode:o}: {setup}");
            assert_eq!(metadata.mode() & 0o777, 0o600, "{mode:o}: {setup}");
        }
    }
}

type Make = fn(&Path);

/// Ways in which a folder can be one that is not to be used, and what the debug log says of it.
const ODD_FOLDERS: [(&str, Make); 6] = [
    ("others may write to it", |folder| make_folder(folder, 0o777)),
    ("others may write to it", |folder| make_folder(folder, 0o770)),
    ("others may write to it", |folder| make_folder(folder, 0o702)),
    ("it is not a directory", |folder| write(folder, "a file")),
    ("File exists", |folder| symlink("/nonexistent/folder", folder).expect("a link")),
    ("Not a directory", |folder| {
        let parent = folder.parent().expect("a parent");
        fs::remove_dir(parent).expect("an empty folder");
        write(parent, "a file");
    }),
];

fn make_folder(path: &Path, mode: u32) {
    fs::create_dir(path).expect("a folder");
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("its mode");
}

/// What can be told of a folder from outside, and what is in it.
fn facts(folder: &Path) -> (Option<u32>, Vec<PathBuf>) {
    let mode = fs::symlink_metadata(folder).ok().map(|metadata| metadata.mode());
    (mode, folder.read_dir().into_iter().flatten().map(|file| file.expect("a file").path()).collect())
}

#[test]
fn a_folder_of_our_own_that_is_not_private() {
    for (why, make) in ODD_FOLDERS {
        let scene = Scene::new().var("EKSCRED_CACHE", "tokens").var("EKSCRED_CACHE_DIR", "{home}/caches/mine");
        let folder = scene.sandbox.home().join("caches/mine");
        make_folder(folder.parent().expect("a parent"), 0o700);
        make(&folder);
        let before = facts(&folder);
        for setup in &SETUPS[1..] {
            let alone = scene.run(&format!("{setup} --no-cache").replace("--cache ", ""));
            for _ in 0..2 {
                let run = scene.run(setup);
                assert_eq!((run.answer(), &run.calls), (alone.answer(), &alone.calls), "{why}: {setup}");
            }
            let debug = scene.run(&format!("{setup} --debug")).outcome;
            debug.assert_success();
            assert!(debug.stderr.contains(&format!("cache: {} is not used: {why}", folder.display())), "{debug}");
        }
        // The AWS CLI's is another matter.
        assert_eq!(scene.run("AWS_PROFILE=lone").calls.len(), 1, "{why}");
        scene.run("AWS_PROFILE=lone").assert_calls(&[]);
        assert_eq!(facts(&folder), before, "{why}");
    }
}

/// Then ours takes its place.
#[test]
fn a_folder_of_the_aws_cli_that_others_may_write_to() {
    for (why, make) in ODD_FOLDERS {
        let scene = Scene::new();
        let folder = scene.shared();
        make_folder(folder.parent().expect("a parent"), 0o700);
        make(&folder);
        let before = facts(&folder);
        assert_eq!(scene.run("AWS_PROFILE=lone").calls.len(), 1, "{why}");
        scene.run("AWS_PROFILE=lone").assert_calls(&[]);
        assert_eq!(facts(&folder), before, "{why}");
    }
}
