//! The identity table: whatever was kept for one setup, another that differs from it in an input gets what it would get
//! without any cache.
//!
//! What a setup gets is told by its token, whose signature covers whose it is and for which cluster (the clock stands),
//! and by what AWS was asked for it: who asked, for which role, with which parameters.

use std::os::unix::fs::symlink;

use crate::cache_profiles::process;
use crate::cache_scene::{Run, Scene, write};

/// Setups without a session of a role; the first is the base of the others.
const WITHOUT_ROLE: &[&str] = &[
    "AWS_PROFILE=keys",
    // Which profile.
    "AWS_PROFILE=other-keys",
    "AWS_PROFILE=keys --profile other-keys",
    "AWS_DEFAULT_PROFILE=other-keys",
    "AWS_PROFILE=other-keys AWS_DEFAULT_PROFILE=keys",
    "AWS_PROFILE=temporary",
    "AWS_PROFILE=nobody",
    "AWS_PROFILE=default",
    "AWS_PROFILE=",
    "AWS_PROFILE=login",
    "AWS_PROFILE=login AWS_LOGIN_CACHE_DIRECTORY=~/logins",
    "AWS_PROFILE=process",
    "AWS_PROFILE=other-process",
    // Which files.
    "AWS_PROFILE=keys AWS_SHARED_CREDENTIALS_FILE=~/one/credentials",
    "AWS_PROFILE=keys AWS_SHARED_CREDENTIALS_FILE=$WHERE/credentials WHERE={home}/one",
    "AWS_PROFILE=keys AWS_SHARED_CREDENTIALS_FILE=$WHERE/credentials WHERE={home}/two",
    "AWS_PROFILE=keys AWS_SHARED_CREDENTIALS_FILE=${WHERE}/credentials WHERE={home}/nowhere",
    "AWS_PROFILE=keys HOME={home}/elsewhere",
    "AWS_PROFILE=keys HOME={home}/nowhere",
    "BOTO_CONFIG={home}/boto",
    "BOTO_CONFIG={home}/other-boto",
    "BOTO_CONFIG=$WHERE WHERE={home}/other-boto",
    "AWS_CREDENTIAL_FILE={home}/first",
    "AWS_CREDENTIAL_FILE={home}/first BOTO_CONFIG={home}/boto",
    // Keys in the environment.
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV",
    "AWS_ACCESS_KEY_ID=AKIDENV2 AWS_SECRET_ACCESS_KEY=secretENV",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV2",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV AWS_SESSION_TOKEN=one",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV AWS_SESSION_TOKEN=two",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV AWS_SECURITY_TOKEN=three AWS_SESSION_TOKEN=one",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV AWS_CREDENTIAL_EXPIRATION={now+300}",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV AWS_CREDENTIAL_EXPIRATION={now+600}",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV AWS_PROFILE=keys",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV --profile other-keys",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_PROFILE=keys",
    // Containers and instances.
    "AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/two",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one AWS_CONTAINER_AUTHORIZATION_TOKEN=one",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one AWS_CONTAINER_AUTHORIZATION_TOKEN=two",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={home}/token",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE={home}/other-token",
    "AWS_EC2_METADATA_DISABLED= AWS_EC2_METADATA_SERVICE_ENDPOINT={aws}",
    // Which cluster.
    "AWS_PROFILE=keys -i other",
    "AWS_PROFILE=keys --cluster-id other",
    "AWS_PROFILE=keys --cluster-name arn:aws:eks:us-west-2:123456789012:cluster/demo",
    r#"AWS_PROFILE=keys KUBERNETES_EXEC_INFO={{v1},"spec":{"cluster":{"config":{"clusterName":"other"}}}}"#,
    r#"AWS_PROFILE=keys KUBERNETES_EXEC_INFO={{v1},"spec":{"cluster":{"config":{"clusterId":"another"}}}}"#,
    r#"AWS_PROFILE=keys KUBERNETES_EXEC_INFO={{v1},"spec":{"cluster":{"config":{"region":"us-west-2"}}}} -i demo"#,
    concat!(
        r#"KUBERNETES_EXEC_INFO={{v1},"spec":{"cluster":{"server":"https://A.gr7.us-west-1.eks.amazonaws.com"}}}"#,
        " AWS_PROFILE=keys AWS_REGION= -i demo",
    ),
    // Which STS.
    "AWS_PROFILE=keys --region us-east-1",
    "AWS_PROFILE=keys AWS_REGION=us-east-2",
    "AWS_PROFILE=keys AWS_REGION= AWS_DEFAULT_REGION=us-west-1",
    "AWS_PROFILE=keys AWS_REGION=",
    "AWS_PROFILE=other-region AWS_REGION=",
    "AWS_PROFILE=keys AWS_USE_FIPS_ENDPOINT=true AWS_REGION=us-east-1",
    "AWS_PROFILE=fips AWS_REGION=us-west-2",
    "AWS_PROFILE=keys AWS_USE_DUALSTACK_ENDPOINT=true",
    "AWS_PROFILE=dual-stack AWS_REGION=us-west-2",
    "AWS_PROFILE=keys --sts-endpoint https://sts.example.com",
    "AWS_PROFILE=keys --sts-endpoint https://sts.example.org",
];

/// Setups with roles that keys assume.
const ROLES: &[&str] = &[
    "AWS_PROFILE=role",
    "AWS_PROFILE=other-role",
    "AWS_PROFILE=role --profile other-role",
    "AWS_PROFILE=other-role AWS_DEFAULT_PROFILE=role",
    "AWS_PROFILE=other-account",
    "AWS_PROFILE=role-by-other-keys",
    "AWS_PROFILE=external-id",
    "AWS_PROFILE=other-external-id",
    "AWS_PROFILE=session-name",
    "AWS_PROFILE=other-session-name",
    "AWS_PROFILE=duration",
    "AWS_PROFILE=mfa --mfa-code 111111",
    "AWS_PROFILE=other-mfa --mfa-code 111111",
    "AWS_PROFILE=role -i other",
    "AWS_PROFILE=role --region us-west-2",
    "AWS_PROFILE=lone",
    "AWS_PROFILE=chain",
    "AWS_PROFILE=other-chain",
    "AWS_PROFILE=long-chain",
    // Which AWS.
    "AWS_PROFILE=lone AWS_ENDPOINT_URL={aws}/one",
    "AWS_PROFILE=lone AWS_ENDPOINT_URL_STS={aws}/four",
    "AWS_PROFILE=lone AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true",
    "AWS_PROFILE=lone AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true AWS_REGION=",
    "AWS_PROFILE=endpoint AWS_ENDPOINT_URL=",
    "AWS_PROFILE=services AWS_ENDPOINT_URL=",
    // Which files.
    "AWS_PROFILE=role AWS_CONFIG_FILE=~/one/config",
    "AWS_PROFILE=role AWS_CONFIG_FILE=$WHERE/config WHERE={home}/two",
    "AWS_PROFILE=role AWS_CONFIG_FILE=$WHERE/config WHERE={home}/nowhere",
    "AWS_PROFILE=lone AWS_SHARED_CREDENTIALS_FILE=$WHERE/credentials WHERE={home}/one",
    "AWS_PROFILE=lone AWS_SHARED_CREDENTIALS_FILE=$WHERE/credentials WHERE={home}/two",
    "AWS_PROFILE=lone AWS_SHARED_CREDENTIALS_FILE=$WHERE/credentials WHERE={home}/nowhere",
    "AWS_PROFILE=lone HOME={home}/elsewhere",
    "AWS_PROFILE=chain HOME={home}/elsewhere",
    // Roles on the flag.
    "--profile keys --role-arn arn:aws:iam::123456789012:role/A",
    "--profile keys --role-arn arn:aws:iam::123456789012:role/B",
    "--profile keys --role-arn arn:aws:iam::123456789012:role/A --external-id one",
    "--profile keys --role-arn arn:aws:iam::123456789012:role/A --external-id two",
    "--profile keys --role-arn arn:aws:iam::123456789012:role/A --session-name one",
    "--profile keys --role-arn arn:aws:iam::123456789012:role/A --duration 7200",
    "--profile keys --role-arn arn:aws:iam::123456789012:role/A --mfa-serial GAHT12345678 --mfa-code 111111",
    "--profile other-keys --role-arn arn:aws:iam::123456789012:role/A",
    "--profile role --role-arn arn:aws:iam::123456789012:role/A",
    "--profile external-id --role-arn arn:aws:iam::123456789012:role/A",
    "--profile forwarded --role-arn arn:aws:iam::123456789012:role/A",
    "--profile forwarded --role-arn arn:aws:iam::123456789012:role/A --forward-session-name",
    "--profile other-forwarded --role-arn arn:aws:iam::123456789012:role/A --forward-session-name",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV --role-arn arn:aws:iam::123456789012:role/A",
    "AWS_ACCESS_KEY_ID=AKIDENV2 AWS_SECRET_ACCESS_KEY=secretENV2 --role-arn arn:aws:iam::123456789012:role/A",
    // AWS refuses these.
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=wrong --role-arn arn:aws:iam::123456789012:role/A",
    "AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV AWS_SESSION_TOKEN=wrong \
     --role-arn arn:aws:iam::123456789012:role/A",
];

/// Setups with roles that something else assumes.
const ROLES_OF_OTHERS: &[&str] = &[
    "AWS_PROFILE=role",
    "AWS_PROFILE=of-session-token",
    "--profile of-environment AWS_ACCESS_KEY_ID=AKIDENV AWS_SECRET_ACCESS_KEY=secretENV",
    "--profile of-environment AWS_ACCESS_KEY_ID=AKIDENV2 AWS_SECRET_ACCESS_KEY=secretENV2",
    "AWS_PROFILE=of-container AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one",
    "AWS_PROFILE=of-container AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/two",
    "AWS_PROFILE=of-container AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one AWS_CONTAINER_AUTHORIZATION_TOKEN=one",
    "AWS_PROFILE=of-container AWS_CONTAINER_CREDENTIALS_FULL_URI={aws}/one AWS_CONTAINER_AUTHORIZATION_TOKEN=two",
    "AWS_PROFILE=of-instance AWS_EC2_METADATA_DISABLED= AWS_EC2_METADATA_SERVICE_ENDPOINT={aws}",
    "AWS_PROFILE=of-instance",
    "AWS_PROFILE=of-process",
    "AWS_PROFILE=of-other-process",
    "AWS_PROFILE=of-login",
    "AWS_PROFILE=of-other-login",
    "AWS_PROFILE=of-sso",
    "AWS_PROFILE=of-other-sso",
    "AWS_PROFILE=of-web-identity",
    "AWS_PROFILE=web-identity",
    "AWS_PROFILE=other-web-identity",
    "AWS_PROFILE=named-web-identity",
    "AWS_PROFILE=lone-web-identity",
    "AWS_PROFILE=lone-web-identity AWS_ROLE_SESSION_NAME=two",
    "AWS_PROFILE=lone-web-identity AWS_ROLE_ARN=arn:aws:iam::123456789012:role/B",
    "AWS_PROFILE=lone-web-identity AWS_WEB_IDENTITY_TOKEN_FILE={home}/other-token",
    "AWS_WEB_IDENTITY_TOKEN_FILE={home}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/B",
    "AWS_WEB_IDENTITY_TOKEN_FILE={home}/other-token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/B",
    "AWS_WEB_IDENTITY_TOKEN_FILE={home}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/LONE",
    "AWS_WEB_IDENTITY_TOKEN_FILE={home}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/B AWS_ROLE_SESSION_NAME=two",
    "AWS_WEB_IDENTITY_TOKEN_FILE={home}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/B --profile lone",
    "AWS_PROFILE=sso",
    "AWS_PROFILE=other-sso-session",
    "AWS_PROFILE=other-sso-account",
    "AWS_PROFILE=other-sso-role",
    "AWS_PROFILE=legacy-sso",
    "AWS_PROFILE=sso AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true",
    "AWS_PROFILE=sso HOME={home}/elsewhere",
    "AWS_PROFILE=sso --role-arn arn:aws:iam::123456789012:role/B",
    "AWS_PROFILE=other-sso-session --role-arn arn:aws:iam::123456789012:role/B",
    "AWS_PROFILE=web-identity --role-arn arn:aws:iam::123456789012:role/B",
    "AWS_PROFILE=other-web-identity --role-arn arn:aws:iam::123456789012:role/B",
];

/// What is kept, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Sessions of roles.
    Roles,
    /// The same, all in our own folder: there is no place for another.
    OwnRoles,
    /// Tokens, too.
    Tokens,
}

/// The setups' world. Wherever home is, it has one cache.
pub fn scene(mode: Mode) -> Scene {
    let scene = Scene::new().var("EKSCRED_CACHE_DIR", "{home}/.cache/ekscred");
    let home = scene.sandbox.home();
    symlink(home.join(".aws/cli"), home.join("elsewhere/.aws/cli")).expect("a link");
    match mode {
        Mode::Roles => scene,
        Mode::OwnRoles => scene.file(".aws/cli", "in the way"),
        Mode::Tokens => scene.var("EKSCRED_CACHE", "tokens"),
    }
}

#[test]
fn tokens_without_roles() {
    check_table(WITHOUT_ROLE, Mode::Tokens);
}

#[test]
fn sessions_of_roles() {
    check_table(ROLES, Mode::Roles);
}

#[test]
fn sessions_of_roles_of_others() {
    check_table(ROLES_OF_OTHERS, Mode::Roles);
}

#[test]
fn sessions_of_roles_in_our_own_folder() {
    check_table(ROLES, Mode::OwnRoles);
}

#[test]
fn sessions_of_roles_of_others_in_our_own_folder() {
    check_table(ROLES_OF_OTHERS, Mode::OwnRoles);
}

#[test]
fn tokens_of_roles() {
    check_table(ROLES, Mode::Tokens);
}

#[test]
fn tokens_of_roles_of_others() {
    check_table(ROLES_OF_OTHERS, Mode::Tokens);
}

/// Setups that differ in nothing that decides whose a session is: what the second one asks behind the first.
const SHARED: &[(&str, &str, &[&str])] = &[
    ("AWS_PROFILE=lone", "--profile lone", &[]),
    ("AWS_PROFILE=lone", "AWS_DEFAULT_PROFILE=lone", &[]),
    ("AWS_PROFILE=lone", "AWS_PROFILE=twin", &[]),
    ("AWS_PROFILE=role", "AWS_PROFILE=role -i other", &[]),
    ("AWS_PROFILE=role", "AWS_PROFILE=role --region us-west-2", &[]),
    ("AWS_PROFILE=role", "AWS_PROFILE=role AWS_USE_FIPS_ENDPOINT=true", &[]),
    ("AWS_PROFILE=mfa --mfa-code 111111", "AWS_PROFILE=mfa", &[]),
    ("AWS_PROFILE=chain", "AWS_PROFILE=lone", &[]),
    (
        "AWS_PROFILE=lone",
        "AWS_PROFILE=chain",
        &["AssumeRole {aws} as ASIALONE RoleArn=arn:aws:iam::123456789012:role/C RoleSessionName=botocore-session-*"],
    ),
    (
        "--profile keys --role-arn arn:aws:iam::123456789012:role/A",
        "AWS_PROFILE=same-keys -r arn:aws:iam::123456789012:role/A -i other",
        &[],
    ),
    ("AWS_PROFILE=sso", "--profile sso -i other", &[]),
    (
        "AWS_PROFILE=lone-web-identity",
        "AWS_WEB_IDENTITY_TOKEN_FILE={home}/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/LONEWEB",
        &[],
    ),
];

#[test]
fn sessions_are_shared_by_all_whose_they_are() {
    for (first, second, calls) in SHARED {
        let scene = scene(Mode::Roles);
        scene.run(first).outcome.assert_success();
        scene.run(second).assert_calls(calls);
    }
}

/// A process may go by anything around it. So its answer is not asked for again only while all of that is the same.
#[test]
fn a_process_answers_for_its_surroundings() {
    let scene = scene(Mode::Tokens);
    let first = scene.run("AWS_PROFILE=process WHO=one");
    write(&scene.sandbox.home().join("process.json"), process("CHANGED"));
    for same in
        ["WHO=one", "WHO=one SHLVL=2", r#"WHO=one KUBERNETES_EXEC_INFO={"apiVersion":"v1"} --cluster-name demo"#]
    {
        let run = scene.run(&format!("AWS_PROFILE=process {same}"));
        assert_eq!(run.outcome.stdout, first.outcome.stdout, "{same}");
    }
    for other in ["WHO=two", "WHO=", "", "WHO=one WHOM=two"] {
        let run = scene.run(&format!("AWS_PROFILE=process {other}"));
        run.outcome.assert_success();
        assert_ne!(run.outcome.stdout, first.outcome.stdout, "{other}");
    }
}

/// Each setup behind itself, behind the base and before it, and behind all others in either order.
fn check_table(setups: &[&str], mode: Mode) {
    let scene = scene(mode);
    let mut complaints = Vec::new();
    let mut check = |earlier: &str, setup: &str, complaint: Option<String>| {
        complaints.extend(complaint.map(|complaint| format!("{setup}\n  behind {earlier}\n  {complaint}")));
    };

    let (mut alone, mut kept) = (Vec::new(), Vec::new());
    for setup in setups {
        scene.forget();
        let run = scene.run(setup);
        kept.push(scene.kept());
        check("itself", setup, complaint_of_the_same(&scene.run(setup), &run, mode));
        alone.push(run);
    }
    for at in 1..setups.len() {
        // Else the pair would show nothing.
        assert!(alone[at].is_other_than(&alone[0]), "{} gets what {} gets", setups[at], setups[0]);
        for (first, second) in [(0, at), (at, 0)] {
            scene.keep(&kept[first]);
            let run = scene.run(setups[second]);
            check(setups[first], setups[second], complaint(&run, &alone[first..=first], &alone[second]));
        }
    }
    scene.forget();
    for at in 0..setups.len() {
        check("all before it", setups[at], complaint(&scene.run(setups[at]), &alone[..at], &alone[at]));
    }
    scene.forget();
    for at in (0..setups.len()).rev() {
        check("all after it", setups[at], complaint(&scene.run(setups[at]), &alone[at + 1..], &alone[at]));
    }
    assert!(complaints.is_empty(), "{mode:?}: {} pairs:\n{}", complaints.len(), complaints.join("\n"));
}

/// Why a setup did not get its own behind `earlier` ones; it is known what all of them get alone.
pub fn complaint(run: &Run, earlier: &[Run], alone: &Run) -> Option<String> {
    if run.answer() != alone.answer() {
        return Some(format!("answers {:?}\n  in place of {:?}", run.answer(), alone.answer()));
    }
    let may_be_shared = earlier.iter().map(|earlier| shared(&earlier.calls, &alone.calls)).max().unwrap_or(0);
    let (shared, own) = alone.calls.split_at(may_be_shared);
    let (asked_again, asked) = run.calls.split_at(run.calls.len().saturating_sub(own.len()));
    let is_own = asked == own && is_part(asked_again, shared);
    (!is_own).then(|| format!("asks {:?}\n  in place of {:?}", run.calls, alone.calls))
}

/// How many of the calls on the way to the `second` one's credentials need not be made behind the `first` one: sessions
/// that were got by the same calls, one after the other, are the same.
fn shared(first: &[String], second: &[String]) -> usize {
    let same = first.iter().zip(second).take_while(|(one, other)| one == other);
    same.enumerate().filter(|(_, (call, _))| is_of_a_session(call)).map(|(at, _)| at + 1).last().unwrap_or(0)
}

/// Why a setup did not get the same again without asking for what is kept.
pub fn complaint_of_the_same(run: &Run, first: &Run, mode: Mode) -> Option<String> {
    let ends_with_a_session = first.calls.last().is_some_and(|call| is_of_a_session(call));
    let is_kept = first.outcome.code == 0 && (mode == Mode::Tokens || ends_with_a_session);
    let expected: &[String] = if is_kept { &[] } else { &first.calls };
    let is_right = run.answer() == first.answer() && run.calls == expected;
    (!is_right).then(|| {
        format!(
            "answers {:?} and asks {:?}\n  in place of {:?} and {expected:?}",
            run.answer(),
            run.calls,
            first.answer()
        )
    })
}

/// Whether a call gives what is kept by default.
fn is_of_a_session(call: &str) -> bool {
    ["AssumeRole ", "AssumeRoleWithWebIdentity ", "GetRoleCredentials "].iter().any(|name| call.starts_with(name))
}

/// Whether `part` is `whole` without some of its calls.
fn is_part(part: &[String], whole: &[String]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|call| rest.any(|other| other == call))
}
