//! Tokens, byte by byte: against botocore's signatures, and their ends.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::sandbox::{NOW, Sandbox, url_in};

/// Vectors that botocore made; `e2e/vectors.py` makes them again.
fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("../fixtures/tokens.json")).expect("JSON")
}

/// The parameters of a URL, whose order means nothing.
fn parts(url: &str) -> (&str, BTreeSet<&str>) {
    let (before, query) = url.split_once('?').expect("a query");
    (before, query.split('&').collect())
}

#[test]
fn signatures_are_botocores() {
    let vectors = vectors();
    assert!(vectors.len() >= 40);
    for vector in &vectors {
        let text = |key: &str| vector[key].as_str();
        let mut sandbox = Sandbox::new()
            .var("AWS_ACCESS_KEY_ID", text("access_key_id").expect("a key"))
            .var("AWS_SECRET_ACCESS_KEY", text("secret_access_key").expect("a key"))
            .var("AWS_USE_FIPS_ENDPOINT", vector["fips"].to_string())
            .var("AWS_USE_DUALSTACK_ENDPOINT", vector["dualstack"].to_string());
        if let Some(token) = text("session_token") {
            sandbox = sandbox.var("AWS_SESSION_TOKEN", token);
        }
        if let Some(region) = text("region") {
            sandbox = sandbox.var("AWS_REGION", region);
        }
        let url = sandbox.url(&["--cluster-name", text("cluster").expect("a name")]);
        assert_eq!(parts(&url), parts(text("url").expect("a URL")), "{}", vector["name"]);
    }
}

#[test]
fn every_byte_of_a_session_token_is_escaped() {
    let url = Sandbox::with_keys().var("AWS_SESSION_TOKEN", "a+b/c=d%&é").url(&["--cluster-name", "demo"]);
    assert!(url.contains("X-Amz-Security-Token=a%2Bb%2Fc%3Dd%25%26%C3%A9"), "{url}");
}

/// The end of a token from credentials that end `left` seconds after it is signed, in seconds from then. The clock has
/// been read once before that, to see whether the credentials are over.
#[track_caller]
fn lifetime(left: i64) -> i64 {
    let signed = i64::try_from(NOW).expect("small") + 1;
    let end = time::OffsetDateTime::from_unix_timestamp(signed + left).expect("a time");
    let end = end.format(&time::format_description::well_known::Rfc3339).expect("RFC 3339");
    let outcome = Sandbox::with_keys().var("AWS_CREDENTIAL_EXPIRATION", end).run(&["get-token", "-i", "demo"]);
    let end = outcome.credential()["status"]["expirationTimestamp"].as_str().expect("a text").to_owned();
    let end = time::OffsetDateTime::parse(&end, &time::format_description::well_known::Rfc3339).expect("RFC 3339");
    end.unix_timestamp() - signed
}

#[test]
fn a_token_never_outlives_its_credentials() {
    for (left, expected) in [
        (86_400, 840),
        (901, 840),
        (900, 840),
        (899, 839),
        (300, 240),
        (61, 1),
        // A minute or less: to the credentials' own end.
        (60, 60),
        (59, 59),
        (1, 1),
    ] {
        assert_eq!(lifetime(left), expected, "credentials that end in {left} s");
    }
}

/// The sandbox's clock goes on a second whenever it is read.
#[test]
fn signature_and_expiration_are_of_one_reading_of_the_clock() {
    let outcome = Sandbox::with_keys().run(&["get-token", "-i", "demo", "--debug"]);
    let status = &outcome.credential()["status"];
    let date = url_in(status["token"].as_str().expect("a text"));
    let second =
        date.split_once("X-Amz-Date=20260102T0304").and_then(|(_, rest)| rest.split_once('Z')).expect("a date").0;
    assert_ne!(second, "05", "the debug log has read the clock before");
    assert_eq!(status["expirationTimestamp"], format!("2026-01-02T03:18:{second}Z"));
}

#[test]
fn expiration_of_the_environment_is_not_a_profiles() {
    let keys = "[p]\naws_access_key_id = AKIAP\naws_secret_access_key = s\n";
    let sandbox = Sandbox::with_keys().credentials(keys).var("AWS_CREDENTIAL_EXPIRATION", "2026-01-02T03:05:00Z");
    let outcome = sandbox.run(&["get-token", "-i", "demo", "--profile", "p"]);
    assert_eq!(outcome.credential()["status"]["expirationTimestamp"], "2026-01-02T03:18:05Z");
}

#[test]
fn expired_credentials_are_an_error() {
    for (end, utc) in [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2026-01-02T03:04:04Z", "2026-01-02T03:04:04Z"),
        ("1999-12-31T23:59:59Z", "1999-12-31T23:59:59Z"),
        ("2026-01-02T04:04:00+01:00", "2026-01-02T03:04:00Z"),
    ] {
        let sandbox = Sandbox::with_keys().var("AWS_CREDENTIAL_EXPIRATION", end);
        let error = format!(
            "ekscred: error: the credentials from the environment have expired, at {utc}\n\
             hint: get new ones where these come from\n"
        );
        sandbox.run(&["get-token", "-i", "demo"]).assert_failure(253, &error);
    }
}

#[test]
fn expiration_formats() {
    for end in [
        "2026-01-02T03:09:05Z",
        "2026-01-02T03:09:05.999Z",
        "2026-01-02T04:09:05+01:00",
        "2026-01-02T04:09:05+0100",
        "2026-01-02T03:09:05 UTC",
        "2026-01-02T03:09:05UTC",
        "20260102T030905Z",
        " 2026-01-02T03:09:05Z ",
    ] {
        let outcome = Sandbox::with_keys().var("AWS_CREDENTIAL_EXPIRATION", end).run(&["get-token", "-i", "demo"]);
        assert_eq!(outcome.credential()["status"]["expirationTimestamp"], "2026-01-02T03:08:05Z", "{end}");
    }
    for end in ["tomorrow", "2026-01-02", "2026-01-02T03:09:05", "1767323045", "-"] {
        let outcome = Sandbox::with_keys().var("AWS_CREDENTIAL_EXPIRATION", end).run(&["get-token", "-i", "demo"]);
        outcome.assert_failure(
            253,
            "ekscred: error: AWS_CREDENTIAL_EXPIRATION is not an RFC 3339 time\n\
             hint: write it as 2026-01-02T03:04:05Z, or unset it\n",
        );
    }
}

#[test]
fn a_token_over_the_size_limit_is_printed_with_a_warning() {
    let sandbox = |length: usize| Sandbox::with_keys().var("AWS_SESSION_TOKEN", "x".repeat(length));
    let run = |length| sandbox(length).run(&["get-token", "-i", "demo", "--token-only"]);
    let fits = run(2600);
    assert!(fits.stdout.trim().len() <= 4096 && fits.stderr.is_empty(), "{fits}");
    let large = run(2800);
    large.assert_success();
    let size = large.stdout.trim().len();
    assert!(size > 4096);
    assert_eq!(
        large.stderr,
        format!(
            "ekscred: warning: the token has {size} bytes and clusters refuse more than 4096: \
             the session token in it, 2800 bytes, is too long\n"
        )
    );
    assert!(url_in(large.stdout.trim()).contains(&"x".repeat(2800)));
}

#[test]
fn credentials_that_no_aws_service_gives() {
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        let run = |length| Sandbox::with_keys().var(name, "+".repeat(length)).run(&["get-token", "-i", "demo"]);
        run(8192).assert_success();
        for length in [8193, 130_000] {
            run(length).assert_failure(
                253,
                &format!(
                    "ekscred: error: {name} has {length} bytes: no AWS service gives so long a one\nhint: set it again\n"
                ),
            );
        }
    }
}

#[test]
fn cluster_name_of_ten_thousand_characters() {
    let url = |name: &str| Sandbox::with_keys().url(&["--cluster-name", name]);
    let name = "n".repeat(10_000);
    assert_ne!(url(&name), url(&name[1..]), "every character counts");
    assert_eq!(url(&name).len(), url("n").len());
}
