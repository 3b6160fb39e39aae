//! The server's 15 rules, each both ways; and the endpoint rules and partition table that they lean on.

use ekscred::aws::endpoint::{self, Options};
use ekscred::aws::partition::{PARTITIONS, Partition};
use ekscred::token::rules::{Rule, Server, Verdict, check, check_answer, first_failure};
use time::{Duration, OffsetDateTime};

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

use crate::sandbox::{NOW, Sandbox};

/// A region of each partition, in the order of [`PARTITIONS`].
const REGIONS: [&str; 8] = [
    "cn-north-1",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-isob-east-1",
    "eu-isoe-west-1",
    "us-isof-south-1",
    "eusc-de-east-1",
    "eu-west-1",
];

const CHINA_URL: &str = "https://sts.cn-north-1.amazonaws.com.cn/";

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(i64::try_from(NOW).expect("small")).expect("a time")
}

fn server(partition: &str) -> Server<'static> {
    Server { partition: Partition::named(partition).expect("a partition"), region: None }
}

/// The URL of a good token.
fn good_url() -> String {
    Sandbox::with_keys().url(&["-i", "demo", "--region", "eu-west-1"])
}

fn token(url: &str) -> String {
    format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url))
}

/// The numbers of the rules that a token breaks.
fn broken(token: &str, server: Server<'_>) -> Vec<u8> {
    let verdicts = check(token, server, now());
    assert_eq!(verdicts.len(), 14);
    verdicts
        .into_iter()
        .filter(|(_, verdict)| matches!(verdict, Verdict::Fail(_)))
        .map(|(Rule { number, .. }, _)| number)
        .collect()
}

/// The good URL with one thing changed breaks just these rules.
#[track_caller]
fn assert_breaks(rules: &[u8], change: impl FnOnce(&str) -> String) {
    let (good, bad) = (good_url(), change(&good_url()));
    assert_ne!(good, bad, "the change changes nothing");
    assert_eq!(broken(&token(&bad), server("aws")), rules, "{bad}");
}

#[track_caller]
fn assert_passes(change: impl FnOnce(&str) -> String) {
    assert_breaks(&[], change);
}

#[test]
fn our_own_tokens_pass_every_rule() {
    for region in REGIONS.into_iter().chain(["us-east-1", "xx-unknown-9"]) {
        let sandbox = Sandbox::with_keys().var("AWS_REGION", region).var("AWS_SESSION_TOKEN", "a+b/c==");
        let token = sandbox.stdout(&["get-token", "-i", "demo", "--token-only"]);
        assert_eq!(first_failure(token.trim(), now()), None);
        let verdicts = check(token.trim(), server(Partition::of_region(region).name), now());
        assert!(verdicts.iter().all(|(_, verdict)| *verdict == Verdict::Pass), "{verdicts:?}");
    }
}

#[test]
fn rule_1_size() {
    let url = |length: usize| format!("{}&X-Amz-Security-Token={}", good_url(), "x".repeat(length));
    let longest = (1..4000).rev().find(|&length| token(&url(length)).len() <= 4096).expect("a length");
    assert!(broken(&token(&url(longest)), server("aws")).is_empty());
    assert_eq!(broken(&token(&url(longest + 1)), server("aws")), [1]);
}

#[test]
fn rule_2_prefix() {
    let good = token(&good_url());
    for bad in [good.replacen("v1", "v2", 1), good.replacen("k8s", "K8S", 1), good[11..].to_owned(), String::new()] {
        assert_eq!(broken(&bad, server("aws")), [2]);
        assert_eq!(first_failure(&bad, now()).expect("a failure").rule.number, 2);
    }
}

#[test]
fn rule_3_encoding() {
    let good = token(&good_url());
    // Padding shows only on a text whose length is no multiple of three.
    let padded = ["", "0", "00"].map(|tail| format!("k8s-aws-v1.{}", URL_SAFE.encode(good_url() + tail)));
    let padded = padded.into_iter().find(|token| token.ends_with('=')).expect("padding");
    for bad in [padded, format!("{good}!"), format!("{good}\n"), good.replacen("aHR0", "aH/0", 1)] {
        assert_eq!(broken(&bad, server("aws")), [3], "{bad}");
    }
}

#[test]
fn rule_4_scheme() {
    assert_breaks(&[4], |url| url.replacen("https", "http", 1));
    assert_passes(|url| url.replacen("https", "HTTPS", 1));
    assert_eq!(broken(&token("nonsense"), server("aws")), [4]);
}

#[test]
fn rule_5_host() {
    let host = "sts.eu-west-1.amazonaws.com";
    for good in [
        "sts.amazonaws.com",
        "sts-fips.eu-west-1.amazonaws.com",
        "sts.eu-west-1.api.aws",
        "sts.us-west-2.amazonaws.com",
        "sts.us-gov-west-1.amazonaws.com",
        "sts.xx-unknown-9.amazonaws.com",
    ] {
        assert_passes(|url| url.replacen(host, good, 1));
    }
    for bad in [
        "sts.eu-west-1.amazonaws.com:443",
        "STS.eu-west-1.amazonaws.com",
        "sts.eu-west-1.amazonaws.com.cn",
        "sts.eu-west-1.example.com",
        "127.0.0.1",
        "localhost",
        "sts",
        "iam.amazonaws.com",
        "eks.eu-west-1.amazonaws.com",
        "vpce-1.sts.eu-west-1.vpce.amazonaws.com",
        "sts.cn-north-1.amazonaws.com.cn",
        "sts.-.amazonaws.com",
        "sts..amazonaws.com",
    ] {
        assert_breaks(&[5], |url| url.replacen(host, bad, 1));
    }
    let china = token(&good_url().replacen("https://sts.eu-west-1.amazonaws.com/", CHINA_URL, 1));
    assert!(broken(&china, server("aws-cn")).is_empty());
    assert_eq!(broken(&china, server("aws")), [5]);
    let global = token(&good_url().replacen(host, "sts.amazonaws.com", 1));
    assert_eq!(broken(&global, server("aws-cn")), [5]);
    // Dual-stack endpoints that the SDK knows and the server does not.
    let iso = token(&good_url().replacen(host, "sts.us-iso-east-1.api.aws.ic.gov", 1));
    assert_eq!(broken(&iso, server("aws-iso")), [5]);
}

#[test]
fn rule_6_path() {
    assert_breaks(&[6], |url| url.replacen(".com/?", ".com?", 1));
    assert_breaks(&[6], |url| url.replacen(".com/?", ".com/x?", 1));
    assert_breaks(&[6], |url| url.replacen(".com/?", ".com//?", 1));
}

#[test]
fn rule_7_duplicates() {
    assert_breaks(&[7], |url| format!("{url}&Action=GetCallerIdentity"));
    assert_breaks(&[7], |url| format!("{url}&action=GetCallerIdentity"));
    // A query that cannot be read leaves nothing for the later rules.
    assert_breaks(&[7], |url| format!("{url}&%zz"));
    assert_breaks(&[7], |url| url.replacen('&', ";", 1));
}

#[test]
fn rule_8_parameters() {
    for extra in ["x-id=GetCallerIdentity", "X-Amz-Content-Sha256=x", "X-Amz-User-Agent=x", "a"] {
        assert_breaks(&[8], |url| format!("{url}&{extra}"));
    }
    assert_passes(|url| format!("{url}&X-AMZ-SECURITY-TOKEN=x"));
    assert_passes(|url| format!("{url}#fragment"));
}

#[test]
fn rule_9_action() {
    assert_breaks(&[9], |url| url.replacen("GetCallerIdentity", "AssumeRole", 1));
    assert_breaks(&[9], |url| url.replacen("GetCallerIdentity", "getcalleridentity", 1));
    assert_breaks(&[9], |url| url.replacen("Action=GetCallerIdentity&", "", 1));
    assert_passes(|url| url.replacen("Action=", "ACTION=", 1));
}

#[test]
fn rules_10_and_14_signed_headers() {
    assert_breaks(&[10, 14], |url| url.replacen("host%3Bx-k8s-aws-id", "host", 1));
    assert_breaks(&[14], |url| url.replacen("host%3Bx-k8s-aws-id", "x-k8s-aws-id", 1));
    assert_breaks(&[14], |url| url.replacen("host%3Bx-k8s-aws-id", "host%3Bx-amz-user-agent%3Bx-k8s-aws-id", 1));
    assert_passes(|url| url.replacen("x-k8s-aws-id", "X-K8S-Aws-Id", 1));
    for name in ["X-Amz-Signature", "X-Amz-Credential", "X-Amz-Algorithm"] {
        assert_breaks(&[14], |url| {
            let kept: Vec<&str> = url.split('&').filter(|pair| !pair.starts_with(name)).collect();
            kept.join("&")
        });
    }
}

#[test]
fn rule_11_expires() {
    for bad in ["901", "-1", "x", "", "60.0"] {
        assert_breaks(&[11], |url| url.replacen("X-Amz-Expires=60", &format!("X-Amz-Expires={bad}"), 1));
    }
    assert_breaks(&[11], |url| url.replacen("X-Amz-Expires=60&", "", 1));
    for good in ["0", "900"] {
        assert_passes(|url| url.replacen("X-Amz-Expires=60", &format!("X-Amz-Expires={good}"), 1));
    }
}

#[test]
fn rule_12_date_format() {
    for bad in ["20260102T030405", "2026-01-02T03:04:05Z", "", "20261302T030405Z"] {
        assert_breaks(&[12], |url| url.replacen("20260102T030405Z", bad, 1));
    }
}

#[test]
fn rule_13_age() {
    let token = token(&good_url());
    for (age, verdict) in [(-3600, true), (0, true), (900, true), (901, false), (86_400, false)] {
        let verdicts = check(&token, server("aws"), now() + Duration::seconds(age));
        assert_eq!(verdicts[12].1 == Verdict::Pass, verdict, "{age} s: {:?}", verdicts[12]);
    }
}

#[test]
fn rule_15_answer() {
    let answer = |arn: &str, user_id: &str| {
        format!(
            r#"{{"GetCallerIdentityResponse":{{"GetCallerIdentityResult":{{"Account":"1","Arn":"{arn}","UserId":"{user_id}"}}}}}}"#
        )
    };
    for (arn, user_id, canonical) in [
        ("arn:aws:iam::1:user/Bob", "AIDA", "arn:aws:iam::1:user/Bob"),
        ("arn:aws:iam::1:root", "1", "arn:aws:iam::1:root"),
        ("arn:aws:sts::1:federated-user/Bob", "1:Bob", "arn:aws:sts::1:federated-user/Bob"),
        ("arn:aws:sts::1:assumed-role/Admin/session", "AROA:session", "arn:aws:iam::1:role/Admin"),
        ("arn:aws-cn:sts::1:assumed-role/a/b/session", "AROA:session", "arn:aws-cn:iam::1:role/a/b"),
        ("arn:aws:iam::1:role/Admin", "AROA:session", "arn:aws:iam::1:role/Admin"),
    ] {
        let identity = check_answer(200, &answer(arn, user_id)).expect("a pass");
        assert_eq!((identity.arn.as_str(), identity.canonical_arn.as_str()), (arn, canonical));
    }
    for (status, body) in [
        (403, "SignatureDoesNotMatch".to_owned()),
        (400, r#"{"Error":{"Code":"Throttling"}}"#.to_owned()),
        (200, "<xml/>".to_owned()),
        (200, "{}".to_owned()),
        (200, answer("arn:mars:iam::1:user/Bob", "AIDA")),
        (200, answer("arn:aws:s3:::bucket", "AIDA")),
        (200, answer("arn:aws:iam::1:group/x", "AIDA")),
        (200, answer("arn:aws:sts::1:assumed-role/Admin", "AROA:session")),
        (200, answer("arn:aws:sts::1:assumed-role/Admin/session", "AROA")),
    ] {
        assert_eq!(check_answer(status, &body).expect_err("a failure").rule.number, 15, "{body}");
    }
    assert!(check_answer(400, "Throttling").expect_err("a failure").why.contains("throttles"));
}

/// The partition table says what aws-sdk-sts's rules say.
#[test]
fn partitions_agree_with_the_endpoint_rules() {
    for (region, partition) in REGIONS.into_iter().zip(&PARTITIONS) {
        assert_eq!(Partition::of_region(region), partition);
        let resolve = |dual_stack| {
            let options = Options { region: Some(region.to_owned()), dual_stack, ..Options::default() };
            endpoint::resolve(&options).expect("an endpoint").url
        };
        assert_eq!(resolve(false), format!("https://sts.{region}.{}", partition.domain));
        assert_eq!(resolve(true), format!("https://sts.{region}.{}", partition.dual_stack_domain));
    }
}
