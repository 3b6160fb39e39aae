//! Where `ekscred update-kubeconfig` writes nothing, and says why.

use serde_json::json;

use crate::loopback::eks::Cluster;
use crate::update_scene::{DESCRIBED, DEV, NEW, Scene};

#[test]
fn what_aws_refuses() {
    let scene = Scene::told(&json!({}));
    scene.run(&["--name", "demo"]).assert_failure(
        254,
        "ekscred: error: DescribeCluster of demo was refused: ResourceNotFoundException: No cluster found for name: demo.\n\
         hint: it was looked for in eu-west-1, in the account of profile `default`: see --region and --profile\n",
    );
    let denied = json!({"status": 403, "code": "AccessDeniedException", "message": "User: arn:aws:iam::1:user/x is not \
        authorized to perform: eks:DescribeCluster"});
    let scene = Scene::told(&json!({"answers": {"DescribeCluster": [denied]}})).file(".aws/credentials", DEV);
    scene.run(&["--name", "demo", "--profile", "dev"]).assert_failure(
        254,
        "ekscred: error: DescribeCluster of demo was refused: AccessDeniedException: User: arn:aws:iam::1:user/x is not \
         authorized to perform: eks:DescribeCluster\n\
         hint: ask as somebody who may: --profile (it was `dev`), or --assume-role-arn for these requests alone\n",
    );
    assert!(!scene.path(".kube").exists());
    let scene = scene.var("AWS_SECRET_ACCESS_KEY", "wrong");
    let outcome = scene.run(&["--name", "demo"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (254, ""));
    assert!(outcome.stderr.contains("AccessDeniedException"), "a script's answer goes before: {outcome}");
}

#[test]
fn clusters_that_are_not_ready() {
    for status in ["CREATING", "DELETING", "FAILED", "PENDING", "SOMETHING_NEW"] {
        let scene = Scene::of(Cluster::named("demo").with("status", json!(status)));
        let error = format!("ekscred: error: cluster demo is {status}\nhint: try again when it is ACTIVE\n");
        scene.run(&["--name", "demo"]).assert_failure(253, &error);
        assert!(!scene.path(".kube").exists());
    }
    let scene = Scene::of(Cluster::named("demo").with("status", json!("UPDATING")));
    scene.update(&[]);
}

#[test]
fn flags_that_make_no_sense() {
    let name = ["--name", "demo"];
    let far = "arn:aws:eks:us-west-2:123456789012:cluster/demo";
    let cases: [(&[&str], &str); 18] = [
        (&[], "neither --name nor --all is given"),
        (&["--name", ""], "--name is empty"),
        (&["--name", "../clusters"], "`../clusters` is not the name of an EKS cluster"),
        (&["--name=-x"], "`-x` is not the name of an EKS cluster"),
        (&["--name", "two\nlines"], "`two\\nlines` is not the name of an EKS cluster"),
        (&["--name", "arn:aws:s3:::bucket"], "`arn:aws:s3:::bucket` is not the ARN of an EKS cluster"),
        (
            &["--name", far, "--region", "eu-west-1"],
            "--region eu-west-1 contradicts the cluster ARN, which is in us-west-2",
        ),
        (
            &["--name", far, "--region", "cn-north-1"],
            "--region cn-north-1 contradicts the cluster ARN, which is in us-west-2",
        ),
        (&["--all", "--name", "demo"], "both --all and --name are given"),
        (&["--all", "--alias", "a"], "both --all and --alias are given"),
        (&["--all", "--user-alias", "a"], "both --all and --user-alias are given"),
        (&["--alias", ""], "--alias is empty"),
        (&["--user-alias", ""], "--user-alias is empty"),
        (&["--namespace", ""], "--namespace is empty"),
        (&["--role-arn", "admin"], "--role-arn `admin` is not the ARN of a role"),
        (&["--assume-role-arn", "admin"], "--assume-role-arn `admin` is not the ARN of a role"),
        (&["--proxy-url", "me:password@proxy"], "--proxy-url `proxy` is not the URL of a proxy"),
        (
            &["--no-verify-ssl"],
            "--no-verify-ssl is refused: whoever sits in between could send clients to a cluster of theirs",
        ),
    ];
    let scene = Scene::new();
    for (flags, message) in cases {
        let has_name = flags.is_empty() || flags.iter().any(|flag| flag.starts_with("--name") || *flag == "--all");
        let outcome = scene.run(&[if has_name { &[][..] } else { &name }, flags].concat());
        let error = outcome.stderr.lines().next();
        assert_eq!((outcome.code, error), (252, Some(&*format!("ekscred: error: {message}"))), "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 2, "one hint: {outcome}");
    }
    for url in ["", "proxy:3128", "ftp://proxy", "http://", "not a url"] {
        let outcome = scene.run(&["--name", "demo", "--proxy-url", url]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (252, ""), "{outcome}");
    }
    assert_eq!(scene.calls(), [""; 0], "nobody was asked");
    assert!(!scene.path(".kube").exists());
}

#[test]
fn no_region() {
    let scene = Scene::new().var("AWS_REGION", "").var("AWS_EC2_METADATA_DISABLED", "true");
    let outcome = scene.run(&["--name", "demo"]);
    assert_eq!(outcome.code, 253, "{outcome}");
    assert!(outcome.stderr.starts_with("ekscred: error: no region is set"), "{outcome}");
    assert!(outcome.stderr.ends_with("hint: give --region, or set AWS_REGION\n"), "{outcome}");
    assert_eq!(scene.calls(), [""; 0]);
}

#[test]
fn what_is_no_kubeconfig_is_refused_before_anybody_is_asked() {
    for text in ["clusters: {}\n", "- a\n", "kind: Pod\n", "a: 'b\n", "a: 1\n---\nb: 2\n", "\tx: 1\n"] {
        let scene = Scene::new().kubeconfig(text);
        for flags in [&["--name", "demo"][..], &["--name", "demo", "--dry-run"], &["--all"]] {
            let outcome = scene.run(flags);
            assert_eq!((outcome.code, outcome.stdout.as_str()), (253, ""), "{text:?}: {outcome}");
            assert!(outcome.stderr.contains(&scene.shown(".kube/config")), "{outcome}");
        }
        assert_eq!(scene.text(), text);
        assert_eq!(scene.calls(), [""; 0]);
        assert!(!scene.path(".kube/config.lock").exists());
    }
    // Of several files, kubectl takes none where one is broken.
    let scene = Scene::new().file("good", "").file("bad", "- a\n");
    let paths = ["good", "bad"].map(|name| scene.shown(name)).join(":");
    let scene = scene.var("KUBECONFIG", &paths);
    assert_eq!(scene.run(&["--name", "demo"]).code, 253);
    assert_eq!(scene.read("good"), "");
}

#[test]
fn lock_that_was_left_is_named_and_stays() {
    let scene = Scene::new().file(".kube/config.lock", "");
    let outcome = scene.run(&["--name", "demo"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (255, ""), "{outcome}");
    assert!(outcome.stderr.contains(&format!("rm {}", scene.shown(".kube/config.lock"))), "{outcome}");
    assert_eq!(scene.calls(), [DESCRIBED], "only then is it locked");
    assert!(scene.path(".kube/config.lock").exists() && !scene.path(".kube/config").exists());
    // Who only looks need not wait.
    assert_eq!(scene.update(&["--dry-run"]), scene.filled(NEW));
}

#[test]
fn nowhere_to_write() {
    let scene = Scene::new();
    let homeless = scene.sandbox.clone().homeless().run(&["update-kubeconfig", "--name", "demo"]);
    assert_eq!((homeless.code, homeless.stdout.as_str()), (253, ""), "{homeless}");
    assert!(homeless.stderr.contains("--kubeconfig"), "{homeless}");
    assert_eq!(scene.calls(), [""; 0]);

    let scene = scene.file("file", "");
    let path = scene.shown("file/config");
    let outcome = scene.run(&["--name", "demo", "--kubeconfig", &path]);
    assert!([253, 255].contains(&outcome.code) && outcome.stdout.is_empty(), "{outcome}");
    assert!(outcome.stderr.contains(&path), "{outcome}");
    assert_eq!(scene.read("file"), "");
}
