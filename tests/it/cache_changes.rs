//! The identity table's other half: what changes in a file, behind a run and before the next, is never overlooked.

use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::cache_identity::{Mode, complaint, complaint_of_the_same, scene};
use crate::cache_profiles::{LOGIN, SSO_LEGACY, SSO_ONE, credentials};
use crate::cache_scene::{set_time, wait_for_a_tick, write};

/// Texts in files that become others between two runs of a setup, while the files keep their sizes and times.
const REWRITTEN: &[(&str, &str, &str, &str)] = &[
    ("AWS_PROFILE=keys", ".aws/credentials", "KEYS", "SEEK"),
    ("AWS_PROFILE=keys", ".aws/credentials", "secretKEYS", "secretSEEK"),
    ("AWS_PROFILE=temporary", ".aws/credentials", "tokenTEMPORARY", "tokenYRAROPMET"),
    ("AWS_PROFILE=other-region AWS_REGION=", ".aws/config", "eu-central-1", "eu-central-2"),
    ("AWS_PROFILE=fips AWS_REGION=us-west-2", ".aws/config", "use_fips_endpoint=true", "use_fips_endpoint=nope"),
    ("AWS_PROFILE=role", ".aws/credentials", "KEYS", "SEEK"),
    ("AWS_PROFILE=lone", ".aws/credentials", "KEYS", "SEEK"),
    ("AWS_PROFILE=lone", ".aws/config", "role/LONE", "role/NOLE"),
    ("AWS_PROFILE=role", ".aws/config", "source_profile=keys", "source_profile=keyz"),
    ("AWS_PROFILE=lone", ".aws/config", "source_profile=keys", "source_profile=keyz"),
    ("AWS_PROFILE=external-id", ".aws/config", "external_id=one", "external_id=two"),
    ("AWS_PROFILE=session-name", ".aws/config", "role_session_name=one", "role_session_name=two"),
    ("AWS_PROFILE=duration", ".aws/config", "duration_seconds=7200", "duration_seconds=3600"),
    ("AWS_PROFILE=mfa --mfa-code 111111", ".aws/config", "mfa/one", "mfa/two"),
    ("AWS_PROFILE=chain", ".aws/credentials", "KEYS", "SEEK"),
    ("AWS_PROFILE=chain", ".aws/config", "source_profile=lone", "source_profile=role"),
    ("AWS_PROFILE=services AWS_ENDPOINT_URL=", ".aws/config", "/three", "/eerht"),
    ("AWS_PROFILE=keys --role-arn arn:aws:iam::123456789012:role/A", ".aws/credentials", "KEYS", "SEEK"),
    ("AWS_PROFILE=web-identity", "token", "jwt-one", "jwt-two"),
    ("AWS_PROFILE=lone-web-identity", "token", "jwt-one", "jwt-two"),
    ("AWS_PROFILE=of-web-identity", "token", "jwt-one", "jwt-two"),
    ("AWS_PROFILE=sso", SSO_ONE, "good-one", "good-two"),
    ("AWS_PROFILE=sso", SSO_ONE, "good-one", "evil-one"),
    ("AWS_PROFILE=sso", ".aws/config", "sso_role_name=A", "sso_role_name=B"),
    ("AWS_PROFILE=sso", ".aws/config", "sso_account_id=123456789012", "sso_account_id=210987654321"),
    ("AWS_PROFILE=of-sso", SSO_ONE, "good-one", "good-two"),
    ("AWS_PROFILE=legacy-sso", SSO_LEGACY, "good-legacy", "good-ycagel"),
    ("AWS_PROFILE=login AWS_LOGIN_CACHE_DIRECTORY=~/logins", "logins/LOGIN.json", "ELSEWHERE", "EREHWESLE"),
    ("AWS_CREDENTIAL_FILE={home}/first", "first", "FIRST", "TSRIF"),
    ("BOTO_CONFIG={home}/boto", "boto", "BOTO", "OTOB"),
    (
        "AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={home}/token",
        "token",
        "jwt-one",
        "jwt-two",
    ),
    (
        "AWS_PROFILE=of-container AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one \
         AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={home}/token",
        "token",
        "jwt-one",
        "jwt-two",
    ),
];

/// Two states of some files, each brought about from the other.
type States = [fn(&Path); 2];

/// What takes another's place between two runs of a setup, comes or goes.
const REPLACED: &[(&str, &str, States)] = &[
    (
        "a config moved into another's place",
        "AWS_PROFILE=lone",
        [
            |home| move_in(&home.join("one/config"), &home.join(".aws/config")),
            |home| move_in(&home.join("two/config"), &home.join(".aws/config")),
        ],
    ),
    (
        "credentials moved into others' place",
        "AWS_PROFILE=lone",
        [
            |home| move_in(&home.join("one/credentials"), &home.join(".aws/credentials")),
            |home| move_in(&home.join("two/credentials"), &home.join(".aws/credentials")),
        ],
    ),
    (
        "a link to a config",
        "AWS_PROFILE=lone",
        [
            |home| link("../one/config", &home.join(".aws/config")),
            |home| link("../two/config", &home.join(".aws/config")),
        ],
    ),
    (
        "a link to a folder",
        "AWS_PROFILE=keys AWS_SHARED_CREDENTIALS_FILE=~/here/credentials",
        [|home| link("one", &home.join("here")), |home| link("two", &home.join("here"))],
    ),
    (
        "a projected token",
        "AWS_PROFILE=lone-web-identity AWS_WEB_IDENTITY_TOKEN_FILE={home}/pod/token",
        [|home| project(&home.join("pod"), "one"), |home| project(&home.join("pod"), "two")],
    ),
    (
        "a credentials file",
        "AWS_PROFILE=keys",
        [|home| remove(&home.join(".aws/credentials")), |home| write(&home.join(".aws/credentials"), credentials())],
    ),
    (
        "a credentials file with keys for a profile that has others",
        "AWS_PROFILE=process",
        [
            |home| remove(&home.join(".aws/credentials")),
            |home| write(&home.join(".aws/credentials"), credentials().replace("[keys]", "[process]")),
        ],
    ),
    (
        "a config",
        "AWS_PROFILE=other-region AWS_REGION=",
        [
            |home| remove(&home.join(".aws/config")),
            |home| write(&home.join(".aws/config"), "[profile other-region]\nregion = eu-west-3\n"),
        ],
    ),
    (
        "boto's file",
        "AWS_PROFILE=default",
        [
            |home| remove(&home.join(".boto")),
            |home| write(&home.join(".boto"), "[Credentials]\naws_access_key_id = AKID\naws_secret_access_key = s\n"),
        ],
    ),
    (
        "keys in front of boto's file",
        "AWS_PROFILE=default BOTO_CONFIG={home}/boto",
        [
            |home| write(&home.join(".aws/credentials"), credentials()),
            |home| write(&home.join(".aws/credentials"), credentials().replace("[keys]", "[default]")),
        ],
    ),
    (
        "an SSO login",
        "AWS_PROFILE=sso",
        [
            |home| remove(&home.join(SSO_ONE)),
            |home| write(&home.join(SSO_ONE), "{\"accessToken\": \"good\", \"expiresAt\": \"2999-01-01T00:00:00Z\"}"),
        ],
    ),
    (
        "a web identity token",
        "AWS_PROFILE=web-identity",
        [|home| remove(&home.join("token")), |home| write(&home.join("token"), "jwt")],
    ),
];

#[test]
fn files_rewritten() {
    for (setup, file, old, new) in REWRITTEN {
        let file = file.replace("LOGIN.json", LOGIN);
        check_change(&format!("{new} for {old} in {file}"), setup, |home, state| {
            let text = fs::read_to_string(home.join(&file)).expect("the file").replace(new, old);
            rewrite(&home.join(&file), &if state == 0 { text } else { text.replace(old, new) });
        });
    }
}

#[test]
fn files_replaced() {
    for (what, setup, states) in REPLACED {
        check_change(what, setup, |home, state| states[state](home));
    }
}

/// A setup before and after a change of a file, in both directions.
fn check_change(what: &str, setup: &str, change: impl Fn(&Path, usize)) {
    for mode in [Mode::Roles, Mode::OwnRoles, Mode::Tokens] {
        let scene = scene(mode);
        let home = scene.sandbox.home();
        for (first, second) in [(0, 1), (1, 0)] {
            let scenery = format!("{what}: {setup} ({mode:?}, {first} before {second})");
            change(home, first);
            scene.forget();
            let before = scene.run(setup);
            let complaint_before = complaint_of_the_same(&scene.run(setup), &before, mode);
            assert_eq!(complaint_before, None, "{scenery}");

            wait_for_a_tick(home);
            change(home, second);
            let after = scene.run(setup);
            scene.forget();
            let alone = scene.run(setup);
            assert!(alone.is_other_than(&before), "{scenery}: the change changes nothing");
            assert_eq!(complaint(&after, &[before], &alone), None, "{scenery}");
        }
    }
}

/// Writes another text of the same length into a file, which keeps its time.
fn rewrite(path: &Path, text: &str) {
    let facts = || fs::metadata(path).map(|file| (file.ino(), file.len(), file.modified().expect("a time")));
    let before = facts().expect("the file");
    let mut file = File::options().write(true).open(path).expect("the file");
    file.write_all(text.as_bytes()).expect("a place on the disk");
    set_time(path, before.2);
    assert_eq!(facts().expect("the file"), before);
}

/// Moves a file into the place of another, with the size and the time that all such have.
fn move_in(source: &Path, place: &Path) {
    let new = place.with_extension("new");
    fs::copy(source, &new).expect("a copy");
    set_time(&new, SystemTime::UNIX_EPOCH + Duration::from_hours(1));
    fs::rename(new, place).expect("a move");
}

/// Has a link lead to `target`, whatever is there.
fn link(target: &str, place: &Path) {
    remove(place);
    symlink(target, place).expect("a link");
}

/// A token as kubelet puts it into a pod: `token` leads through `..data` to a folder, which is another one each time.
fn project(volume: &Path, token: &str) {
    let folder = volume.join(format!("..{token}"));
    fs::create_dir_all(&folder).expect("a folder");
    if !folder.join("token").exists() {
        write(&folder.join("token"), token);
    }
    link(&format!("..{token}"), &volume.join("..data"));
    if !volume.join("token").exists() {
        link("..data/token", &volume.join("token"));
    }
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{error}"),
        _ => {}
    }
}
