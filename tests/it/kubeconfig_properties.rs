//! Random edits of random kubeconfigs: they read back as meant, or are refused, and the bytes of other entries stay.

use ekscred::kubeconfig::document::{Document, Step};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

/// Texts that are something else without quotes, or look like a part of YAML; and any others.
fn text() -> impl Strategy<Value = String> {
    let odd = proptest::sample::select(vec![
        "",
        " ",
        "yes",
        "NO",
        "~",
        "null",
        "012",
        "0x1f",
        "1e3",
        "1_000",
        "12:30:45",
        "2026-01-02",
        ".inf",
        "- a",
        "a: b",
        "a #b",
        "#",
        "'",
        "\"",
        "\\",
        "a\nb\n",
        "\n",
        "\t",
        "{",
        "]",
        ",",
        "*a",
        "&a",
        "!!str",
        "<<",
        "---",
        "...",
        "%",
        "@",
        "`",
        "|",
        ">",
        "?",
        ":",
        "=",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{7f}",
        "🦀",
        "--region",
        "a,b",
        "https://x",
    ]);
    prop_oneof![odd.prop_map(str::to_owned), "[ -~]{0,12}", "\\PC{0,6}", "[a-z]{1,8}"]
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    scalar.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((text(), inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// How a user is laid out, by the indentation of the list and the end of lines. Each kind has its comments and blanks.
fn user(kind: usize, name: &str, indent: &str) -> String {
    let shape = match kind {
        0 => "- name: NAME\n  user:\n    exec:\n      command: aws\n      args:\n      - eks\n      - get-token\n",
        1 => "# above\n- name: NAME # beside\n  user: {exec: {command: aws, args: [eks, get-token]}}\n\n",
        2 => {
            "-\n  # within\n  user:\n      exec: # beside\n          command: \"aws\"\n          args: []\n  name: 'NAME'\n  # below\n"
        }
        3 => "- {name: NAME, user: {token: t}, more: [1,2]}\n",
        4 => "- name: NAME\n  user:\n    token: |\n      # no comment\n      text\n\n",
        5 => "- name: NAME\n  user:\n    env: null\n    exec: ~\n    args:\n\n  # below\n",
        6 => "- user: &NAME\n    exec:\n      command: >-\n        aws\n        cli\n  name: NAME\n",
        _ => "- name: NAME\n  user:\n    keep: |+\n      text\n\n\n",
    };
    let lines = shape.replace("NAME", name);
    lines
        .split_inclusive('\n')
        .map(|line| if line == "\n" { line.to_owned() } else { format!("{indent}{line}") })
        .collect()
}

#[derive(Clone, Debug)]
struct File {
    before: String,
    users: Vec<String>,
    after: String,
    newline: &'static str,
}

impl File {
    fn text(&self) -> String {
        let text = format!("{}{}{}", self.before, self.users.concat(), self.after);
        text.replace('\n', self.newline)
    }
}

fn file() -> impl Strategy<Value = File> {
    let before = proptest::sample::select(vec!["users:\n", "# top\nkind: Config\n\nusers: # them\n", "---\nusers:\n"]);
    let after = proptest::sample::select(vec!["", "# end\n", "\n# of kind\nkind2: x\n", "current-context: a # c\n"]);
    let indent = proptest::sample::select(vec!["", "  ", "    "]);
    let newline = proptest::sample::select(vec!["\n", "\r\n"]);
    (before, vec(0..8_usize, 1..5), after, indent, newline).prop_map(|(before, kinds, after, indent, newline)| File {
        before: before.to_owned(),
        users: kinds.iter().enumerate().map(|(at, kind)| user(*kind, &format!("u{at}"), indent)).collect(),
        after: after.to_owned(),
        newline,
    })
}

#[derive(Clone, Debug)]
struct Edit {
    user: usize,
    below: Vec<String>,
    /// [`None`] removes.
    value: Option<Value>,
}

fn edit() -> impl Strategy<Value = Edit> {
    let below = proptest::sample::select(vec![
        vec![],
        vec!["user"],
        vec!["user", "token"],
        vec!["user", "exec"],
        vec!["user", "exec", "command"],
        vec!["user", "exec", "args"],
        vec!["user", "exec", "env"],
        vec!["user", "args"],
        vec!["more"],
        vec!["new"],
    ]);
    (0..6_usize, below, proptest::option::weighted(0.8, value())).prop_map(|(user, below, value)| Edit {
        user,
        below: below.into_iter().map(str::to_owned).collect(),
        value,
    })
}

/// The edit, and whether it was not refused.
fn apply(document: &mut Document, edit: &Edit) -> bool {
    let name = format!("u{}", edit.user);
    let mut path = vec![Step::Key("users"), Step::Named(&name)];
    path.extend(edit.below.iter().map(|key| Step::Key(key)));
    let before = document.value().clone();
    let outcome = match &edit.value {
        Some(value) if path.len() == 2 => document.set(&path, &json!({ "user": value })),
        Some(value) => document.set(&path, value),
        None => document.remove(&path),
    };
    match (&outcome, &edit.value) {
        (Ok(()), Some(value)) if path.len() > 2 => assert_eq!(document.get(&path), Some(value)),
        (Ok(()), None) => assert_eq!(document.get(&path), None),
        (Ok(()), Some(_)) => {}
        (Err(_), _) => assert_eq!(document.value(), &before),
    }
    outcome.is_ok()
}

proptest! {
    // The same cases in every run: a gate that fails by chance is no gate.
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() })]

    #[test]
    fn edits_read_back_and_leave_the_others_alone(file in file(), edits in vec(edit(), 1..4)) {
        let text = file.text();
        let mut document = Document::parse(text.clone()).expect("a kubeconfig");
        let done: Vec<&Edit> = edits.iter().filter(|edit| apply(&mut document, edit)).collect();
        let wanted = document.value().clone();
        if let Err(refusal) = document.commit() {
            prop_assert_eq!(document.text(), &text);
            prop_assert!(false, "{} refused: {}", text, refusal);
        }
        let read = Document::parse(document.text().to_owned()).expect("a kubeconfig").into_value();
        prop_assert_eq!(&read, &wanted);
        for (at, user) in file.users.iter().enumerate() {
            if !done.iter().any(|edit| edit.user == at) {
                let user = user.replace('\n', file.newline);
                prop_assert!(document.text().contains(user.trim_end()), "{} lost in {}", user, document.text());
            }
        }
    }

    /// What is set and then removed, or set back, leaves no trace.
    #[test]
    fn there_and_back_is_no_change(file in file(), value in value(), key in "[a-z]{1,3}") {
        let text = file.text();
        let mut document = Document::parse(text.clone()).expect("a kubeconfig");
        let path = [Step::Key("users"), Step::Named("u0"), Step::Key("user"), Step::Key(&key)];
        prop_assume!(document.get(&path).is_none());
        document.set(&path, &value).expect("a new key");
        document.commit().expect("a commit");
        prop_assert_ne!(document.text(), &text);
        document.remove(&path).expect("the key");
        document.commit().expect("a commit");
        prop_assert_eq!(document.text(), &text);
    }

    /// So does a value that is spelled as it was.
    #[test]
    fn a_spelling_comes_back(file in file(), value in value()) {
        let text = file.text();
        for below in [&["user", "exec", "command"][..], &["user", "exec", "args"], &["user", "env"], &["user", "exec"]] {
            let mut document = Document::parse(text.clone()).expect("a kubeconfig");
            let mut path = vec![Step::Key("users"), Step::Named("u0")];
            path.extend(below.iter().map(|key| Step::Key(key)));
            let Some(spelling) = document.spelling(&path).map(str::to_owned) else { continue };
            document.set(&path, &value).expect("an edit");
            document.commit().expect("a commit");
            document.set_spelled(&path, &spelling).expect("an edit");
            document.commit().expect("a commit");
            prop_assert_eq!(document.text(), &text);
        }
    }

    /// A text of any kind is read or refused, and never more than that.
    #[test]
    fn nothing_makes_it_panic(text in "([-a-z0-9:#&*!|>'\"{}\\[\\],?% \t\n\r~<\\\\]|\\PC){0,60}", value in value()) {
        if let Ok(mut document) = Document::parse(text.clone()) {
            let old = document.value().clone();
            let set = document.set(&[Step::Key("users"), Step::Named("u"), Step::Key("user")], &value);
            if set.and_then(|()| document.commit()).is_err() {
                document.commit().expect("nothing to commit, or what was set");
                prop_assert!(document.text() == text || *document.value() != old);
            }
        }
    }
}
