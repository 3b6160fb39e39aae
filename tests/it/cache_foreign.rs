//! Sessions that the AWS CLI left: used as it would use them, unless they may be another's.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::cache_profiles::SSO_ONE;
use crate::cache_scene::{LONE, Run, Scene, set_time, wait_for_a_tick, write};
use crate::sandbox::url_in;

// The AWS CLI's names of sessions: SHA-1 of what stands above each, with the role's whole ARN.

/// `{"RoleArn": "A", "SerialNumber": "arn:aws:iam::123456789012:mfa/one"}`
const MFA: &str = "a5b787db5d6dd678863c46707469a96a867de4d2.json";
/// `{"RoleArn": "LONEWEB"}`
const LONE_WEB: &str = "249918af580761c18761f3297215a11984c37d97.json";
/// `{"accountId":"123456789012","roleName":"A","sessionName":"one"}`
const SSO: &str = "97ba9287372b7d20533965dff2b3b3353882733f.json";
/// `{"RoleArn": "A"}`
const A: &str = "2807bfcd7c5bd8aa285ad333d88b7686b1fa34f9.json";
/// `{"RoleArn": "WEB"}`
const WEB: &str = "3c42ef7c1b89c7e89f5f3390ad0fb3df2f98cf31.json";
/// `{"RoleArn": "PROCESS"}`
const PROCESS: &str = "5f221ca0ee4232911a042000d937a50145e255d1.json";
/// `{"RoleArn": "POD"}`
const POD: &str = "e1f89fd2f6b64a88f0fb09ae4078c9d14a247f53.json";
/// `{"RoleArn": "ENVIRONMENT"}`
const ENVIRONMENT: &str = "b115ff0427c25f5630860c424be536831b53725f.json";
/// `{"RoleArn": "CONTAINER"}`
const CONTAINER: &str = "ea9b31a700763b260f47d22d5c5b7abc35c79c7f.json";
/// `{"RoleArn": "LONE", "RoleSessionName": "EKSGetTokenAuth"}`
const ON_THE_FLAG: &str = "046c0d509078e67ca6e4acc4faa235374401f2d4.json";

const SECOND: Duration = Duration::from_secs(1);

/// Leaves a session as the AWS CLI does.
fn leave(scene: &Scene, name: &str) {
    scene.leave(name, &scene.session_of_the_aws_cli().to_string());
}

/// Whether a run took the session that was left; if not, whether it got its own.
#[track_caller]
fn is_taken(run: &Run) -> bool {
    let is_taken = url_in(&run.token()).contains("ASIACLI");
    assert_eq!(is_taken, run.calls.is_empty(), "{run:?}");
    is_taken
}

#[test]
fn a_session_of_the_aws_cli_serves() {
    for (setup, name) in [
        ("AWS_PROFILE=lone", LONE),
        ("AWS_PROFILE=twin", LONE),
        ("AWS_PROFILE=mfa", MFA),
        ("AWS_PROFILE=sso", SSO),
        ("AWS_PROFILE=lone-web-identity", LONE_WEB),
    ] {
        let scene = Scene::new();
        leave(&scene, name);
        assert!(is_taken(&scene.run(setup)), "{setup}");
        assert_eq!(scene.run(setup).connections, 0, "{setup}");
        assert!(!is_taken(&scene.run(&format!("{setup} --no-cache --mfa-code 123456"))), "{setup}");
    }
}

/// Below a role as well.
#[test]
fn a_session_of_the_aws_cli_assumes_the_next_role() {
    let scene = Scene::new();
    leave(&scene, LONE);
    scene.run("AWS_PROFILE=chain").assert_calls(&[
        "AssumeRole {aws} as ASIACLI RoleArn=arn:aws:iam::123456789012:role/C RoleSessionName=botocore-session-*",
    ]);
}

/// As versions 1 and 2 of it write them, and others that share the folder.
#[test]
fn every_form_is_understood() {
    let scene = Scene::new();
    let mut with_all = scene.session_of_the_aws_cli();
    with_all["AssumedRoleUser"] =
        json!({"AssumedRoleId": "AROA:me", "Arn": "arn:aws:sts::123456789012:assumed-role/LONE/me"});
    with_all["ResponseMetadata"] =
        json!({"RequestId": "1", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0});
    with_all["ProviderType"] = json!("assume-role");
    with_all["Credentials"]["AccountId"] = json!("123456789012");
    let plain = scene.session_of_the_aws_cli().to_string();
    for text in [
        plain.clone(),
        with_all.to_string(),
        serde_json::to_string_pretty(&with_all).expect("JSON"),
        plain.replace(r#"Z""#, r#"+00:00""#),
        plain.replace(r#"Z""#, r#"UTC""#),
        plain.replace(r#"Z""#, r#".123456Z""#),
    ] {
        scene.forget();
        scene.leave(LONE, &text);
        assert!(is_taken(&scene.run("AWS_PROFILE=lone")), "{text}");
    }
}

/// The AWS CLI's name for a session leaves out who assumes the role: here it may be either of two. The session that is
/// got now does not push it out.
#[test]
fn a_session_that_may_be_another_profiles_does_not_serve() {
    for (setup, name) in [
        ("AWS_PROFILE=role", A),
        ("AWS_PROFILE=role-by-other-keys", A),
        ("AWS_PROFILE=web-identity", WEB),
        ("AWS_PROFILE=of-process", PROCESS),
        ("AWS_WEB_IDENTITY_TOKEN_FILE={home}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/LONE", LONE),
        // The AWS CLI keeps none for the flag: whatever that is, it is something else.
        ("AWS_PROFILE=keys --role-arn arn:aws:iam::123456789012:role/LONE", ON_THE_FLAG),
        ("AWS_PROFILE=keys --role-arn arn:aws:iam::123456789012:role/LONE", LONE),
    ] {
        let scene = Scene::new();
        leave(&scene, name);
        assert!(!is_taken(&scene.run(setup)), "{setup}");
        scene.run(setup).assert_calls(&[]);
        let left = fs::read_to_string(scene.shared().join(name)).expect("it is still there");
        assert_eq!(left, scene.session_of_the_aws_cli().to_string(), "{setup}");
    }
}

/// Whose it is was decided by a variable, and may be decided otherwise now.
#[test]
fn a_session_that_no_file_explains_does_not_serve() {
    for (setup, name) in [
        ("--profile of-environment AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV", ENVIRONMENT),
        ("AWS_PROFILE=of-container AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one", CONTAINER),
        ("AWS_WEB_IDENTITY_TOKEN_FILE={home}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/POD", POD),
        ("AWS_PROFILE=lone-web-identity AWS_WEB_IDENTITY_TOKEN_FILE={home}/other-token", LONE_WEB),
    ] {
        let scene = Scene::new();
        leave(&scene, name);
        assert!(!is_taken(&scene.run(setup)), "{setup}");
        scene.run(setup).assert_calls(&[]);
    }
}

/// Behind a change nobody knows for which settings the AWS CLI got it.
#[test]
fn a_session_older_than_a_change_does_not_serve() {
    let touch: fn(&Path) = |path| set_time(path, SystemTime::now());
    let rewrite: fn(&Path) = |path| {
        let time = fs::metadata(path).and_then(|file| file.modified()).expect("its time");
        write(path, fs::read(path).expect("a file"));
        set_time(path, time);
    };
    let replace: fn(&Path) = |path| {
        let other = path.with_extension("other");
        fs::copy(path, &other).expect("a copy");
        fs::rename(other, path).expect("a move");
    };
    for (setup, name, file, matters) in [
        ("AWS_PROFILE=lone", LONE, ".aws/config", true),
        ("AWS_PROFILE=lone", LONE, ".aws/credentials", true),
        ("AWS_PROFILE=lone", LONE, "token", false),
        ("AWS_PROFILE=sso", SSO, ".aws/config", true),
        ("AWS_PROFILE=sso", SSO, SSO_ONE, true),
        ("AWS_PROFILE=lone-web-identity", LONE_WEB, "token", true),
        ("AWS_PROFILE=lone-web-identity", LONE_WEB, "other-token", false),
    ] {
        for change in [touch, rewrite, replace] {
            let scene = Scene::new();
            let path = scene.sandbox.home().join(file);
            leave(&scene, name);
            wait_for_a_tick(scene.sandbox.home());
            change(&path);
            assert_eq!(is_taken(&scene.run(setup)), !matters, "{setup}: {file}");
            // What came after the change is of after the change.
            scene.forget();
            leave(&scene, name);
            assert!(is_taken(&scene.run(setup)), "{setup}: {file}");
        }
    }
}

/// What the AWS CLI got follows from nothing that is known of it: another session in its place is another's, perhaps.
#[test]
fn a_token_goes_with_the_session_of_the_aws_cli() {
    let scene = Scene::new();
    leave(&scene, LONE);
    let first = scene.run("AWS_PROFILE=lone --cache").token();
    assert_eq!(scene.run_at(scene.now + SECOND, "AWS_PROFILE=lone --cache").token(), first);
    scene.leave(LONE, &scene.session_of_the_aws_cli().to_string().replace("CLI", "ILC"));
    let second = scene.run("AWS_PROFILE=lone --cache");
    assert!(url_in(&second.token()).contains("ASIAILC"), "{second:?}");
    second.assert_calls(&[]);
    fs::remove_file(scene.shared().join(LONE)).expect("the session");
    let third = scene.run("AWS_PROFILE=lone --cache");
    assert!(url_in(&third.token()).contains("ASIALONE"), "{third:?}");
}

/// Who else may write to it could have put it there.
#[test]
fn a_session_that_others_may_have_written_does_not_serve() {
    for (mode, serves) in [(0o600, true), (0o400, true), (0o644, true), (0o660, false), (0o602, false), (0o666, false)]
    {
        let scene = Scene::new();
        leave(&scene, LONE);
        let path = scene.shared().join(LONE);
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("a mode");
        assert_eq!(is_taken(&scene.run("AWS_PROFILE=lone")), serves, "{mode:o}");
    }
    for (mode, serves) in [(0o700, true), (0o755, true), (0o775, false), (0o702, false)] {
        let scene = Scene::new();
        leave(&scene, LONE);
        fs::set_permissions(scene.shared(), Permissions::from_mode(mode)).expect("a mode");
        assert_eq!(is_taken(&scene.run("AWS_PROFILE=lone")), serves, "{mode:o}");
    }
}
