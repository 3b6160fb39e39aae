//! `ekscred cache`: what is kept is listed without a secret, and what is cleared is ours.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cache_profiles::SSO_ONE;
use crate::cache_scene::{LONE, Run, Scene, write_private};
use crate::sandbox::url_in;

const ON_THE_FLAG: &str = "AWS_PROFILE=keys --role-arn arn:aws:iam::123456789012:role/A";

/// A scene in which something of each kind is kept, and things of others' lie beside it.
fn scene() -> (Scene, Vec<PathBuf>) {
    let scene = Scene::new();
    for setup in ["AWS_PROFILE=lone", "AWS_PROFILE=sso", ON_THE_FLAG, "AWS_PROFILE=keys --cache"] {
        scene.run(setup).token();
    }
    let session = scene.session_of_the_aws_cli();
    let (one, two) = ("1".repeat(40), "2".repeat(40));
    let others = [
        scene.shared().join(format!("{one}.json")),
        scene.shared().join(format!("{two}.json")),
        scene.shared().join("session.db"),
        scene.shared().join("botocore-client-id-us-east-1.json"),
        scene.own().join("notes.json"),
        scene.own().join("role-notes.json"),
        scene.own().join("role-notes.lock"),
    ];
    for (path, content) in others.iter().zip([&session.to_string(), "{", "data", "{}", "{}", "{}", ""]) {
        write_private(path, content.as_bytes());
    }
    (scene, others.into())
}

fn command(scene: &Scene, line: &str) -> Run {
    let run = scene.command(scene.now, line);
    run.outcome.assert_success();
    assert_eq!((run.outcome.stderr.as_str(), run.connections), ("", 0), "{line}");
    run
}

/// What `cache list` should tell in [`scene`], what ends last first: kind, end, for whom, file.
fn expected(scene: &Scene) -> Vec<[String; 4]> {
    let own = |kind: &str| {
        let is_it = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(kind) && name.len() == kind.len() + "-.json".len() + 64
        };
        scene.entries().into_keys().find(is_it).expect("an entry")
    };
    let shared = |name: &str| scene.shared().join(name);
    let (in_an_hour, in_14_minutes) = (scene.fill("{now+3600}"), scene.fill("{now+840}"));
    let row = |kind: &str, end: &str, whom: &str, file: PathBuf| {
        [kind, end, whom, file.to_str().expect("UTF-8")].map(str::to_owned)
    };
    let lone = shared(LONE);
    vec![
        // Those that end together go by their files.
        row(
            "role",
            &in_an_hour,
            "A in 123456789012 by SSO, profile sso",
            shared("97ba9287372b7d20533965dff2b3b3353882733f.json"),
        ),
        row("role", &in_an_hour, "arn:aws:iam::123456789012:role/LONE, profile lone", lone),
        row("role", &in_an_hour, "arn:aws:iam::123456789012:role/A", own("role")),
        row("token", &in_14_minutes, "cluster demo (eu-west-1), profile keys", own("token")),
    ]
}

#[test]
fn list_tells_what_is_kept_for_whom_and_until_when() {
    let (scene, _) = scene();
    let expected = expected(&scene);
    let stdout = |line: &str| command(&scene, line).outcome.stdout;
    let json = |line: &str| serde_json::from_str::<Value>(&stdout(line)).expect("JSON");
    let object = |[kind, end, whom, file]: &[String; 4]| json!({"kind": kind, "until": end, "for": whom, "file": file});
    assert_eq!(json("cache list --output json"), expected.iter().map(object).collect::<Value>());
    assert_eq!(json("cache list --query [?kind=='token'].for"), json!(["cluster demo (eu-west-1), profile keys"]));
    assert_eq!(json("--query [].kind cache list"), json!(["role", "role", "role", "token"]));

    let line = |[kind, end, whom, file]: &[String; 4]| format!("{file}\t{whom}\t{kind}\t{end}\n");
    assert_eq!(stdout("cache list -o text"), expected.iter().map(line).collect::<String>());
    let item = |[kind, end, whom, file]: &[String; 4]| {
        format!("- file: {file}\n  for: {whom}\n  kind: {kind}\n  until: \"{end}\"\n")
    };
    assert_eq!(stdout("cache --output yaml list"), expected.iter().map(item).collect::<String>());

    // For a person: columns that begin below their headings.
    let table = stdout("cache list");
    let mut lines = table.lines();
    let heading = lines.next().expect("a heading");
    let columns = ["KIND", "UNTIL", "FOR", "FILE"].map(|name| heading.find(name).expect("a column"));
    let cells = |line: &str| {
        let ends = columns.into_iter().skip(1).chain([line.len()]);
        columns.into_iter().zip(ends).map(|(start, end)| line[start..end].trim_end().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(lines.map(cells).collect::<Vec<_>>(), expected);
}

#[test]
fn list_of_nothing() {
    let scene = Scene::new();
    assert_eq!(command(&scene, "cache list").outcome.stdout, "KIND  UNTIL  FOR  FILE\n");
    assert_eq!(command(&scene, "cache list -o json").outcome.stdout, "[]\n");
    assert_eq!(command(&scene, "cache list -o yaml").outcome.stdout, "[]\n");
    assert_eq!(command(&scene, "cache list -o text").outcome.stdout, "");
    assert!(!scene.own().exists() && !scene.shared().exists(), "looking makes no folder");
}

#[test]
fn clear_removes_what_is_ours_and_tells_how_much() {
    let (scene, others) = scene();
    let stdout = |line: &str| command(&scene, line).outcome.stdout;
    // What broken writes left is ours.
    let hex = "0".repeat(64);
    for path in [
        scene.own().join(format!("token-{hex}.json.0123456789abcdef.tmp")),
        scene.shared().join(format!("{}.json.0123456789abcdef.tmp", &hex[..40])),
    ] {
        write_private(&path, b"{");
    }
    let before: Vec<_> = others.iter().map(|path| fs::read(path).expect("a file")).collect();
    assert_eq!(stdout("cache clear"), "removed 4 files of kept sessions and tokens\n");
    let mut left: Vec<PathBuf> = scene.kept().into_keys().collect();
    left.sort();
    let mut expected = others.clone();
    expected.sort();
    assert_eq!(left, expected);
    assert_eq!(others.iter().map(|path| fs::read(path).expect("a file")).collect::<Vec<_>>(), before);
    assert_eq!(stdout("cache list -o json"), "[]\n");
    assert_eq!(stdout("cache clear"), "removed 0 files of kept sessions and tokens\n");
    // And it is gone indeed.
    assert_eq!(scene.run("AWS_PROFILE=lone").calls.len(), 1);
    assert_eq!(stdout("cache clear"), "removed 1 file of kept sessions and tokens\n");
}

/// What is damaged or over is ours still.
#[test]
fn clear_removes_damaged_and_old_entries() {
    let scene = Scene::new();
    for name in ["role", "token"] {
        write_private(&scene.own().join(format!("{name}-{}.json", "a".repeat(64))), b"garbage");
    }
    scene.run("AWS_PROFILE=lone").token();
    let later = scene.now + Duration::from_hours(24);
    let cleared = scene.command(later, "cache clear").outcome;
    assert_eq!(cleared.stdout, "removed 3 files of kept sessions and tokens\n", "{cleared}");
    assert_eq!(scene.kept().len(), 0, "{:?}", scene.kept().keys());
}

/// A lock that is held is somebody's who is about to write; without the file two could have the lock.
#[test]
fn clear_leaves_a_lock_that_is_held() {
    let scene = Scene::new();
    let path = scene.own().join(format!("role-{}.lock", "a".repeat(64)));
    write_private(&path, b"");
    let lock = File::open(&path).expect("the lock");
    lock.lock().expect("nobody else has it");
    assert_eq!(command(&scene, "cache clear").outcome.stdout, "removed 0 files of kept sessions and tokens\n");
    assert!(path.exists());
    drop(lock);
    command(&scene, "cache clear");
    assert!(!path.exists());
}

/// All that is secret in the scene: the loopback AWS's keys have their names for secrets, and capital letters.
fn secrets_in(text: &str) -> Vec<&str> {
    let words = text.split(|character: char| character.is_whitespace() || "\"',;()=/".contains(character));
    let is_secret = |word: &&str| {
        let is_key =
            |name| word.split_once(name).is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_uppercase()));
        let is_token = ["jwt-", "good-", "refresh-", "k8s-aws-v1.", "X-Amz-"].iter().any(|part| word.contains(part));
        *word == MFA_CODE || is_token || is_key("secret") || is_key("token")
    };
    words.filter(is_secret).collect()
}

const MFA_CODE: &str = "123123";

#[test]
fn no_secret_is_listed_or_logged() {
    // A login that is refreshed.
    let login = r#"{"accessToken": "good-one", "expiresAt": "{now+60}", "region": "us-east-1", "clientId": "client",
        "refreshToken": "refresh-first", "clientSecret": "secretCLIENT", "registrationExpiresAt": "{now+864000}"}"#;
    let scene = Scene::new().file(SSO_ONE, login);
    let setups = [
        "AWS_PROFILE=long-chain",
        "AWS_PROFILE=role",
        "AWS_PROFILE=mfa --mfa-code 123123",
        "AWS_PROFILE=sso",
        "AWS_PROFILE=of-sso",
        "AWS_PROFILE=web-identity",
        "AWS_PROFILE=of-process",
        "AWS_PROFILE=of-login",
        "AWS_PROFILE=of-container AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one \
         AWS_CONTAINER_AUTHORIZATION_TOKEN=secretBEARER",
        ON_THE_FLAG,
        "AWS_PROFILE=keys",
    ];
    let mut lines = 0;
    let mut look = |run: &Run, what: &str| {
        let text =
            format!("{}{}", run.outcome.stderr, if what.starts_with("cache") { &run.outcome.stdout } else { "" });
        assert_eq!(secrets_in(&text), Vec::<&str>::new(), "{what}:\n{text}");
        lines += text.lines().count();
    };
    // Got, found again, found damaged, and got again.
    for damage in [false, false, true, false] {
        for setup in setups {
            if damage {
                for path in scene.entries().into_keys() {
                    let content = fs::read(&path).expect("an entry");
                    write_private(&path, &content[..content.len() - 1]);
                }
            }
            let run = scene.run(&format!("{setup} --cache --debug"));
            run.outcome.assert_success();
            look(&run, setup);
        }
        for line in
            ["cache list", "cache list -o json", "cache list -o yaml", "cache list -o text", "cache list --debug"]
        {
            look(&scene.command(scene.now, line), line);
        }
    }
    look(&scene.command(scene.now, "cache clear --debug"), "cache clear");
    assert!(lines > 500, "{lines} lines");
}

/// That each of them would be found is half of that test.
#[test]
fn secrets_are_known() {
    let scene = Scene::new();
    let token = scene.run("AWS_PROFILE=lone").token();
    let (_, session) = scene.entries().pop_first().expect("a session");
    let found = secrets_in(std::str::from_utf8(&session).expect("text"));
    assert_eq!(found, ["secretLONE", "tokenLONE"]);
    assert_eq!(secrets_in(&token), [token.as_str()]);
    assert!(!secrets_in(&url_in(&token)).is_empty());
    assert_eq!(
        secrets_in("bearer \"good-one\" jwt-one (secretKEYS) 123123"),
        ["good-one", "jwt-one", "secretKEYS", MFA_CODE]
    );
    assert!(secrets_in("a secret, a token: cache/ekscred/token-0123.json, AWS_SECRET_ACCESS_KEY").is_empty());
}
