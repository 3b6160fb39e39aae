//! The flags of `ekscred update-kubeconfig`, `--all` above all.

use serde_json::{Value, json};

use crate::loopback::eks::Cluster;
use crate::sandbox::ACCESS_KEY_ID;
use crate::update_scene::{ARN, DESCRIBED, DEV, NEW, OF_THE_CLI, ROLE, Scene, value};

#[test]
fn names_namespace_proxy_and_command() {
    let scene = Scene::new();
    let flags =
        ["--alias", "dev", "--user-alias", "me", "--namespace", "shop", "--proxy-url", "socks5://127.0.0.1:1080"];
    let said = scene.update(&[&flags[..], &["--command", "somewhere/ekscred"]].concat());
    assert_eq!(said, format!("Added new context dev to {}\n", scene.shown(".kube/config")));
    assert_eq!(scene.entry("contexts", "dev"), json!({"cluster": ARN, "user": "me", "namespace": "shop"}));
    assert_eq!(scene.entry("clusters", ARN)["proxy-url"], "socks5://127.0.0.1:1080");
    assert_eq!(scene.entry("users", "me")["exec"]["command"], "somewhere/ekscred");
    // Without the flags that stays, and the context of the other name is another one.
    let said = scene.update(&["--user-alias", "me"]);
    assert_eq!(said, format!("Updated context me in {}\n", scene.shown(".kube/config")));
    assert_eq!(scene.entry("contexts", "dev"), json!({"cluster": ARN, "user": "me", "namespace": "shop"}));
    assert_eq!(scene.entry("contexts", "me"), json!({"cluster": ARN, "user": "me"}));
    assert_eq!(scene.entry("clusters", ARN)["proxy-url"], "socks5://127.0.0.1:1080");
}

#[test]
fn no_set_context() {
    let scene = Scene::new().kubeconfig("apiVersion: v1\nkind: Config\ncurrent-context: elsewhere\n");
    scene.update(&["--no-set-context"]);
    assert_eq!(scene.value()["current-context"], "elsewhere");
    assert_eq!(scene.names("contexts"), [ARN]);
}

#[test]
fn dry_run_prints_the_file_and_writes_nothing() {
    let scene = Scene::new();
    assert_eq!(scene.update(&["--dry-run"]), scene.filled(NEW));
    assert!(!scene.path(".kube").exists());
    let scene = scene.kubeconfig("apiVersion: v1\nkind: Config # mine\n");
    let announced = scene.update(&["--dry-run"]);
    assert_eq!(scene.text(), "apiVersion: v1\nkind: Config # mine\n");
    scene.update(&[]);
    assert_eq!(scene.text(), announced);
}

#[test]
fn verbose_prints_the_entries() {
    let scene = Scene::new();
    let lines = scene.filled(NEW);
    let (_, rest) = lines.split_once("clusters:\n- ").expect("clusters");
    let (cluster, rest) = rest.split_once("contexts:\n- ").expect("contexts");
    let (context, rest) = rest.split_once("current-context:").expect("a current context");
    let (_, user) = rest.split_once("users:\n- ").expect("users");
    let entry = |item: &str| value(&item.replace("\n  ", "\n"));
    for first in ["Added new context", "Updated context"] {
        let said = scene.update(&["--verbose"]);
        assert!(said.starts_with(first), "{said}");
        let (_, entries) = said.split_once("\nEntries:\n\n").expect("entries");
        let entries: Vec<Value> = entries.split_terminator("\n\n").map(value).collect();
        assert_eq!(entries, [entry(context), entry(user), entry(cluster)]);
    }
}

#[test]
fn verbose_tells_nothing_that_others_wrote() {
    let secret = "      - name: AWS_SECRET_ACCESS_KEY\n        value: not-for-a-terminal\n";
    let scene = Scene::new().kubeconfig(&format!("{OF_THE_CLI}{secret}")).file(".aws/credentials", DEV);
    let said = scene.update(&["--verbose", "--profile", "dev", "--role-arn", ROLE]);
    assert!(scene.text().contains("not-for-a-terminal") && !said.contains("not-for-a-terminal"), "{said}");
}

#[test]
fn endpoint_url_is_honoured() {
    let scene = Scene::new().var("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    scene.update(&["--endpoint-url", &scene.aws.aws()]);
    assert_eq!(scene.calls(), [DESCRIBED]);
    assert!(!scene.text().contains(&scene.aws.aws()));
}

#[test]
fn role_for_the_description_alone() {
    let scene = Scene::new();
    scene.update(&["--assume-role-arn", ROLE]);
    let calls = scene.calls();
    let assumed =
        format!("AssumeRole {{aws}} as {ACCESS_KEY_ID} RoleArn={ROLE} RoleSessionName=EKSDescribeClusterSession");
    assert_eq!(calls, [assumed, DESCRIBED.replace(ACCESS_KEY_ID, "ASIAadmin")]);
    assert_eq!(scene.text(), scene.filled(NEW));
}

#[test]
fn name_is_an_arn() {
    let far = || Cluster { region: "us-west-2".to_owned(), ..Cluster::named("demo") };
    let arn = far().arn();
    let scene = Scene::of(far());
    for flags in [&["--name", &arn][..], &["--name", &arn, "--region", "us-west-2"]] {
        scene.run(flags).assert_success();
        let args = scene.entry("users", &arn)["exec"]["args"].clone();
        assert_eq!(
            args.as_array().expect("a list")[..6],
            ["--region", "us-west-2", "eks", "get-token", "--cluster-name", "demo"]
        );
    }
    let other = arn.replace("123456789012", "210987654321");
    scene.run(&["--name", &other]).assert_failure(
        253,
        &format!(
            "ekscred: error: the cluster of that name is {arn}, not {other}\n\
             hint: the credentials are of another account: give --profile\n"
        ),
    );
}

#[test]
fn outposts() {
    let local =
        |outpost: Value| Cluster::named("demo").with("id", json!("11111111-2222")).with("outpostConfig", outpost);
    let args = |outpost: Value| {
        let scene = Scene::of(local(outpost));
        scene.update(&[]);
        scene.entry("users", ARN)["exec"]["args"].as_array().expect("a list")[4..6].to_vec()
    };
    let outpost = json!({"outpostArns": ["arn:aws:outposts:eu-west-1:123456789012:outpost/op-1"], "controlPlaneInstanceType": "m5.large"});
    assert_eq!(args(outpost.clone()), ["--cluster-id", "11111111-2222"]);
    let mut extended = outpost;
    extended["etcdInstanceType"] = json!("m5.large");
    assert_eq!(args(extended), ["--cluster-name", "demo"]);
}

#[test]
fn names_that_yaml_would_misread() {
    for name in ["123", "0x1f", "1e3", "null", "yes", "007", "2026-01-02"] {
        let scene = Scene::of(Cluster::named(name));
        scene.run(&["--name", name, "--alias", name, "--user-alias", name, "--namespace", name]).assert_success();
        let written = scene.value();
        assert_eq!(written["current-context"], name);
        assert_eq!(scene.entry("contexts", name)["namespace"], name);
        assert_eq!(scene.entry("users", name)["exec"]["args"][5], name);
        assert_eq!(scene.names("contexts"), [name]);
    }
}

#[test]
fn aliases_of_many_characters() {
    for alias in [
        "a: b #c",
        "- x",
        "\"quoted\"",
        "it's",
        "two\nlines",
        "\u{1b}[31mred",
        "Übung",
        "{}",
        "&a",
        "*a",
        "!x",
        "%",
        "@",
        " a ",
    ] {
        let scene = Scene::new();
        let said = scene.update(&[&*format!("--alias={alias}")]);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(!said.contains('\u{1b}'));
        assert_eq!(
            (scene.names("contexts"), scene.value()["current-context"].as_str()),
            (vec![alias.to_owned()], Some(alias))
        );
    }
}

// All clusters of the region

/// Clusters `c-0`, `c-1` and so on.
fn fleet(number: usize) -> Vec<Value> {
    (0..number).map(|number| json!({"name": format!("c-{number}")})).collect()
}

fn arn(name: &str) -> String {
    ARN.replace("demo", name)
}

#[test]
fn all_clusters() {
    let mut clusters = fleet(7);
    clusters[1]["description"] = json!({"status": "CREATING"});
    clusters[4]["description"] = json!({"status": "UPDATING"});
    clusters[5]["description"] = json!({"status": "DELETING"});
    clusters.push(json!({"name": "far", "region": "us-west-2"}));
    let text = "apiVersion: v1\nkind: Config\ncurrent-context: elsewhere\n";
    let scene = Scene::told(&json!({"clusters": clusters, "page_size": 3})).kubeconfig(text);
    let outcome = scene.run(&["--all", "--namespace", "shop"]);
    outcome.assert_success();
    let names = ["c-0", "c-2", "c-3", "c-4", "c-6"];
    let path = scene.shown(".kube/config");
    let lines: Vec<String> = names.iter().map(|name| format!("Added new context {} to {path}\n", arn(name))).collect();
    assert_eq!(outcome.stdout, lines.concat());
    assert_eq!(
        outcome.stderr,
        "ekscred: warning: cluster c-1 is CREATING, and left out\n\
         ekscred: warning: cluster c-5 is DELETING, and left out\n"
    );
    assert_eq!(scene.names("clusters"), names.map(arn));
    assert_eq!(scene.names("users"), names.map(arn));
    assert_eq!(scene.value()["current-context"], "elsewhere");
    assert_eq!(scene.entry("contexts", &arn("c-6"))["namespace"], "shop");
    assert_eq!(scene.entry("users", &arn("c-6"))["exec"]["args"][5], "c-6");
    let lists: Vec<String> = scene.calls().into_iter().filter(|call| call.starts_with("ListClusters")).collect();
    let list = |page: &str| format!("ListClusters {{aws}} as {ACCESS_KEY_ID}{page} region=eu-west-1");
    assert_eq!(lists, [list(""), list(" nextToken=from-3"), list(" nextToken=from-6")]);
    assert_eq!(scene.read(".kube/config.ekscred-backup"), text, "one write");

    let before = scene.text();
    scene.run(&["--all"]).assert_success();
    assert_eq!(scene.text(), before);
}

#[test]
fn all_clusters_that_one_may_ask_about() {
    let denied = json!({"status": 403, "code": "AccessDeniedException", "message": "not you"});
    let setup = json!({"clusters": fleet(3), "answers": {"DescribeCluster c-1": [denied]}});
    let scene = Scene::told(&setup);
    let outcome = scene.run(&["--all"]);
    outcome.assert_success();
    assert_eq!(
        outcome.stderr,
        "ekscred: warning: left out: DescribeCluster of c-1 was refused: AccessDeniedException: not you\n"
    );
    assert_eq!(scene.names("clusters"), ["c-0", "c-2"].map(arn));

    let setup = json!({"clusters": fleet(2), "answers": {"DescribeCluster": [denied]}});
    let scene = Scene::told(&setup);
    scene.run(&["--all"]).assert_failure(
        254,
        "ekscred: error: DescribeCluster of c-0 was refused: AccessDeniedException: not you\n\
         hint: ask as somebody who may: --profile (it was `default`), or --assume-role-arn for these requests alone\n",
    );
    assert!(!scene.path(".kube").exists());

    // Without an answer from AWS nobody knows what there is.
    let broken = json!({"status": 200, "body": "<html>"});
    let scene = Scene::told(&json!({"clusters": fleet(2), "answers": {"DescribeCluster c-1": [broken]}}));
    let outcome = scene.run(&["--all"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (255, ""), "{outcome}");
    assert!(!scene.path(".kube").exists());
}

#[test]
fn all_of_none() {
    let scene = Scene::told(&json!({}));
    for flags in [&["--all"][..], &["--all", "--dry-run"]] {
        let outcome = scene.run(flags);
        outcome.assert_success();
        assert_eq!(outcome.stdout, "");
        assert_eq!(outcome.stderr, "ekscred: warning: there is no cluster to be had in eu-west-1\n");
    }
    assert!(!scene.path(".kube").exists());
}

#[test]
fn all_in_a_dry_run() {
    let scene = Scene::told(&json!({"clusters": fleet(2)}));
    let announced = scene.sandbox.stdout(&["update-kubeconfig", "--all", "--dry-run"]);
    assert!(!scene.path(".kube").exists());
    scene.run(&["--all"]).assert_success();
    assert_eq!(scene.text(), announced);
    assert_eq!(scene.value()["current-context"], "");
}
