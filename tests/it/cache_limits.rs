//! For how long what is kept serves: every limit, the moment before it and the moment after.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::cache_profiles::SSO_ONE;
use crate::cache_scene::{LONE, Scene, seconds, set_time, write_private};
use crate::loopback::Setup;
use crate::loopback::placeholders::timestamp;
use crate::sandbox::url_in;

const SECOND: Duration = Duration::from_secs(1);
const NANOSECOND: Duration = Duration::from_nanos(1);

/// When a token was signed, as it says: `20260102T030405Z`.
fn signed_at(token: &str) -> String {
    let url = url_in(token);
    url.split_once("X-Amz-Date=").expect("a date").1.split('&').next().expect("a value").to_owned()
}

fn compact(time: SystemTime) -> String {
    timestamp(seconds(time)).replace(['-', ':'], "")
}

/// Setups whose sessions last an hour: one with a session of each kind.
const WITH_SESSION: [&str; 6] = [
    "AWS_PROFILE=role",
    "AWS_PROFILE=lone",
    "AWS_PROFILE=chain",
    "AWS_PROFILE=web-identity",
    "AWS_PROFILE=sso",
    "AWS_PROFILE=keys --role-arn arn:aws:iam::123456789012:role/A",
];

#[test]
fn a_session_serves_until_a_quarter_of_an_hour_before_its_end() {
    for setup in WITH_SESSION {
        let scene = Scene::new();
        let first = scene.run(setup);
        let limit = scene.now + Duration::from_mins(60 - 15);
        for (time, is_kept) in [
            (scene.now + SECOND, true),
            (limit - SECOND, true),
            (limit, true),
            (limit + NANOSECOND, false),
            (limit + SECOND, false),
            (limit + Duration::from_secs(899), false),
        ] {
            let run = scene.run_at(time, setup);
            run.outcome.assert_success();
            let calls = if is_kept { &[][..] } else { &first.calls };
            assert_eq!(run.calls, calls, "{setup}: {:?} after it was got", time.duration_since(scene.now));
        }
    }
}

/// A session that never has so long to live is asked for each time, as the AWS CLI asks for it; and a clock that goes
/// backwards makes no session older.
#[test]
fn short_sessions_and_early_clocks() {
    let scene = Scene::with(Setup::from_json(&json!({"answers": {"AssumeRole": [{"expires_in": 900}]}})));
    let first = scene.run("AWS_PROFILE=lone");
    for (time, is_kept) in [
        (scene.now, true),
        (scene.now + NANOSECOND, false),
        (scene.now - SECOND, true),
        (scene.now - Duration::from_hours(24), true),
    ] {
        let calls = if is_kept { &[][..] } else { &first.calls };
        assert_eq!(scene.run_at(time, "AWS_PROFILE=lone").calls, calls, "{:?}", time.duration_since(scene.now));
    }
}

/// What the AWS CLI left has the same limit, in whatever way it wrote the time.
#[test]
fn a_session_of_the_aws_clis_has_the_same_limit() {
    let scene = Scene::new();
    for (offset, is_kept) in [(901, true), (900, true), (899, false), (0, false), (-3600, false)] {
        for zone in ["Z", "+00:00", "UTC", " UTC"] {
            let end = scene.fill(&format!("{{now{offset:+}}}")).replace('Z', zone);
            let mut entry = scene.session_of_the_aws_cli();
            entry["Credentials"]["Expiration"] = json!(end);
            scene.forget();
            scene.leave(LONE, &entry.to_string());
            let run = scene.run("AWS_PROFILE=lone");
            assert_eq!(url_in(&run.token()).contains("ASIACLI"), is_kept, "{end}: {}", run.outcome);
            assert_eq!(run.calls.is_empty(), is_kept, "{end}");
        }
    }
}

#[test]
fn a_token_serves_until_a_minute_before_its_end() {
    let expiring = "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV AWS_CREDENTIAL_EXPIRATION={now+360}";
    for (setup, lifetime, left) in [
        ("AWS_PROFILE=keys", 840, 60),
        ("AWS_PROFILE=keys --min-ttl 60", 840, 60),
        ("AWS_PROFILE=keys --min-ttl=300", 840, 300),
        ("AWS_PROFILE=keys --min-ttl 840", 840, 840),
        ("AWS_PROFILE=role", 840, 60),
        ("AWS_PROFILE=role --min-ttl 1", 840, 1),
        // At its end it serves no more, whoever says so.
        ("AWS_PROFILE=role --min-ttl 0", 840, 1),
        // It ends a minute before its credentials.
        (expiring, 300, 60),
        (&format!("{expiring} --min-ttl 300"), 300, 300),
    ] {
        let scene = Scene::new();
        let run = |time| scene.run_at(time, &format!("{setup} --cache")).token();
        let first = run(scene.now);
        let last_moment = scene.now + Duration::from_secs(lifetime - left);
        assert_eq!(run(last_moment), first, "{setup}");
        assert_eq!(signed_at(&run(last_moment + SECOND)), compact(last_moment + SECOND), "{setup}");
    }
}

/// Not a nanosecond less than `--min-ttl` says.
#[test]
fn a_token_is_made_anew_in_the_second_in_which_it_ceases_to_serve() {
    let scene = Scene::new();
    scene.run("AWS_PROFILE=keys --cache").token();
    let last_moment = scene.now + Duration::from_mins(14 - 1);
    let next = scene.run_at(last_moment + NANOSECOND, "AWS_PROFILE=keys --cache").token();
    assert_eq!(signed_at(&next), compact(last_moment));
}

#[test]
fn min_ttl_is_a_number_of_seconds_that_a_token_can_have() {
    for good in ["0", "840"] {
        Scene::new().run(&format!("AWS_PROFILE=keys --min-ttl {good}")).token();
    }
    for bad in ["841", "99999999999999999999", "-1", "1.5", "1m", "x"] {
        let outcome = Scene::new().run(&format!("AWS_PROFILE=keys --min-ttl={bad}")).outcome;
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.lines().count()), (252, "", 2), "{outcome}");
        assert!(outcome.stderr.contains("--min-ttl") && outcome.stderr.contains(bad), "{outcome}");
    }
}

/// A token from the future is none: clusters refuse it.
#[test]
fn a_token_serves_from_the_moment_when_it_was_signed() {
    for earlier in [NANOSECOND, SECOND, Duration::from_hours(24)] {
        let scene = Scene::new();
        let run = |time| scene.run_at(time, "AWS_PROFILE=keys --cache").token();
        let first = run(scene.now);
        assert_eq!(run(scene.now), first);
        assert_eq!(signed_at(&run(scene.now - earlier)), compact(scene.now - earlier), "{earlier:?}");
    }
}

/// What was made of a file right behind its change may be of what was in it before. File systems' clocks are coarse.
#[test]
fn a_file_must_have_been_at_rest_for_two_seconds() {
    for (setup, file) in [
        ("AWS_PROFILE=keys", ".aws/config"),
        ("AWS_PROFILE=keys", ".aws/credentials"),
        ("AWS_PROFILE=sso", SSO_ONE),
        ("AWS_PROFILE=web-identity", "token"),
    ] {
        // The file is touched; or it says that its change is yet to come.
        for ahead in [Duration::ZERO, Duration::from_secs(30)] {
            let scene = Scene::new();
            let changed = touch(&scene.sandbox.home().join(file), ahead);
            let token = |time| scene.run_at(time, &format!("{setup} --cache")).token();
            for (rest, is_kept) in [(2 * SECOND, true), (Duration::from_nanos(1_999_999_999), false), (SECOND, false)] {
                scene.forget();
                let first = token(changed + rest);
                let is_same = token(changed + 3 * SECOND) == first;
                assert_eq!(is_same, is_kept, "{setup}: {rest:?} after a change of {file}, {ahead:?} ahead");
            }
        }
    }
}

/// Sets a file's time to now, or a while ahead of it, and gives the later one of the times of its content and itself.
fn touch(file: &Path, ahead: Duration) -> SystemTime {
    let time = |metadata: &fs::Metadata| {
        let nanoseconds = u64::try_from(metadata.ctime() * 1_000_000_000 + metadata.ctime_nsec()).expect("after 1970");
        SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds)
    };
    set_time(file, SystemTime::now() + ahead);
    let metadata = fs::metadata(file).expect("the file");
    time(&metadata).max(metadata.modified().expect("a time"))
}

/// A device, a directory: nothing tells of a change.
#[test]
fn a_token_made_of_something_else_than_files_is_not_kept() {
    let scene = Scene::new();
    for config in ["/dev/null", "{home}"] {
        let setup = format!("AWS_CONFIG_FILE={config} AWS_PROFILE=keys --cache");
        let first = scene.run(&setup).token();
        assert_ne!(scene.run_at(scene.now + SECOND, &setup).token(), first, "{config}");
    }
}

#[test]
fn a_token_that_no_cluster_takes_is_not_kept() {
    let scene = Scene::new();
    let mut was_kept = true;
    // One character of a session token more makes one or two of a token.
    for length in 2600..2800 {
        scene.forget();
        let keys = format!("AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=s AWS_SESSION_TOKEN={}", "x".repeat(length));
        let run = scene.run(&format!("{keys} --cache"));
        let size = run.outcome.credential()["status"]["token"].as_str().expect("a token").len();
        let is_kept = !scene.entries().is_empty();
        assert_eq!(is_kept, size <= 4096, "{size} bytes");
        if was_kept && !is_kept {
            return;
        }
        was_kept = is_kept;
    }
    panic!("no token reached the limit");
}

#[test]
fn an_entry_has_64_kilobytes_at_most() {
    for (size, is_used) in [(65_536, true), (65_537, false)] {
        for setup in [
            "AWS_PROFILE=lone",
            "AWS_PROFILE=keys --role-arn arn:aws:iam::123456789012:role/A",
            "AWS_PROFILE=keys --cache",
        ] {
            let scene = Scene::new();
            let first = scene.run(setup);
            for (path, content) in scene.entries() {
                write_private(&path, &[content.clone(), vec![b' '; size - content.len()]].concat());
            }
            let again = scene.run_at(scene.now + SECOND, setup);
            let expected = if is_used { &[][..] } else { &first.calls };
            assert_eq!(again.calls, expected, "{setup}: {size} bytes");
            let is_same = first.token() == again.token();
            assert!(!setup.contains("--cache") || is_same == is_used, "{setup}: {size} bytes");
        }
    }
}

/// A session that is kept needs no login until it ends: neither a fresh one nor one that lasts.
#[test]
fn a_session_outlives_the_login_that_it_came_from() {
    let login = r#"{"accessToken": "good-one", "expiresAt": "{now+1000}", "region": "us-east-1", "clientId": "c",
        "clientSecret": "s", "registrationExpiresAt": "{now+1000}", "refreshToken": "refresh-first"}"#;
    let scene = Scene::new().file(SSO_ONE, login);
    scene.run("AWS_PROFILE=sso").token();
    let end = scene.now + Duration::from_mins(60 - 15);
    // Within the quarter of an hour in which a login is refreshed, behind its end, and when all is over.
    for time in [scene.now + Duration::from_secs(101), scene.now + Duration::from_secs(1001), end] {
        scene.run_at(time, "AWS_PROFILE=sso").assert_calls(&[]);
    }
    let outcome = scene.run_at(end + SECOND, "AWS_PROFILE=sso").outcome;
    assert_eq!((outcome.code, outcome.stdout.as_str()), (253, ""), "{outcome}");
}

const HEX: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A file with a time of its own, and whether it still is there behind a run that kept something.
fn stays(scene: &Scene, path: &Path, age: Duration) -> bool {
    write_private(path, b"{}");
    set_time(path, scene.now - age);
    scene.run("AWS_PROFILE=keys --cache --force-refresh").token();
    path.exists()
}

#[test]
fn what_is_old_goes_in_passing() {
    const HOUR: Duration = Duration::from_hours(1);
    const QUARTER: Duration = Duration::from_mins(15);
    for (name, limit) in [
        (format!("role-{HEX}.json"), 13 * HOUR),
        (format!("token-{HEX}.json"), QUARTER),
        (format!("role-{HEX}.lock"), HOUR),
        (format!("token-{HEX}.lock"), HOUR),
        (format!("role-{HEX}.json.0123456789abcdef.tmp"), HOUR),
        (format!("token-{HEX}.json.0123456789abcdef.tmp"), HOUR),
        (format!("../../.aws/cli/cache/{}.json.0123456789abcdef.tmp", &HEX[..40]), HOUR),
    ] {
        for (age, goes) in [(limit, true), (limit.saturating_sub(SECOND), false)] {
            let scene = Scene::new();
            assert_ne!(stays(&scene, &scene.own().join(&name), age), goes, "{name}, {age:?} old");
        }
    }
    // Not ours, or the AWS CLI's as well.
    let entry = format!("{}.json", &HEX[..40]);
    for name in ["notes", "role-1.json", "token.json", "../../.aws/cli/cache/session.db"].map(str::to_owned) {
        let scene = Scene::new();
        assert!(stays(&scene, &scene.own().join(&name), 1000 * HOUR), "{name}");
    }
    let scene = Scene::new();
    assert!(stays(&scene, &scene.shared().join(entry), 1000 * HOUR));
}

#[test]
fn a_lock_that_somebody_holds_stays_however_old_it_is() {
    let scene = Scene::new();
    let path = scene.own().join(format!("role-{HEX}.lock"));
    write_private(&path, b"");
    let held = File::open(&path).expect("the lock");
    held.lock().expect("nobody else has it");
    assert!(stays(&scene, &path, Duration::from_hours(1000)));
}

#[test]
fn nobody_looks_for_old_files_more_than_once_an_hour() {
    for (age, looks) in [(3600, true), (3599, false), (0, false)] {
        let scene = Scene::new();
        let stamp = scene.own().join("pruned");
        write_private(&stamp, b"");
        set_time(&stamp, scene.now - Duration::from_secs(age));
        let stays = stays(&scene, &scene.own().join(format!("role-{HEX}.json")), Duration::from_hours(14));
        assert_eq!(stays, !looks, "the last look was {age} s ago");
        let last_look = fs::metadata(&stamp).and_then(|file| file.modified()).expect("its time");
        assert_eq!(last_look > scene.now - Duration::from_secs(400), age < 400 || looks, "{age} s");
    }
}

#[test]
fn a_thousand_entries_stay_at_most() {
    let scene = Scene::new();
    let name = |number: u64| scene.own().join(format!("role-{number:064x}.json"));
    for number in 0..1001 {
        write_private(&name(number), b"{}");
        set_time(&name(number), scene.now - Duration::from_secs(1000 + number));
    }
    scene.run("AWS_PROFILE=keys --cache").token();
    // The new one is one of them; the oldest two are gone.
    assert_eq!(scene.entries().len(), 1000);
    assert_eq!([998, 999, 1000].map(|number| name(number).exists()), [true, false, false]);
}
