//! One case per mistake: the exit code, the exact lines on standard error, and nothing on standard output.

use std::ffi::OsString;
use std::fs;

use crate::sandbox::Sandbox;

#[test]
fn command_line() {
    let no_cluster = "ekscred: error: no cluster is named\nhint: give its name with --cluster-name NAME\n";
    let help = "hint: run `ekscred --help`\n";
    for (arguments, stderr) in [
        ("get-token", no_cluster),
        ("eks get-token --region eu-west-1", no_cluster),
        ("token", no_cluster),
        (
            "get-token --cluster-name a --cluster-id b",
            "ekscred: error: both --cluster-name and --cluster-id are given\n\
             hint: give --cluster-id only for a local cluster on AWS Outposts\n",
        ),
        (
            "get-token --cluster-name=",
            "ekscred: error: the cluster name is empty\nhint: give it with --cluster-name NAME\n",
        ),
        (
            "get-token --clustername demo",
            "ekscred: error: unexpected argument '--clustername' found\n\
             hint: a similar argument exists: '--cluster-name'\n",
        ),
        ("get-token demo", "ekscred: error: unexpected argument 'demo' found\nhint: run `ekscred get-token --help`\n"),
        (
            "get-tokne",
            "ekscred: error: unrecognized subcommand 'get-tokne'\nhint: a similar subcommand exists: 'get-token'\n",
        ),
        (
            "get-token -i demo --output table",
            &format!(
                "ekscred: error: invalid value 'table' for '--output <FORMAT>' [possible values: json, text, yaml]\n{help}"
            ),
        ),
        (
            "get-token -i demo --region",
            &format!("ekscred: error: a value is required for '--region <REGION>' but none was supplied\n{help}"),
        ),
        (
            "get-token -i demo --cli-read-timeout soon",
            &format!(
                "ekscred: error: invalid value 'soon' for '--cli-read-timeout <SECONDS>': invalid digit found in string\n{help}"
            ),
        ),
        (
            "get-token -i demo --api-version v2",
            "ekscred: error: --api-version `v2` is unknown\nhint: v1 or v1beta1 is meant\n",
        ),
        (
            "get-token -i demo --token-only --query status",
            "ekscred: error: both --token-only and --query are given\nhint: --token-only is enough\n",
        ),
        (
            "get-token -i demo --no-sign-request",
            "ekscred: error: --no-sign-request makes no sense here: a cluster refuses an unsigned token\n\
             hint: leave the flag out\n",
        ),
        (
            "--no-sign-request eks get-token --cluster-name demo",
            "ekscred: error: --no-sign-request makes no sense here: a cluster refuses an unsigned token\n\
             hint: leave the flag out\n",
        ),
    ] {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        Sandbox::with_keys().run(&arguments).assert_failure(252, stderr);
    }
    let commands = "get-token, token, eks, update-kubeconfig, convert-kubeconfig, inspect, doctor, version, cache, completions, help";
    let missing = |name: &str, commands: &str| {
        format!(
            "ekscred: error: '{name}' requires a subcommand but one was not provided [subcommands: {commands}]\n\
             hint: run `{name} --help`\n"
        )
    };
    Sandbox::new().run(&[]).assert_failure(252, &missing("ekscred", commands));
    Sandbox::new().run(&["eks"]).assert_failure(252, &missing("ekscred eks", "get-token, update-kubeconfig, help"));
}

#[test]
fn control_characters_in_a_cluster_name() {
    for (name, shown) in [("a\nb", "a\\nb"), ("a\tb", "a\\tb"), ("\u{1b}[31m", "\\u{1b}[31m"), ("a\u{7f}", "a\\u{7f}")]
    {
        Sandbox::with_keys().run(&["get-token", "--cluster-name", name]).assert_failure(
            252,
            &format!(
                "ekscred: error: the cluster name `{shown}` has control characters in it\n\
                 hint: give the name as EKS shows it\n"
            ),
        );
    }
    let blank = Sandbox::with_keys().run(&["get-token", "--cluster-name", "  "]);
    blank.assert_failure(252, "ekscred: error: the cluster name is empty\nhint: give it with --cluster-name NAME\n");
}

#[test]
fn no_home_directory() {
    let run = |sandbox: Sandbox| sandbox.homeless().run(&["get-token", "-i", "demo"]);
    run(Sandbox::with_keys()).assert_success();
    let outcome = run(Sandbox::new());
    assert_eq!(outcome.code, 253);
    assert!(outcome.stderr.contains("~/.aws/credentials: there is no home directory;"), "{outcome}");
}

#[test]
fn things_that_are_no_files_count_as_absent() {
    let sandbox = Sandbox::with_keys().var("AWS_CONFIG_FILE", "/dev/null").file(".aws/credentials/inside", "");
    sandbox.run(&["get-token", "-i", "demo"]).assert_success();
    let sandbox = Sandbox::new().file(".aws/credentials/inside", "");
    let outcome = sandbox.run(&["get-token", "-i", "demo"]);
    assert!(outcome.stderr.contains("/.aws/credentials: is not a regular file;"), "{outcome}");
}

#[test]
fn files_that_are_not_text() {
    let sandbox = Sandbox::with_keys().file(".aws/config", b"[default]\nregion = \xff\n");
    let path = sandbox.home().join(".aws/config");
    let stderr = format!("ekscred: error: {}: line 2: not valid UTF-8\nhint: save the file as UTF-8\n", path.display());
    sandbox.run(&["get-token", "-i", "demo"]).assert_failure(253, &stderr);
}

#[test]
fn files_that_are_too_large() {
    let sandbox = Sandbox::with_keys().file(".aws/config", "");
    let path = sandbox.home().join(".aws/config");
    let file = fs::OpenOptions::new().write(true).open(&path).expect("the file");
    file.set_len(100 * 1024 * 1024).expect("a sparse file");
    sandbox.run(&["get-token", "-i", "demo"]).assert_failure(
        253,
        &format!(
            "ekscred: error: {} has 104857600 bytes: more than 16 MiB are not read\n\
             hint: check the file, or set AWS_CONFIG_FILE to another\n",
            path.display()
        ),
    );
}

#[cfg(unix)]
#[test]
fn variables_and_arguments_that_are_not_text() {
    use std::os::unix::ffi::OsStringExt as _;
    let bytes = || OsString::from_vec(b"a\xffb".to_vec());
    for name in [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_USE_FIPS_ENDPOINT",
    ] {
        let outcome = Sandbox::with_keys().var(name, bytes()).run(&["get-token", "-i", "demo"]);
        outcome.assert_failure(253, &format!("ekscred: error: {name} is not valid UTF-8\n"));
    }
    // A path need not be text.
    Sandbox::with_keys().var("AWS_CONFIG_FILE", bytes()).run(&["get-token", "-i", "demo"]).assert_success();

    let arguments = ["get-token".into(), "--cluster-name".into(), bytes()];
    let outcome = Sandbox::with_keys().run_os(arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.lines().count()), (252, "", 2), "{outcome}");
}

#[test]
fn log_file_that_cannot_be_written_costs_a_warning() {
    let sandbox = Sandbox::with_keys();
    let fifo = sandbox.home().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo");
    assert!(made.success());
    let fifo = fifo.to_str().expect("UTF-8").to_owned();
    let mut sandbox = sandbox;
    for (path, why) in
        [("/nowhere/log", "No such file"), ("/dev/stdout", "it may be standard output"), (&fifo, "it is a FIFO")]
    {
        sandbox = sandbox.var("EKSCRED_LOG_FILE", path);
        let outcome = sandbox.run(&["get-token", "-i", "demo"]);
        outcome.assert_success();
        let start = format!("ekscred: warning: cannot write the log file {path}: {why}");
        assert!(outcome.stderr.starts_with(&start) && outcome.stderr.lines().count() == 1, "{outcome}");
    }
}

#[test]
fn debug_switch() {
    for (value, on) in
        [("1", true), ("yes", true), ("0", false), ("FALSE", false), ("off", false), ("no", false), ("", false)]
    {
        let outcome = Sandbox::with_keys().var("EKSCRED_DEBUG", value).run(&["get-token", "-i", "demo"]);
        outcome.assert_success();
        assert_eq!(!outcome.stderr.is_empty(), on, "{value}: {outcome}");
    }
}

/// An unreadable folder is passed over where nobody named it, as in a container that runs as another user than its image
/// expects, and an error where somebody did. (A loop of links is as unreadable for root as for anybody.)
#[cfg(unix)]
#[test]
fn folders_that_cannot_be_entered() {
    let sandbox = Sandbox::with_keys();
    std::os::unix::fs::symlink(".aws", sandbox.home().join(".aws")).expect("a link");
    sandbox.run(&["get-token", "-i", "demo"]).assert_success();
    let config = sandbox.home().join(".aws/config");
    let path = config.display().to_string();
    let outcome = sandbox.var("AWS_CONFIG_FILE", config).run(&["get-token", "-i", "demo"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (253, ""), "{outcome}");
    assert!(outcome.stderr.starts_with(&format!("ekscred: error: cannot read {path}: ")), "{outcome}");
}

/// Each of these is seen before the role is asked for, at an STS that would refuse the connection (255).
#[test]
fn a_mistake_costs_no_network() {
    let role = ["get-token", "-i", "demo", "--role-arn", "arn:aws:iam::123456789012:role/A"];
    for (flags, variable, value, code) in [
        (&["--query", "status["][..], "HOME", "", 252),
        (&["--region", "eu-west-1", "--sts-endpoint", "https://x"], "AWS_USE_FIPS_ENDPOINT", "true", 252),
        (&["--duration", "1"], "HOME", "", 252),
        (&["--mfa-code", "12345"], "HOME", "", 252),
        (&["--session-name", "a b"], "HOME", "", 252),
        (&["--session-name", "ab", "--forward-session-name"], "HOME", "", 252),
        (&[], "AWS_ENDPOINT_URL_STS", "127.0.0.1:1", 253),
        (&[], "AWS_ENDPOINT_URL_STS", "http://user:hunter2@127.0.0.1:1", 253),
        (&["--mfa-serial", "arn:aws:iam::1:mfa/m"], "HTTP_PROXY", "socks5://127.0.0.1:1", 253),
    ] {
        let sandbox = Sandbox::with_keys().var("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1").var(variable, value);
        let outcome = sandbox.run(&[&role[..], flags].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (code, ""), "{outcome}");
        assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
    }
    let reached = Sandbox::with_keys().var("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1").run(&role);
    assert_eq!(reached.code, 255, "{reached}");
}

/// A FIFO would wait for its writer.
#[test]
#[cfg(unix)]
fn a_fifo_is_no_file() {
    let sandbox = Sandbox::new().file("x", "");
    let fifo = sandbox.home().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo");
    assert!(made.success());
    let keys = |sandbox: Sandbox| sandbox.var("AWS_ACCESS_KEY_ID", "AKIDENV").var("AWS_SECRET_ACCESS_KEY", "secretENV");
    let sandbox = keys(sandbox).var("AWS_CA_BUNDLE", &fifo);
    let role = ["get-token", "-i", "demo", "--role-arn", "arn:aws:iam::123456789012:role/A"];
    let outcome = sandbox.run(&role);
    assert!(outcome.code == 253 && outcome.stderr.contains("it is not a regular file"), "{outcome}");
}
