//! `ekscred convert-kubeconfig`: which bytes change, and that every one of them comes back.

use std::fs;

use serde_json::{Value, json};

use crate::convert::{COMMAND, Desk, PLAIN, value_of};

/// Replaces each of these once.
#[track_caller]
fn with(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {text}");
        text.replace(from, to)
    })
}

/// What a conversion adds below `command:`, and what the item holds.
fn env(item: &str) -> String {
    format!("      env:\n      - name: EKSCRED_CONVERTED_FROM\n        value: {item}\n")
}

/// Converts, converts again, and goes back.
#[track_caller]
fn round_trip(text: &str, changes: &[(&str, &str)]) {
    let desk = Desk::new(text);
    let converted = with(text, changes);
    assert_eq!(desk.convert(&[]).lines().count(), 1);
    assert_eq!(desk.text(), converted);
    assert_eq!(desk.convert(&[]), "");
    assert_eq!(desk.text(), converted);
    assert_eq!(desk.stdout(&["--revert"]).lines().count(), 1);
    assert_eq!(desk.text(), text);
    assert_eq!(desk.stdout(&["--revert"]), "");
}

#[test]
fn the_command_changes_and_the_former_one_is_kept() {
    let desk = Desk::new(PLAIN);
    assert_eq!(desk.convert(&[]), "converted demo in ~/.kube/config: aws -> /opt/bin/ekscred\n");
    assert_eq!(desk.text(), with(PLAIN, &[("command: aws\n", &format!("command: {COMMAND}\n{}", env("aws")))]));
    assert_eq!(desk.stdout(&["--revert"]), "reverted demo in ~/.kube/config: /opt/bin/ekscred -> aws\n");
    assert_eq!(desk.text(), PLAIN);
}

#[test]
fn not_a_byte_is_lost_on_the_way_there_and_back() {
    let command = format!("command: {COMMAND}\n");
    let plain = ("command: aws\n", &*format!("{command}{}", env("aws")));
    round_trip(PLAIN, &[plain]);

    // A list of variables, and one that is there and empty, however that is spelled.
    let listed = format!("{PLAIN}      env:\n      # Whose\n      - name: AWS_PROFILE\n        value: p\n");
    let item = "      - name: EKSCRED_CONVERTED_FROM\n        value: aws\n";
    round_trip(&listed, &[("command: aws\n", &command), ("        value: p\n", &format!("        value: p\n{item}"))]);
    for spelling in [" null", " ~", "", " []", "  [ ]"] {
        let text = format!("{PLAIN}      env:{spelling}\n      interactiveMode: Never\n");
        let item = env(&format!("'{}'", json!({"command": "aws", "env": spelling})));
        let line = format!("      env:{spelling}\n");
        round_trip(&text, &[("command: aws\n", &command), (&line, &item)]);
        there_and_back(&text.replace(&line, &format!("      env:{spelling} # none\n")), COMMAND);
    }

    // Quotes, comments, anchors elsewhere, Windows' line ends, no line end at all.
    for (text, from, to) in [
        ("command: \"aws\"\n", "\"aws\"\n", format!("\"{COMMAND}\"\n{}", env("aws"))),
        ("command: 'aws'  # v2\n", "'aws'  # v2\n", format!("'{COMMAND}'  # v2\n{}", env("aws"))),
        ("command: aws # v2\n      # The end\n", "aws # v2\n", format!("{COMMAND} # v2\n{}", env("aws"))),
    ] {
        round_trip(&PLAIN.replace("command: aws\n", text), &[(from, &to)]);
    }
    let url = ("server: https", "server: &url https");
    let anchored = with(PLAIN, &[url, ("    user: demo\n", "    user: demo\n    note: *url\n")]);
    round_trip(&anchored, &[plain]);
    let windows = PLAIN.replace('\n', "\r\n");
    round_trip(&windows, &[(&plain.0.replace('\n', "\r\n"), &plain.1.replace('\n', "\r\n"))]);
    let endless = PLAIN.trim_end();
    round_trip(endless, &[("command: aws", plain.1.trim_end())]);
}

#[test]
fn spellings_that_do_not_come_back_by_themselves() {
    for command in [
        " >-\n        aws",
        " |-\n        aws",
        "\n        aws",
        "\n        # v2\n        aws",
        " # v2\n        'aws'",
        " \"a\\x77s\"",
        " \"aw\\\n        s\"",
        " &it aws",
        " &it /a b/aws",
        " &it # v2\n        \"aws\"",
    ] {
        for ours in [COMMAND, "/a: b/ekscred", "/a'b/ekscred"] {
            there_and_back(&PLAIN.replace(" aws\n", &format!("{command}\n")), ours);
        }
    }
    for env in [
        " [\n      ]",
        "\n        []",
        " [ # none\n      ]",
        "\n      # - name: AWS_PROFILE",
        "\n        # - name: AWS_PROFILE\n\n          # deeper",
        " &none",
        " &none []",
        " &none # none\n        # below",
    ] {
        there_and_back(&format!("{PLAIN}      env:{env}\n"), COMMAND);
        there_and_back(&format!("{PLAIN}      env:{env}\n      interactiveMode: Never\n"), COMMAND);
    }
    let windows = r"C:\Program Files\Amazon\aws.exe";
    for command in [windows.to_owned(), format!("'{windows}'"), format!("{windows:?}")] {
        there_and_back(&PLAIN.replace(" aws\n", &format!(" {command}\n")), COMMAND);
    }
    // Commands that need quotes, where there were none or others.
    let block = &PLAIN[PLAIN.find("    exec:\n").expect("a block")..];
    let flow = with(PLAIN, &[(block, "    exec: {command: aws , args: [eks, get-token, --cluster-name, demo]}\n")]);
    for command in
        ["/a b/ekscred", "/a: b/ekscred", "/a #b/ekscred", "/a, [b]/ekscred", "/a'b/ekscred", "/a\"b/ekscred"]
    {
        for text in [PLAIN, &flow, &PLAIN.replace("aws\n", "'aws'\n"), &PLAIN.replace("aws\n", "\"aws\"\n")] {
            there_and_back(text, command);
        }
    }
}

#[track_caller]
fn there_and_back(text: &str, command: &str) {
    let desk = Desk::new(text);
    assert!(desk.stdout(&["--command", command]).ends_with(&format!(" -> {command}\n")));
    assert_eq!(value_of(&desk.text())["users"][0]["user"]["exec"]["command"], command, "{text}");
    desk.stdout(&["--revert"]);
    assert_eq!(desk.text(), text, "{command}");
}

#[test]
fn flow_style_and_json() {
    let flow = with(
        PLAIN,
        &[(
            &PLAIN[PLAIN.find("    exec:\n").expect("a block")..],
            "    exec: {command: aws, args: [eks, get-token, --cluster-name, demo], apiVersion: x} # short\n",
        )],
    );
    let item = "env: [{name: EKSCRED_CONVERTED_FROM, value: aws}]";
    round_trip(
        &flow,
        &[("command: aws", &format!("command: {COMMAND}")), ("apiVersion: x}", &format!("apiVersion: x, {item}}}"))],
    );

    let value = value_of(PLAIN);
    let pretty = serde_json::to_string_pretty(&value).expect("JSON");
    for env in ["null", "[]", "[ ]", "[\n]"] {
        there_and_back(&with(&pretty, &[("\"aws\"", &format!("\"aws\", \"env\": {env}"))]), COMMAND);
    }
    for text in [pretty, value.to_string()] {
        let desk = Desk::new(&text);
        desk.convert(&[]);
        let converted: Value = serde_json::from_str(&desk.text()).expect("JSON");
        let mut expected = value.clone();
        expected["users"][0]["user"]["exec"]["command"] = COMMAND.into();
        expected["users"][0]["user"]["exec"]["env"] = json!([{"name": "EKSCRED_CONVERTED_FROM", "value": "aws"}]);
        assert_eq!(converted, expected);
        desk.convert(&[]);
        assert_eq!(serde_json::from_str::<Value>(&desk.text()).expect("JSON"), expected);
        desk.stdout(&["--revert"]);
        assert_eq!(desk.text(), text);
    }
}

/// Other programs sort keys, drop comments and quote as they like.
#[test]
fn the_way_back_after_others_have_rewritten_the_file() {
    let rewritten = "\
apiVersion: v1
clusters: null
contexts:
- context:
    cluster: demo
    namespace: web
    user: demo
  name: demo
current-context: demo
kind: Config
users:
- name: demo
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - eks
      - get-token
      - --cluster-name
      - demo
      command: /opt/bin/ekscred
      env:
      - name: EKSCRED_CONVERTED_FROM
        value: ITEM
      interactiveMode: IfAvailable
      provideClusterInfo: false
";
    let command = ("/opt/bin/ekscred", "/usr/bin/aws");
    let items = env("ITEM");
    let remembered = |env: &str| format!("'{}'", json!({"command": "/usr/bin/aws", "env": env}));
    for (item, env) in [
        ("/usr/bin/aws", ""),
        (&remembered(" null"), "      env: null\n"),
        (&remembered(" []"), "      env: []\n"),
        ("'{\"command\": \"/usr/bin/aws\"}'", ""),
    ] {
        let desk = Desk::new(&with(rewritten, &[("ITEM", item)]));
        desk.stdout(&["--revert"]);
        assert_eq!(desk.text(), with(rewritten, &[command, (&items, env)]), "{item}");
    }

    // Somebody has added a variable meanwhile: it stays.
    let more = format!("{items}      - name: AWS_PROFILE\n        value: p\n");
    let desk = Desk::new(&with(rewritten, &[(&items, &more), ("ITEM", &remembered(" null"))]));
    desk.stdout(&["--revert"]);
    let expected = with(rewritten, &[command, (&items, "      env:\n      - name: AWS_PROFILE\n        value: p\n")]);
    assert_eq!(desk.text(), expected);
}

/// A comment is somebody's, whatever they have put it beside.
#[test]
fn the_way_back_keeps_comments_that_were_made_meanwhile() {
    let text = format!("{PLAIN}      env: # none\n      # The end\n");
    let desk = Desk::new(&text);
    desk.convert(&[]);
    let item = "      - name: EKSCRED_CONVERTED_FROM\n";
    let noted = with(&desk.text(), &[(item, &format!("        # above\n{item}")), ("# The end", "  # below")]);
    fs::write(&desk.file, noted).expect("a file");
    desk.stdout(&["--revert"]);
    assert_eq!(desk.text(), with(&text, &[("# The end", "  # above\n        # below")]));
}

/// What is remembered of a spelling does not fit everywhere. The command comes back all the same.
#[test]
fn the_way_back_after_others_have_changed_the_style() {
    let text = with(PLAIN, &[("command: aws\n", "command: >-\n        aws\n      env: ~\n")]);
    let desk = Desk::new(&text);
    desk.convert(&[]);
    let converted = desk.text();
    let expected = value_of(&text);

    fs::write(&desk.file, value_of(&converted).to_string()).expect("a file");
    desk.stdout(&["--revert"]);
    assert_eq!(serde_json::from_str::<Value>(&desk.text()).expect("JSON"), expected);

    let (head, users) = converted.split_once("users:\n").expect("users");
    let deeper = users.replace('\n', "\n          ");
    fs::write(&desk.file, format!("{head}users:\n          {}\n", deeper.trim_end())).expect("a file");
    desk.stdout(&["--revert"]);
    assert_eq!(value_of(&desk.text()), expected);
}

/// The item that a forger writes would otherwise become a command, or variables.
#[test]
fn the_way_back_leads_only_to_what_a_conversion_takes_away() {
    let converted = with(PLAIN, &[("command: aws\n", &format!("command: {COMMAND}\n{}", env("ITEM")))]);
    for item in [
        "/tmp/evil",
        "''",
        "ekscred",
        "'{\"command\": \"/tmp/evil\"}'",
        "'{\"command\": 7}'",
        "'{\"env\": \"null\"}'",
        "'{\"command\": \"aws\"'",
        "'{\"command\": \"aws\", \"env\": \"[{name: LD_PRELOAD, value: /tmp/evil.so}]\"}'",
        "'{\"command\": \"aws\", \"env\": \"null\\nother: x\"}'",
        "'{\"command\": \"aws\", \"spelling\": \" /tmp/evil\"}'",
    ] {
        let text = with(&converted, &[("ITEM", item)]);
        let desk = Desk::new(&text);
        if item == "''" {
            assert_eq!(desk.stdout(&["--revert"]), "");
            continue;
        }
        let why = "has an item EKSCRED_CONVERTED_FROM in its env that no conversion has made";
        desk.refuses(&["--revert"], &format!("cannot revert user `demo` in ~/.kube/config: {why}"));
        assert_eq!(desk.stdout(&["--revert", "--all"]), format!("left demo in ~/.kube/config: {why}\n"));
        assert_eq!(desk.text(), text);
    }
}

#[test]
fn a_user_whose_command_was_changed_back_by_hand_is_converted_again() {
    let text = format!("{PLAIN}      env: []\n");
    let desk = Desk::new(&text);
    desk.convert(&[]);
    let by_hand = with(&desk.text(), &[("command: /opt/bin/ekscred\n", "command: /usr/bin/aws\n")]);
    fs::write(&desk.file, by_hand).expect("a file");
    assert_eq!(desk.convert(&[]), "converted demo in ~/.kube/config: /usr/bin/aws -> /opt/bin/ekscred\n");
    desk.stdout(&["--revert"]);
    assert_eq!(desk.text(), text.replace("command: aws\n", "command: /usr/bin/aws\n"));
}
