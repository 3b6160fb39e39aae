//! The argument lists of both rivals, unchanged, and the AWS CLI's manners: prefixes, repeats, flags anywhere.

use std::collections::BTreeMap;

use crate::sandbox::Sandbox;

fn assert_same_token(spellings: &[&str]) {
    let sandbox = Sandbox::with_keys().with_standing_clock();
    let token = sandbox.stdout(&["get-token", "--cluster-name", "demo", "--region", "eu-west-1", "--output", "json"]);
    for spelling in spellings {
        let arguments: Vec<&str> = spelling.split_whitespace().collect();
        assert_eq!(sandbox.stdout(&arguments), token, "{spelling}");
    }
}

#[test]
fn what_the_rivals_write_into_kubeconfigs() {
    assert_same_token(&[
        // aws eks update-kubeconfig
        "--region eu-west-1 eks get-token --cluster-name demo --output json",
        "--region eu-west-1 eks get-token --cluster-id demo --output json",
        // eksctl
        "eks get-token --output json --cluster-name demo --region eu-west-1",
        "token -i demo --region eu-west-1",
        // aws-iam-authenticator
        "token --cluster-id demo --cache --region eu-west-1",
        "token --region=eu-west-1 -i=demo",
        "token -idemo --region eu-west-1",
    ]);
}

#[test]
fn the_aws_clis_manners() {
    assert_same_token(&[
        "eks --region eu-west-1 get-token --cluster-name demo",
        "eks get-token --cluster-name=demo --region=eu-west-1",
        "--region us-west-2 eks get-token --cluster-name demo --region eu-west-1",
        "--region us-west-2 --region eu-west-1 eks get-token --cluster-name other --cluster-name demo",
        "get-token --cluster-n demo --reg eu-west-1 --out json",
        "--reg eu-west-1 --out json eks get-token --cluster-i demo",
        "--ca-bundle /nowhere --cli-read-timeout 1 --cli-connect-timeout 0 --endpoint-url http://x --no-verify-ssl \
         --no-paginate --color off --no-cli-pager --cli-binary-format base64 --no-cli-auto-prompt \
         --cli-error-format json eks get-token --cluster-name demo --region eu-west-1",
        "eks get-token --cluster-name demo --region eu-west-1 --no-verify-ssl --no-verify-ssl --no-cli-pager \
         --cli-auto-prompt",
    ]);
}

#[test]
fn role_spellings_all_ask_for_a_role() {
    for spelling in [
        "--role x",
        "--role-arn x",
        "-r x",
        "--ro=x",
        "-rx",
        "--role=y --role x",
        "-r x -e y -s z --duration 900 --mfa-serial m --mfa-code 123456",
    ] {
        let arguments: Vec<&str> = ["token", "-i", "demo"].into_iter().chain(spelling.split_whitespace()).collect();
        let outcome = Sandbox::with_keys().run(&arguments);
        outcome.assert_failure(
            252,
            "ekscred: error: --role-arn `x` is invalid\nhint: such an ARN reads arn:aws:iam::ACCOUNT:role/NAME\n",
        );
    }
}

/// The AWS CLI's flags, in the two sets that it parses one after the other: a prefix need only be unambiguous in its
/// own. `e2e/test_argv.py` takes the sets from the CLI itself.
const GLOBAL: Flags = &[
    ("--debug", None),
    ("--endpoint-url", Some("http://x")),
    ("--no-verify-ssl", None),
    ("--no-paginate", None),
    ("--output", Some("json")),
    ("--query", Some("@")),
    ("--profile", Some("default")),
    ("--region", Some("eu-west-1")),
    ("--color", Some("off")),
    ("--ca-bundle", Some("x")),
    ("--cli-read-timeout", Some("1")),
    ("--cli-connect-timeout", Some("1")),
    ("--cli-binary-format", Some("base64")),
    ("--no-cli-pager", None),
    ("--cli-auto-prompt", None),
    ("--no-cli-auto-prompt", None),
    ("--no-sign-request", None),
    ("--version", None),
];
const OWN: Flags = &[("--cluster-name", Some("x")), ("--cluster-id", Some("x")), ("--role-arn", Some("x"))];

/// The prefixes that our own flags make ambiguous, or that the CLI's two passes tell apart and we cannot.
const AMBIGUOUS: &[&str] = &["--ca", "--d", "--e", "--r"];

#[test]
fn prefixes_that_the_aws_cli_accepts() {
    let mut refused = Vec::new();
    for (prefix, value) in prefixes(OWN) {
        let sandbox = Sandbox::with_keys().config("[default]\naws_access_key_id = a\naws_secret_access_key = b\n");
        let mut arguments = vec!["get-token", prefix];
        arguments.extend(value);
        if !prefix.starts_with("--cl") || prefix.starts_with("--cli") {
            arguments.extend(["-i", "demo"]);
        }
        let outcome = sandbox.run(&arguments);
        let understood = outcome.code == 0
            || outcome.stderr.contains("--role-arn `x` is invalid")
            || outcome.stderr.contains("a cluster refuses an unsigned token");
        if !understood {
            assert!(outcome.stderr.contains("unexpected argument"), "{prefix}: {outcome}");
            refused.push(prefix);
        }
    }
    assert_eq!(refused, AMBIGUOUS);
}

/// The flags of `aws eks update-kubeconfig`.
const OF_UPDATE: Flags = &[
    ("--name", Some("demo")),
    ("--kubeconfig", Some("x")),
    ("--role-arn", Some("arn:aws:iam::123456789012:role/A")),
    ("--proxy-url", Some("http://x")),
    ("--dry-run", None),
    ("--verbose", None),
    ("--alias", Some("x")),
    ("--user-alias", Some("x")),
    ("--assume-role-arn", Some("arn:aws:iam::123456789012:role/A")),
];

/// The same for it: there are `--all`, `--cache`, `--command`, `--namespace` and `--no-set-context`, too. `--role` and
/// whatever else people write is none of these.
const AMBIGUOUS_FOR_UPDATE: &[&str] =
    &["--al", "--ca", "--co", "--d", "--na", "--nam", "--no-s", "--p", "--pr", "--pro", "--r", "--v", "--ve", "--ver"];

#[test]
fn prefixes_that_the_aws_cli_accepts_for_update_kubeconfig() {
    let sandbox = Sandbox::new().var("AWS_EC2_METADATA_DISABLED", "true");
    let mut refused = Vec::new();
    for (prefix, value) in prefixes(OF_UPDATE) {
        let outcome = sandbox.run(&["eks", "update-kubeconfig", prefix].into_iter().chain(value).collect::<Vec<_>>());
        // Without a cluster, or without credentials, nothing further happens.
        assert!(!outcome.stderr.is_empty() || prefix.starts_with("--v"), "{prefix}: {outcome}");
        if outcome.stderr.contains("unexpected argument") {
            refused.push(prefix);
        }
    }
    assert_eq!(refused, AMBIGUOUS_FOR_UPDATE);
}

type Flags = &'static [(&'static str, Option<&'static str>)];

/// Every prefix that is unambiguous in its set, with a value for its flag.
fn prefixes(own: Flags) -> BTreeMap<&'static str, Option<&'static str>> {
    let unambiguous = |set: Flags| {
        set.iter().flat_map(move |(flag, value)| {
            (3..=flag.len()).map(move |end| (&flag[..end], *value)).filter(move |(prefix, _)| {
                *prefix == *flag || set.iter().filter(|(other, _)| other.starts_with(prefix)).count() == 1
            })
        })
    };
    let global_wins = |prefix: &str| GLOBAL.iter().any(|(flag, _)| flag.starts_with(prefix));
    unambiguous(own).filter(|(prefix, _)| !global_wins(prefix)).chain(unambiguous(GLOBAL)).collect()
}

#[test]
fn versions() {
    let version = env!("CARGO_PKG_VERSION");
    let sandbox = Sandbox::new();
    for arguments in [&["--version"][..], &["-V"], &["eks", "get-token", "--version"], &["get-token", "--vers"]] {
        assert_eq!(sandbox.stdout(arguments), format!("ekscred {version}\n"), "{arguments:?}");
    }
    assert_eq!(sandbox.stdout(&["version"]), format!("ekscred {version}\n"));
    assert_eq!(sandbox.stdout(&["version", "--short"]), format!("{version}\n"));
    assert_eq!(sandbox.stdout(&["version", "-s"]), format!("{version}\n"));
    // What eksctl parses.
    let json: serde_json::Value = serde_json::from_str(&sandbox.stdout(&["version", "-o", "json"])).expect("JSON");
    assert_eq!(json["Version"], version);
}

#[test]
fn help_goes_to_stdout() {
    for arguments in [&["--help"][..], &["-h"], &["help"], &["get-token", "--help"], &["eks", "get-token", "-h"]] {
        assert!(Sandbox::new().stdout(arguments).contains("Usage: ekscred"), "{arguments:?}");
    }
}

#[test]
fn completions_are_the_committed_files() {
    for (shell, script) in [
        ("bash", include_str!("../../completions/ekscred.bash")),
        ("zsh", include_str!("../../completions/_ekscred")),
        ("fish", include_str!("../../completions/ekscred.fish")),
        ("powershell", include_str!("../../completions/_ekscred.ps1")),
    ] {
        assert!(script.contains("cluster-name"));
        assert_eq!(Sandbox::new().stdout(&["completions", shell]), script);
    }
}
