//! The scene of the tests of `update-kubeconfig`: somebody with keys, a made-up EKS, and kubeconfigs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use ekscred::kubeconfig::document::Document;
use serde_json::Value;

use crate::loopback::eks::Cluster;
use crate::loopback::{Loopback, Setup};
use crate::sandbox::{Outcome, Sandbox};

pub const ARN: &str = "arn:aws:eks:eu-west-1:123456789012:cluster/demo";
pub const SERVER: &str = "https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com";
pub const AUTHORITY: &str = "Q0EgY2VydGlmaWNhdGU=";
pub const ROLE: &str = "arn:aws:iam::123456789012:role/team/admin";
/// The one call that it takes.
pub const DESCRIBED: &str = "DescribeCluster {aws} as AKIAIOSFODNN7EXAMPLE name=demo region=eu-west-1";

/// Somebody with keys, a made-up EKS, and `ekscred` in `PATH`.
pub struct Scene {
    pub aws: Loopback,
    pub sandbox: Sandbox,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(Setup { clusters: vec![Cluster::named("demo")], ..Setup::default() })
    }

    pub fn with(setup: Setup) -> Self {
        let aws = Loopback::start(setup);
        let sandbox = Sandbox::with_keys()
            .var("AWS_REGION", "eu-west-1")
            .var("AWS_ENDPOINT_URL", aws.aws())
            .file("bin/ekscred", "#!/bin/sh\n");
        let bin = sandbox.home().join("bin");
        fs::set_permissions(bin.join("ekscred"), fs::Permissions::from_mode(0o755)).expect("a mode");
        Self { aws, sandbox: sandbox.var("PATH", bin) }
    }

    /// The same, as the `aws` of a fixture tells it.
    pub fn told(setup: &Value) -> Self {
        Self::with(Setup::from_json(setup))
    }

    /// The same with another cluster.
    pub fn of(cluster: Cluster) -> Self {
        Self::with(Setup { clusters: vec![cluster], ..Setup::default() })
    }

    pub fn var(self, name: &str, value: &str) -> Self {
        Self { sandbox: self.sandbox.var(name, value), ..self }
    }

    pub fn file(self, path: &str, text: &str) -> Self {
        Self { sandbox: self.sandbox.file(path, text), ..self }
    }

    /// There is a kubeconfig.
    pub fn kubeconfig(self, text: &str) -> Self {
        self.file(".kube/config", text)
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.sandbox.run(&[&["update-kubeconfig"], arguments].concat())
    }

    /// Runs it for `demo`, which must succeed in silence; gives standard output.
    #[track_caller]
    pub fn update(&self, arguments: &[&str]) -> String {
        self.sandbox.stdout(&[&["eks", "update-kubeconfig", "--name", "demo"], arguments].concat())
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.sandbox.home().join(path)
    }

    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("a file")
    }

    #[track_caller]
    pub fn text(&self) -> String {
        self.read(".kube/config")
    }

    /// What the kubeconfig says.
    #[track_caller]
    pub fn value(&self) -> Value {
        value(&self.text())
    }

    /// What stands below `user:`, `cluster:` or `context:` of an entry.
    #[track_caller]
    pub fn entry(&self, list: &str, name: &str) -> Value {
        let value = self.value();
        let mut items = value[list].as_array().expect("a list").iter();
        let item = items.find(|item| item["name"] == name).unwrap_or_else(|| panic!("no {name} in {value:#}"));
        item[list.trim_end_matches('s')].clone()
    }

    pub fn names(&self, list: &str) -> Vec<String> {
        let value = self.value();
        let items = value[list].as_array().expect("a list").iter();
        items.map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
    }

    pub fn calls(&self) -> Vec<String> {
        self.aws.report().calls
    }

    /// Where it is said to be written.
    pub fn shown(&self, path: &str) -> String {
        self.path(path).display().to_string()
    }

    /// `text` with placeholders for paths filled in.
    pub fn filled(&self, text: &str) -> String {
        text.replace("{home}", &self.sandbox.home().display().to_string())
    }
}

pub fn value(text: &str) -> Value {
    Document::parse(text.to_owned()).expect("a kubeconfig").into_value()
}

/// What a first run writes.
pub const NEW: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: Q0EgY2VydGlmaWNhdGU=
    server: https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com
  name: arn:aws:eks:eu-west-1:123456789012:cluster/demo
contexts:
- context:
    cluster: arn:aws:eks:eu-west-1:123456789012:cluster/demo
    user: arn:aws:eks:eu-west-1:123456789012:cluster/demo
  name: arn:aws:eks:eu-west-1:123456789012:cluster/demo
current-context: arn:aws:eks:eu-west-1:123456789012:cluster/demo
kind: Config
preferences: {}
users:
- name: arn:aws:eks:eu-west-1:123456789012:cluster/demo
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - --region
      - eu-west-1
      - eks
      - get-token
      - --cluster-name
      - demo
      - --output
      - json
      command: {home}/bin/ekscred
      installHint: \"ekscred gets the tokens for this cluster; install it, then run ekscred update-kubeconfig\"
      interactiveMode: IfAvailable
";

/// What the AWS CLI writes for a profile and a role.
pub const OF_THE_CLI: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: b2xk
    server: https://old.example.com
  name: arn:aws:eks:eu-west-1:123456789012:cluster/demo
contexts:
- context:
    cluster: arn:aws:eks:eu-west-1:123456789012:cluster/demo
    user: arn:aws:eks:eu-west-1:123456789012:cluster/demo
  name: arn:aws:eks:eu-west-1:123456789012:cluster/demo
current-context: arn:aws:eks:eu-west-1:123456789012:cluster/demo
kind: Config
preferences: {}
users:
- name: arn:aws:eks:eu-west-1:123456789012:cluster/demo
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
      - --output
      - json
      - --role
      - arn:aws:iam::123456789012:role/team/admin
      command: aws
      env:
      - name: AWS_PROFILE
        value: dev
";

pub const DEV: &str = "[dev]\naws_access_key_id = AKIDDEV\naws_secret_access_key = secretDEV\n";
