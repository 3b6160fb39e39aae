//! `ekscred doctor`: a healthy way into a cluster, broken in one place at a time; each time the right step says so, and
//! what to do.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::loopback::eks::Cluster;
use crate::loopback::{Loopback, Setup};
use crate::sandbox::{NOW, Outcome, Sandbox};

const ARN: &str = "arn:aws:eks:eu-west-1:123456789012:cluster/demo";
const SERVER: &str = "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com";
const STEPS: [&str; 7] = ["kubeconfig", "settings", "credentials", "identity", "cluster", "access", "api-server"];

/// A person with keys, a kubeconfig, and AWS.
struct Scene {
    loopback: Loopback,
    sandbox: Sandbox,
}

impl Scene {
    /// Everything is as it should be, but for what `aws` scripts.
    fn new(cluster: Cluster, aws: &Value) -> Self {
        let mut setup = Setup { now: Some(NOW), ..Setup::from_json(aws) };
        setup.clusters.push(cluster);
        let loopback = Loopback::start(setup);
        let sandbox = Sandbox::new()
            .with_standing_clock()
            .var("HTTPS_PROXY", loopback.proxy())
            .var("AWS_CA_BUNDLE", loopback.ca())
            .credentials(
                "[work]\naws_access_key_id = AKIDDEVELOPER1234567\naws_secret_access_key = secretDEVELOPER1234567\n",
            )
            .program("bin/ekscred")
            .program("bin/aws-vault");
        let scene = Self { loopback, sandbox };
        let config = scene.kubeconfig();
        scene.with_kubeconfig(&config)
    }

    fn healthy() -> Self {
        Self::new(
            Cluster::named("demo").with("accessConfig", json!({"authenticationMode": "CONFIG_MAP"})),
            &json!(true),
        )
    }

    fn kubeconfig(&self) -> String {
        let ca = STANDARD.encode(std::fs::read(self.loopback.ca()).expect("the CA"));
        let command = self.sandbox.home().join("bin/ekscred");
        format!(
            "apiVersion: v1
kind: Config
current-context: demo
clusters:
- name: {ARN}
  cluster:
    server: {SERVER}
    certificate-authority-data: {ca}
contexts:
- name: demo
  context: {{cluster: {ARN}, user: demo}}
users:
- name: demo
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: {command}
      args: [--region, eu-west-1, eks, get-token, --cluster-name, demo, --profile, work]
      interactiveMode: IfAvailable
",
            command = command.display()
        )
    }

    fn with_kubeconfig(self, text: &str) -> Self {
        Self { sandbox: self.sandbox.file(".kube/config", text), ..self }
    }

    /// The kubeconfig with something else in it.
    fn with(self, old: &str, new: &str) -> Self {
        let text = self.kubeconfig();
        assert!(text.contains(old), "{old}");
        self.with_kubeconfig(&text.replace(old, new))
    }

    fn var(self, name: &str, value: &str) -> Self {
        Self { sandbox: self.sandbox.var(name, value), ..self }
    }

    fn examine(&self, arguments: &[&str]) -> (Outcome, Value) {
        let arguments: Vec<&str> = ["doctor", "--output", "json"].iter().chain(arguments).copied().collect();
        let outcome = self.sandbox.run(&arguments);
        let report = serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}\n{outcome}"));
        (outcome, report)
    }

    /// `step` fails with this code, in words among which are these, and every step before it is not to blame.
    #[track_caller]
    fn assert_fails(&self, step: &str, code: u8, problem: &str, remedy: &str) {
        let (outcome, report) = self.examine(&[]);
        let steps = report["steps"].as_array().expect("steps");
        let names: Vec<&str> = steps.iter().map(|step| step["step"].as_str().expect("a name")).collect();
        assert_eq!(names, STEPS, "{outcome}");
        let first = steps.iter().find(|step| step["state"] == "failed").unwrap_or_else(|| panic!("{report:#}"));
        assert_eq!(first["step"], step, "{report:#}");
        for (key, words) in [("problem", problem), ("remedy", remedy)] {
            let text = first[key].as_str().unwrap_or_default();
            assert!(text.contains(words), "{key} lacks `{words}`: {report:#}");
        }
        assert_eq!((outcome.code, &report["healthy"]), (code, &json!(false)), "{report:#}");
        assert!(
            ["secretDEVELOPER1234567", "k8s-aws-v1.", "passw0rd"].iter().all(|secret| !outcome.stdout.contains(secret)),
            "{outcome}"
        );
    }
}

fn states(report: &Value) -> Vec<&str> {
    let steps = report["steps"].as_array().expect("steps");
    steps.iter().map(|step| step["state"].as_str().expect("a state")).collect()
}

#[test]
fn a_healthy_way() {
    let scene = Scene::healthy();
    let (outcome, report) = scene.examine(&[]);
    assert_eq!(outcome.code, 0, "{report:#}");
    assert_eq!(states(&report), ["done", "done", "done", "done", "done", "skipped", "done"], "{report:#}");
    assert_eq!(report["steps"][3]["facts"]["arn"], "arn:aws:iam::123456789012:user/DEVELOPER1234567");
    assert_eq!(report["steps"][6]["facts"]["user"], "dev", "{report:#}");
    // Nobody was asked for anything that the way does not need.
    let calls: Vec<String> = scene.loopback.report().calls;
    let names: Vec<&str> = calls.iter().filter_map(|call| call.split(' ').next()).collect();
    assert_eq!(names, ["Replay", "DescribeCluster", "SelfSubjectReview"], "{calls:?}");
}

/// What is wrong in the kubeconfig itself.
#[test]
fn broken_kubeconfigs() {
    let user = "user: demo}";
    for (old, new, code, problem, remedy) in [
        ("current-context: demo", "current-context: prod", 253, "context `prod` is not in", "contexts there: demo"),
        ("current-context: demo\n", "", 253, "no current context", "kubectl config use-context"),
        (user, "user: nobody}", 253, "names user `nobody`, which does not exist", "update-kubeconfig"),
        ("{cluster: arn", "{cluster: xarn", 253, "names cluster `xarn", "update-kubeconfig"),
        ("k8s.io/v1\n", "k8s.io/v1alpha1\n", 253, "refuses since 1.24", "v1beta1"),
        ("      interactiveMode: IfAvailable\n", "", 253, "no interactiveMode", "interactiveMode: IfAvailable"),
        ("[--region, eu-west-1,", "[--unknown-flag,", 252, "arguments that ekscred does not take", "correct the args"),
        ("bin/ekscred", "bin/gone/ekscred", 253, "kubectl cannot find", "convert-kubeconfig"),
        ("IfAvailable", "Perhaps", 253, "interactiveMode `Perhaps`", "interactiveMode: IfAvailable"),
        ("IfAvailable", "''", 253, "no interactiveMode", "interactiveMode: IfAvailable"),
        ("    exec:\n", "    token: t0ken\n    exec:\n", 253, "has a token beside its plugin", "take token out"),
        ("https://0123", "https://dora:passw0rd@0123", 253, "a user in its URL", "take the user out"),
        ("apiVersion: v1\n", "\tapiVersion: v1\n", 253, "kube/config", ""),
    ] {
        let scene = Scene::healthy().with(old, new);
        scene.assert_fails("kubeconfig", code, problem, remedy);
        assert_eq!(scene.loopback.report().connections, 0, "{new}");
        let outcome = scene.sandbox.run(&["doctor", "--debug"]);
        assert!(!outcome.to_string().contains("passw0rd") && !outcome.to_string().contains("t0ken"), "{outcome}");
    }
    let (outcome, report) = Scene::healthy().examine(&["--context", "prod"]);
    assert_eq!((outcome.code, states(&report)[0]), (253, "failed"), "{report:#}");
}

/// What the doctor does not run, it does not examine.
#[test]
fn users_of_other_kinds() {
    for (old, new, why) in [("bin/ekscred", "bin/aws-vault", "runs"), ("    exec:\n", "    other:\n", "runs no plugin")]
    {
        let (outcome, report) = Scene::healthy().with(old, new).examine(&[]);
        assert_eq!(outcome.code, 0, "{report:#}");
        assert_eq!(states(&report), ["skipped"; 7], "{report:#}");
        assert!(report["steps"][0]["problem"].as_str().is_some_and(|text| text.contains(why)), "{report:#}");
        assert_eq!(report["healthy"], false, "nothing is known: {report:#}");
    }
}

/// What the exec block sets is the plugin's; kubectl's own way to the API server is not changed by it.
#[test]
fn variables_of_the_exec_block() {
    let env = "env: [{name: HTTPS_PROXY, value: 'http://dora:passw0rd@127.0.0.1:1'}, {name: AWS_PROFILE, value: work}]";
    let scene = Scene::healthy().with("args: [", &format!("{env}\n      args: ["));
    let (outcome, report) = scene.examine(&[]);
    assert_eq!(states(&report)[3..], ["skipped", "skipped", "skipped", "done"], "{report:#}");
    assert_eq!(report["steps"][0]["facts"]["env"], "HTTPS_PROXY, AWS_PROFILE");
    assert!(!outcome.stdout.contains("passw0rd"), "{outcome}");
    // It has a home of its own, which has no AWS files.
    let elsewhere = Scene::healthy().with("args: [", "env: [{name: HOME, value: /gone}]\n      args: [");
    elsewhere.assert_fails("settings", 253, "profile `work`", "");
}

#[test]
fn settings_and_credentials() {
    Scene::healthy().with("--profile, work", "--profile, wrok").assert_fails(
        "settings",
        253,
        "profile `wrok`",
        "profiles there: work",
    );
    let endpoint = "demo, --sts-endpoint, 'https://dora:passw0rd@sts.example.com', --profile";
    Scene::healthy().with("demo, --profile", endpoint).assert_fails("settings", 252, "a user in it", "without");
    Scene::healthy().with("eu-west-1, eks", "EU-WEST-1, eks").assert_fails("settings", 252, "EU-WEST-1", "eu-west-1");
    let scene = Scene::healthy();
    let half = Scene {
        sandbox: scene.sandbox.clone().credentials("[work]\naws_access_key_id = AKIDDEVELOPER1234567\n"),
        ..scene
    };
    half.assert_fails("credentials", 253, "half a pair of keys", "both aws_access_key_id");
    let nothing = Scene::healthy().with(", --profile, work", "").var("AWS_EC2_METADATA_DISABLED", "true");
    nothing.assert_fails("credentials", 253, "no credentials found", "AWS_ACCESS_KEY_ID");
}

/// Keys in the environment beat `AWS_PROFILE`, which is told where it may be the reason.
#[test]
fn keys_in_the_environment() {
    let scene = Scene::healthy()
        .with(", --profile, work]", "]\n      env: [{name: AWS_PROFILE, value: work}]")
        .var("AWS_ACCESS_KEY_ID", "AKIDOTHER")
        .var("AWS_SECRET_ACCESS_KEY", "secretOTHER");
    let (outcome, report) = scene.examine(&[]);
    assert_eq!(outcome.code, 0, "{report:#}");
    let credentials = &report["steps"][2];
    assert_eq!(credentials["facts"]["source"], "the environment", "{report:#}");
    assert!(credentials["remedy"].as_str().is_some_and(|text| text.contains("--profile work")), "{report:#}");
    assert_eq!(report["steps"][3]["facts"]["arn"], "arn:aws:iam::123456789012:user/OTHER");
}

#[test]
fn what_sts_says() {
    let refusal =
        |code: &str, message: &str| json!({"answers": {"Replay": [{"status": 403, "code": code, "message": message}]}});
    let with = |aws: &Value| Scene::new(Cluster::named("demo"), aws);
    with(&refusal("ExpiredToken", "The security token included in the request is expired")).assert_fails(
        "identity",
        254,
        "ExpiredToken",
        "",
    );
    with(&refusal("InvalidClientTokenId", "The security token included in the request is invalid.")).assert_fails(
        "identity",
        254,
        "InvalidClientTokenId",
        "",
    );
    // Between the cluster and STS there is nothing of what is between STS and us.
    for answer in [
        json!({"status": 403, "code": "AccessDenied", "message": "explicit deny in a VPC endpoint policy"}),
        json!({"status": 503, "code": "ServiceUnavailable", "message": "later"}),
    ] {
        let (outcome, report) = with(&json!({"answers": {"Replay": [answer]}})).examine(&[]);
        assert_eq!((outcome.code, states(&report)[3], states(&report)[6]), (0, "skipped", "done"), "{report:#}");
    }
    // The certificates are of the real present, the clock is not looked at.
    let far = Scene::healthy().with("demo, --profile", "demo, --sts-endpoint, 'https://sts.example.com', --profile");
    far.assert_fails("identity", 253, "rule 5", "--sts-endpoint");
    assert!(far.loopback.report().calls.iter().all(|call| !call.starts_with("Replay")));
}

#[test]
fn what_eks_says() {
    let unauthorized = json!({"answers": {"SelfSubjectReview": [
        {"status": 401, "code": "Unauthorized", "message": "Unauthorized"},
    ]}});
    let with = |description: &[(&str, Value)]| {
        let cluster = Cluster::named("demo");
        let cluster = description.iter().fold(cluster, |cluster, (key, value)| cluster.with(key, value.clone()));
        Scene::new(cluster, &unauthorized)
    };
    let mistyped = with(&[]).with("--cluster-name, demo", "--cluster-name, demp");
    mistyped.assert_fails("cluster", 253, "no cluster demp in eu-west-1", "is demo meant?");
    let creating = with(&[("status", json!("CREATING"))]);
    creating.assert_fails("cluster", 253, "demo is CREATING", "wait");
    let moved = with(&[]).with(SERVER, "https://ABC.gr7.eu-west-1.eks.amazonaws.com");
    moved.assert_fails(
        "cluster",
        253,
        "the cluster's endpoint",
        "ekscred update-kubeconfig --name demo --region eu-west-1",
    );
    let other = Scene::healthy();
    let ca = STANDARD.encode(std::fs::read(other.loopback.ca()).expect("a CA"));
    let changed = with(&[("certificateAuthority", json!({"data": ca}))]);
    changed.assert_fails("cluster", 253, "certificate authority is not the cluster's", "ekscred update-kubeconfig");
}

/// What a token does not need is no fault where the API server lets it in.
#[test]
fn odd_and_yet_let_in() {
    let other = STANDARD.encode(std::fs::read(Scene::healthy().loopback.ca()).expect("a CA"));
    for (scene, problem) in [
        // Of another account, that is, which lets this one in.
        (Scene::healthy().with("--cluster-name, demo", "--cluster-name, demp"), "no cluster demp"),
        (Scene::healthy().with(ARN, &ARN.replace("123456789012", "444455556666")), "is of account 444455556666"),
        (Scene::healthy().with(SERVER, "https://api.eu-west-1.eks.amazonaws.com"), "the cluster's endpoint"),
        (
            Scene::new(Cluster::named("demo").with("certificateAuthority", json!({"data": other})), &json!(true)),
            "certificate authority",
        ),
    ] {
        let (outcome, report) = scene.examine(&[]);
        assert_eq!((outcome.code, states(&report)[4], states(&report)[6]), (0, "skipped", "done"), "{report:#}");
        let step = &report["steps"][4];
        let told = step["problem"].as_str().unwrap_or_default();
        assert!(told.contains(problem) && told.contains("the API server lets the token in"), "{report:#}");
        assert_eq!((&step["remedy"], &report["healthy"]), (&Value::Null, &json!(true)), "{report:#}");
    }
    // What is no region is not asked.
    let (outcome, report) = Scene::healthy().with(ARN, &ARN.replace("eu-west-1", "evil.example/x?")).examine(&[]);
    assert_eq!((outcome.code, states(&report)[4]), (0, "done"), "{report:#}");
    // Any region's STS will do, and the entry tells where the cluster is.
    let (outcome, report) = Scene::healthy().with("--region, eu-west-1", "--region, eu-west-3").examine(&[]);
    assert_eq!((outcome.code, states(&report)[4]), (0, "done"), "{report:#}");
}

/// Whoever may not ask EKS does not know whether the cluster is the one that the token is for.
#[test]
fn unauthorized_by_a_cluster_that_nobody_tells_of() {
    let denied = json!([{"status": 403, "code": "AccessDeniedException", "message": "User is not authorized"}]);
    let unauthorized = json!([{"status": 401, "code": "Unauthorized", "message": "Unauthorized"}]);
    let answers = json!({"answers": {"DescribeCluster": denied, "SelfSubjectReview": unauthorized}});
    let scene = Scene::new(Cluster::named("demo"), &answers);
    scene.assert_fails("api-server", 254, "is not the cluster that the token is for", "access entry");
    scene.assert_fails("api-server", 254, "does not know", "mapUsers");
}

/// Local clusters' tokens are bound to an id; EKS is asked by name.
#[test]
fn an_id_in_the_extension() {
    let id = "f0f1f2f3-0000-4000-8000-000000000001";
    let extension = format!(
        "    server: {SERVER}\n    extensions: [{{name: client.authentication.k8s.io/exec, extension: {{clusterId: {id}}}}}]"
    );
    let scene = Scene::healthy();
    let changed = scene
        .kubeconfig()
        .replace(&format!("    server: {SERVER}"), &extension)
        .replace("--cluster-name, demo, ", "")
        .replace("interactiveMode", "provideClusterInfo: true\n      interactiveMode");
    let scene = scene.with_kubeconfig(&changed);
    let (outcome, report) = scene.examine(&[]);
    assert_eq!((outcome.code, states(&report)[4]), (0, "done"), "{report:#}");
    let cluster = format!("{id} (from the cluster's exec extension)");
    assert_eq!(report["steps"][1]["facts"]["cluster"], cluster);
}

/// A permission that is missing is told as that: the way in does not need it.
#[test]
fn permissions_that_are_missing() {
    let denied = json!([{"status": 403, "code": "AccessDeniedException", "message": "User is not authorized"}]);
    let scene = Scene::new(Cluster::named("demo"), &json!({"answers": {"DescribeCluster": denied}}));
    let (outcome, report) = scene.examine(&[]);
    assert_eq!(outcome.code, 0, "{report:#}");
    assert_eq!(states(&report)[4..], ["skipped", "skipped", "done"], "{report:#}");
    assert!(report["steps"][4]["problem"].as_str().is_some_and(|text| text.contains("eks:DescribeCluster")));
    let scene = Scene::new(Cluster::named("demo"), &json!({"answers": {"ListAccessEntries": denied}}));
    let (outcome, report) = scene.examine(&[]);
    assert_eq!((outcome.code, &states(&report)[4..]), (0, &["done", "skipped", "done"][..]), "{report:#}");
}

/// A cluster in which only access entries count.
fn by_entries(entries: &Value) -> Value {
    json!({"clusters": [{
        "name": "demo",
        "description": {"accessConfig": {"authenticationMode": "API"}},
        "access_entries": entries,
    }]})
}

#[test]
fn access_entries() {
    let scene = |entries: &Value| {
        // The cluster that the setup already has comes first, and so counts.
        Scene::new(Cluster::named("unused"), &by_entries(entries))
    };
    let stranger = scene(&json!([]));
    stranger.assert_fails("access", 254, "has no access entry", "aws eks create-access-entry --cluster-name demo");
    let admin = json!([{
        "principal_arn": "arn:aws:iam::123456789012:user/DEVELOPER1234567",
        "username": "work",
        "groups": ["developers"],
        "policies": [{"arn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", "namespaces": ["web"]}],
    }]);
    let (outcome, report) = scene(&admin).examine(&[]);
    assert_eq!((outcome.code, states(&report)), (0, vec!["done"; 7]), "{report:#}");
    let facts = &report["steps"][5]["facts"];
    assert_eq!((&facts["user name"], &facts["groups"]), (&json!("work"), &json!("developers")));
    assert_eq!(facts["policies"], "AmazonEKSViewPolicy (namespace web)");
    // Without any of these it lets in and allows nothing.
    let bare = json!([{"principal_arn": "arn:aws:iam::123456789012:user/DEVELOPER1234567", "username": "work"}]);
    let (outcome, report) = scene(&bare).examine(&[]);
    assert_eq!(outcome.code, 0, "{report:#}");
    assert!(report["steps"][5]["remedy"].as_str().is_some_and(|text| text.contains("associate-access-policy")));
}

/// A code comes from the command line or the person, but from nobody where kubectl would let nobody be asked.
#[test]
fn a_role_that_wants_a_code() {
    let role = "--profile, work, --role-arn, 'arn:aws:iam::123456789012:role/ADMIN', --mfa-serial, \
                'arn:aws:iam::123456789012:mfa/dev'";
    let scene = |old: &str, new: &str| {
        let scene = Scene::healthy();
        let text = scene.kubeconfig().replace("--profile, work", role).replace(old, new);
        scene.with_kubeconfig(&text)
    };
    let on_a_terminal =
        |scene: Scene| Scene { sandbox: scene.sandbox.clone().terminal(vec!["123456".to_owned()]), ..scene };
    let credentials = |scene: &Scene, arguments: &[&str]| states(&scene.examine(arguments).1)[2].to_owned();
    assert_eq!(credentials(&scene("IfAvailable", "IfAvailable"), &[]), "failed");
    assert_eq!(credentials(&scene("IfAvailable", "IfAvailable"), &["--mfa-code", "123456"]), "done");
    assert_eq!(credentials(&on_a_terminal(scene("IfAvailable", "IfAvailable")), &[]), "done");
    assert_eq!(credentials(&on_a_terminal(scene("IfAvailable", "Never")), &[]), "failed");
}

/// A role's session tells its role's name, not its path; an access entry has it.
#[test]
fn a_role_with_a_path() {
    let entry = json!([{"principal_arn": "arn:aws:iam::123456789012:role/team/blue/ADMIN", "username": "admin"}]);
    let scene = Scene::new(Cluster::named("unused"), &by_entries(&entry));
    let scene =
        scene.with("--profile, work", "--profile, work, --role-arn, 'arn:aws:iam::123456789012:role/team/blue/ADMIN'");
    let (outcome, report) = scene.examine(&[]);
    assert_eq!((outcome.code, states(&report)[5]), (0, "done"), "{report:#}");
    assert_eq!(report["steps"][5]["facts"]["access entry"], "arn:aws:iam::123456789012:role/team/blue/ADMIN");
    // aws-auth wants it without.
    let scene = Scene::new(
        Cluster::named("demo").with("accessConfig", json!({"authenticationMode": "CONFIG_MAP"})),
        &json!({"answers": {"SelfSubjectReview": [{"status": 401, "code": "Unauthorized", "message": "Unauthorized"}]}}),
    );
    let scene =
        scene.with("--profile, work", "--profile, work, --role-arn, 'arn:aws:iam::123456789012:role/team/blue/ADMIN'");
    scene.assert_fails("api-server", 254, "does not know", "rolearn: \"arn:aws:iam::123456789012:role/ADMIN\"");
}

#[test]
fn the_api_server() {
    let says = |answer: Value| {
        let cluster = Cluster::named("demo").with("accessConfig", json!({"authenticationMode": "CONFIG_MAP"}));
        Scene::new(cluster, &json!({"answers": {"SelfSubjectReview": [answer]}}))
    };
    let refused = says(json!({"status": 401, "code": "Unauthorized", "message": "Unauthorized"}));
    refused.assert_fails(
        "api-server",
        254,
        "does not know",
        "userarn: \"arn:aws:iam::123456789012:user/DEVELOPER1234567\"",
    );
    says(json!({"close": true})).assert_fails("api-server", 255, "", "");
    let unknown = says(json!("ok"));
    let ca = STANDARD.encode(std::fs::read(Scene::healthy().loopback.ca()).expect("a CA"));
    let own = STANDARD.encode(std::fs::read(unknown.loopback.ca()).expect("a CA"));
    unknown.with(&own, &ca).assert_fails("api-server", 253, "certificate", "ekscred update-kubeconfig");
}

/// What README.md shows: somebody whom the cluster does not know.
pub fn transcript() -> String {
    let unauthorized = json!([{"status": 401, "code": "Unauthorized", "message": "Unauthorized"}]);
    let mut aws = by_entries(&json!([]));
    aws["answers"] = json!({"SelfSubjectReview": unauthorized});
    let scene = Scene::new(Cluster::named("unused"), &aws);
    let outcome = scene.sandbox.run(&["doctor"]);
    assert_eq!((outcome.code, &*outcome.stderr), (254, ""), "{outcome}");
    let home = scene.sandbox.home().to_str().expect("UTF-8");
    format!("```console\n$ ekscred doctor\n{}```\n", outcome.stdout.replace(home, "/home/dev"))
}
