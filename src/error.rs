//! How ekscred fails: what an error carries, the one or two lines it prints, and its exit code.
//!
//! Inside, errors are `anyhow::Error`s; the one at the bottom is usually a [`Failure`], made by [`usage`] or
//! [`configuration`], which knows its [`Kind`] and perhaps a hint. Anything else is [`Kind::Other`].

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::panic::PanicHookInfo;

use serde::{Deserialize, Serialize};

use crate::terminal;

/// What sort of failure it is. The numbers are the exit codes, after AWS CLI v2's return codes
/// (<https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// The command line is invalid: bad flag, no cluster, both cluster flags, bad `--region`.
    Usage = 252,
    /// Configuration or credentials: unknown profile, half a key pair, bad file, none found, expired, no MFA code.
    Configuration = 253,
    /// AWS answered with an error.
    Refusal = 254,
    /// Everything else: network, TLS, a timeout, output that cannot be written, a bug.
    Other = 255,
    /// Ctrl-C.
    Interrupted = 130,
    /// The signal that `kill` sends.
    Terminated = 143,
}

/// An error of a known kind, with a remedy where there is one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Failure {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// Adds what to do about it: half a sentence, lower case, no full stop.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Failure {
    /// What `error` comes to: its kind, its message with all that stands around it, its hint.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        let failure = failure(error);
        Self {
            kind: failure.map_or(Kind::Other, |failure| failure.kind),
            message: format!("{error:#}"),
            hint: failure.and_then(|failure| failure.hint.clone()),
        }
    }

    /// What sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// A command line that is invalid (exit code 252).
pub fn usage(message: impl Into<String>) -> Failure {
    Failure { kind: Kind::Usage, message: message.into(), hint: None }
}

/// Configuration or credentials that do not serve (exit code 253).
pub fn configuration(message: impl Into<String>) -> Failure {
    Failure { kind: Kind::Configuration, message: message.into(), hint: None }
}

/// An error that AWS answered with (exit code 254).
pub fn refusal(message: impl Into<String>) -> Failure {
    Failure { kind: Kind::Refusal, message: message.into(), hint: None }
}

/// Something failed that is nobody's fault here, such as the network (exit code 255).
pub fn other(message: impl Into<String>) -> Failure {
    Failure { kind: Kind::Other, message: message.into(), hint: None }
}

/// A signal came while a person was being asked (exit code 128 and its number).
pub fn interrupted(signal: i32) -> Failure {
    // SIGINT is 2 everywhere; hanging up and quitting end a process as terminating it does.
    let kind = if signal == 2 { Kind::Interrupted } else { Kind::Terminated };
    Failure { kind, message: "interrupted".to_owned(), hint: None }
}

/// The exit code that `error` deserves.
#[must_use]
pub fn exit_code(error: &anyhow::Error) -> u8 {
    failure(error).map_or(Kind::Other, |failure| failure.kind) as u8
}

/// `ekscred: error: what: why`, and a `hint:` line where there is a remedy; no newline at the end.
///
/// Each stays on its own line whatever the error quotes, because kubectl prints it amid its own messages.
#[must_use]
pub fn render(error: &anyhow::Error) -> String {
    let mut text = format!("ekscred: error: {}", one_line(&format!("{error:#}")));
    if let Some(hint) = failure(error).and_then(|failure| failure.hint.as_deref()) {
        let _ = write!(text, "\nhint: {}", one_line(hint));
    }
    text
}

fn failure(error: &anyhow::Error) -> Option<&Failure> {
    error.chain().find_map(|cause| cause.downcast_ref::<Failure>())
}

/// `text` with its control characters (a newline in a cluster name, say) written as escapes.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// The start of `text`, fit to be quoted: its first line, and of that 80 bytes or so. What an AWS file gives as a
/// value can hold the lines below it, keys among them, where these are indented.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let end = text.char_indices().find(|(at, character)| *at >= 80 || character.is_control());
    match end {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// The panic hook: the terminal as it was, one line and exit code 255, in place of Rust's several and 101 (or a core dump).
///
/// The panic's own message stays out, since it can quote the data that was being handled, and so do the folders of the
/// machine that built the program.
pub fn report_panic(panic: &PanicHookInfo<'_>) {
    terminal::restore();
    let place = panic.location().map_or_else(String::new, |at| {
        let file = at.file().rsplit(['/', '\\']).next().unwrap_or_default();
        format!(" at {file}:{}", at.line())
    });
    #[expect(clippy::disallowed_methods, reason = "a hook is given no World")]
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "ekscred: error: internal error{place}: this is a bug, please report it");
    #[expect(clippy::exit, reason = "nothing above a panic can choose the exit code")]
    std::process::exit(i32::from(Kind::Other as u8));
}
