//! The cases below `tests/fixtures/credentials`: one directory each, with the AWS files, a `home/` perhaps, and a
//! `case.json` that says what it shows, which variables and arguments it has, and what comes out.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::loopback::{Loopback, Setup, placeholders};
use crate::sandbox::{NOW, Outcome, Sandbox};

pub struct Case {
    pub folder: PathBuf,
    pub json: Value,
}

/// A case, ready to run: its placeholders are filled in.
pub struct Stage {
    pub sandbox: Sandbox,
    /// The AWS that is there to be asked, where the case has one.
    pub loopback: Option<Loopback>,
    pub arguments: Vec<String>,
    /// The texts that the case is made of, for whoever looks for its secrets.
    pub texts: Vec<String>,
}

/// Checks every case, and gives what was said of those that failed. Several at a time, since some of them wait.
pub fn failures(check: impl Fn(&Case) -> Result<(), String> + Sync) -> Vec<String> {
    let cases = all();
    assert!(cases.len() >= 300, "only {} cases", cases.len());
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let failure = check(case).err();
            failures.lock().expect("no panic").extend(failure);
        }
    };
    thread::scope(|scope| (0..THREADS).for_each(|_| _ = scope.spawn(work)));
    let mut failures = failures.into_inner().expect("no panic");
    failures.sort();
    failures
}

const THREADS: usize = 4;

fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/credentials");
    let entries = fs::read_dir(folder).expect("the fixtures");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    let case = |folder: PathBuf| {
        let text = fs::read_to_string(folder.join("case.json")).expect("case.json");
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        Case { folder, json }
    };
    folders.into_iter().map(case).collect()
}

impl Case {
    pub fn name(&self) -> &str {
        self.folder.file_name().and_then(|name| name.to_str()).expect("a folder's name")
    }

    /// Sets the scene: the loopback AWS, the home directory, variables, arguments and the terminal.
    pub fn stage(&self) -> Stage {
        let sandbox = Sandbox::new().with_standing_clock();
        let loopback = self.json.get("aws").map(|aws| {
            let aws: Value = serde_json::from_str(&fill(&aws.to_string(), None, sandbox.home())).expect("JSON");
            Loopback::start(Setup { now: Some(NOW), ..Setup::from_json(&aws) })
        });
        let mut stage = Stage { sandbox, loopback, arguments: Vec::new(), texts: Vec::new() };
        stage.add_files(&self.folder);
        stage.add_variables(&self.json);
        for argument in texts(&self.json["args"]) {
            let argument = stage.fill(argument);
            stage.arguments.push(argument);
        }
        if self.json.get("terminal").is_some() {
            let answers: Vec<String> = texts(&self.json["terminal"]).map(str::to_owned).collect();
            stage.sandbox = stage.sandbox.terminal(answers);
        }
        stage
    }
}

impl Stage {
    /// Runs the case, with these arguments besides its own.
    pub fn run(&self, further: &[&str]) -> Outcome {
        let arguments = ["get-token", "--cluster-name", "demo"].iter().chain(further).copied();
        self.sandbox.run(&arguments.chain(self.arguments.iter().map(String::as_str)).collect::<Vec<_>>())
    }

    /// `text` with the case's placeholders filled in.
    pub fn fill(&self, text: &str) -> String {
        fill(text, self.loopback.as_ref(), self.sandbox.home())
    }

    /// `config` and `credentials` become AWS's files; what is in `home/` goes to the home directory.
    fn add_files(&mut self, folder: &Path) {
        for name in ["config", "credentials"] {
            self.add_file(&folder.join(name), &PathBuf::from(".aws").join(name));
        }
        self.add_folder(&folder.join("home"), Path::new(""));
    }

    fn add_folder(&mut self, folder: &Path, place: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let entry = entry.expect("an entry");
            let (source, place) = (entry.path(), place.join(entry.file_name()));
            if source.is_dir() { self.add_folder(&source, &place) } else { self.add_file(&source, &place) }
        }
    }

    /// Copies a file, where there is one. Those that are text have their placeholders filled in.
    fn add_file(&mut self, source: &Path, place: &Path) {
        let Ok(content) = fs::read(source) else { return };
        let target = self.sandbox.home().join(place);
        fs::create_dir_all(target.parent().expect("a parent")).expect("a directory");
        match String::from_utf8(content) {
            Ok(text) => {
                let text = self.fill(&text);
                fs::write(&target, &text).expect("a file");
                self.texts.push(text);
            }
            Err(error) => fs::write(&target, error.as_bytes()).expect("a file"),
        }
        let permissions = fs::metadata(source).expect("the file").permissions();
        fs::set_permissions(&target, permissions).expect("the file's mode"); // scripts stay executable
    }

    fn add_variables(&mut self, case: &Value) {
        let mut variables: Vec<(String, String)> = Vec::new();
        if !self.mentions_metadata(case) {
            variables.push(("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned()));
        }
        if let Some(loopback) = &self.loopback {
            variables.push(("HTTPS_PROXY".to_owned(), loopback.proxy()));
            variables.push(("AWS_CA_BUNDLE".to_owned(), loopback.ca().to_str().expect("UTF-8").to_owned()));
        }
        if let Some(interactive) = case["interactive"].as_bool() {
            let info = json!({
                "apiVersion": "client.authentication.k8s.io/v1beta1",
                "kind": "ExecCredential",
                "spec": {"interactive": interactive},
            });
            variables.push(("KUBERNETES_EXEC_INFO".to_owned(), info.to_string()));
        }
        for (name, value) in case["env"].as_object().into_iter().flatten() {
            variables.push((name.clone(), self.fill(value.as_str().expect("a text"))));
        }
        let mut sandbox = std::mem::replace(&mut self.sandbox, Sandbox::new());
        for (name, value) in variables {
            self.texts.push(format!("{name}={value}"));
            sandbox = sandbox.var(&name, value);
        }
        self.sandbox = sandbox;
    }

    /// Whether a case says where instance metadata is, or that there is none. For all others the link-local address
    /// stays untouched: on an instance it would answer.
    fn mentions_metadata(&self, case: &Value) -> bool {
        let mut variables = case["env"].as_object().into_iter().flatten();
        variables.any(|(name, _)| name.starts_with("AWS_EC2_METADATA_"))
            || self.texts.iter().any(|text| text.contains("ec2_metadata_service_endpoint"))
    }
}

/// The texts in a list of a case; none where there is no list.
pub fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().map(|text| text.as_str().expect("a text"))
}

fn fill(text: &str, loopback: Option<&Loopback>, home: &Path) -> String {
    let mut places = loopback.map_or_else(Vec::new, |loopback| loopback.places().to_vec());
    places.push(("home", home.to_str().expect("UTF-8").to_owned()));
    placeholders::fill(text, NOW, &places)
}
