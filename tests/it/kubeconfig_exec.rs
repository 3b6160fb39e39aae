//! Which exec blocks are understood, whose tokens they get, and what is said of the others.

use ekscred::kubeconfig::exec::{Exec, Identity, Plugin, without_exec};
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:iam::111122223333:role/team/admin";

/// The exec block that runs `line`, a command and its arguments.
fn exec(line: &str, env: &[(&str, &str)]) -> Exec {
    let mut words = line.split_whitespace();
    let env: Vec<Value> = env.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let block = json!({"command": words.next(), "args": words.collect::<Vec<_>>(), "env": env});
    Exec::of(&json!({ "exec": block })).expect("a block").expect("a block that kubectl takes")
}

#[test]
fn plugins_are_known_by_any_path() {
    for (line, plugin) in [
        // The AWS CLI's own entries, eksctl's, and global flags anywhere.
        ("aws --region eu-west-1 eks get-token --cluster-name demo --output json", Plugin::Aws),
        ("aws eks get-token --output json --cluster-name demo --region eu-west-1", Plugin::Aws),
        ("aws eks --profile p --debug get-token --cluster-id demo", Plugin::Aws),
        ("/usr/local/bin/aws eks get-token --cluster-n=demo", Plugin::Aws),
        ("../bin/aws --no-verify-ssl eks get-token --cluster-name demo", Plugin::Aws),
        (r"C:\AWSCLIV2\aws.exe eks get-token --cluster-name demo", Plugin::Aws),
        ("aws-iam-authenticator token -i demo", Plugin::Authenticator),
        ("aws-iam-authenticator.exe token --cluster-id demo --role r --cache", Plugin::Authenticator),
        ("/opt/bin/aws-iam-authenticator token -i demo --token-only -s me -e id", Plugin::Authenticator),
        ("ekscred get-token --cluster-name demo", Plugin::Ekscred),
        ("/opt/ekscred/bin/ekscred token -i demo", Plugin::Ekscred),
        ("ekscred.exe --region eu-west-1 eks get-token --cluster-name demo", Plugin::Ekscred),
        // The cluster's entry may name it.
        ("ekscred get-token", Plugin::Ekscred),
    ] {
        assert_eq!(exec(line, &[]).call.map(|call| call.plugin), Ok(plugin), "{line}");
    }
    // A conversion may have given it any name.
    let renamed = exec("/opt/bin/eks-login eks get-token --cluster-name demo", &[("EKSCRED_CONVERTED_FROM", "aws")]);
    assert_eq!(renamed.call.map(|call| call.plugin), Ok(Plugin::Ekscred));
}

#[test]
fn what_is_not_understood_says_why() {
    let no_arguments = "runs aws with arguments that ekscred does not take: ";
    for (line, why) in [
        (
            "aws-vault exec prod -- aws eks get-token --cluster-name demo",
            "runs aws-vault, a wrapper: point its inner command at ekscred by hand",
        ),
        (
            "/usr/bin/env AWS_PROFILE=p /usr/bin/aws eks get-token --cluster-name demo",
            "runs env, a wrapper: point its inner command at ekscred by hand",
        ),
        (
            "kcc-cache aws-iam-authenticator token -i demo",
            "runs kcc-cache, a wrapper: point its inner command at ekscred by hand",
        ),
        ("sh -c true", "runs a shell command (sh): put ekscred into it by hand"),
        ("/bin/bash -c aws", "runs a shell command (bash): put ekscred into it by hand"),
        (r"C:\Windows\cmd.exe /c aws.cmd", "runs a shell command (cmd): put ekscred into it by hand"),
        ("kubelogin get-token --server-id x", "runs kubelogin, not a plugin for EKS that ekscred knows"),
        ("my-aws eks get-token --cluster-name demo", "runs my-aws, not a plugin for EKS that ekscred knows"),
        ("aws.sh eks get-token --cluster-name demo", "runs aws.sh, not a plugin for EKS that ekscred knows"),
        ("aws eks update-kubeconfig --name demo", "runs aws, but not for a token"),
        ("aws get-token --cluster-name demo", "runs aws, but not for a token"),
        ("aws-iam-authenticator eks get-token --cluster-name demo", "runs aws-iam-authenticator, but not for a token"),
        ("aws-iam-authenticator version", "runs aws-iam-authenticator, but not for a token"),
        ("aws", "runs aws, but not for a token"),
        ("aws sts get-caller-identity", "runs aws, but not for a token"),
        ("aws --version", "runs aws, but not for a token"),
        ("aws eks get-token --help", "runs aws for its help or version"),
        ("aws eks get-token", "runs aws without the name of a cluster"),
        ("aws-iam-authenticator token", "runs aws-iam-authenticator without the name of a cluster"),
        ("aws eks get-token --cluster-name file://name.txt", "runs aws with a cluster name that is read from a file"),
        (
            "aws eks get-token --no-sign-request --cluster-name demo",
            "runs aws with --no-sign-request, and a cluster refuses an unsigned token",
        ),
        (
            "aws eks get-token --cluster-name demo --no-such-flag",
            &format!("{no_arguments}unexpected argument '--no-such-flag' found"),
        ),
        (
            "aws eks get-token --cluster-name demo --output table",
            &format!("{no_arguments}invalid value 'table' for '--output <FORMAT>' [possible values: json, text, yaml]"),
        ),
    ] {
        assert_eq!(exec(line, &[]).call.map(|call| call.plugin), Err(why.to_owned()), "{line}");
    }
}

#[test]
fn variables_that_only_the_authenticator_reads() {
    for name in ["DEFAULT_ROLE", "KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID"] {
        let why = format!("runs aws-iam-authenticator with {name} in its env, which ekscred does not read");
        let plugin = |line, value| exec(line, &[(name, value)]).call.map(|call| call.plugin);
        assert_eq!(plugin("aws-iam-authenticator token -i demo", "x"), Err(why));
        assert_eq!(plugin("aws-iam-authenticator token -i demo", ""), Ok(Plugin::Authenticator));
        assert_eq!(plugin("aws eks get-token --cluster-name demo", "x"), Ok(Plugin::Aws));
    }
}

#[test]
fn whose_tokens_a_block_gets() {
    let aws = "aws eks get-token --cluster-name demo";
    let authenticator = "aws-iam-authenticator token -i demo";
    let prod = &[("AWS_PROFILE", "prod")][..];
    for (line, env, role, profile) in [
        (aws.to_owned(), &[][..], None, None),
        (format!("{aws} --role {ROLE}"), &[], Some(ROLE), None),
        (format!("{aws} --role-arn={ROLE}"), &[], Some(ROLE), None),
        (format!("{aws} --rol={ROLE} --profile dev"), &[], Some(ROLE), Some("dev")),
        (
            format!("aws --prof dev eks get-token --cluster-name demo --role x --role {ROLE}"),
            &[],
            Some(ROLE),
            Some("dev"),
        ),
        (format!("{aws} --profile dev"), prod, None, Some("dev")),
        (aws.to_owned(), prod, None, Some("prod")),
        (aws.to_owned(), &[("AWS_DEFAULT_PROFILE", "old"), ("AWS_PROFILE", "prod")], None, Some("prod")),
        (aws.to_owned(), &[("AWS_DEFAULT_PROFILE", "old"), ("AWS_PROFILE", "")], None, Some("old")),
        // Of two, kubectl's child sees the last.
        (aws.to_owned(), &[("AWS_PROFILE", "first"), ("AWS_PROFILE", "prod")], None, Some("prod")),
        (format!("{authenticator} -r {ROLE}"), prod, Some(ROLE), Some("prod")),
        (format!("{authenticator} -r{ROLE}"), &[], Some(ROLE), None),
        (format!("{authenticator} --role={ROLE}"), &[], Some(ROLE), None),
        (
            format!("ekscred get-token --cluster-name demo --profile dev --role-arn {ROLE}"),
            prod,
            Some(ROLE),
            Some("dev"),
        ),
    ] {
        let expected = Identity { role_arn: role.map(str::to_owned), profile: profile.map(str::to_owned) };
        assert_eq!(exec(&line, env).identity(), Some(expected), "{line} {env:?}");
    }
    assert_eq!(exec("sh -c aws", prod).identity(), None);
}

#[test]
fn the_cluster_and_the_region_of_a_block() {
    let line = "aws --region us-east-1 eks get-token --cluster-name demo --region eu-west-1";
    let call = exec(line, &[]).call.expect("a call");
    assert_eq!(call.globals.region.as_deref(), Some("eu-west-1"));
    assert_eq!((call.arguments.cluster_name.as_deref(), call.arguments.cluster_id), (Some("demo"), None));
    let call = exec("aws-iam-authenticator token -i demo", &[]).call.expect("a call");
    assert_eq!((call.arguments.cluster_name, call.arguments.cluster_id.as_deref()), (None, Some("demo")));
}

#[test]
fn what_kubectl_reads_of_a_block() {
    let block = json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "aws",
        "args": ["eks", "get-token"],
        "env": [{"name": "A", "value": "1"}, {"name": "B"}],
        "interactiveMode": "Never",
        "provideClusterInfo": true,
        "installHint": "x",
    });
    let exec = Exec::of(&json!({ "exec": block })).expect("a block").expect("a block that kubectl takes");
    assert_eq!(
        (exec.command.as_str(), exec.args.as_slice()),
        ("aws", ["eks", "get-token"].map(str::to_owned).as_slice())
    );
    assert_eq!(exec.env, [("A", "1"), ("B", "")].map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(exec.api_version.as_deref(), Some("client.authentication.k8s.io/v1"));
    assert_eq!((exec.interactive_mode.as_deref(), exec.provide_cluster_info), (Some("Never"), true));

    let sparse = json!({"command": "aws", "args": null, "env": null, "interactiveMode": null});
    let sparse = Exec::of(&json!({ "exec": sparse })).expect("a block").expect("a block that kubectl takes");
    assert_eq!(
        (sparse.args.len(), sparse.env.len(), sparse.api_version, sparse.provide_cluster_info),
        (0, 0, None, false)
    );
}

#[test]
fn blocks_that_kubectl_refuses() {
    for (block, why) in [
        (json!({}), "has an exec block without a command"),
        (json!({"command": null}), "has an exec block without a command"),
        (json!({"command": ""}), "has an exec block without a command"),
        (json!("aws"), "has an exec block that is text"),
        (json!({"command": 7}), "has an exec block in which command is a number, which kubectl refuses: quote it"),
        (json!({"command": "aws", "args": "eks"}), "has an exec block whose args is text, not a list"),
        (
            json!({"command": "aws", "args": ["eks", 7]}),
            "has an exec block in which item 2 of args is a number, which kubectl refuses: quote it",
        ),
        (
            json!({"command": "aws", "env": [{"name": "A", "value": true}]}),
            "has an exec block in which the value of item 1 of env is true or false, which kubectl refuses: quote it",
        ),
        (json!({"command": "aws", "env": {"A": "1"}}), "has an exec block whose env is a map, not a list"),
    ] {
        let refused = Exec::of(&json!({ "exec": block })).expect("a block");
        assert_eq!(refused.map(|exec| exec.command), Err(why.to_owned()), "{block}");
    }
}

#[test]
fn users_without_a_block() {
    for (user, means) in [
        (json!({"client-certificate-data": "x", "client-key-data": "x"}), "a client certificate"),
        (json!({"client-certificate": "x.pem"}), "a client certificate"),
        (json!({"token": "x", "exec": null}), "a token of its own"),
        (json!({"tokenFile": "x"}), "a token of its own"),
        (json!({"username": "x", "password": "y"}), "a password"),
        (json!({"auth-provider": {"name": "oidc"}}), "an auth provider"),
        (json!({}), "no credentials"),
        (json!({"token": null}), "no credentials"),
        (json!(null), "no credentials"),
    ] {
        assert!(Exec::of(&user).is_none(), "{user}");
        assert_eq!(without_exec(&user), format!("has no exec block, but {means}"));
    }
}
