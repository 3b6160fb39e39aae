//! Where the tests of the caches play: a home directory with the files of `cache_profiles.rs`, and an AWS on loopback.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::cache_profiles::files;
use crate::loopback::{Loopback, Setup, placeholders};
use crate::sandbox::{Outcome, Sandbox};

/// A home directory, an AWS to be asked, and a clock that stands.
pub struct Scene {
    pub sandbox: Sandbox,
    pub aws: Loopback,
    /// What the clock says.
    pub now: SystemTime,
    calls: Cell<usize>,
    connections: Cell<usize>,
}

/// What a run came to.
#[derive(Debug)]
pub struct Run {
    pub outcome: Outcome,
    /// What AWS was asked.
    pub calls: Vec<String>,
    /// How many connections were made for that.
    pub connections: usize,
}

impl Scene {
    pub fn new() -> Self {
        Self::with(Setup::default())
    }

    pub fn with(setup: Setup) -> Self {
        let now = soon();
        let aws = Loopback::start(Setup { now: Some(seconds(now)), ..setup });
        let sandbox = Sandbox::new()
            .at(now)
            .with_standing_clock()
            .var("AWS_ENDPOINT_URL", aws.aws())
            .var("HTTPS_PROXY", aws.proxy())
            .var("AWS_CA_BUNDLE", aws.ca())
            .var("AWS_REGION", "eu-west-1")
            .var("AWS_EC2_METADATA_DISABLED", "true");
        let mut scene = Self { sandbox, aws, now, calls: Cell::default(), connections: Cell::default() };
        for (path, text) in files() {
            scene = scene.file(&path, &text);
        }
        scene
    }

    pub fn file(mut self, path: &str, content: &str) -> Self {
        let content = self.fill(content);
        self.sandbox = self.sandbox.file(path, content);
        self
    }

    pub fn var(mut self, name: &str, value: &str) -> Self {
        let value = self.fill(value);
        self.sandbox = self.sandbox.var(name, value);
        self
    }

    /// Runs `get-token`, for the cluster `demo` unless `line` names one. Its words are variables and flags:
    /// `AWS_PROFILE=p --region eu-west-2`.
    pub fn run(&self, line: &str) -> Run {
        self.run_at(self.now, line)
    }

    pub fn run_at(&self, now: SystemTime, line: &str) -> Run {
        let names_cluster = ["-i ", "--cluster-", "KUBERNETES_EXEC_INFO="].iter().any(|name| line.contains(name));
        let command = if names_cluster { "get-token" } else { "get-token --cluster-name demo" };
        self.command(now, &format!("{command} {line}"))
    }

    /// Runs any command.
    pub fn command(&self, now: SystemTime, line: &str) -> Run {
        let line = self.fill(line);
        let (mut sandbox, mut arguments) = (self.sandbox.clone().at(now), Vec::new());
        for word in line.split_ascii_whitespace() {
            let is_name =
                |name: &str| name.bytes().all(|byte| byte.is_ascii_uppercase() || b"_0123456789".contains(&byte));
            match word.split_once('=').filter(|(name, _)| is_name(name)) {
                Some(("HOME", folder)) => sandbox = sandbox.moved_to(folder),
                Some((name, value)) => sandbox = sandbox.var(name, value),
                None => arguments.push(word),
            }
        }
        let outcome = sandbox.run(&arguments);
        let report = self.aws.report();
        let calls = report.calls[self.calls.replace(report.calls.len())..].to_vec();
        let connections = report.connections - self.connections.replace(report.connections);
        Run { outcome, calls, connections }
    }

    /// `text` with placeholders filled in: `{home}`, `{aws}`, `{now+60}` and the like; `{v1}`, how an exec info begins.
    pub fn fill(&self, text: &str) -> String {
        let home = self.sandbox.home().to_str().expect("UTF-8").to_owned();
        let mut places = self.aws.places().to_vec();
        places.push(("home", home));
        places.push(("v1", r#""apiVersion":"client.authentication.k8s.io/v1""#.to_owned()));
        placeholders::fill(text, seconds(self.now), &places)
    }

    /// Our own folder.
    pub fn own(&self) -> PathBuf {
        self.sandbox.home().join(".cache/ekscred")
    }

    /// The AWS CLI's.
    pub fn shared(&self) -> PathBuf {
        self.sandbox.home().join(".aws/cli/cache")
    }

    /// Whatever is in the two folders: paths and contents.
    pub fn kept(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files =
            [self.own(), self.shared()].into_iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
        let paths = files.map(|entry| entry.expect("an entry").path());
        paths.map(|path| (path.clone(), fs::read(path).expect("a file"))).collect()
    }

    /// The entries among that.
    pub fn entries(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        self.kept().into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "json")).collect()
    }

    /// Puts what was kept back into the two folders, and nothing else.
    pub fn keep(&self, kept: &BTreeMap<PathBuf, Vec<u8>>) {
        for folder in [self.own(), self.shared()] {
            match fs::remove_dir_all(folder) {
                Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                    panic!("{error}");
                }
                _ => {}
            }
        }
        for (path, content) in kept {
            write_private(path, content);
        }
    }

    /// A session as the AWS CLI writes it at the least, for an hour.
    pub fn session_of_the_aws_cli(&self) -> Value {
        json!({"Credentials": {
            "AccessKeyId": "ASIACLI",
            "SecretAccessKey": "secretCLI",
            "SessionToken": "tokenCLI",
            "Expiration": self.fill("{now+3600}"),
        }})
    }

    /// Leaves a file in the AWS CLI's folder, later than all changes of others.
    pub fn leave(&self, name: &str, content: &str) {
        wait_for_a_tick(self.sandbox.home());
        write_private(&self.shared().join(name), content.as_bytes());
    }

    /// Empties the two folders.
    pub fn forget(&self) {
        self.keep(&BTreeMap::new());
    }
}

impl Run {
    /// What it said, and how it ended.
    pub fn answer(&self) -> (u8, &str, &str) {
        (self.outcome.code, &self.outcome.stdout, &self.outcome.stderr)
    }

    /// Whether anything about it can be told from another run.
    pub fn is_other_than(&self, other: &Self) -> bool {
        self.answer() != other.answer() || self.calls != other.calls
    }

    /// The token, of a run that succeeded without a word.
    #[track_caller]
    pub fn token(&self) -> String {
        assert_eq!(self.outcome.stderr, "", "{}", self.outcome);
        self.outcome.credential()["status"]["token"].as_str().expect("a text").to_owned()
    }

    /// The run succeeded and asked AWS this.
    #[track_caller]
    pub fn assert_calls(&self, calls: &[&str]) {
        self.outcome.assert_success();
        assert_eq!(self.calls, calls, "{}", self.outcome);
    }
}

/// A time in whole seconds at which every file that a test makes has been as it is for long enough, and is not old yet.
pub fn soon() -> SystemTime {
    let real = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("a clock after 1970");
    SystemTime::UNIX_EPOCH + Duration::from_secs(real.as_secs() + 300)
}

pub fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).expect("a time after 1970").as_secs()
}

/// The AWS CLI's name for the session of the profile `lone`, SHA-1 of
/// `{"RoleArn": "arn:aws:iam::123456789012:role/LONE"}`.
pub const LONE: &str = "a4d68951710724ed3b99d3fb84a17d51cee7d528.json";

pub fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::write(path, content).expect("a file");
}

/// Waits until a change of a file gets a later time than all changes before: file systems count in milliseconds.
pub fn wait_for_a_tick(folder: &Path) {
    let path = folder.join("tick");
    let time = || {
        write(&path, "");
        let metadata = fs::metadata(&path).expect("the file");
        fs::remove_file(&path).expect("the file");
        (metadata.ctime(), metadata.ctime_nsec())
    };
    let start = time();
    while time() == start {}
}

/// Sets the time of a file's last change.
pub fn set_time(path: &Path, time: SystemTime) {
    let file = File::options().append(true).open(path).expect("the file");
    file.set_times(FileTimes::new().set_modified(time)).expect("its time");
}

/// Writes a file as ekscred would write it: in a folder of its user's, private.
pub fn write_private(path: &Path, content: &[u8]) {
    let folder = path.parent().expect("a folder");
    fs::create_dir_all(folder).expect("a folder");
    write(path, content);
    for (path, mode) in [(folder, 0o700), (path, 0o600)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the mode");
    }
}
