//! A made-up world for runs of the program: variables, home directory, clock and streams, all of the test's making.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ekscred::terminal::Unanswered;
use ekscred::world::{Ask, Host, World};
use serde_json::Value;
use tempfile::TempDir;

/// AWS's documentation's example keys.
pub const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// 2026-01-02T03:04:05Z: what a test's clock says when it is first read, and a second more each time.
pub const NOW: u64 = 1_767_323_045;

/// A world under construction. A clone is another world over the same files.
#[derive(Clone)]
pub struct Sandbox {
    /// Removed with the last world over it.
    folder: Rc<TempDir>,
    home: PathBuf,
    variables: BTreeMap<String, OsString>,
    program: OsString,
    has_home: bool,
    broken_stdout: bool,
    starts_at: SystemTime,
    clock_stands: bool,
    terminal: Option<Vec<String>>,
    stdin: Vec<u8>,
}

/// What a run left.
#[derive(Debug)]
pub struct Outcome {
    pub code: u8,
    pub stdout: String,
    pub stderr: String,
    /// In how many writes standard output was written.
    pub writes: usize,
    /// What was asked on the terminal.
    pub prompts: Vec<String>,
    /// Where the run happened, for the message of a failing assertion.
    scene: String,
}

impl Sandbox {
    /// An empty home directory, no variables.
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a temporary directory");
        Self {
            home: folder.path().to_owned(),
            folder: Rc::new(folder),
            variables: BTreeMap::new(),
            program: "ekscred".into(),
            has_home: true,
            broken_stdout: false,
            starts_at: SystemTime::UNIX_EPOCH + Duration::from_secs(NOW),
            clock_stands: false,
            terminal: None,
            stdin: Vec::new(),
        }
    }

    /// The example keys in the environment.
    pub fn with_keys() -> Self {
        Self::new().var("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID).var("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
    }

    pub fn var(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Writes a file below the home directory.
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.home.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, content).expect("a file");
        self
    }

    /// A file below the home directory that could be run, and never is.
    pub fn program(self, path: &str) -> Self {
        let this = self.file(path, "");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(this.home.join(path), fs::Permissions::from_mode(0o755)).expect("a mode");
        }
        this
    }

    pub fn config(self, content: &str) -> Self {
        self.file(".aws/config", content)
    }

    pub fn credentials(self, content: &str) -> Self {
        self.file(".aws/credentials", content)
    }

    /// The home directory is another one, below the first.
    pub fn moved_to(mut self, folder: &str) -> Self {
        self.home = self.folder.path().join(folder);
        self
    }

    /// What the program is called at its start, in place of `ekscred`.
    pub fn started_as(mut self, program: impl Into<OsString>) -> Self {
        self.program = program.into();
        self
    }

    /// No home directory at all.
    pub fn homeless(mut self) -> Self {
        self.has_home = false;
        self
    }

    /// Standard output is a pipe that nobody reads.
    pub fn broken_stdout(mut self) -> Self {
        self.broken_stdout = true;
        self
    }

    /// What is piped in.
    pub fn stdin(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.stdin = content.into();
        self
    }

    /// What the clock says when a run first reads it, in place of [`NOW`].
    pub fn at(mut self, time: SystemTime) -> Self {
        self.starts_at = time;
        self
    }

    /// The clock stands still, so that times do not depend on how often it is read.
    pub fn with_standing_clock(mut self) -> Self {
        self.clock_stands = true;
        self
    }

    /// There is a terminal, at which a person answers one question after the other, then ends the input.
    pub fn terminal(mut self, answers: Vec<String>) -> Self {
        self.terminal = Some(answers);
        self
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Runs `ekscred` with these arguments, in process.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_os(arguments.iter().map(OsString::from))
    }

    pub fn run_os(&self, arguments: impl IntoIterator<Item = OsString>) -> Outcome {
        #[cfg(unix)]
        LIMIT.call_once(lift_the_limit_of_open_files);
        let (stdout, stderr, prompts) = (Stream::default(), Stream::default(), Rc::default());
        let world = self.world_with(stdout.clone(), stderr.clone(), Rc::clone(&prompts));
        let arguments: Vec<OsString> = [self.program.clone()].into_iter().chain(arguments).collect();
        let mut scene = format!("arguments: {arguments:?}\nvariables: {:?}\n", self.variables);
        for name in ["config", "credentials"] {
            let text = fs::read(self.home.join(".aws").join(name)).unwrap_or_default();
            let _ = writeln!(scene, "{name}: {:?}", String::from_utf8_lossy(&text[..text.len().min(2000)]));
        }
        let code = ekscred::run(arguments, &world);
        let (writes, prompts) = (stdout.0.borrow().len(), prompts.take());
        Outcome { code, stdout: stdout.text(), stderr: stderr.text(), writes, prompts, scene }
    }

    /// The world of a run, for what is tested below the command line.
    pub fn world(&self) -> World {
        self.world_with(Stream::default(), Stream::default(), Rc::default())
    }

    fn world_with(&self, stdout: Stream, stderr: Stream, prompts: Rc<RefCell<Vec<String>>>) -> World {
        let variables = self.variables.clone();
        let environment: Vec<_> = variables.iter().map(|(name, value)| (name.into(), value.clone())).collect();
        let home: Option<PathBuf> = self.has_home.then(|| self.home.clone());
        let now = Cell::new(self.starts_at);
        let tick = Duration::from_secs(u64::from(!self.clock_stands));
        let has_terminal = self.terminal.is_some();
        let directory = self.home.clone();
        World::new(Host {
            variable: Box::new(move |name| variables.get(name).cloned()),
            environment: Box::new(move || environment.clone()),
            clock: Box::new(move || now.replace(now.get() + tick)),
            home: Box::new(move || home.clone()),
            directory: Box::new(move || Ok(directory.clone())),
            stdin: RefCell::new(Box::new(io::Cursor::new(self.stdin.clone()))),
            stdout: RefCell::new(if self.broken_stdout { Box::new(BrokenPipe) } else { Box::new(stdout) }),
            stderr: RefCell::new(Box::new(stderr)),
            stderr_is_terminal: false,
            stdout_is_terminal: Box::new(|| false),
            ask: asker(self.terminal.clone(), prompts),
            has_terminal: Box::new(move || has_terminal),
        })
    }

    /// Runs a command that must succeed in silence, and gives its standard output.
    #[track_caller]
    pub fn stdout(&self, arguments: &[&str]) -> String {
        let outcome = self.run(arguments);
        outcome.assert_success();
        assert_eq!(outcome.stderr, "", "{outcome}");
        outcome.stdout
    }

    /// The URL inside the token of `get-token` with these further arguments.
    #[track_caller]
    pub fn url(&self, arguments: &[&str]) -> String {
        let arguments: Vec<&str> = ["get-token", "--token-only"].iter().chain(arguments).copied().collect();
        url_in(self.stdout(&arguments).trim())
    }
}

impl Outcome {
    #[track_caller]
    pub fn assert_success(&self) {
        assert_eq!(self.code, 0, "{self}");
    }

    /// The run failed with this code and exactly this on standard error, and printed nothing.
    #[track_caller]
    pub fn assert_failure(&self, code: u8, stderr: &str) {
        assert_eq!((self.stderr.as_str(), self.code, self.stdout.as_str()), (stderr, code, ""), "{self}");
    }

    /// The ExecCredential that was printed.
    #[track_caller]
    pub fn credential(&self) -> Value {
        self.assert_success();
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}code: {}\nstdout: {:?}\nstderr: {:?}", self.scene, self.code, self.stdout, self.stderr)
    }
}

#[cfg(unix)]
static LIMIT: std::sync::Once = std::sync::Once::new();

/// A run that used the network leaves its connections to the end of the process: here, to the end of all tests. Many
/// systems allow a process a thousand open files, unless it asks for more.
#[cfg(unix)]
fn lift_the_limit_of_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    const ENOUGH: u64 = 20_000;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let current = current.map(|current| current.max(maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH))));
    // Where it cannot be had, it may not be needed.
    let _ = setrlimit(Resource::Nofile, Rlimit { current, maximum });
}

/// A terminal that notes each question, and gives each answer once.
fn asker(answers: Option<Vec<String>>, prompts: Rc<RefCell<Vec<String>>>) -> Ask {
    let answers = answers.map(|answers| RefCell::new(VecDeque::from(answers)));
    Box::new(move |prompt, _| {
        let answers = answers.as_ref().ok_or(Unanswered::NoTerminal)?;
        prompts.borrow_mut().push(prompt.to_owned());
        answers.borrow_mut().pop_front().ok_or(Unanswered::EndOfInput)
    })
}

/// The URL inside a token.
#[track_caller]
pub fn url_in(token: &str) -> String {
    let encoded = token.strip_prefix("k8s-aws-v1.").expect("the token's prefix");
    String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).expect("base64url")).expect("UTF-8")
}

/// A stream that remembers each write.
#[derive(Clone, Default)]
struct Stream(Rc<RefCell<Vec<Vec<u8>>>>);

impl Stream {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().concat()).expect("UTF-8")
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct BrokenPipe;

impl Write for BrokenPipe {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
