//! `ekscred update-kubeconfig`, from the command line to the file: what it writes, what it leaves, and where.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use serde_json::json;

use crate::loopback::eks::Cluster;
use crate::sandbox::{ACCESS_KEY_ID, url_in};
use crate::update_scene::{ARN, AUTHORITY, DESCRIBED, DEV, NEW, OF_THE_CLI, ROLE, SERVER, Scene, value};

#[test]
fn new_file() {
    let scene = Scene::new();
    let said = scene.update(&[]);
    assert_eq!(said, format!("Added new context {ARN} to {}\n", scene.shown(".kube/config")));
    assert_eq!(scene.text(), scene.filled(NEW));
    assert_eq!(scene.calls(), [DESCRIBED]);
    let mode = |path| fs::metadata(scene.path(path)).expect("a file").mode() & 0o7777;
    assert_eq!((mode(".kube/config"), mode(".kube")), (0o600, 0o700));
    let names: Vec<_> =
        fs::read_dir(scene.path(".kube")).expect("a folder").flatten().map(|at| at.file_name()).collect();
    assert_eq!(names, ["config"], "nothing but the file is left");
}

#[test]
fn what_it_writes_is_what_it_runs() {
    let scene = Scene::of(Cluster::named("demo")).var("AWS_PROFILE", "dev");
    let scene = Scene {
        sandbox: scene.sandbox.credentials("[dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = secretDEV\n"),
        ..scene
    };
    scene.update(&["--cache"]);
    let args = scene.entry("users", ARN)["exec"]["args"].clone();
    let args: Vec<&str> =
        args.as_array().expect("a list").iter().map(|argument| argument.as_str().expect("text")).collect();
    assert_eq!(
        args,
        [
            "--region",
            "eu-west-1",
            "eks",
            "get-token",
            "--cluster-name",
            "demo",
            "--output",
            "json",
            "--profile",
            "dev",
            "--cache"
        ]
    );
    // With other keys in the environment, which an argument beats.
    let credential = scene.sandbox.clone().var("AWS_PROFILE", "").run(&args).credential();
    let url = url_in(credential["status"]["token"].as_str().expect("a token"));
    assert!(url.contains("X-Amz-Credential=AKIDDEV") && url.starts_with("https://sts.eu-west-1."), "{url}");
    assert!(!url.contains(ACCESS_KEY_ID));
}

// What is there already

#[test]
fn entry_of_the_aws_cli_becomes_ours() {
    let scene = Scene::new().kubeconfig(OF_THE_CLI).file(".aws/credentials", DEV);
    let said = scene.update(&["--profile", "dev", "--role-arn", ROLE]);
    assert_eq!(said, format!("Updated context {ARN} in {}\n", scene.shown(".kube/config")));
    let expected = scene.filled(NEW).replace(
        "      - json\n",
        &format!("      - json\n      - --profile\n      - dev\n      - --role-arn\n      - {ROLE}\n"),
    );
    assert_eq!(scene.text(), expected);
    assert_eq!(scene.calls(), [DESCRIBED.replace(ACCESS_KEY_ID, "AKIDDEV")], "the role is not assumed for it");
    assert_eq!(scene.read(".kube/config.ekscred-backup"), OF_THE_CLI);
}

#[test]
fn other_spellings_of_the_same_identity_become_ours() {
    let former = OF_THE_CLI.split_once("      args:").expect("arguments").0;
    let eksctl = "args: [eks, get-token, --output, json, --cluster-name, demo, --region, eu-west-1, --role-arn, ROLE]\n      \
                  command: aws";
    let authenticator = "args: [token, -i, demo, -r, ROLE]\n      command: /usr/bin/aws-iam-authenticator";
    let cli = "args: [--region, eu-west-1, eks, get-token, --cluster-name, demo, --role, ROLE]\n      command: aws";
    for spelling in [eksctl, authenticator, cli] {
        let text = format!("{former}      {}\n", spelling.replace("ROLE", ROLE));
        let scene = Scene::new().kubeconfig(&text);
        scene.update(&["--role-arn", ROLE]);
        assert_eq!(scene.names("users"), [ARN], "{spelling}");
        let expected = ["--region", "eu-west-1", "eks", "get-token", "--cluster-name", "demo", "--output", "json"];
        let exec = scene.entry("users", ARN)["exec"].clone();
        assert_eq!(exec["args"], json!([&expected[..], &["--role-arn", ROLE]].concat()));
    }
}

#[test]
fn arguments_that_do_already_stay() {
    let former = OF_THE_CLI.split_once("      env:").expect("variables").0;
    let further = former.replace(ROLE, &format!("{ROLE}\n      - --external-id\n      - handshake"));
    let further = further.replace("command: aws", "command: ekscred");
    let scene = Scene::new().kubeconfig(&further);
    scene.update(&["--role-arn", ROLE]);
    let args = &scene.entry("users", ARN)["exec"]["args"];
    assert_eq!(args, &value(&further)["users"][0]["user"]["exec"]["args"]);
    assert_eq!(scene.entry("users", ARN)["exec"]["command"], scene.filled("{home}/bin/ekscred"));
    // A flag that they lack is added, and stays for who does not mention it.
    for flags in [&["--role-arn", ROLE, "--cache"][..], &["--role-arn", ROLE, "--cache"], &["--role-arn", ROLE]] {
        scene.update(flags);
        let args = scene.entry("users", ARN)["exec"]["args"].clone();
        assert_eq!(args.as_array().expect("a list")[8..], ["--role", ROLE, "--external-id", "handshake", "--cache"]);
    }
    // For another profile they do not serve.
    let scene = scene.file(".aws/credentials", DEV);
    scene.update(&["--user-alias", ARN, "--role-arn", ROLE, "--profile", "dev"]);
    let args = scene.entry("users", ARN)["exec"]["args"].clone();
    assert_eq!(args.as_array().expect("a list")[8..], ["--profile", "dev", "--role-arn", ROLE]);
}

#[test]
fn what_people_put_there_stays() {
    let text = format!(
        "\
# Ask Bob first.
kind: Config
apiVersion: v1
current-context: elsewhere
x-unknown: 1
clusters:
  - name: {ARN} # through the tunnel
    cluster:
      server: https://old.example.com  # moved
      certificate-authority-data: \"b2xk\"
      proxy-url: socks5://127.0.0.1:1080
      tls-server-name: kubernetes
      extensions: [{{name: of-a-tool, extension: {{a: 1}}}}]
  - {{name: elsewhere, cluster: {{server: 'https://elsewhere.example.com'}}}}
contexts:
  - name: {ARN}
    context: {{namespace: shop, user: {ARN}, cluster: {ARN}}} # mine
users:
  - name: {ARN}
    user:
      exec:
        # by hand
        command: aws
        apiVersion: client.authentication.k8s.io/v1beta1
        args: [--region, eu-west-1, eks, get-token, --cluster-name, demo, --output, json]
        env:
          - {{name: AWS_STS_REGIONAL_ENDPOINTS, value: regional}} # old
        interactiveMode: Never
        provideClusterInfo: true
        installHint: ask Bob
"
    );
    let scene = Scene::new().kubeconfig(&text);
    scene.update(&[]);
    let expected = text
        .replace("elsewhere\nx-", &format!("{ARN}\nx-"))
        .replace("https://old.example.com", SERVER)
        .replace("b2xk", AUTHORITY)
        .replace("command: aws", &scene.filled("command: {home}/bin/ekscred"))
        .replace("v1beta1", "v1");
    assert_eq!(scene.text(), expected);
}

#[test]
fn twice_is_once() {
    for arguments in
        [&[][..], &["--role-arn", ROLE, "--cache"], &["--alias", "a", "--user-alias", "b", "--namespace", "c"]]
    {
        let scene = Scene::new();
        scene.update(arguments);
        let (text, metadata) = (scene.text(), fs::metadata(scene.path(".kube/config")).expect("a file"));
        let said = scene.update(arguments);
        assert!(said.starts_with("Updated context "), "{said}");
        let again = fs::metadata(scene.path(".kube/config")).expect("a file");
        assert_eq!(scene.text(), text);
        assert_eq!(
            (again.ino(), again.modified().expect("a time")),
            (metadata.ino(), metadata.modified().expect("a time"))
        );
        assert!(!scene.path(".kube/config.ekscred-backup").exists(), "nothing was replaced");
    }
}

#[test]
fn certificate_authority_beside_insecure_is_refused_by_clients() {
    let text = NEW.replace(&format!("certificate-authority-data: {AUTHORITY}"), "insecure-skip-tls-verify: true");
    let scene = Scene::new();
    let scene = Scene { sandbox: scene.sandbox.file(".kube/config", text.replace("{home}", "/nowhere")), ..scene };
    scene.update(&[]);
    assert_eq!(scene.entry("clusters", ARN), json!({"insecure-skip-tls-verify": true, "server": SERVER}));
}

// Identities

#[test]
fn identities_live_side_by_side() {
    let scene = Scene::new().file(".aws/credentials", DEV);
    let label = |label: &str| format!("{ARN}@{label}");
    let ways: [(&[&str], String); 5] = [
        (&[], ARN.to_owned()),
        (&["--role-arn", ROLE], label("admin")),
        (&["--profile", "dev"], label("dev")),
        (&["--profile", "dev", "--role-arn", ROLE], label("admin-2")),
        (&["--role-arn", "arn:aws:iam::123456789012:role/admin"], label("admin-3")),
    ];
    for _ in 0..2 {
        for (arguments, name) in &ways {
            scene.update(arguments);
            assert_eq!(scene.value()["current-context"], **name);
            assert_eq!(scene.entry("contexts", name), json!({"cluster": ARN, "user": name}));
        }
    }
    let names: Vec<String> = ways.iter().map(|(_, name)| name.clone()).collect();
    assert_eq!((scene.names("users"), scene.names("contexts")), (names.clone(), names));
    assert_eq!(scene.names("clusters"), [ARN]);
}

#[test]
fn the_second_without_role_or_profile_is_called_default() {
    let scene = Scene::new();
    scene.update(&["--role-arn", ROLE]);
    scene.update(&[]);
    assert_eq!(scene.names("users"), [ARN.to_owned(), format!("{ARN}@default")]);
}

#[test]
fn users_that_we_do_not_understand_are_others() {
    for user in [
        "token: not-ours",
        "client-certificate-data: Y2VydA==",
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: aws-vault, args: [exec, dev, --, aws, eks, get-token, --cluster-name, demo]}",
        "exec: {command: 5}",
    ] {
        let text = format!("apiVersion: v1\nkind: Config\nusers:\n- name: {ARN}\n  user:\n    {user}\n");
        let scene = Scene::new().kubeconfig(&text);
        scene.update(&[]);
        assert_eq!(scene.names("users"), [ARN.to_owned(), format!("{ARN}@default")], "{user}");
        assert_eq!(scene.entry("users", ARN), value(&text)["users"][0]["user"]);
    }
}

#[test]
fn user_alias_takes_that_user_whoever_it_was() {
    let text = "\
apiVersion: v1
kind: Config
users:
- name: me
  user:
    as: somebody # else
    client-certificate-data: Y2VydA==
    client-key-data: a2V5
    token: not-ours
";
    let scene = Scene::new().kubeconfig(text).file(".aws/credentials", DEV);
    scene.update(&["--user-alias", "me"]);
    let user = scene.entry("users", "me");
    let keys: Vec<&String> = user.as_object().expect("a map").keys().collect();
    assert_eq!(keys, ["as", "exec"]);
    assert!(scene.text().contains("    as: somebody # else\n"));
    assert_eq!(scene.value()["current-context"], "me", "the context is called after the user");
    // And from one profile to another, whatever variable had it.
    let env = "      env:\n      - name: AWS_PROFILE\n        value: other\n      - name: HTTPS_PROXY\n        value: http://proxy\n";
    let scene =
        scene.kubeconfig(&OF_THE_CLI.replace("      env:\n      - name: AWS_PROFILE\n        value: dev\n", env));
    scene.update(&["--user-alias", ARN, "--profile", "dev"]);
    let exec = scene.entry("users", ARN)["exec"].clone();
    assert_eq!(exec["env"], json!([{"name": "HTTPS_PROXY", "value": "http://proxy"}]));
    assert_eq!(exec["args"].as_array().expect("a list")[8..], ["--profile", "dev"]);
}

#[test]
fn profile_of_a_variable_goes_into_the_arguments() {
    for name in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        let scene = Scene::new().file(".aws/credentials", DEV).var(name, "dev");
        scene.update(&[]);
        let exec = scene.entry("users", ARN)["exec"].clone();
        assert_eq!(exec["args"].as_array().expect("a list")[8..], ["--profile", "dev"]);
        assert_eq!(exec.get("env"), None);
    }
}

// Several files

#[test]
fn entries_stay_where_kubectl_finds_them() {
    let head = "apiVersion: v1\nkind: Config\n";
    let user = OF_THE_CLI.split_once("users:").expect("users").1;
    let cluster =
        &OF_THE_CLI[OF_THE_CLI.find("clusters:").expect("clusters")..OF_THE_CLI.find("contexts:").expect("contexts")];
    let scene = Scene::new()
        .file(".aws/credentials", DEV)
        .file("one", head)
        .file("two", &format!("{head}users:{user}"))
        .file("three", &format!("{head}{cluster}"))
        .file("four", &format!("{head}current-context: elsewhere\n"));
    let paths = ["missing", "one", "two", "three", "four"].map(|name| scene.shown(name)).join(":");
    let scene = scene.var("KUBECONFIG", &paths);

    let announced = scene.update(&["--profile", "dev", "--role-arn", ROLE, "--dry-run"]);
    let said = scene.update(&["--profile", "dev", "--role-arn", ROLE]);
    assert_eq!(said, format!("Updated context {ARN} in {}\n", scene.shown("three")));
    assert_eq!(scene.read("three"), announced);
    let [one, two, three, four] = ["one", "two", "three", "four"].map(|name| scene.read(name));
    assert_eq!(one, head);
    assert_eq!(value(&two)["users"][0]["user"]["exec"]["command"], scene.filled("{home}/bin/ekscred"));
    assert_eq!(
        (&value(&three)["clusters"][0]["cluster"]["server"], value(&three).get("users")),
        (&json!(SERVER), None)
    );
    assert_eq!(value(&three)["contexts"][0]["name"], ARN);
    assert_eq!(four, format!("{head}current-context: {ARN}\n"));
    assert!(!scene.path("missing").exists() && !scene.path(".kube").exists());
}

#[test]
fn new_entries_go_where_kubectl_puts_them() {
    for (there, expected) in [(&[][..], "c"), (&["a", "b"], "a"), (&["b"], "b"), (&["c"], "c")] {
        let scene = there.iter().fold(Scene::new(), |scene, name| scene.file(name, "apiVersion: v1\nkind: Config\n"));
        let paths = ["a", "b", "c"].map(|name| scene.shown(name)).join(":");
        let scene = scene.var("KUBECONFIG", &paths);
        assert_eq!(scene.update(&[]), format!("Added new context {ARN} to {}\n", scene.shown(expected)));
        assert_eq!(value(&scene.read(expected))["current-context"], ARN);
    }
}

#[test]
fn kubeconfig_flag() {
    let scene = Scene::new().var("KUBECONFIG", "/nowhere/config");
    assert_eq!(
        scene.update(&["--kubeconfig", "new folder/config"]),
        format!("Added new context {ARN} to {}\n", scene.shown("new folder/config"))
    );
    assert_eq!(scene.read("new folder/config"), scene.filled(NEW));
    scene.update(&["--kubeconfig", "~/mine"]);
    assert_eq!(scene.read("mine"), scene.filled(NEW));
}
