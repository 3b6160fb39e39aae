//! What the process is given: variables, clock, home directory and streams, and the table of every environment
//! variable that ekscred reads.
//!
//! Only `main` fills a [`World`] from the real process; tests fill it with what they like.

use std::cell::{OnceCell, RefCell};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};

use crate::error::{Failure, configuration, one_line};
use crate::log::Log;
use crate::terminal::Unanswered;

/// Looks an environment variable up.
pub type Lookup = Box<dyn Fn(&str) -> Option<OsString>>;

/// Asks a person one secret line, within some time.
pub type Ask = Box<dyn Fn(&str, Duration) -> Result<String, Unanswered>>;

/// The outside of the process, piece by piece.
pub struct Host {
    /// The value of an environment variable.
    pub variable: Lookup,
    /// All of them.
    pub environment: Box<dyn Fn() -> Vec<(OsString, OsString)>>,
    /// The wall clock.
    pub clock: Box<dyn Fn() -> SystemTime>,
    /// The user's home directory: `HOME`, else the password database; none is fine.
    pub home: Box<dyn Fn() -> Option<PathBuf>>,
    /// The current directory.
    pub directory: Box<dyn Fn() -> io::Result<PathBuf>>,
    /// What is piped in. Only `inspect` reads it: whoever runs a plugin may leave it open for ever.
    pub stdin: RefCell<Box<dyn Read>>,
    /// Where the document goes.
    pub stdout: RefCell<Box<dyn Write>>,
    /// Where everything said to a person goes.
    pub stderr: RefCell<Box<dyn Write>>,
    /// Whether a person sees that at once.
    pub stderr_is_terminal: bool,
    /// Whether the document is for a person's eyes.
    pub stdout_is_terminal: Box<dyn Fn() -> bool>,
    /// The controlling terminal, where a person can be asked.
    pub ask: Ask,
    /// Whether there is one, now.
    pub has_terminal: Box<dyn Fn() -> bool>,
}

/// The outside of the process, as the program uses it.
pub struct World {
    host: Rc<Host>,
    /// Variables that beat the host's.
    overlay: Vec<(String, OsString)>,
    log: Rc<OnceCell<Log>>,
}

impl World {
    /// A world made of `host`'s pieces.
    #[must_use]
    pub fn new(host: Host) -> Self {
        World { host: Rc::new(host), overlay: Vec::new(), log: Rc::default() }
    }

    /// The same world as a child process would see it that is given these variables, too.
    #[must_use]
    pub(crate) fn with_variables(&self, variables: impl IntoIterator<Item = (String, OsString)>) -> Self {
        let overlay = self.overlay.iter().cloned().chain(variables).collect();
        World { host: Rc::clone(&self.host), overlay, log: Rc::clone(&self.log) }
    }

    /// The wall clock, now. Read it once per decision, so that a signature and its expiry cannot disagree.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        (self.host.clock)()
    }

    /// The user's home directory.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        let own = self.overlay.iter().rfind(|(name, value)| cfg!(unix) && name == "HOME" && !value.is_empty());
        own.map_or_else(|| (self.host.home)(), |(_, home)| Some(home.into()))
    }

    /// All variables, for what another program may go by.
    #[must_use]
    pub(crate) fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut all = (self.host.environment)();
        all.retain(|(name, _)| !self.overlay.iter().any(|(own, _)| *name == **own));
        all.extend(self.overlay.iter().map(|(name, value)| (name.into(), value.clone())));
        all
    }

    /// The current directory.
    ///
    /// # Errors
    /// It was removed, or may not be looked at.
    pub(crate) fn directory(&self) -> io::Result<PathBuf> {
        (self.host.directory)()
    }

    /// All of standard input, or its first `limit` bytes.
    ///
    /// # Errors
    /// It cannot be read.
    pub(crate) fn read_stdin(&self, limit: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.host.stdin.borrow_mut().by_ref().take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Whether the document goes to a person's screen.
    #[must_use]
    pub(crate) fn is_read_by_person(&self) -> bool {
        (self.host.stdout_is_terminal)()
    }

    /// Whether a person sees at once what is said.
    #[must_use]
    pub(crate) fn is_watched(&self) -> bool {
        self.host.stderr_is_terminal
    }

    /// The value of any variable as it is, for `$NAME` inside a path.
    #[must_use]
    pub(crate) fn verbatim(&self, name: &str) -> Option<OsString> {
        let own = self.overlay.iter().rev().find(|(own, _)| own == name);
        own.map_or_else(|| (self.host.variable)(name), |(_, value)| Some(value.clone()))
    }

    /// The value of a variable that need not be text, a path say; an empty one counts as unset.
    #[must_use]
    pub(crate) fn raw(&self, variable: Variable) -> Option<OsString> {
        self.verbatim(variable.name).filter(|value| !value.is_empty())
    }

    /// The value of a variable; an empty one counts as unset.
    ///
    /// # Errors
    /// When the value is not UTF-8. The message names the variable, never the value.
    pub(crate) fn text(&self, variable: Variable) -> Result<Option<String>, Failure> {
        let Some(value) = self.raw(variable) else { return Ok(None) };
        let value = value.into_string();
        value.map(Some).map_err(|_| configuration(format!("{} is not valid UTF-8", variable.name)))
    }

    /// Writes `document` to standard output, whole, in one write.
    ///
    /// # Errors
    /// When standard output is closed, full or gone.
    pub(crate) fn print(&self, document: impl AsRef<[u8]>) -> Result<()> {
        let mut stdout = self.host.stdout.borrow_mut();
        stdout.write_all(document.as_ref()).and_then(|()| stdout.flush()).context("cannot write to standard output")
    }

    /// Says `lines` on standard error. That it cannot be said is no reason to fail.
    pub fn say(&self, lines: &str) {
        // In one write: others may be at the same terminal.
        let _ = self.host.stderr.borrow_mut().write_all(format!("{lines}\n").as_bytes());
        if let Some(log) = self.log() {
            lines.lines().for_each(|line| log.write(line, self.now(), None));
        }
    }

    /// Says one line of warning on standard error.
    pub fn warn(&self, message: &str) {
        self.say(&format!("ekscred: warning: {}", one_line(message)));
    }

    /// Asks the person at the controlling terminal for a secret line.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn ask(&self, prompt: &str, patience: Duration) -> Result<String, Unanswered> {
        (self.host.ask)(&one_line(prompt), patience)
    }

    /// Whether there is somebody to ask.
    #[must_use]
    pub(crate) fn has_terminal(&self) -> bool {
        (self.host.has_terminal)()
    }

    /// Notes a decision in the debug log, where there is one. `message` must hold no secret.
    pub fn debug(&self, message: impl FnOnce() -> String) {
        if let Some(log) = self.log() {
            log.write(&one_line(&message()), self.now(), Some(&mut **self.host.stderr.borrow_mut()));
        }
    }

    /// The debug log, where there is one.
    pub(crate) fn log(&self) -> Option<&Log> {
        self.log.get()
    }

    /// From here on [`World::debug`] goes to `log`.
    pub(crate) fn log_to(&self, log: Log) {
        let _ = self.log.set(log);
    }
}

/// An environment variable that ekscred reads.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does: the text of the man page and of the README.
    pub help: &'static str,
}

/// Defines each variable as a constant and [`VARIABLES`] as the table of them all, in order.
macro_rules! variables {
    ($($name:ident: $help:literal,)*) => {
        $(#[doc = $help] pub const $name: Variable = Variable { name: stringify!($name), help: $help };)*
        /// Every environment variable that ekscred reads, in the order of the documentation.
        pub const VARIABLES: &[Variable] = &[$($name),*];
    };
}

variables! {
    AWS_ACCESS_KEY_ID: "Access key id. Beats every profile but one given by `--profile`.",
    AWS_SECRET_ACCESS_KEY: "Secret access key that belongs to `AWS_ACCESS_KEY_ID`.",
    AWS_SESSION_TOKEN: "Session token, for temporary keys.",
    AWS_SECURITY_TOKEN: "Old name of `AWS_SESSION_TOKEN`; used first where both are set, as the AWS CLI does.",
    AWS_CREDENTIAL_EXPIRATION: "When the keys in the environment expire (RFC 3339). The token never outlives them.",
    AWS_PROFILE: "Profile to use; `--profile` beats it.",
    AWS_DEFAULT_PROFILE: "Profile to use where `AWS_PROFILE` is unset.",
    AWS_CONFIG_FILE: "Config file in place of `~/.aws/config`; `~` and `$NAME` are expanded.",
    AWS_SHARED_CREDENTIALS_FILE: "Credentials file in place of `~/.aws/credentials`; `~` and `$NAME` are expanded.",
    AWS_REGION: "Region of the cluster and of STS; `--region`, a cluster ARN and the cluster's exec extension beat it.",
    AWS_DEFAULT_REGION: "Region where `AWS_REGION` is unset.",
    AWS_USE_FIPS_ENDPOINT: "`true` uses the FIPS endpoint of STS; also `use_fips_endpoint` in the profile.",
    AWS_USE_DUALSTACK_ENDPOINT: "`true` uses the dual-stack endpoint of STS; also `use_dualstack_endpoint` in the profile.",
    AWS_DEFAULT_OUTPUT: "Output format where `--query` is given without `--output`; also `output` in the profile.",
    AWS_WEB_IDENTITY_TOKEN_FILE: "File with a web identity token, as EKS's IAM roles for service accounts set it; `--profile` makes this and the next two ignored.",
    AWS_ROLE_ARN: "Role that the web identity assumes.",
    AWS_ROLE_SESSION_NAME: "Session name of that role.",
    AWS_CREDENTIAL_FILE: "File with `AWSAccessKeyId=` and `AWSSecretKey=` lines, of the first AWS tools.",
    BOTO_CONFIG: "Boto's configuration in place of `/etc/boto.cfg` and `~/.boto`.",
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "Path of the container's credentials, as ECS sets it.",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "URL of the container's credentials, as EKS Pod Identity sets it.",
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "File with the token that the container's endpoint demands.",
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "That token itself.",
    AWS_EC2_METADATA_DISABLED: "`true` keeps EC2 instance metadata out of the search.",
    AWS_EC2_METADATA_V1_DISABLED: "`true` demands version 2 of instance metadata; also `ec2_metadata_v1_disabled` in the profile.",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: "URL of instance metadata; also `ec2_metadata_service_endpoint` in the profile.",
    AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: "`ipv4` or `ipv6`; also `ec2_metadata_service_endpoint_mode` in the profile.",
    AWS_METADATA_SERVICE_TIMEOUT: "Seconds that instance metadata may take for an answer; also `metadata_service_timeout` in the profile. Without it, 1.5 seconds are the bound for all of them.",
    AWS_METADATA_SERVICE_NUM_ATTEMPTS: "How often instance metadata is asked at most; also `metadata_service_num_attempts` in the profile.",
    AWS_LOGIN_CACHE_DIRECTORY: "Where `aws login` keeps its sessions, in place of `~/.aws/login/cache`.",
    AWS_ENDPOINT_URL: "Endpoint for our own requests, whatever the service; it stays out of the token. Also `endpoint_url` in the profile.",
    AWS_ENDPOINT_URL_STS: "The same for STS; also in a `services` section, and so are the next four.",
    AWS_ENDPOINT_URL_EKS: "The same for EKS.",
    AWS_ENDPOINT_URL_SSO: "The same for IAM Identity Center's portal.",
    AWS_ENDPOINT_URL_SSO_OIDC: "The same for IAM Identity Center's OIDC service.",
    AWS_ENDPOINT_URL_SIGNIN: "The same for AWS Sign-In.",
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "`true` ignores all of these; also `ignore_configured_endpoint_urls` in the profile.",
    AWS_MAX_ATTEMPTS: "How often a request is sent at most; also `max_attempts` in the profile.",
    AWS_CA_BUNDLE: "File of the certificates to trust, alone; also `ca_bundle` in the profile.",
    REQUESTS_CA_BUNDLE: "The same, where `AWS_CA_BUNDLE` is unset.",
    SSL_CERT_FILE: "File of the certificates to trust in place of the system's.",
    SSL_CERT_DIR: "Directory of certificates to trust in place of the system's.",
    HTTPS_PROXY: "Proxy for our own requests, perhaps with user and password; `https_proxy` beats it.",
    HTTP_PROXY: "Proxy for endpoints with `http` URLs; `http_proxy` beats it.",
    NO_PROXY: "Hosts that are reached without a proxy; `no_proxy` beats it.",
    EKSCRED_CACHE: "What is kept between runs: `off`, `roles` (the default: sessions of roles) or `tokens` (those and tokens); `--cache` and `--no-cache` beat it.",
    EKSCRED_CACHE_DIR: "Where ekscred keeps its own files, in place of `~/.cache/ekscred` (macOS: `~/Library/Caches/ekscred`).",
    XDG_CACHE_HOME: "Directory of caches, in place of `~/.cache`, where `EKSCRED_CACHE_DIR` is unset.",
    KUBECONFIG: "Kubeconfig files in place of `~/.kube/config`, one or several, read and written as kubectl does it; `--kubeconfig` beats it.",
    KUBERNETES_EXEC_INFO: "What kubectl tells a plugin: the API version to answer in, the cluster, whether a person can be asked. Set by kubectl.",
    PATH: "Where `update-kubeconfig` and `convert-kubeconfig` find this program, for what they write, and `doctor` what a kubeconfig names.",
    TERM: "Where it is `dumb`, or unset, `ekscred doctor` uses no colour.",
    NO_COLOR: "Keeps colour out of what `ekscred doctor` writes on a terminal.",
    EKSCRED_DEBUG: "`1` does what `--debug` does.",
    EKSCRED_LOG_FILE: "File that gets the debug log, appended, mode 0600; for clients that hide standard error.",
}
