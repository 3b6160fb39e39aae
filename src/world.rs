//! What the process is given: variables, clock, home directory and streams, and the table of every environment
//! variable that ekscred reads.
//!
//! Only `main` fills a [`World`] from the real process; tests fill it with what they like.

use std::cell::{OnceCell, RefCell};
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Context as _, Result};

use crate::error::{Failure, configuration, one_line};
use crate::log::Log;

/// Looks an environment variable up.
pub type Lookup = Box<dyn Fn(&str) -> Option<OsString>>;

/// The outside of the process, piece by piece.
pub struct Host {
    /// The value of an environment variable.
    pub variable: Lookup,
    /// The wall clock.
    pub clock: Box<dyn Fn() -> SystemTime>,
    /// The user's home directory: `HOME`, else the password database; none is fine.
    pub home: Box<dyn Fn() -> Option<PathBuf>>,
    /// Where the document goes.
    pub stdout: RefCell<Box<dyn Write>>,
    /// Where everything said to a person goes.
    pub stderr: RefCell<Box<dyn Write>>,
}

/// The outside of the process, as the program uses it.
pub struct World {
    host: Host,
    log: OnceCell<Log>,
}

impl World {
    /// A world made of `host`'s pieces.
    #[must_use]
    pub fn new(host: Host) -> Self {
        World { host, log: OnceCell::new() }
    }

    /// The wall clock, now. Read it once per decision, so that a signature and its expiry cannot disagree.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        (self.host.clock)()
    }

    /// The user's home directory.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        (self.host.home)()
    }

    /// The value of any variable as it is, for `$NAME` inside a path.
    #[must_use]
    pub(crate) fn verbatim(&self, name: &str) -> Option<OsString> {
        (self.host.variable)(name)
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
    pub(crate) fn print(&self, document: &str) -> Result<()> {
        let mut stdout = self.host.stdout.borrow_mut();
        stdout.write_all(document.as_bytes()).and_then(|()| stdout.flush()).context("cannot write to standard output")
    }

    /// Says `lines` on standard error. That it cannot be said is no reason to fail.
    pub fn say(&self, lines: &str) {
        let _ = writeln!(self.host.stderr.borrow_mut(), "{lines}");
        if let Some(log) = self.log() {
            lines.lines().for_each(|line| log.write(line, self.now(), None));
        }
    }

    /// Says one line of warning on standard error.
    pub fn warn(&self, message: &str) {
        self.say(&format!("ekscred: warning: {}", one_line(message)));
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
    AWS_REGION: "Region whose STS endpoint is used; `--region`, a cluster ARN and the cluster's exec extension beat it.",
    AWS_DEFAULT_REGION: "Region where `AWS_REGION` is unset.",
    AWS_USE_FIPS_ENDPOINT: "`true` uses the FIPS endpoint of STS; also `use_fips_endpoint` in the profile.",
    AWS_USE_DUALSTACK_ENDPOINT: "`true` uses the dual-stack endpoint of STS; also `use_dualstack_endpoint` in the profile.",
    AWS_DEFAULT_OUTPUT: "Output format where `--query` is given without `--output`; also `output` in the profile.",
    AWS_ROLE_ARN: "Role of `AWS_WEB_IDENTITY_TOKEN_FILE`.",
    AWS_WEB_IDENTITY_TOKEN_FILE: "Asks for a web identity, which this version refuses where no keys in the environment come first; `--profile` makes it ignored.",
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "Asks for container credentials, which this version refuses where no keys come first.",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "Asks for container credentials, which this version refuses where no keys come first.",
    KUBERNETES_EXEC_INFO: "What kubectl tells a plugin: the API version to answer in, and the cluster. Set by kubectl.",
    EKSCRED_DEBUG: "`1` does what `--debug` does.",
    EKSCRED_LOG_FILE: "File that gets the debug log, appended, mode 0600; for clients that hide standard error.",
}
