//! `ekscred inspect`: what it tells of a token, where the token may come from, and what STS says to it.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::loopback::{Loopback, Setup};
use crate::sandbox::{ACCESS_KEY_ID, NOW, Outcome, Sandbox, url_in};

/// The example of the article that tells how an id holds an account.
const NEW_ID: &str = "ASIAQNZGKIQY56JQ7WML";
const SESSION_TOKEN: &str = "Session+Token/of==";

const DEMO: [&str; 4] = ["--cluster-name", "demo", "--region", "eu-west-1"];

/// A world whose clock stands.
fn sandbox() -> Sandbox {
    Sandbox::with_keys().with_standing_clock()
}

/// One with temporary keys.
fn session() -> Sandbox {
    sandbox().var("AWS_ACCESS_KEY_ID", NEW_ID).var("AWS_SESSION_TOKEN", SESSION_TOKEN)
}

fn get_token(sandbox: &Sandbox) -> String {
    let arguments: Vec<&str> = ["get-token", "--token-only"].into_iter().chain(DEMO).collect();
    sandbox.stdout(&arguments).trim().to_owned()
}

fn token_of(url: &str) -> String {
    format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url))
}

/// A good token with this changed in its URL.
fn changed(from: &str, to: &str) -> String {
    let url = url_in(&get_token(&sandbox()));
    assert!(url.contains(from), "{from} is not in {url}");
    token_of(&url.replacen(from, to, 1))
}

/// Inspects `input`, which is piped in.
fn inspect(input: &str, arguments: &[&str]) -> Outcome {
    inspect_in(&sandbox(), input, arguments)
}

fn inspect_in(sandbox: &Sandbox, input: &str, arguments: &[&str]) -> Outcome {
    let arguments: Vec<&str> = ["inspect"].iter().chain(arguments).copied().collect();
    let outcome = sandbox.clone().stdin(input).run(&arguments);
    assert_no_secret(input, &outcome);
    outcome
}

/// Neither a signature nor a session token, nor the token that has them.
#[track_caller]
fn assert_no_secret(input: &str, outcome: &Outcome) {
    let said = format!("{}{}", outcome.stdout, outcome.stderr);
    for word in input.split([' ', '"', '\n']).filter_map(|word| word.strip_prefix("k8s-aws-v1.")) {
        assert!(word.len() < 8 || !said.contains(word), "{said}");
        let url = String::from_utf8(URL_SAFE_NO_PAD.decode(word).unwrap_or_default()).unwrap_or_default();
        let secrets = url.split('&').filter_map(|pair| pair.split_once('='));
        for (name, secret) in secrets.filter(|(name, _)| matches!(*name, "X-Amz-Signature" | "X-Amz-Security-Token")) {
            assert!(secret.is_empty() || !said.contains(secret), "{name}: {said}");
        }
    }
    assert!(!said.contains(SESSION_TOKEN), "{said}");
}

/// The report of a token that no rule refuses.
#[track_caller]
fn report(input: &str) -> Value {
    report_in(&sandbox(), input, &[])
}

#[track_caller]
fn report_in(sandbox: &Sandbox, input: &str, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = ["--output", "json"].iter().chain(arguments).copied().collect();
    let outcome = inspect_in(sandbox, input, &arguments);
    outcome.assert_success();
    assert_eq!(outcome.stderr, "", "{outcome}");
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

/// The verdicts of a report, by rule: `p`ass, `f`ail, `n`ot reached.
fn verdicts(report: &Value) -> String {
    let rules = report["rules"].as_array().expect("rules");
    for (rule, number) in rules.iter().zip(1..) {
        assert_eq!(rule["rule"], number);
        let is_broken = rule["verdict"] == "fail";
        assert_eq!((rule["why"].is_string(), rule["remedy"].is_string()), (is_broken, is_broken), "{rule}");
    }
    rules.iter().map(|rule| rule["verdict"].as_str().expect("a verdict").split_at(1).0).collect()
}

#[test]
fn a_report_for_a_program() {
    let token = get_token(&session());
    let mut report = report(&token);
    assert_eq!(verdicts(&report), "ppppppppppppppn");
    report["rules"] = Value::Null;
    let expected = json!({
        "bytes": token.len(),
        "maxBytes": 4096,
        "credentials": "temporary",
        "accessKeyId": NEW_ID,
        "account": "029608264753",
        "region": "eu-west-1",
        "host": "sts.eu-west-1.amazonaws.com",
        "partition": "aws",
        "isBoundToCluster": true,
        "signedAt": "2026-01-02T03:04:05Z",
        "serverEnd": "2026-01-02T03:19:05Z",
        "clientEnd": "2026-01-02T03:18:05Z",
        "notes": [],
        "rules": null,
        "verified": null,
    });
    assert_eq!(report, expected);
}

#[test]
fn a_report_for_a_person() {
    let token = get_token(&sandbox());
    let later = sandbox().at(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 150));
    let outcome = inspect_in(&later, &token, &[]);
    outcome.assert_success();
    let mut expected = format!(
        "bytes          {} of 4096\n\
         credentials    long-term, of a user\n\
         access key id  {ACCESS_KEY_ID}\n\
         account        not told by the access key id\n\
         region         eu-west-1\n\
         host           sts.eu-west-1.amazonaws.com\n\
         partition      aws\n\
         cluster        bound to one, which the token does not tell\n\
         signed         2026-01-02T03:04:05Z (3 minutes ago)\n\
         server's end   2026-01-02T03:19:05Z (in 13 minutes)\n\
         client's end   2026-01-02T03:18:05Z (in 12 minutes)\n\
         \n\
         The rules of the server:\n",
        token.len()
    );
    let demands = [
        "at most 4096 bytes",
        "begins with k8s-aws-v1.",
        "unpadded base64url",
        "an https URL",
        "a host of STS in the cluster's partition",
        "the path /",
        "no query parameter twice",
        "no query parameter but the nine of a presigned request",
        "the action GetCallerIdentity",
        "x-k8s-aws-id among the signed headers",
        "X-Amz-Expires from 0 to 900",
        "a well-formed X-Amz-Date",
        "not older than 15 minutes",
        "signed, and over nothing but the headers that the server sends",
    ];
    for (number, demand) in (1..).zip(demands) {
        writeln!(expected, "{number:>4}  pass  {demand}").expect("room");
    }
    expected += "  15  -     STS answers with the identity of a user or role\n            \
                 --verify --cluster-name NAME tells whether the keys still serve, and whether that cluster is the one\n";
    assert_eq!(outcome.stdout, expected);
    assert_eq!(inspect_in(&later, &token, &["--output", "text"]).stdout, expected);
}

#[test]
fn distances_in_time() {
    let token = get_token(&sandbox());
    for (seconds, words) in [
        (0, "(now)"),
        (1, "(1 second ago)"),
        (119, "(119 seconds ago)"),
        (120, "(2 minutes ago)"),
        (7199, "(120 minutes ago)"),
        (7200, "(2 hours ago)"),
        (172_800, "(2 days ago)"),
    ] {
        let later = sandbox().at(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + seconds));
        let stdout = inspect_in(&later, &token, &[]).stdout;
        assert!(stdout.contains(&format!("signed         2026-01-02T03:04:05Z {words}\n")), "{stdout}");
    }
}

#[test]
fn yaml_and_queries() {
    let token = get_token(&session());
    let yaml = inspect(&token, &["--output", "yaml"]);
    assert!(yaml.stdout.starts_with("accessKeyId: ASIAQNZGKIQY56JQ7WML\n"), "{yaml}");
    assert!(yaml.stdout.contains("\n- demand: at most 4096 bytes\n"), "{yaml}");
    assert_eq!(inspect(&token, &["--query", "account"]).stdout, "\"029608264753\"\n");
    assert_eq!(inspect(&token, &["--query", "account", "--output", "text"]).stdout, "029608264753\n");
    inspect(&token, &["--query", "["]).code.eq(&252).then_some(()).expect("a usage error");
}

#[test]
fn accounts() {
    for (id, account, kind) in [
        ("ASIAQNZGKIQY56JQ7WML", Some("029608264753"), "temporary"),
        ("ASIAY34FZKBOKMUTVV7A", Some("609629065308"), "temporary"),
        ("AKIAV7S32T2OSBFJQOIY", Some("411435703965"), "long-term"),
        ("ASIAQAAAAAAAGMKEM7X5", Some("000000000000"), "temporary"),
        ("AKIAIOSFODNN7EXAMPLE", None, "long-term"),
        ("AKIAPAAAAAAAGMKEM7X5", None, "long-term"),
        // More than twelve digits; a digit that base32 does not have; another length.
        ("AKIA7777777777777777", None, "long-term"),
        ("AKIAQNZGKIQY56JQ7WM1", None, "long-term"),
        ("AKIAQNZGKIQY56JQ7WMLA", None, "long-term"),
    ] {
        let report = report(&get_token(&session().var("AWS_ACCESS_KEY_ID", id)));
        assert_eq!(report["accessKeyId"], id);
        assert_eq!((&report["account"], &report["credentials"]), (&json!(account), &json!(kind)), "{id}");
    }
    // By its session token; and not at all.
    for (id, token, kind) in [("AXIA1", Some("some-token"), Some("temporary")), ("AXIA1", None, None)] {
        let sandbox = sandbox().var("AWS_ACCESS_KEY_ID", id).var("AWS_SESSION_TOKEN", token.unwrap_or_default());
        assert_eq!(report(&get_token(&sandbox))["credentials"], json!(kind));
    }
}

#[test]
fn what_cannot_be_an_access_key_id_is_not_shown() {
    for id in ["wJalrXUtnFEMI", "AbIAIOSFODNN7EXAMPLE", "BKIAIOSFODNN7EXAMPLE"] {
        let outcome = inspect(&get_token(&sandbox().var("AWS_ACCESS_KEY_ID", id)), &[]);
        assert!(outcome.code == 0 && !outcome.stdout.contains(id), "{outcome}");
        assert!(!outcome.stdout.contains("account"), "{outcome}");
    }
}

#[test]
fn partitions_and_the_global_endpoint() {
    for (region, host, partition) in [
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn", "aws-cn"),
        ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com", "aws-us-gov"),
    ] {
        let token = sandbox().stdout(&["get-token", "--token-only", "-i", "demo", "--region", region]);
        let report = report(&token);
        assert_eq!((&report["host"], &report["partition"]), (&json!(host), &json!(partition)));
        assert_eq!((&report["region"], &report["notes"]), (&json!(region), &json!([])));
    }
    // Another host is in none.
    let elsewhere = inspect(&changed("sts.eu-west-1.amazonaws.com", "example.com"), &["--query", "[host, partition]"]);
    assert_eq!(elsewhere.stdout, "[\n    \"example.com\",\n    null\n]\n");
    let report = report(&sandbox().stdout(&["get-token", "--token-only", "-i", "demo"]));
    assert_eq!(report["host"], "sts.amazonaws.com");
    assert_eq!((&report["region"], &report["partition"]), (&json!("us-east-1"), &json!("aws")));
    assert_eq!((verdicts(&report).as_str(), &report["notes"]), ("ppppppppppppppn", &json!([])));
}

#[test]
fn notes() {
    let note = |input: &str| {
        let notes = report(input)["notes"].clone();
        assert_eq!(notes.as_array().map(Vec::len), Some(1), "{notes}");
        notes[0].as_str().expect("a text").to_owned()
    };
    let ahead = |seconds| get_token(&sandbox().at(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + seconds)));
    assert!(note(&ahead(300)).contains("signed 300 s in the future, by the clock here: STS bears up to 5 minutes"));
    assert!(
        note(&ahead(301))
            .contains("301 s in the future, by the clock here: STS refuses it (Signature not yet current)")
    );
    let foreign = note(&changed("sts.eu-west-1", "sts.us-west-2"));
    assert_eq!(
        foreign,
        "the signature is for region eu-west-1, and sts.us-west-2.amazonaws.com takes those for us-west-2: STS will refuse"
    );
    assert!(note(&changed("sts.eu-west-1.", "sts.")).contains("sts.amazonaws.com takes those for us-east-1"));
    assert!(note(&changed("%2Fsts%2F", "%2Feks%2F")).contains("for service eks, not sts"));
    assert!(
        note(&changed("%2F20260102%2F", "%2F20260101%2F")).contains("for the day 20260101, not that of X-Amz-Date")
    );
    assert!(note(&get_token(&sandbox().var("AWS_ACCESS_KEY_ID", NEW_ID))).contains("need a session token"));

    let token = get_token(&sandbox());
    let credential = |expiration: Value| {
        json!({"kind": "ExecCredential", "status": {"token": token, "expirationTimestamp": expiration}}).to_string()
    };
    assert!(note(&credential(Value::Null)).contains("no expirationTimestamp"));
    assert!(note(&credential(json!("soon"))).contains("`soon` is no time: kubectl refuses it"));
    assert!(note(&credential(json!("2026-01-02T03:19:06Z"))).contains("later than the server's end"));
    let report = report(&credential(json!("2026-01-02T03:10:00+00:00")));
    assert_eq!((&report["notes"], &report["clientEnd"]), (&json!([]), &json!("2026-01-02T03:10:00Z")));
}

#[test]
fn every_form_of_input() {
    let token = get_token(&sandbox());
    let arguments: Vec<&str> = ["get-token"].into_iter().chain(DEMO).collect();
    let json = sandbox().stdout(&arguments);
    let with = |further: &[&str]| sandbox().stdout(&[&arguments[..], further].concat());
    for input in [
        token.clone(),
        format!("\u{feff} {token}\r\n\n"),
        format!("Bearer {token}"),
        format!("bearer  {token}\n"),
        format!("Authorization: Bearer {token}\n"),
        json.clone(),
        json.replace(['\n', ' '], ""),
        with(&["--output", "yaml"]),
        with(&["--output", "text", "--query", "@"]),
        with(&["--query", "status"]),
        format!("token: {token}\n"),
        format!("\"{token}\"\n"),
        format!("error: {token}, {token}"),
        format!("curl -k https://x -H 'Authorization: Bearer {token} '"),
    ] {
        let report = report(&input);
        assert_eq!(report["bytes"], token.len(), "{input}");
        assert_eq!(report["clientEnd"], "2026-01-02T03:18:05Z", "{input}");
    }
    let yaml = with(&["--output", "yaml"]).replace("03:18:05Z", "03:10:00Z");
    assert_eq!(report(&yaml)["clientEnd"], "2026-01-02T03:10:00Z");
}

#[test]
fn a_token_in_pieces_is_one_that_was_copied_badly() {
    let token = get_token(&sandbox());
    let (first, second) = token.split_at(100);
    let outcome = inspect(&format!("{first}\n{second}"), &[]);
    assert_eq!(outcome.code, 253, "{outcome}");
    assert!(outcome.stdout.contains("   3  FAIL  unpadded base64url: "), "{outcome}");
    assert!(outcome.stderr.contains("hint: copy the token whole, and without line breaks\n"), "{outcome}");
}

#[test]
fn files() {
    let token = get_token(&sandbox());
    let sandbox = sandbox().file("token", &token).file("empty", "").file("binary", [0xff, 0xfe]);
    let large = "x".repeat(1024 * 1024 + 1);
    let sandbox = sandbox.file("large", &large).file("folder/x", "");
    let path = |name: &str| sandbox.home().join(name).to_str().expect("UTF-8").to_owned();
    let run = |name: &str| sandbox.run(&["inspect", &path(name)]);
    run("token").assert_success();
    assert_eq!(inspect(&token, &["-"]).code, 0);
    // A long name is no token, where a file has it.
    let name = format!("{}/token", "d".repeat(120));
    let sandbox = sandbox.clone().file(&name, &token);
    sandbox.run(&["inspect", &path(&name)]).assert_success();

    #[cfg(unix)]
    {
        // What a shell makes of `<(ekscred get-token)`.
        use std::os::fd::AsRawFd as _;
        let pipe_of = |text: &str| {
            let (read, mut write) = std::io::pipe().expect("a pipe");
            write.write_all(text.as_bytes()).expect("room in the pipe");
            read
        };
        let (good, empty) = (pipe_of(&token), pipe_of(""));
        sandbox.run(&["inspect", &format!("/dev/fd/{}", good.as_raw_fd())]).assert_success();
        assert_eq!(sandbox.run(&["inspect", &format!("/dev/fd/{}", empty.as_raw_fd())]).code, 253);
    }
    let fails = |name: &str, why: &str| {
        run(name).assert_failure(253, &format!("ekscred: error: cannot read {}: {why}\n", path(name)));
    };
    fails("gone", "No such file or directory (os error 2)");
    fails("folder", "it is not a regular file");
    fails("large", "it is larger than 1048576 bytes");
    #[cfg(unix)]
    {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        mknodat(CWD, path("fifo"), FileType::Fifo, Mode::RUSR, 0).expect("a FIFO");
        fails("fifo", "it is not a regular file");
    }
    let hint = "hint: give what `ekscred get-token` prints, or the token alone\n";
    for name in ["empty", "binary"] {
        run(name).assert_failure(253, &format!("ekscred: error: there is no token in {}\n{hint}", path(name)));
    }
    fs::remove_file(path("large")).expect("the file");
    inspect(&large, &[]).assert_failure(253, "ekscred: error: standard input has more than 1048576 bytes\n");
}

#[test]
fn input_without_a_token() {
    let config = "apiVersion: v1\nkind: Config\nclusters: []\nusers: [{name: x, user: {token: abc}}]\n";
    for input in [
        "",
        " \n",
        "{}",
        "[1]",
        r#"{"status": {}}"#,
        r#"{"status": {"token": ""}}"#,
        r#"{"status": {"token": 1}}"#,
        "hello world",
        config,
        "Bearer",
        "hello",
        "[1, 22222222222222222222]",
        "22222222222222222222: 2",
    ] {
        let outcome = inspect(input, &[]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (253, ""), "{input:?}: {outcome}");
        assert!(outcome.stderr.starts_with("ekscred: error: there is no token in standard input\nhint: "), "{outcome}");
    }
}

#[test]
fn arguments_are_no_place_for_tokens() {
    let token = get_token(&sandbox());
    let jwt = format!("eyJ{}.{}", "a".repeat(80), "b_-".repeat(20));
    for argument in [&token, &format!("Bearer {token}"), &jwt, &"k8s-aws-v1.x".to_owned(), &"aA0+/=".repeat(20)] {
        let outcome = sandbox().run(&["inspect", argument]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (252, ""), "{outcome}");
        assert!(outcome.stderr.starts_with("ekscred: error: the argument looks like a token, "), "{outcome}");
        assert!(!outcome.stderr.contains(&argument[..12]), "{outcome}");
    }
    // One argument too many, which is clap's to tell.
    let outcome = sandbox().run(&["inspect", "-", &token]);
    outcome.assert_failure(252, "ekscred: error: unexpected argument *** found\nhint: run `ekscred inspect --help`\n");
}

#[test]
fn a_token_that_breaks_rules() {
    let long = session().var("AWS_SESSION_TOKEN", "t0".repeat(1500));
    let long = long.run(&["get-token", "--token-only", "-i", "demo"]).stdout.trim().to_owned();
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln";
    for (token, verdicts_, error) in [
        (&*long, "fpppppppppppppn", "rule 1 (at most 4096 bytes): it has "),
        (
            jwt,
            "pfnnnnnnnnnnnnn",
            "rule 2 (begins with k8s-aws-v1.): it is a JWT, another kind of token\nhint: give the whole token",
        ),
        (
            &changed("eu-west-1.amazonaws.com/", "example.com/"),
            "ppppfpppppppppn",
            "rule 5 (a host of STS in the cluster's partition): sts.example.com is",
        ),
        (&changed("x-k8s-aws-id", "x-other"), "pppppppppfpppfn", "rule 10 (x-k8s-aws-id among the signed headers): "),
    ] {
        let outcome = inspect(token, &["--output", "json"]);
        assert_eq!(outcome.code, 253, "{outcome}");
        assert_eq!(verdicts(&serde_json::from_str(&outcome.stdout).expect("JSON")), verdicts_, "{outcome}");
        let start = format!("ekscred: error: the token breaks the server's {error}");
        assert!(outcome.stderr.starts_with(&start), "{outcome}");
        assert_eq!(outcome.stderr.matches('\n').count(), 2, "{outcome}");
    }
    let old =
        inspect_in(&sandbox().at(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 901)), &get_token(&sandbox()), &[]);
    assert_eq!(
        (old.code, old.stderr.as_str()),
        (
            253,
            "ekscred: error: the token breaks the server's rule 13 (not older than 15 minutes): it was signed 15 minutes ago\n\
             hint: get a new token; where this one is new, set the clock\n"
        )
    );
    let lines = "  13  FAIL  not older than 15 minutes: it was signed 15 minutes ago\n            \
                 get a new token; where this one is new, set the clock\n  14  pass  ";
    assert!(old.stdout.contains(lines) && old.stdout.ends_with("identity of a user or role\n"), "{old}");
}

/// Values that are not what they should be: one line each, and not too long.
#[test]
fn odd_values_stay_on_their_lines() {
    let long = "x".repeat(1000);
    for (from, to) in [
        ("sts.eu-west-1.amazonaws.com", "evil%0Ahost\n\u{1b}[31m"),
        ("GetCallerIdentity", "a%0Ab%1B"),
        ("x-k8s-aws-id", "a%0Ab"),
        ("20260102T030405Z", "a%0Ab"),
        ("X-Amz-Expires=60", "X-Amz-Expires=a%0Ab"),
        ("Version=", "a%0Ab="),
        ("eu-west-1%2Fsts", "a%0Ab%2Fsts"),
        ("GetCallerIdentity", &long),
        ("sts.eu-west-1.amazonaws.com", &long),
        ("20260102T030405Z", "99991231T235959Z"),
        ("20260102T030405Z", "00000101T000000Z"),
    ] {
        let outcome = inspect(&changed(from, to), &[]);
        let clean = |text: &str| !text.chars().any(|c| c.is_control() && c != '\n');
        assert!(clean(&outcome.stdout) && clean(&outcome.stderr), "{outcome}");
        assert!(outcome.stdout.lines().chain(outcome.stderr.lines()).all(|line| line.len() < 300), "{outcome}");
        assert!(outcome.stderr.lines().count() <= 2, "{outcome}");
        assert!(outcome.stdout.lines().count() < 35, "{outcome}");
    }
}

// Asking STS

const VERIFY: [&str; 3] = ["--verify", "--cluster-name", "demo"];

/// A world on the loopback AWS, and that AWS, in which `Replay` is answered like this.
fn on_loopback(answers: &Value) -> (Sandbox, Loopback) {
    let aws = json!({"answers": answers});
    let loopback = Loopback::start(Setup { now: Some(NOW), ..Setup::from_json(&aws) });
    let ca = loopback.ca().to_str().expect("UTF-8").to_owned();
    let sandbox = sandbox().var("HTTPS_PROXY", loopback.proxy()).var("AWS_CA_BUNDLE", ca);
    (sandbox, loopback)
}

#[test]
fn sts_knows_a_user() {
    let (sandbox, loopback) = on_loopback(&json!({}));
    let token = get_token(&sandbox);
    let report = report_in(&sandbox, &token, &VERIFY);
    assert_eq!(verdicts(&report), "p".repeat(15));
    let arn = format!("arn:aws:iam::123456789012:user/{ACCESS_KEY_ID}");
    assert_eq!(
        report["verified"],
        json!({"cluster": "demo", "arn": arn, "canonicalArn": arn, "accessEntryArn": arn, "accessEntryNote": null})
    );
    let call = format!("Replay sts.eu-west-1.amazonaws.com as {ACCESS_KEY_ID} for demo");
    assert_eq!(loopback.report().calls, [&*call]);
    // For a person, and with an ARN for the cluster.
    let arn_of_cluster = "arn:aws:eks:eu-west-1:123456789012:cluster/demo";
    let outcome = inspect_in(&sandbox, &token, &["--verify", "--cluster-name", arn_of_cluster]);
    outcome.assert_success();
    let lines = format!(
        "\nasked for      cluster demo\nidentity       {arn}\nin aws-auth    {arn}\naccess entry   {arn}\n\nThe rules of the server:\n"
    );
    assert!(outcome.stdout.contains(&lines), "{outcome}");
    assert!(outcome.stdout.ends_with("\n  15  pass  STS answers with the identity of a user or role\n"), "{outcome}");
    assert_eq!(loopback.report().calls, [&*call, &*call]);
}

#[test]
fn sts_knows_a_role() {
    let (sandbox, _loopback) = on_loopback(&json!({}));
    let role = "arn:aws:iam::123456789012:role/some/path/ADMIN";
    let arguments = ["get-token", "--token-only", "--role-arn", role, "--session-name", "me", "--no-cache"];
    let token = sandbox.stdout(&arguments.into_iter().chain(DEMO).collect::<Vec<_>>());
    let verified = report_in(&sandbox, &token, &VERIFY)["verified"].clone();
    assert_eq!(verified["arn"], "arn:aws:sts::123456789012:assumed-role/ADMIN/me");
    let without_path = "arn:aws:iam::123456789012:role/ADMIN";
    assert_eq!((&verified["canonicalArn"], &verified["accessEntryArn"]), (&json!(without_path), &json!(without_path)));
    assert_eq!(
        verified["accessEntryNote"],
        "where the role has a path, with the path, which STS does not tell; `aws iam get-role --role-name ADMIN --query \
         Role.Arn` tells"
    );
}

/// What an access entry wants, by what STS says.
#[test]
fn principals() {
    let answer = |arn: &str, user: &str| {
        let result = json!({"Account": "1", "Arn": arn, "UserId": user});
        let body = json!({"GetCallerIdentityResponse": {"GetCallerIdentityResult": result}});
        json!({"Replay": [{"status": 200, "body": body.to_string()}]})
    };
    let sso = "AWSReservedSSO_Admin_0123456789abcdef";
    for (arn, user, principal, note) in [
        (
            &*format!("arn:aws:sts::1:assumed-role/{sso}/me"),
            "AROA:me",
            None,
            &*format!("sso.amazonaws.com/REGION/{sso}, or without REGION"),
        ),
        ("arn:aws:iam::1:user/a/path/Bob", "AIDA", Some("arn:aws:iam::1:user/a/path/Bob"), ""),
        ("arn:aws:iam::1:root", "1", None, "access entries are for users and roles"),
        ("arn:aws:sts::1:federated-user/Bob", "1:Bob", None, "access entries are for users and roles"),
        ("arn:aws-cn:sts::1:assumed-role/Dev/i-0", "AROA:i-0", Some("arn:aws-cn:iam::1:role/Dev"), "--role-name Dev"),
    ] {
        let (sandbox, _loopback) = on_loopback(&answer(arn, user));
        let verified = report_in(&sandbox, &get_token(&sandbox), &VERIFY)["verified"].clone();
        assert_eq!((&verified["arn"], &verified["accessEntryArn"]), (&json!(arn), &json!(principal)));
        let told = verified["accessEntryNote"].as_str().unwrap_or_default();
        assert!(told.contains(note) && told.is_empty() == note.is_empty(), "{told}");
    }
}

/// STS refuses: the report on standard output, the reason on standard error, exit code 254.
#[test]
fn sts_refuses() {
    let error = |status: u16, code: &str, message: &str| json!({"status": status, "code": code, "message": message});
    let page = json!({"status": 200, "body": "<html>Log in</html>"});
    for (answer, why, remedy) in [
        (
            error(403, "ExpiredToken", "The security token is expired"),
            "ExpiredToken: The security token is expired",
            "get new credentials",
        ),
        (
            error(403, "InvalidClientTokenId", "Invalid. More"),
            "STS refuses the request: InvalidClientTokenId: Invalid\n",
            "deleted, inactive",
        ),
        (error(403, "RegionDisabledException", "x"), "RegionDisabledException", "activate STS"),
        (error(403, "AccessDenied", "x"), "AccessDenied", "denies sts:GetCallerIdentity"),
        (error(500, "InternalFailure", "x"), "InternalFailure", "ask again later"),
        (error(400, "Throttling", "Rate exceeded"), "STS throttles: Throttling\n", "wait a little"),
        (page.clone(), "the answer is not JSON", "a network that wants a login"),
        (json!({"status": 302, "body": ""}), "the answer has the HTTP status 302 and is not from STS", "a proxy"),
    ] {
        let (sandbox, loopback) = on_loopback(&json!({"Replay": [answer]}));
        let outcome = inspect_in(&sandbox, &get_token(&sandbox), &[&["--output", "json"], &VERIFY[..]].concat());
        assert_eq!(outcome.code, 254, "{outcome}");
        assert_eq!(verdicts(&serde_json::from_str(&outcome.stdout).expect("JSON")), "ppppppppppppppf");
        let (line, hint) = outcome.stderr.split_once("hint: ").expect("a hint");
        let start =
            "ekscred: error: the token breaks the server's rule 15 (STS answers with the identity of a user or role): ";
        assert!(line.starts_with(start) && line.contains(why) && hint.contains(remedy), "{outcome}");
        assert_eq!(loopback.report().calls.len(), 1, "asked once");
    }
}

#[test]
fn a_signature_that_does_not_fit() {
    let (sandbox, loopback) = on_loopback(&json!({}));
    let token = get_token(&sandbox);
    let arguments = ["--verify", "--cluster-name", "other"];
    let outcome = inspect_in(&sandbox, &token, &arguments);
    assert_eq!(outcome.code, 254, "{outcome}");
    assert!(
        outcome.stderr.contains("SignatureDoesNotMatch") && outcome.stderr.contains("hint: name the cluster that"),
        "{outcome}"
    );
    assert!(outcome.stdout.contains("\n  15  FAIL  STS answers"), "{outcome}");
    let call = format!("Replay sts.eu-west-1.amazonaws.com as {ACCESS_KEY_ID} for other (bad signature)");
    assert_eq!(loopback.report().calls, [call]);

    let early = get_token(&sandbox.clone().at(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW + 600)));
    let outcome = inspect_in(&sandbox, &early, &VERIFY);
    assert!(
        outcome.stderr.contains("not yet current") && outcome.stderr.contains("hint: set the clock of"),
        "{outcome}"
    );
}

#[test]
fn what_sts_says_is_told_without_secrets() {
    let token = get_token(&session());
    let url = url_in(&token);
    let parameter = |name: &str| url.split_once(&format!("{name}=")).expect("it").1.split('&').next().expect("a value");
    let (signature, escaped) = (parameter("X-Amz-Signature"), parameter("X-Amz-Security-Token"));
    let message = format!("it is {signature} for {escaped} or {SESSION_TOKEN} here. And {signature}");
    let answer = json!({"status": 403, "code": "SignatureDoesNotMatch", "message": message});
    let (sandbox, _loopback) = on_loopback(&json!({"Replay": [answer]}));
    let outcome = inspect_in(&sandbox, &token, &VERIFY);
    assert!(outcome.stderr.contains("SignatureDoesNotMatch: it is *** for *** or *** here\n"), "{outcome}");
}

/// A token that breaks a rule is not sent anywhere.
#[test]
fn sts_is_not_asked_about_a_bad_token() {
    let (sandbox, loopback) = on_loopback(&json!({}));
    for token in [
        changed("sts.eu-west-1.amazonaws.com", "evil.example"),
        changed("sts.eu-west-1.amazonaws.com", "sts.eu-west-1.amazonaws.com%2F@evil.example"),
        changed("https://", "http://"),
        changed("X-Amz-Expires=60", "X-Amz-Expires=6000"),
    ] {
        let outcome = inspect_in(&sandbox, &token, &[&["--output", "json"], &VERIFY[..]].concat());
        assert_eq!(outcome.code, 253, "{outcome}");
        assert!(verdicts(&serde_json::from_str(&outcome.stdout).expect("JSON")).ends_with('n'), "{outcome}");
    }
    let report = loopback.report();
    assert_eq!((report.calls, report.connections), (vec![], 0));
}

/// Go does not count a user in the URL to its host, and neither does a cluster.
#[test]
fn a_user_in_the_url_is_passed_over() {
    let (sandbox, loopback) = on_loopback(&json!({}));
    let url = url_in(&get_token(&sandbox)).replacen("https://", "https://somebody@", 1);
    report_in(&sandbox, &token_of(&url), &VERIFY);
    assert!(!loopback.transcript().contains("somebody") && !loopback.transcript().contains("authorization:"));
}

#[test]
fn sts_cannot_be_reached() {
    let (sandbox, _loopback) = on_loopback(&json!({}));
    let token = get_token(&sandbox);
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let sandbox = sandbox.var("HTTPS_PROXY", format!("http://{free}"));
    let outcome = inspect_in(&sandbox, &token, &[&["--output", "json"], &VERIFY[..]].concat());
    assert_eq!(outcome.code, 255, "{outcome}");
    assert_eq!(verdicts(&serde_json::from_str(&outcome.stdout).expect("JSON")), "ppppppppppppppn");
    assert!(
        outcome.stderr.starts_with("ekscred: error: ") && outcome.stderr.contains("Connection refused"),
        "{outcome}"
    );
}

#[test]
fn flags_that_go_together() {
    let token = get_token(&sandbox());
    let refused = |arguments: &[&str], error: &str| {
        let outcome = inspect(&token, arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (252, ""), "{outcome}");
        assert!(outcome.stderr.starts_with(&format!("ekscred: error: {error}")), "{outcome}");
    };
    refused(&["--verify"], "--verify needs the cluster");
    refused(&["--cluster-name", "demo"], "--cluster-name serves only --verify");
    refused(&["--verify", "--cluster-name", ""], "the cluster name is empty");
    refused(&["--verify", "--cluster-name", "a\nb"], "the cluster name `a\\nb` has control characters in it");
    refused(&["--verify", "--cluster-name", "arn:aws:iam::1:user/x"], "`arn:aws:iam::1:user/x` is not the ARN");
    // A profile that is not there ends the run before anything is asked.
    let outcome = inspect(&token, &[&["--profile", "gone"], &VERIFY[..]].concat());
    assert_eq!(outcome.code, 253, "{outcome}");
    assert!(outcome.stderr.contains("profile `gone`"), "{outcome}");
}
