//! Which credentials serve: every case below `tests/fixtures/credentials`, and what the AWS CLI made of it.

use std::fs;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::case::{self, Case, Stage};
use crate::loopback::http::pairs;
use crate::sandbox::{NOW, Outcome, url_in};

#[test]
fn every_case() {
    let failures = case::failures(check);
    assert!(failures.is_empty(), "{} cases fail:\n{}", failures.len(), failures.join("\n"));
}

/// What is expected of a run, or what came out: the name of each thing and its value.
type Facts = Map<String, Value>;

/// Runs one case; an error says what came out in place of what was expected.
fn check(case: &Case) -> Result<(), String> {
    let (stage, expect) = (case.stage(), &case.json["expect"]);
    let format: &[&str] = if expect.get("expires_in").is_some() { &[] } else { &["--token-only"] };
    let outcome = stage.run(format);

    let (mut expected, mut actual) = match expect.get("error") {
        Some(_) => failure(expect, &stage, &outcome),
        None => (expected_token(expect), actual_token(&outcome)),
    };
    add_traffic(expect, &stage, &outcome, &mut expected, &mut actual);
    add_files(expect, &stage, &mut expected, &mut actual);

    let differences = differences(&expected, &actual) + &against_the_cli(&case.json);
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!("{}: {}\n{differences}  {outcome}\n", case.name(), case.json["docs"].as_str().unwrap_or_default()))
}

/// A failing run: its code, nothing on standard output, the error line, and the hint where the case cares.
fn failure(expect: &Value, stage: &Stage, outcome: &Outcome) -> (Facts, Facts) {
    let home = stage.sandbox.home().to_str().expect("UTF-8");
    let text = |value: &Value| stage.fill(value.as_str().expect("a text")).replace(home, "~");
    let stderr = outcome.stderr.replace(home, "~");
    let mut lines = stderr.lines();
    let mut expected = facts(json!({
        "code": expect.get("code").unwrap_or(&json!(253)),
        "stdout": "",
        "error": format!("ekscred: error: {}", text(&expect["error"])),
    }));
    let mut actual = facts(json!({"code": outcome.code, "stdout": outcome.stdout, "error": lines.next()}));
    if let Some(hint) = expect.get("hint") {
        expected.insert("hint".to_owned(), json!(format!("hint: {}", text(hint))));
        actual.insert("hint".to_owned(), json!(lines.next()));
    }
    (expected, actual)
}

/// A token: whose it is, for which region, when it ends where the case cares; and nothing on standard error.
fn expected_token(expect: &Value) -> Facts {
    let mut facts = facts(json!({"code": 0, "stderr": ""}));
    facts.append(&mut identity(expect));
    facts.extend(expect.get("expires_in").map(|seconds| ("expires_in".to_owned(), seconds.clone())));
    facts
}

/// What is in a token, alone or in a document; no more than the code and standard error where there is none.
fn actual_token(outcome: &Outcome) -> Facts {
    let mut facts = facts(json!({"code": outcome.code, "stderr": outcome.stderr}));
    if outcome.code != 0 {
        return facts;
    }
    let mut token = outcome.stdout.trim();
    let document = serde_json::from_str::<Value>(token).unwrap_or_default();
    if document.is_object() {
        let status = |name: &str| document["status"][name].as_str().unwrap_or_default();
        let end = OffsetDateTime::parse(status("expirationTimestamp"), &Rfc3339).expect("a time").unix_timestamp();
        facts.insert("expires_in".to_owned(), json!(end - i64::try_from(NOW).expect("a time")));
        token = status("token");
    }
    let url = url_in(token);
    let query = pairs(url.split_once('?').map_or("", |(_, query)| query));
    let parameter = |name: &str| query.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value);
    // ID/20260102/eu-west-1/sts/aws4_request
    let scope: Vec<&str> = parameter("X-Amz-Credential").rsplitn(5, '/').collect();
    facts.insert("access_key_id".to_owned(), json!(scope.get(4)));
    facts.insert("session_token".to_owned(), json!(parameter("X-Amz-Security-Token")));
    facts.insert("region".to_owned(), json!(scope.get(2)));
    facts
}

/// What was asked of the person and of AWS.
fn add_traffic(expect: &Value, stage: &Stage, outcome: &Outcome, expected: &mut Facts, actual: &mut Facts) {
    let list = |name: &str| expect.get(name).cloned().unwrap_or_else(|| json!([]));
    expected.insert("prompts".to_owned(), list("prompts"));
    actual.insert("prompts".to_owned(), json!(outcome.prompts));
    let Some(loopback) = &stage.loopback else { return };
    let report = loopback.report();
    expected.insert("calls".to_owned(), list("calls"));
    actual.insert("calls".to_owned(), json!(report.calls));
    if let Some(connections) = expect.get("connections") {
        expected.insert("connections".to_owned(), connections.clone());
        actual.insert("connections".to_owned(), json!(report.connections));
    }
}

/// What the run left in files. Of an object only the keys count that are expected.
fn add_files(expect: &Value, stage: &Stage, expected: &mut Facts, actual: &mut Facts) {
    for (path, content) in expect["files"].as_object().into_iter().flatten() {
        let content: Value = serde_json::from_str(&stage.fill(&content.to_string())).expect("JSON");
        let text = fs::read(stage.sandbox.home().join(path)).unwrap_or_default();
        let left: Value = serde_json::from_slice(&text).unwrap_or_default();
        actual.insert(path.clone(), part(&left, &content));
        expected.insert(path.clone(), content);
    }
}

/// `whole` without the keys that `wanted` does not have.
fn part(whole: &Value, wanted: &Value) -> Value {
    match (whole, wanted) {
        (Value::Object(whole), Value::Object(wanted)) => {
            let kept = wanted.iter().filter_map(|(key, wanted)| Some((key.clone(), part(whole.get(key)?, wanted))));
            Value::Object(kept.collect())
        }
        _ => whole.clone(),
    }
}

/// Where the case expects something else than the AWS CLI was recorded to do, and does not say why; or says so though
/// there is no difference.
fn against_the_cli(case: &Value) -> String {
    let (cli, ours) = (&case["cli"], &case["expect"]);
    if cli.get("access_key_id").is_none() && cli.get("fails").is_none() {
        return String::new();
    }
    let told = |run: &Value| {
        let fails = run.get("fails").or(run.get("error")).is_some();
        let mut facts = if fails { facts(json!({"access_key_id": "none: it fails"})) } else { identity(run) };
        facts.insert("calls".to_owned(), run.get("calls").cloned().unwrap_or_else(|| json!([])));
        facts
    };
    let differences = differences(&told(cli), &told(ours));
    match (case.get("differs"), differences.is_empty()) {
        (None, false) => {
            format!("  the case differs from the AWS CLI (\"expected\" below), and does not say why:\n{differences}")
        }
        (Some(_), true) => "  the case says that it differs from the AWS CLI, and does not\n".to_owned(),
        _ => String::new(),
    }
}

/// Who a case, or what is recorded in it, says that the token is from.
fn identity(run: &Value) -> Facts {
    let value = |name: &str, default: &str| run.get(name).cloned().unwrap_or_else(|| json!(default));
    facts(json!({
        "access_key_id": value("access_key_id", ""),
        "session_token": value("session_token", ""),
        "region": value("region", "us-east-1"),
    }))
}

fn facts(object: Value) -> Facts {
    serde_json::from_value(object).expect("an object")
}

fn differences(expected: &Facts, actual: &Facts) -> String {
    let wrong = expected.iter().filter(|(name, value)| actual.get(*name) != Some(value));
    let line = |(name, value): (&String, &Value)| {
        let actual = actual.get(name).unwrap_or(&Value::Null);
        format!("  {name}\n    expected {value}\n    actual   {actual}\n")
    };
    wrong.map(line).collect::<Vec<_>>().concat()
}
