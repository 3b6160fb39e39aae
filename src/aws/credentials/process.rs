//! `credential_process`: another program gives the credentials.
//!
//! It is run as the AWS CLI runs it (botocore's `ProcessProvider`): split by Python's `shlex`, no shell; its standard
//! input is ours, its output is for us alone, and what it says on standard error is told only where it fails.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use aws_credential_types::Credentials;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use super::{Found, Outcome, Search, json};
use crate::aws::shlex;
use crate::cache::digest::Digest;
use crate::cache::{Busy, surroundings};
use crate::error::{Failure, configuration, excerpt};

/// How long a process may take (DESIGN section 4): it may have to ask a person. Asked again it has answered once, and
/// should know the rest.
const PATIENCE: Duration = Duration::from_mins(1);
const PATIENCE_AGAIN: Duration = Duration::from_secs(10);

/// How close to their end credentials may be before the process is asked once more, for it may keep a few of its own
/// (botocore's mandatory refresh).
const NEARLY_OVER: Duration = Duration::from_mins(10);

/// The longest answer, and how much is kept of what the process says beside it. The rest is read and dropped.
const MAX_ANSWER: usize = 64 * 1024;
const MAX_WORDS: usize = 4 * 1024;

const BY_HAND: &str = "run it by hand to see why";
const FORMAT: &str = "see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html";

/// How much is told of what a failed process said.
const MAX_COMPLAINT: usize = 400;

/// The credentials that the profile's process gives.
pub(super) fn keys<'a>(search: &Search<'a>) -> Result<Outcome<'a>> {
    let search = *search;
    if !search.profile.has("credential_process") {
        return Ok(Outcome::NotAsked("the profile has no credential_process"));
    }
    let process = Process::of(search)?;
    search.context.trail.process();
    let command = search.profile.get("credential_process").unwrap_or_default();
    // A process may go by anything around it.
    let name = move || Digest::new("process").input(command).input(surroundings(search.context.world));
    Ok(Outcome::Found(Found::new(name, move || {
        search.context.cache.announce(Busy::Process);
        let credentials = process.ask().inspect_err(|_| search.context.cache.was_refused());
        search.context.cache.announce(Busy::Aws);
        credentials
    })))
}

/// A profile's process.
struct Process<'a> {
    search: Search<'a>,
    /// What it is called in messages.
    place: String,
    program: String,
    arguments: Vec<String>,
}

impl<'a> Process<'a> {
    fn of(search: Search<'a>) -> Result<Self> {
        let command = search.profile.get("credential_process").unwrap_or_default();
        let place = format!("the credential_process of profile `{}`", search.name);
        let words = shlex::split(command).ok_or_else(|| {
            configuration(format!("{place} has a quote that is never closed")).hint("correct credential_process")
        })?;
        let mut words = words.into_iter();
        let program = words.next().ok_or_else(|| {
            configuration(format!("{place} is empty")).hint("correct credential_process, or take it out")
        })?;
        Ok(Self { search, place, program, arguments: words.collect() })
    }

    /// Its credentials; if they end soon, those that it gives when it is asked again.
    fn ask(&self) -> Result<Credentials> {
        let world = self.search.context.world;
        let credentials = self.run(PATIENCE)?;
        let now = world.now();
        let Some(end) = credentials.expiry().filter(|&end| end < now + NEARLY_OVER) else { return Ok(credentials) };
        let minutes = NEARLY_OVER.as_secs() / 60;
        world.debug(|| format!("{} gave credentials that end within {minutes} minutes", self.place));
        match self.run(PATIENCE_AGAIN) {
            Err(error) if end > now => {
                world.debug(|| format!("asked again: {error:#}"));
                Ok(credentials)
            }
            result => result,
        }
    }

    fn run(&self, patience: Duration) -> Result<Credentials> {
        let Self { search, place, program, arguments } = self;
        let cannot = |why: String, hint| configuration(format!("{place} {why}")).hint(hint);
        #[expect(clippy::disallowed_methods, reason = "the one process that we start")]
        let mut command = Command::from(std::process::Command::new(program));
        command
            .args(arguments)
            .stdin(Stdio::inherit())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let output = search.context.network.run(patience, output_of(command))?;
        let seconds = patience.as_secs();
        let output = output.ok_or_else(|| cannot(format!("did not end within {seconds} s"), BY_HAND))?;
        let output = output.map_err(|error| {
            let hint = "it runs without a shell: name a program in PATH, or its path without ~ and $";
            cannot(format!("cannot be run: `{}`: {error}", excerpt(program)), hint)
        })?;
        if !output.status.success() {
            return Err(cannot(format!("failed ({}){}", output.status, complaint(&output)), BY_HAND).into());
        }
        search.context.world.debug(|| format!("{place} ended well"));
        parse(&output.stdout, place).map_err(|error| match error.downcast::<Failure>() {
            Ok(failure) => failure.hint(FORMAT).into(),
            Err(error) => error,
        })
    }
}

struct Output {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

async fn output_of(mut command: Command) -> std::io::Result<Output> {
    // A parent that ignores its children's ends makes us do so, and then none can be waited for.
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGCHLD, Arc::default())?;
    let mut child = command.spawn()?;
    // Both at once: a process that fills one pipe waits for its reader.
    let words = tokio::spawn(head(child.stderr.take(), MAX_WORDS));
    let stdout = head(child.stdout.take(), MAX_ANSWER + 1).await?;
    let status = child.wait().await?;
    let stderr = words.await.map_err(std::io::Error::other)??;
    Ok(Output { status, stdout, stderr })
}

/// The first `limit` bytes of a pipe, which is read to its end.
async fn head(pipe: Option<impl AsyncRead + Unpin>, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(mut pipe) = pipe else { return Ok(kept) };
    let mut buffer = vec![0; 8 * 1024];
    loop {
        let count = pipe.read(&mut buffer).await?;
        if count == 0 {
            return Ok(kept);
        }
        let room = limit - kept.len();
        kept.extend_from_slice(&buffer[..count.min(room)]);
    }
}

/// What the process said on standard error, on one line.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = lines.join("; ");
    match text.char_indices().nth(MAX_COMPLAINT) {
        _ if text.is_empty() => String::new(),
        Some((end, _)) => format!(": {}...", &text[..end]),
        None => format!(": {text}"),
    }
}

fn parse(stdout: &[u8], place: &str) -> Result<Credentials> {
    let answer = format!("what {place} printed");
    if stdout.len() > MAX_ANSWER {
        return Err(configuration(format!("{answer} is longer than {MAX_ANSWER} bytes")).into());
    }
    let text = std::str::from_utf8(stdout).map_err(|_| configuration(format!("{answer} is not valid UTF-8")))?;
    let document = json::object(text, &answer)?;
    // Python's `1 == 1.0` holds, and so the AWS CLI takes either.
    if document["Version"].as_f64() != Some(1.0) {
        return Err(configuration(format!("{answer} has no \"Version\": 1")).into());
    }
    json::credentials(&document, "SessionToken", &answer, "credential_process")
}
