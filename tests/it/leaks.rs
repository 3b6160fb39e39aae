//! No secret in any message or log, however much is logged and whatever goes wrong.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Mutex;

use crate::case;
use crate::sandbox::{SECRET_ACCESS_KEY, Sandbox, url_in};
use crate::secrets::Secrets;

const SESSION_TOKEN: &str = "SESSION/TOKEN+SECRET==";

/// What must never be seen: secrets, and whatever the token is made of.
fn assert_clean(text: &str, token: &str) {
    for secret in [SECRET_ACCESS_KEY, SESSION_TOKEN, "SESSION%2FTOKEN", "k8s-aws-v1.", "X-Amz-"] {
        assert!(!text.contains(secret), "{secret} is in:\n{text}");
    }
    if !token.is_empty() {
        let url = url_in(token);
        let signature = url.split_once("X-Amz-Signature=").expect("a signature").1.split('&').next().expect("a value");
        assert!(!text.contains(signature) && !text.contains(token), "the token or its signature is in:\n{text}");
    }
}

/// Every case of credentials once more, with all that can be logged.
#[test]
fn no_case_of_credentials_leaks_a_secret() {
    let (sorts, too_short) = (Mutex::new(BTreeSet::new()), Mutex::new(BTreeSet::new()));
    let leaks = case::failures(|case| {
        let mut stage = case.stage();
        let log = stage.sandbox.home().join("debug.log");
        stage.sandbox = stage.sandbox.var("EKSCRED_LOG_FILE", &log);
        let outcome = stage.run(&["--debug"]);
        let mut secrets = Secrets::of(&case.json, &stage);
        secrets.add_token(&outcome.stdout);
        sorts.lock().expect("no panic").extend(secrets.sorts());
        too_short.lock().expect("no panic").extend(secrets.too_short.clone());

        let log = fs::read_to_string(log).map_err(|error| format!("{}: no log: {error}", case.name()))?;
        for (place, text) in [("standard error", &outcome.stderr), ("the log file", &log)] {
            let found = secrets.found_in(text);
            if !found.is_empty() {
                return Err(format!("{}: {place} has {found:?}:\n{text}", case.name()));
            }
            // That each of them would be found there is half of the test.
            if let Some(unfound) =
                secrets.iter().find(|secret| secrets.found_in(&format!("{text} {secret}")).is_empty())
            {
                return Err(format!("{}: {unfound:?} cannot be found in {place}", case.name()));
            }
        }
        Ok(())
    });
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    let sorts = sorts.into_inner().expect("no panic");
    assert_eq!(sorts, BTreeSet::from(SORTS), "what is looked for, and what there should be");
    let too_short = too_short.into_inner().expect("no panic");
    let known = TOO_SHORT.map(str::to_owned);
    assert_eq!(too_short, BTreeSet::from(known), "what cannot be looked for, and what is known to be so");
}

/// The sorts of secrets that the cases have among them.
const SORTS: [&str; 14] = [
    "MFA code",
    "bearer token",
    "client secret",
    "container authorization",
    "private key",
    "proxy password",
    "refresh token",
    "secret key",
    "session token",
    "signature",
    "token",
    "token file",
    "web identity token",
    "EKS token",
];

/// Secrets of the cases that could be found in any text. A case about more than how a file is read has no such one.
const TOO_SHORT: [&str; 5] = ["a", "go", "new", "old", "x"];

#[test]
fn debug_log_tells_decisions_and_no_secret() {
    let sandbox =
        Sandbox::with_keys().var("AWS_SESSION_TOKEN", SESSION_TOKEN).config("[default]\nregion = eu-west-1\n");
    let log = sandbox.home().join("log");
    let sandbox = sandbox.var("EKSCRED_LOG_FILE", &log).var("EKSCRED_DEBUG", "1");
    let outcome = sandbox.run(&["get-token", "-i", "demo", "--token-only", "--no-verify-ssl"]);
    outcome.assert_success();
    assert_clean(&outcome.stderr, outcome.stdout.trim());
    for decision in [
        "region eu-west-1 from the profile",
        "credentials: AKIAIOSFODNN7EXAMPLE, from the environment",
        "--no-verify-ssl is accepted and has no effect",
        "passes the server's rules",
    ] {
        assert!(outcome.stderr.contains(decision), "{decision}: {outcome}");
    }
    let log_text = fs::read_to_string(&log).expect("the log file");
    assert_clean(&log_text, outcome.stdout.trim());
    assert_eq!(log_text.lines().count(), outcome.stderr.lines().count());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&log).expect("the log file").permissions().mode() & 0o777, 0o600);
    }
    // The next run appends.
    sandbox.run(&["get-token", "-i", "demo"]).assert_success();
    assert!(fs::read_to_string(&log).expect("the log file").starts_with(&log_text));
}

#[test]
fn debug_tells_which_rule_a_token_breaks() {
    let outcome =
        Sandbox::with_keys().run(&["get-token", "-i", "demo", "--debug", "--sts-endpoint", "http://127.0.0.1:1"]);
    outcome.assert_success();
    assert!(outcome.stderr.contains("breaks the server's rule 4 (an https URL): the scheme is http"), "{outcome}");
}

#[test]
fn the_log_file_has_the_error_too() {
    let sandbox = Sandbox::new();
    let log = sandbox.home().join("log");
    let sandbox = sandbox.var("EKSCRED_LOG_FILE", &log);
    let outcome = sandbox.run(&["get-token"]);
    assert_eq!(outcome.stderr.lines().count(), 2);
    let text = fs::read_to_string(&log).expect("the log file");
    let mut lines = text.lines().rev();
    assert!(lines.next().is_some_and(|line| line.contains("] hint: give its name")), "{text}");
    assert!(lines.next().is_some_and(|line| line.contains("] ekscred: error: no cluster is named")), "{text}");
    // Errors of the command line's own, too.
    sandbox.run(&["get-token", "--clustr-name", "x"]);
    assert!(fs::read_to_string(&log).expect("the log file").contains("unexpected argument '--clustr-name'"));
}

#[test]
fn a_secret_in_the_place_of_the_id_is_not_logged() {
    let sandbox = Sandbox::new().var("AWS_ACCESS_KEY_ID", SECRET_ACCESS_KEY).var("AWS_SECRET_ACCESS_KEY", "AKIA");
    let outcome = sandbox.run(&["get-token", "-i", "demo", "--debug", "--token-only"]);
    outcome.assert_success();
    assert_clean(&outcome.stderr, outcome.stdout.trim());
}

/// With a query, the configured output format counts.
#[test]
fn a_bad_output_format_quotes_no_secret() {
    let keys = "[default]\naws_access_key_id = A\naws_secret_access_key = b\n";
    let sandbox = Sandbox::new().credentials(&format!("{keys}output = x\n  y = {SECRET_ACCESS_KEY}\n"));
    let outcome = sandbox.run(&["get-token", "-i", "demo", "--query", "status"]);
    outcome.assert_failure(
        253,
        "ekscred: error: output format `x...` (`output` in the profile) is not supported\n\
         hint: give --output json, text or yaml\n",
    );
}

#[test]
fn errors_quote_no_secret() {
    let keys = format!(
        "[default]\naws_access_key_id = AKIA\naws_secret_access_key = {SECRET_ACCESS_KEY}\naws_session_token = {SESSION_TOKEN}\n"
    );
    for credentials in [
        format!("{keys}{SECRET_ACCESS_KEY}\n"),
        format!("{keys}{keys}"),
        format!("{keys}aws_secret_access_key = {SECRET_ACCESS_KEY}\n"),
        format!("[default]\naws_access_key_id = AKIA {SECRET_ACCESS_KEY}\naws_secret_access_key = x\n"),
        format!("{SECRET_ACCESS_KEY}\n"),
        format!("[default]\nx =\n  {SECRET_ACCESS_KEY}\n"),
        // Indented lines belong to the value before them.
        format!("[default]\nregion = eu-west-1\n  aws_secret_access_key = {SECRET_ACCESS_KEY}\n"),
        format!("[default]\naws_access_key_id = {SECRET_ACCESS_KEY}\naws_secret_access_key = AKIA\nregion = -\n"),
        format!("[default] aws_secret_access_key = {SECRET_ACCESS_KEY}]\n"),
        format!("[default] aws_secret_access_key: {SECRET_ACCESS_KEY}]\n"),
    ] {
        for arguments in [
            &["get-token", "-i", "demo"][..],
            &["get-token", "-i", "demo", "--debug"],
            &["get-token", "-i", "demo", "--query", "status", "--debug"],
            &["get-token", "-i", "demo", "--profile", "nope"],
        ] {
            let outcome = Sandbox::new().credentials(&credentials).run(arguments);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (253, ""), "{outcome}");
            assert_clean(&outcome.stderr, "");
        }
    }
    for (name, value) in [
        ("AWS_CREDENTIAL_EXPIRATION", SECRET_ACCESS_KEY),
        ("KUBERNETES_EXEC_INFO", SECRET_ACCESS_KEY),
        ("AWS_ACCESS_KEY_ID", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"),
    ] {
        let outcome = Sandbox::with_keys().var(name, value).run(&["get-token", "-i", "demo"]);
        assert_clean(&outcome.stderr, "");
    }
}
