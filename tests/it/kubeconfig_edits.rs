//! Edits of kubeconfigs of many shapes, byte for byte: each directory in `tests/fixtures/kubeconfig` has a file as it
//! was, the edits, and either the file as it becomes or the reason why it is left as it is.

use std::fs;
use std::path::{Path, PathBuf};

use ekscred::kubeconfig::document::{Document, Refusal, Step};
use serde_json::{Value, json};

/// What a fixture's `edits.json` says: a list of `[["users", {"name": "u"}, "user"], value]`; a path alone removes, and
/// a third item spells the value.
pub fn apply(document: &mut Document, edits: &Value) -> Result<(), Refusal> {
    edits.as_array().expect("a list of edits").iter().try_for_each(|edit| change(document, edit))?;
    document.commit()
}

fn change(document: &mut Document, edit: &Value) -> Result<(), Refusal> {
    let path: Vec<Step> = edit[0].as_array().expect("a path").iter().map(step).collect();
    match (edit.get(1), edit.get(2)) {
        (None, _) => document.remove(&path),
        (Some(value), None) => document.set(&path, value),
        (Some(_), Some(spelling)) => document.set_spelled(&path, spelling.as_str().expect("a spelling")),
    }
}

fn step(step: &Value) -> Step<'_> {
    match step.as_str() {
        Some(key) => Step::Key(key),
        None => Step::Named(step["name"].as_str().expect("a name")),
    }
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/kubeconfig");
    let mut fixtures: Vec<_> =
        fs::read_dir(folder).expect("fixtures").map(|entry| entry.expect("one").path()).collect();
    fixtures.sort();
    fixtures
}

#[test]
fn every_fixture_comes_out_as_it_should() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 30, "only {} fixtures", fixtures.len());
    let mut wrong = Vec::new();
    for fixture in fixtures {
        let read = |name: &str| fs::read_to_string(fixture.join(name)).ok();
        let name = fixture.file_name().expect("a name").to_string_lossy().into_owned();
        let before = read("before").expect("before");
        let edits: Value = serde_json::from_str(&read("edits.json").expect("edits")).expect("JSON");
        let outcome = Document::parse(before.clone()).and_then(|mut document| {
            apply(&mut document, &edits)?;
            Ok(document.text().to_owned())
        });
        let is_right = match (read("after"), read("refusal"), &outcome) {
            (Some(after), None, Ok(text)) => after == *text,
            (None, Some(refusal), Err(error)) => refusal.trim_end() == error.to_string(),
            _ => false,
        };
        if !is_right {
            wrong.push(format!("{name}:\n{}", outcome.unwrap_or_else(|error| format!("refused: {error}"))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n=====\n"));
}

/// What is edited is as it should be: nothing to do is nothing done.
#[test]
fn the_same_edits_again_change_nothing() {
    for fixture in fixtures() {
        let Ok(after) = fs::read_to_string(fixture.join("after")) else { continue };
        let edits = fs::read_to_string(fixture.join("edits.json")).expect("edits");
        let edits: Value = serde_json::from_str(&edits).expect("JSON");
        let mut document = Document::parse(after.clone()).expect("a kubeconfig");
        apply(&mut document, &edits).expect("edits");
        assert_eq!(document.text(), after, "{}", fixture.display());
    }
}

/// A refused edit leaves the text and what it says, and so does a refused commit.
#[test]
fn a_refusal_changes_nothing() {
    for fixture in fixtures() {
        if !fixture.join("refusal").exists() {
            continue;
        }
        let before = fs::read_to_string(fixture.join("before")).expect("before");
        let edits = fs::read_to_string(fixture.join("edits.json")).expect("edits");
        let edits: Value = serde_json::from_str(&edits).expect("JSON");
        let Ok(mut document) = Document::parse(before.clone()) else { continue };
        let mut said = document.value().clone();
        let refused = edits.as_array().expect("edits").iter().any(|edit| match change(&mut document, edit) {
            Ok(()) => {
                said = document.value().clone();
                false
            }
            Err(_) => true,
        });
        if !refused {
            document.commit().expect_err("a refusal");
            said = Document::parse(before.clone()).expect("a kubeconfig").into_value();
        }
        assert_eq!((document.text(), document.value()), (before.as_str(), &said), "{}", fixture.display());
    }
}

#[test]
fn five_megabytes_are_edited_at_many_places() {
    use std::fmt::Write as _;
    let mut text = "apiVersion: v1\nkind: Config\ncurrent-context: old # c\nclusters:\n".to_owned();
    let certificate = "QUJD".repeat(400);
    for at in 0..2500 {
        let _ = write!(text, "- cluster:\n    certificate-authority-data: {certificate}\n    server: https://{at}\n");
        let _ = writeln!(text, "  name: c{at}");
    }
    text.push_str("users:\n");
    for at in 0..2500 {
        let _ = write!(text, "- name: u{at}\n  user:\n    exec:\n      command: aws # {at}\n      args: [eks]\n");
    }
    assert!(text.len() > 4_000_000);
    let mut document = Document::parse(text.clone()).expect("a kubeconfig");
    for at in 0..2500 {
        let user = format!("u{at}");
        let path = [Step::Key("users"), Step::Named(&user), Step::Key("user"), Step::Key("exec"), Step::Key("command")];
        document.set(&path, &json!("ekscred")).expect("an edit");
    }
    document.commit().expect("a commit");
    assert_eq!(document.text(), text.replace("command: aws", "command: ekscred"));
}

/// The others keep their bytes, even if all of it happens between two commits.
#[test]
fn an_item_that_is_removed_and_made_again_is_the_last() {
    let text = "users:\n- user: {}\n  name: a # first\n- name: b\n- user: {} # last\n  name: c\n";
    let mut document = Document::parse(text.to_owned()).expect("a kubeconfig");
    let named = |name| [Step::Key("users"), Step::Named(name)];
    document.remove(&named("b")).expect("an item");
    for name in ["d", "b"] {
        document.set(&named(name), &json!({})).expect("an edit");
    }
    document.commit().expect("a commit");
    assert_eq!(document.text(), text.replace("- name: b\n", "") + "- name: d\n- name: b\n");
}
