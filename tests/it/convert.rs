//! `ekscred convert-kubeconfig`: which users run ekscred afterwards, by which command, and what is told of the others.

use std::fs;
use std::path::{Path, PathBuf};

use ekscred::kubeconfig::document::Document;
use serde_json::{Value, json};

use crate::sandbox::{Outcome, Sandbox};

/// What users run after a conversion, where a test does not ask for it.
pub const COMMAND: &str = "/opt/bin/ekscred";

/// A kubeconfig as the AWS CLI and a person have made it. Each `convert` begins here, or with a change of this.
pub const PLAIN: &str = "\
# Ours
apiVersion: v1
clusters:
- cluster:
    server: https://example.com # not the real one
  name: demo
contexts:
- context:
    cluster: demo
    user: demo
  name: demo
current-context: demo
kind: Config
preferences: {}
users:
- name: demo
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - --region
      - eu-west-1
      - eks
      - get-token
      - --cluster-name
      - demo
      command: aws
";

/// A made-up home, and the kubeconfig in it.
pub struct Desk {
    pub sandbox: Sandbox,
    pub file: PathBuf,
}

impl Desk {
    pub fn new(text: &str) -> Self {
        let sandbox = Sandbox::new().file(".kube/config", text);
        let file = sandbox.home().join(".kube/config");
        Self { sandbox, file }
    }

    pub fn text(&self) -> String {
        fs::read_to_string(&self.file).expect("a kubeconfig")
    }

    /// Runs `convert-kubeconfig` with these arguments.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.sandbox.run(&[&["convert-kubeconfig"], arguments].concat())
    }

    /// Runs it, and expects success without a word on standard error.
    #[track_caller]
    pub fn stdout(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{outcome}");
        // The paths of a test are not to be told in advance.
        outcome.stdout.replace(&format!("{}/", self.sandbox.home().display()), "~/")
    }

    #[track_caller]
    pub fn convert(&self, arguments: &[&str]) -> String {
        self.stdout(&[&["--command", COMMAND], arguments].concat())
    }

    /// The run fails with code 253 and this message, and changes nothing.
    #[track_caller]
    pub fn refuses(&self, arguments: &[&str], message: &str) {
        let before = self.text();
        let outcome = self.run(arguments);
        let message = message.replace("~/", &format!("{}/", self.sandbox.home().display()));
        outcome.assert_failure(253, &format!("ekscred: error: {message}\n"));
        assert_eq!(self.text(), before);
        assert_eq!(files_in(self.file.parent().expect("a folder")), ["config"]);
    }
}

/// What kubectl reads of it.
pub fn value_of(text: &str) -> Value {
    Document::parse(text.to_owned()).expect("YAML").into_value()
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A kubeconfig with one user a line: its name, and its exec block in flow style; a context of the same name for each.
fn kubeconfig(users: &[(&str, &str)]) -> String {
    let context = |(name, _): &(&str, &str)| format!("- {{name: {name}, context: {{cluster: c, user: {name}}}}}");
    let contexts: Vec<String> = users.iter().map(context).collect();
    let users: Vec<String> = users.iter().map(|(name, user)| format!("- {{name: {name}, user: {user}}}")).collect();
    format!("apiVersion: v1\nkind: Config\ncontexts:\n{}\nusers:\n{}\n", contexts.join("\n"), users.join("\n"))
}

const AWS: &str = "{exec: {command: aws, args: [eks, get-token, --cluster-name, demo]}}";

fn many() -> String {
    kubeconfig(&[
        ("cli", AWS),
        ("absolute", "{exec: {command: /usr/local/bin/aws, args: [--region, r, eks, get-token, --cluster-name, x]}}"),
        ("eksctl", "{exec: {command: aws-iam-authenticator, args: [token, -i, demo], env: [{name: A, value: b}]}}"),
        ("ours", "{exec: {command: ekscred, args: [get-token, --cluster-name, demo]}}"),
        ("vault", "{exec: {command: aws-vault, args: [exec, p, --, aws, eks, get-token, --cluster-name, demo]}}"),
        ("shell", "{exec: {command: sh, args: [-c, SECRET=hunter2 aws eks get-token]}}"),
        ("azure", "{exec: {command: kubelogin, args: [get-token]}}"),
        ("strange", "{exec: {command: aws, args: [eks, get-token, --cluster-name, demo, --new-flag]}}"),
        ("broken", "{exec: {command: aws, args: [eks, get-token, --cluster-name, 7]}}"),
        ("certificate", "{client-certificate-data: x}"),
        ("nobody", "null"),
    ])
}

#[test]
fn all_users_and_what_is_left() {
    let text = many();
    let desk = Desk::new(&text);
    let left = "\
left vault in ~/.kube/config: runs aws-vault, a wrapper: point its inner command at ekscred by hand
left shell in ~/.kube/config: runs a shell command (sh): put ekscred into it by hand
left azure in ~/.kube/config: runs kubelogin, not a plugin for EKS that ekscred knows
left strange in ~/.kube/config: runs aws with arguments that ekscred does not take: unexpected argument '--new-flag' found
left broken in ~/.kube/config: has an exec block in which item 4 of args is a number, which kubectl refuses: quote it
";
    let converted = "\
converted cli in ~/.kube/config: aws -> /opt/bin/ekscred
converted absolute in ~/.kube/config: /usr/local/bin/aws -> /opt/bin/ekscred
converted eksctl in ~/.kube/config: aws-iam-authenticator -> /opt/bin/ekscred
";
    assert_eq!(desk.convert(&["--all"]), format!("{converted}{left}"));
    let value = value_of(&desk.text());
    let mut expected = value_of(&text);
    for (at, former) in ["aws", "/usr/local/bin/aws", "aws-iam-authenticator"].into_iter().enumerate() {
        let exec = &mut expected["users"][at]["user"]["exec"];
        exec["command"] = COMMAND.into();
        let mut env = exec["env"].as_array().cloned().unwrap_or_default();
        env.push(json!({"name": "EKSCRED_CONVERTED_FROM", "value": former}));
        exec["env"] = env.into();
    }
    assert_eq!(value, expected);

    let once = desk.text();
    assert_eq!(desk.convert(&["--all"]), left);
    assert_eq!(desk.text(), once);
    let back = converted.lines().map(|line| {
        let (user, change) = line.strip_prefix("converted ").expect("a line").split_once(": ").expect("a change");
        let (former, command) = change.split_once(" -> ").expect("commands");
        format!("reverted {user}: {command} -> {former}\n")
    });
    assert_eq!(desk.stdout(&["--all", "--revert"]), back.collect::<String>());
    assert_eq!(desk.text(), text);
}

#[test]
fn who_is_asked_for_by_name_and_cannot_be_converted_is_an_error() {
    let desk = Desk::new(&many());
    desk.refuses(
        &["--context", "vault"],
        "cannot convert user `vault` in ~/.kube/config: runs aws-vault, a wrapper: point its inner command at ekscred by hand",
    );
    desk.refuses(
        &["--context", "certificate", "--dry-run"],
        "cannot convert user `certificate` in ~/.kube/config: has no exec block, but a client certificate",
    );
    // There is nothing to take back, and so nothing in the way.
    assert_eq!(desk.stdout(&["--context", "vault", "--revert"]), "");
    assert_eq!(desk.stdout(&["--context", "ours"]), "");
    assert_eq!(desk.convert(&["--context", "absolute"]).lines().count(), 1);
    assert_eq!(desk.text().matches(COMMAND).count(), 1);
}

#[test]
fn an_alias_is_left_and_the_others_go_on() {
    let shared = AWS.replace("{exec: {", "{exec: &shared {");
    // Its command could be changed, its variables not.
    let half = AWS.replace("demo]", "demo], env: *nothing");
    let users = [("first", AWS), ("shared", &shared), ("alias", "{exec: *shared}"), ("half", &half), ("last", AWS)];
    let text = format!("note: &nothing []\n{}", kubeconfig(&users));
    let desk = Desk::new(&text);
    let report = desk.convert(&["--all"]);
    let verbs: Vec<&str> = report.lines().filter_map(|line| line.split(" in ").next()).collect();
    assert_eq!(verbs, ["converted first", "left shared", "left alias", "left half", "converted last"], "{report}");
    assert_eq!(desk.text().matches(COMMAND).count(), 2);
    for untouched in [&shared, &half, "*shared"] {
        assert!(desk.text().contains(untouched), "{}", desk.text());
    }
    let outcome = desk.run(&["--context", "alias"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (253, ""), "{outcome}");
    desk.stdout(&["--all", "--revert"]);
    assert_eq!(desk.text(), text);
}

#[test]
fn a_layout_that_cannot_be_edited_is_left_and_the_others_go_on() {
    let odd = "\
- name: odd
  user:
    exec:
      args: [eks, get-token, --cluster-name, demo]
      ? command
      : aws
";
    let text = format!("{}{odd}- {{name: last, user: {AWS}}}\n", kubeconfig(&[("first", AWS), ("second", AWS)]));
    let desk = Desk::new(&text);
    let report = desk.convert(&["--all"]);
    let verbs: Vec<&str> = report.lines().filter_map(|line| line.split(" in ").next()).collect();
    assert_eq!(verbs, ["converted first", "converted second", "left odd", "converted last"], "{report}");
    assert_eq!(desk.text().matches(COMMAND).count(), 3);
    assert!(desk.text().contains("      ? command\n      : aws\n"));
}

#[test]
fn contexts_that_lead_nowhere() {
    let desk = Desk::new(&many());
    desk.refuses(
        &[],
        "there is no current-context in ~/.kube/config\n\
         hint: name a context with --context NAME, or convert every user with --all",
    );
    desk.refuses(
        &["--context", "prod"],
        "there is no context `prod` in ~/.kube/config\n\
         hint: contexts there: cli, absolute, eksctl, ours, vault, shell, azure, strange, ...",
    );
    let text = "contexts:\n- name: lonely\n  context: {cluster: c}\n- name: lost\n  context: {user: gone}\n";
    let desk = Desk::new(text);
    desk.refuses(&["--context", "lonely"], "context `lonely` in ~/.kube/config has no user");
    desk.refuses(&["--context", "lost"], "there is no user `gone`, as context `lost` has it, in ~/.kube/config");
    desk.refuses(&["--context", "x"], "there is no context `x` in ~/.kube/config\nhint: contexts there: lonely, lost");
    let desk = Desk::new("users: []\ncurrent-context: x\n");
    desk.refuses(
        &[],
        "there is no context `x` in ~/.kube/config\nhint: there are no contexts; --all goes without them",
    );
}

#[test]
fn no_kubeconfig_at_all() {
    let sandbox = Sandbox::new();
    let path = sandbox.home().join(".kube/config");
    for arguments in [&["convert-kubeconfig"][..], &["convert-kubeconfig", "--all"]] {
        sandbox.run(arguments).assert_failure(
            253,
            &format!(
                "ekscred: error: there is no kubeconfig at {}\nhint: name one with --kubeconfig PATH\n",
                path.display()
            ),
        );
    }
    assert!(!sandbox.home().join(".kube").exists());
}

#[test]
fn flags_that_contradict_each_other() {
    let desk = Desk::new(PLAIN);
    for (arguments, message) in [
        (&["--context", "demo", "--all"][..], "both --context and --all are given\nhint: give one of them"),
        (
            &["--revert", "--command", "x"],
            "both --revert and --command are given\nhint: --revert knows the former command of each user",
        ),
        (&["--command", ""], "--command is empty\nhint: name what clients are to run"),
    ] {
        desk.run(arguments).assert_failure(252, &format!("ekscred: error: {message}\n"));
    }
    assert_eq!(desk.text(), PLAIN);
}

#[test]
fn a_dry_run_prints_a_diff_and_writes_nothing() {
    let desk = Desk::new(PLAIN);
    let diff = "\
--- ~/.kube/config
+++ ~/.kube/config
@@ -24,4 +24,7 @@
       - get-token
       - --cluster-name
       - demo
-      command: aws
+      command: /opt/bin/ekscred
+      env:
+      - name: EKSCRED_CONVERTED_FROM
+        value: aws
";
    assert_eq!(desk.convert(&["--dry-run"]), diff);
    assert_eq!(desk.text(), PLAIN);
    assert_eq!(files_in(desk.file.parent().expect("a folder")), ["config"]);
    desk.convert(&[]);
    assert_eq!(desk.convert(&["--dry-run"]), "");
    assert!(desk.stdout(&["--dry-run", "--revert"]).contains("\n-      command: /opt/bin/ekscred\n"));

    // Whatever is left, the diff is all there is.
    let desk = Desk::new(&kubeconfig(&[("vault", "{exec: {command: aws-vault}}"), ("cli", AWS)]));
    let diff = desk.convert(&["--all", "--dry-run"]);
    assert!(diff.starts_with("--- ") && !diff.contains("left"), "{diff}");
}

#[test]
fn a_diff_of_odd_lines() {
    let sandbox = Sandbox::new().file("my kube/config", PLAIN.trim_end().replace('\n', "\r\n"));
    let path = sandbox.home().join("my kube/config");
    let path = path.to_str().expect("UTF-8");
    let diff = sandbox.stdout(&["convert-kubeconfig", "--kubeconfig", path, "--dry-run", "--command", COMMAND]);
    assert!(diff.starts_with(&format!("--- {path}\t\n+++ {path}\t\n@@ ")), "{diff}");
    assert!(
        diff.contains("\n-      command: aws\n\\ No newline at end of file\n+      command: /opt/bin/ekscred\r\n"),
        "{diff}"
    );
    assert!(diff.ends_with("\n+        value: aws\n\\ No newline at end of file\n"), "{diff}");
}

#[test]
fn each_user_is_changed_in_its_own_file() {
    let of = |name: &str| PLAIN.replace("demo", name).replace("current-context: two\n", "");
    let sandbox = Sandbox::new().file("one", of("one")).file("two", of("two"));
    let [one, two, gone] = ["one", "two", "gone"].map(|name| sandbox.home().join(name));
    let paths = std::env::join_paths([&gone, &one, &two]).expect("paths");
    let sandbox = sandbox.var("KUBECONFIG", paths);
    let texts = || [&one, &two].map(|path| fs::read_to_string(path).expect("a file"));
    let run = |arguments: &[&str]| sandbox.stdout(&[&["convert-kubeconfig", "--command", COMMAND], arguments].concat());

    let line = |name: &str, path: &Path| format!("converted {name} in {}: aws -> {COMMAND}\n", path.display());
    let diff = run(&["--all", "--dry-run"]);
    assert_eq!(diff.matches("\n+      command: /opt/bin/ekscred\n").count(), 2);
    assert!(diff.contains(&format!("--- {}\n", one.display())) && diff.contains(&format!("--- {}\n", two.display())));
    assert_eq!(run(&["--context", "two"]), line("two", &two));
    let [first, second] = texts();
    assert_eq!((first, second.contains(COMMAND)), (of("one"), true));
    assert_eq!(run(&["--all"]), line("one", &one));
    assert!(texts().iter().all(|text| text.contains(COMMAND)));
    assert_eq!(run(&["--all"]), "");
    let message = format!("ekscred: error: there is no context `x` in {}, {}\n", one.display(), two.display());
    let outcome = sandbox.run(&["convert-kubeconfig", "--context", "x"]);
    outcome.assert_failure(253, &format!("{message}hint: contexts there: one, two\n"));
    sandbox.stdout(&["convert-kubeconfig", "--all", "--revert"]);
    assert_eq!(texts(), [of("one"), of("two")]);
    assert!(!gone.exists());
}

#[cfg(unix)]
#[test]
fn a_file_of_several_names_is_one() {
    let sandbox = Sandbox::new().file("one", PLAIN);
    let [one, again, link] = ["one", "./one", "link"].map(|name| sandbox.home().join(name));
    std::os::unix::fs::symlink(&one, &link).expect("a link");
    let sandbox = sandbox.var("KUBECONFIG", std::env::join_paths([&one, &again, &link]).expect("paths"));
    let lines = sandbox.stdout(&["convert-kubeconfig", "--all", "--command", COMMAND]);
    assert_eq!(lines, format!("converted demo in {}: aws -> {COMMAND}\n", one.display()));
    assert_eq!(sandbox.stdout(&["convert-kubeconfig", "--all", "--revert"]).lines().count(), 1);
    assert_eq!(fs::read_to_string(&one).expect("a file"), PLAIN);
}

/// A command that the conversion writes where no `--command` says which.
#[track_caller]
fn written(sandbox: &Sandbox) -> String {
    let sandbox = sandbox.clone().file(".kube/config", PLAIN);
    let line = sandbox.stdout(&["convert-kubeconfig"]);
    let command = line.trim_end().rsplit(" -> ").next().expect("a command").to_owned();
    let text = fs::read_to_string(sandbox.home().join(".kube/config")).expect("a kubeconfig");
    let value = value_of(&text);
    assert_eq!(value["users"][0]["user"]["exec"]["command"], command);
    command
}

#[cfg(unix)]
#[test]
fn the_command_is_this_program_as_clients_find_it() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let sandbox = Sandbox::new();
    let home = sandbox.home().to_str().expect("UTF-8").to_owned();
    // Nowhere in PATH: whoever looks it up later may have better luck.
    assert_eq!(written(&sandbox), "ekscred");
    let sandbox = sandbox.file("cellar/1.0/ekscred", "").file("plain/ekscred", "").file("other/ekscred", "");
    for executable in ["cellar/1.0/ekscred", "other/ekscred"] {
        fs::set_permissions(sandbox.home().join(executable), fs::Permissions::from_mode(0o755)).expect("a mode");
    }
    fs::create_dir_all(sandbox.home().join("folder/ekscred")).expect("a folder");
    fs::create_dir_all(sandbox.home().join("bin")).expect("a folder");
    symlink("../cellar/1.0/ekscred", sandbox.home().join("bin/ekscred")).expect("a link");
    let path = |folders: &[&str]| {
        let folders =
            folders.iter().map(|folder| if folder.is_empty() { String::new() } else { format!("{home}/{folder}") });
        std::env::join_paths(folders).expect("paths")
    };

    // The first file of that name that can be run; of a link its own name, which outlives the next upgrade.
    let sandbox = sandbox.var("PATH", path(&["nowhere", "plain", "folder", "bin", "other"]));
    assert_eq!(written(&sandbox), format!("{home}/bin/ekscred"));
    assert_eq!(written(&sandbox.clone().var("PATH", path(&["plain"]))), "ekscred");
    // Relative folders of PATH, and the empty one, are in the current directory: the sandbox's home.
    assert_eq!(written(&sandbox.clone().var("PATH", "./bin/:other")), format!("{home}/bin/ekscred"));
    assert_eq!(written(&sandbox.clone().var("PATH", path(&["", "bin"]))), format!("{home}/bin/ekscred"));

    // Started by a path, that is it.
    for (program, command) in [
        ("other/ekscred", format!("{home}/other/ekscred")),
        ("./other/ekscred", format!("{home}/other/ekscred")),
        ("bin/../other/ekscred", format!("{home}/bin/../other/ekscred")),
        ("/opt/bin/ekscred", "/opt/bin/ekscred".to_owned()),
    ] {
        assert_eq!(written(&sandbox.clone().started_as(program)), command, "{program}");
    }
    // And word for word what is asked for.
    for command in ["ekscred", "./ekscred", "~/bin/ekscred", r"C:\Program Files\ekscred.exe", "/opt/a: b #c/ekscred"] {
        let desk = Desk::new(PLAIN);
        let line = desk.stdout(&["--command", command]);
        assert!(line.ends_with(&format!(": aws -> {command}\n")), "{line}");
        let value = value_of(&desk.text());
        assert_eq!(value["users"][0]["user"]["exec"]["command"], command);
        assert_eq!(desk.convert(&[]), "");
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_no_kubeconfig_can_hold() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    let desk = Desk::new(PLAIN);
    let odd = OsString::from_vec(b"/opt/\xff/ekscred".to_vec());
    let outcome = desk.sandbox.clone().started_as(odd).run(&["convert-kubeconfig"]);
    outcome.assert_failure(
        253,
        "ekscred: error: /opt/\u{fffd}/ekscred is not valid UTF-8, and a kubeconfig can hold no such path\n\
         hint: name what clients are to run with --command NAME\n",
    );
    assert_eq!(desk.text(), PLAIN);
}

#[test]
fn what_is_said_holds_no_arguments_and_no_line_breaks() {
    let users = [
        ("shell", "{token: hunter2, exec: {command: sh, args: [-c, hunter2], env: [{name: A, value: hunter2}]}}"),
        ("\"two\\nlines\"", "{exec: {command: \"a\\nb\", args: [hunter2]}}"),
        ("other", "{token: hunter2}"),
    ];
    let desk = Desk::new(&kubeconfig(&users));
    let report = desk.convert(&["--all"]);
    assert_eq!(report.lines().count(), 2, "{report}");
    assert!(!report.contains("hunter2"), "{report}");
}
