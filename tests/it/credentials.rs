//! Which credentials serve: one directory below `tests/fixtures/credentials` a case, with the AWS files and a
//! `case.json` that says what it shows, which variables and arguments it has, and what comes out.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sandbox::Sandbox;

#[test]
fn every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/credentials");
    let entries = fs::read_dir(folder).expect("the fixtures");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    let failures: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(failures.is_empty(), "{} of {} cases fail:\n{}", failures.len(), cases.len(), failures.join("\n"));
    assert!(cases.len() >= 80, "only {} cases", cases.len());
}

/// Runs one case; an error says what came out in place of what was expected.
fn check(folder: &Path) -> Result<(), String> {
    let case = fs::read_to_string(folder.join("case.json")).expect("case.json");
    let case: Value = serde_json::from_str(&case).expect("case.json is JSON");
    let mut sandbox = Sandbox::new();
    for name in ["config", "credentials"] {
        if let Ok(content) = fs::read(folder.join(name)) {
            sandbox = sandbox.file(&format!(".aws/{name}"), content);
        }
    }
    for (name, value) in case["env"].as_object().into_iter().flatten() {
        sandbox = sandbox.var(name, value.as_str().expect("a text"));
    }
    let mut arguments = vec!["get-token", "--cluster-name", "demo", "--token-only"];
    arguments.extend(case["args"].as_array().into_iter().flatten().map(|argument| argument.as_str().expect("a text")));

    let outcome = sandbox.run(&arguments);
    let expect = &case["expect"];
    let (expected, actual) = match expect["error"].as_str() {
        Some(error) => {
            let home = sandbox.home().to_str().expect("UTF-8");
            let stderr = outcome.stderr.replace(home, "~");
            let mut lines = stderr.lines();
            let actual = (outcome.code, outcome.stdout.clone(), lines.next().unwrap_or_default().to_owned());
            let hint = lines.next().unwrap_or_default();
            let expected_hint = expect["hint"].as_str().map_or(hint.to_owned(), |hint| format!("hint: {hint}"));
            let expected = (253, String::new(), format!("ekscred: error: {error}"));
            (format!("{expected:?} {expected_hint}"), format!("{actual:?} {hint}"))
        }
        None => {
            if outcome.code != 0 || !outcome.stderr.is_empty() {
                return Err(format!("{}: {outcome}", folder.display()));
            }
            let url = crate::sandbox::url_in(outcome.stdout.trim());
            let parameter = |name: &str| {
                let pair = url.split(['?', '&']).find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
                percent_decoded(pair.unwrap_or_default())
            };
            let credential = parameter("X-Amz-Credential");
            let mut scope = credential.split('/');
            let (id, region) =
                (scope.next().unwrap_or_default().to_owned(), scope.nth(1).unwrap_or_default().to_owned());
            let text = |key: &str, default: &str| expect[key].as_str().unwrap_or(default).to_owned();
            let expected = (text("access_key_id", ""), text("session_token", ""), text("region", "us-east-1"));
            let actual = (id, parameter("X-Amz-Security-Token"), region);
            (format!("{expected:?}"), format!("{actual:?}"))
        }
    };
    if expected == actual {
        return Ok(());
    }
    Err(format!("{}\n  {}\n  expected {expected}\n  actual   {actual}", folder.display(), case["docs"]))
}

fn percent_decoded(text: &str) -> String {
    text.replace("%2F", "/").replace("%2B", "+").replace("%3D", "=")
}
