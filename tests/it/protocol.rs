//! The contract with client-go: what `KUBERNETES_EXEC_INFO` may hold, and what is on standard output.

use serde_json::{Value, json};

use crate::sandbox::{Outcome, Sandbox, url_in};

const GET_TOKEN: &[&str] = &["get-token", "--cluster-name", "demo"];

fn with_exec_info(info: &str) -> Outcome {
    Sandbox::with_keys().var("KUBERNETES_EXEC_INFO", info).run(GET_TOKEN)
}

fn api_version(outcome: &Outcome) -> String {
    outcome.credential()["apiVersion"].as_str().expect("a text").to_owned()
}

#[test]
fn document_is_the_aws_clis() {
    let stdout = Sandbox::with_keys().stdout(GET_TOKEN);
    let token = serde_json::from_str::<Value>(&stdout).expect("JSON")["status"]["token"].clone();
    let expected = format!(
        "{{\n    \"kind\": \"ExecCredential\",\n    \"apiVersion\": \"client.authentication.k8s.io/v1beta1\",\n    \
         \"spec\": {{}},\n    \"status\": {{\n        \"expirationTimestamp\": \"2026-01-02T03:18:05Z\",\n        \
         \"token\": {token}\n    }}\n}}\n"
    );
    assert_eq!(stdout, expected);
}

#[test]
fn document_is_one_write() {
    for arguments in
        [GET_TOKEN, &["get-token", "-i", "demo", "-o", "yaml"], &["get-token", "-i", "demo", "--token-only"]]
    {
        let outcome = Sandbox::with_keys().run(arguments);
        outcome.assert_success();
        assert_eq!(outcome.writes, 1, "{outcome}");
    }
}

#[test]
fn known_api_versions_are_echoed() {
    for version in ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"] {
        let info = json!({ "kind": "ExecCredential", "apiVersion": version, "spec": { "interactive": false } });
        // kubectl ends it with a newline.
        let outcome = with_exec_info(&format!("{info}\n"));
        assert_eq!((api_version(&outcome).as_str(), outcome.stderr.as_str()), (version, ""), "{outcome}");
    }
}

#[test]
fn v1alpha1_is_echoed_with_a_hint() {
    let outcome = with_exec_info(r#"{"apiVersion":"client.authentication.k8s.io/v1alpha1"}"#);
    assert_eq!(api_version(&outcome), "client.authentication.k8s.io/v1alpha1");
    assert!(outcome.stderr.starts_with("ekscred: hint: ") && outcome.stderr.lines().count() == 1, "{outcome}");
}

#[test]
fn unset_and_empty_give_v1beta1_in_silence() {
    for sandbox in [Sandbox::with_keys(), Sandbox::with_keys().var("KUBERNETES_EXEC_INFO", "")] {
        let outcome = sandbox.run(GET_TOKEN);
        assert_eq!(api_version(&outcome), "client.authentication.k8s.io/v1beta1");
        assert_eq!(outcome.stderr, "");
    }
}

#[test]
fn anything_else_gives_v1beta1_and_one_line_of_warning() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_spec = format!(r#"{{"apiVersion":"client.authentication.k8s.io/v1","spec":{deep}}}"#);
    let long_version = format!(r#"{{"apiVersion":"{}"}}"#, "v".repeat(5000));
    for info in [
        " ",
        "nonsense",
        "[]",
        "null",
        "12",
        "\"v1\"",
        "{",
        "{}",
        "{} {}",
        r#"{"apiVersion":"v1"}"#,
        r#"{"apiVersion":"client.authentication.k8s.io/v2"}"#,
        r#"{"apiVersion":"client.authentication.k8s.io/"}"#,
        r#"{"apiVersion":["client.authentication.k8s.io/v1"]}"#,
        r#"{"apiVersion":null}"#,
        r#"{"apiVersion":"a\nb"}"#,
        &deep,
        &deep_spec,
        &long_version,
    ] {
        let outcome = with_exec_info(info);
        assert_eq!(api_version(&outcome), "client.authentication.k8s.io/v1beta1", "{}", &info[..info.len().min(80)]);
        let one_line = outcome.stderr.lines().count() == 1 && outcome.stderr.len() < 300;
        assert!(
            one_line && outcome.stderr.starts_with("ekscred: warning: KUBERNETES_EXEC_INFO "),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn huge_exec_info_is_read() {
    let data = "A".repeat(10 * 1024 * 1024);
    let info = json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "spec": { "cluster": { "certificate-authority-data": data } },
    });
    assert_eq!(api_version(&with_exec_info(&info.to_string())), "client.authentication.k8s.io/v1");
}

#[cfg(unix)]
#[test]
fn exec_info_that_is_not_text_is_a_warning() {
    use std::os::unix::ffi::OsStringExt as _;
    let info = std::ffi::OsString::from_vec(b"{\"apiVersion\":\"\xff\"}".to_vec());
    let outcome = Sandbox::with_keys().var("KUBERNETES_EXEC_INFO", info).run(GET_TOKEN);
    assert_eq!(api_version(&outcome), "client.authentication.k8s.io/v1beta1");
    assert!(outcome.stderr.starts_with("ekscred: warning: "), "{outcome}");
}

#[test]
fn api_version_flag_beats_exec_info() {
    for (flag, version) in [("v1", "v1"), ("client.authentication.k8s.io/v1beta1", "v1beta1")] {
        for info in ["", "nonsense", r#"{"apiVersion":"client.authentication.k8s.io/v1alpha1"}"#] {
            let sandbox = Sandbox::with_keys().var("KUBERNETES_EXEC_INFO", info);
            let outcome = sandbox.run(&["get-token", "--cluster-name", "demo", "--api-version", flag]);
            assert_eq!(api_version(&outcome), format!("client.authentication.k8s.io/{version}"));
            assert_eq!(outcome.stderr, "");
        }
    }
}

/// Exec info as `provideClusterInfo: true` gives it, with this extension.
fn cluster_info(server: &str, extension: &Value) -> String {
    json!({
        "apiVersion": "client.authentication.k8s.io/v1",
        "spec": { "interactive": true, "cluster": { "server": server, "config": extension } },
    })
    .to_string()
}

#[test]
fn cluster_extension_names_cluster_and_region() {
    let by_flag = |name: &str| Sandbox::with_keys().url(&["--cluster-name", name, "--region", "eu-west-1"]);
    for key in ["clusterName", "clusterId"] {
        let info = cluster_info("https://10.0.0.1", &json!({ key: "blue", "region": "eu-west-1" }));
        let sandbox = Sandbox::with_keys().var("KUBERNETES_EXEC_INFO", info).var("AWS_REGION", "us-west-2");
        assert_eq!(sandbox.url(&[]), by_flag("blue"));
        // A flag beats it.
        assert_eq!(sandbox.url(&["--cluster-name", "green"]), by_flag("green"));
        assert!(sandbox.url(&["--region", "us-east-2"]).starts_with("https://sts.us-east-2."));
    }
}

#[test]
fn cluster_extension_chooses_no_identity() {
    let extension = json!({
        "clusterName": "blue",
        "profile": "admin",
        "roleArn": "arn:aws:iam::111122223333:role/admin",
        "role": "admin",
        "externalId": "x",
    });
    let keys = |name: &str| format!("[{name}]\naws_access_key_id = AKIA{name}\naws_secret_access_key = s\n");
    let sandbox = Sandbox::new()
        .credentials(&(keys("default") + &keys("admin")))
        .var("KUBERNETES_EXEC_INFO", cluster_info("https://10.0.0.1", &extension));
    assert!(sandbox.url(&[]).contains("X-Amz-Credential=AKIAdefault%2F"));
}

#[test]
fn broken_extensions_name_no_cluster() {
    for extension in [json!(null), json!([]), json!({ "clusterName": 5 }), json!({ "clusterName": "" }), json!("x")] {
        let info = cluster_info("https://10.0.0.1", &extension);
        let outcome = Sandbox::with_keys().var("KUBERNETES_EXEC_INFO", info).run(&["get-token"]);
        outcome
            .assert_failure(252, "ekscred: error: no cluster is named\nhint: give its name with --cluster-name NAME\n");
    }
}

#[test]
fn closed_stdout_is_an_error_and_no_panic() {
    let outcome = Sandbox::with_keys().broken_stdout().run(GET_TOKEN);
    outcome.assert_failure(255, "ekscred: error: cannot write to standard output: broken pipe\n");
}

#[test]
fn token_only_is_the_same_token() {
    let sandbox = Sandbox::with_keys();
    let token = sandbox.stdout(&["get-token", "--cluster-name", "demo", "--token-only"]);
    assert_eq!(token, format!("{}\n", sandbox.run(GET_TOKEN).credential()["status"]["token"].as_str().expect("text")));
    assert!(url_in(token.trim()).starts_with("https://sts.amazonaws.com/?"));
}
