//! The files in which `aws sso login` and `aws login` keep their sessions, and how the token in one is kept fresh.
//!
//! A refresh token serves but once, and kubectl starts many of us at the same time. So one process at a time refreshes
//! a session, and whoever waited finds the new token in the file. Other programs read it, too: it is replaced whole.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Result;
use serde_json::{Map, Value};

use super::{Context, json};
use crate::aws::small_file;
use crate::cache;
use crate::error::{Failure, configuration};
use crate::timestamp;

/// Many times what any session's file has.
const MAX_BYTES: u64 = 1024 * 1024;

/// How long a refresh may take while the old token still serves: of what all requests together have, most is left for
/// the one that the token is for.
const OPTIONAL_REFRESH: Duration = Duration::from_secs(5);

/// What a session's file holds.
pub(super) type Fields = Map<String, Value>;

/// A session that some `aws` command began.
pub(super) struct Session<'a> {
    pub context: &'a Context<'a>,
    /// What it is called in messages.
    pub name: String,
    /// The command that begins it anew.
    pub login: String,
    pub file: PathBuf,
    /// Where in the file its token's end stands.
    pub end: fn(&Fields) -> Option<&Value>,
    /// How long before that end the token is refreshed.
    pub window: Duration,
}

/// Our turn to refresh a session, as long as this lives.
struct Turn(#[expect(dead_code, reason = "it is locked")] Option<File>);

impl Session<'_> {
    /// What the file holds, after a `refresh` where the token ends soon. That is given the fields and the time, and gives
    /// the new fields.
    ///
    /// # Errors
    /// There is no session, or it has expired and cannot be refreshed.
    pub(super) fn refreshed(&self, refresh: impl FnOnce(&Fields, SystemTime) -> Result<Fields>) -> Result<Fields> {
        let world = self.context.world;
        let (fields, end) = self.read()?;
        let now = world.now();
        if end >= now + self.window {
            return Ok(fields);
        }
        let Some(_turn) = self.turn(end <= now) else { return Ok(fields) };

        // Whose turn came before ours may have done it.
        let (fields, end) = self.read()?;
        let now = world.now();
        if end >= now + self.window {
            return Ok(fields);
        }
        let outcome = if end <= now {
            refresh(&fields, now)
        } else if can_replace(&self.file) {
            self.context.network.within(OPTIONAL_REFRESH, || refresh(&fields, now))
        } else {
            // The new refresh token would be lost, and the session with it.
            Err(self.cannot_be_refreshed("its file cannot be replaced").into())
        };
        match outcome {
            Ok(fields) => {
                world.debug(|| format!("{} is refreshed", self.name));
                self.write(&fields);
                Ok(fields)
            }
            Err(error) => self.after_failure(error, fields, end),
        }
    }

    /// What the file holds at this moment, where it can be read at all.
    pub(super) fn peek(&self) -> Option<Fields> {
        let content = small_file::read(&self.file, MAX_BYTES).ok()?;
        serde_json::from_slice(&content).ok()
    }

    /// What the file holds, where its token cannot be refreshed.
    ///
    /// # Errors
    /// There is no session, or it has expired.
    pub(super) fn as_it_is(&self) -> Result<Fields> {
        let (fields, end) = self.read()?;
        match end > self.context.world.now() {
            true => Ok(fields),
            false => Err(self.failure(format!("{} has expired", self.name)).into()),
        }
    }

    /// A failure that a person mends by logging in.
    pub(super) fn failure(&self, message: impl Into<String>) -> Failure {
        configuration(message).hint(self.hint())
    }

    fn hint(&self) -> String {
        format!("run `{}`", self.login)
    }

    /// A failure of which the file is the reason.
    pub(super) fn bad_file(&self, why: &str) -> Failure {
        self.failure(format!("{}: {} {why}", self.name, self.file.display()))
    }

    /// Why there is no refresh.
    pub(super) fn cannot_be_refreshed(&self, why: &str) -> Failure {
        self.failure(format!("it cannot be refreshed: {why}"))
    }

    /// The text of a field that a refresh needs.
    ///
    /// # Errors
    /// It is not there.
    pub(super) fn need<'f>(&self, fields: &'f Fields, name: &str) -> Result<&'f str> {
        let missing = || self.cannot_be_refreshed(&format!("its file has no {name}"));
        Ok(text(fields.get(name)).ok_or_else(missing)?)
    }

    /// The fields, and when their token ends.
    fn read(&self) -> Result<(Fields, SystemTime)> {
        let cannot_be_read = |error: io::Error| match error.kind() {
            ErrorKind::NotFound => {
                self.failure(format!("{} has no token: {} does not exist", self.name, self.file.display()))
            }
            _ => self.bad_file(&format!("cannot be read: {error}")),
        };
        let metadata = fs::metadata(&self.file).map_err(cannot_be_read)?;
        // Opening a FIFO would wait for its writer.
        if !metadata.is_file() || metadata.len() > MAX_BYTES {
            return Err(self.bad_file("is no file of a session's size").into());
        }
        let content = fs::read_to_string(&self.file).map_err(cannot_be_read)?;
        let place = format!("{}: {}", self.name, self.file.display());
        let document = json::object(&content, &place).map_err(|failure| failure.hint(self.hint()))?;
        let Value::Object(fields) = document else { return Err(self.bad_file("is not a JSON object").into()) };
        let end = text((self.end)(&fields)).and_then(timestamp::parse);
        let end = end.ok_or_else(|| self.bad_file("has no expiresAt that is a time"))?;
        self.context.world.debug(|| format!("{}: its token ends at {}", self.name, timestamp::text(end)));
        Ok((fields, end))
    }

    /// Waits until nobody else of us refreshes this session, no longer than one may. `None` where somebody does and we
    /// need not `wait`.
    fn turn(&self, wait: bool) -> Option<Turn> {
        // On Windows nobody could read the locked file.
        if !cfg!(unix) {
            return Some(Turn(None));
        }
        let Ok(mut file) = File::open(&self.file) else { return Some(Turn(None)) };
        // Any other error: a file system without locks.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            self.context.world.debug(|| format!("another process refreshes {}", self.name));
            if !wait {
                return None;
            }
            self.context.cache.wait_for(&mut file, &self.name);
        }
        Some(Turn(Some(file)))
    }

    /// Another program's refresh, the AWS CLI's say, may be why ours failed. Else the old token serves to its end.
    fn after_failure(&self, error: anyhow::Error, fields: Fields, end: SystemTime) -> Result<Fields> {
        let world = self.context.world;
        let now = world.now();
        if let Ok((fields, other_end)) = self.read()
            && other_end > end.max(now)
        {
            world.debug(|| format!("another program refreshed {} ({error:#})", self.name));
            return Ok(fields);
        }
        if end > now {
            world.debug(|| format!("{} still serves: {error:#}", self.name));
            return Ok(fields);
        }
        Err(error.context(format!("{} has expired", self.name)))
    }

    /// Keeps the new fields. That this cannot be done is no reason to fail.
    fn write(&self, fields: &Fields) {
        let content = Value::Object(fields.clone()).to_string();
        // A symbolic link stays, and what it points to is replaced.
        let written = fs::canonicalize(&self.file).and_then(|file| cache::replace(&file, content.as_bytes()));
        if let Err(error) = written {
            self.context.world.debug(|| format!("cannot write {}: {error}", self.file.display()));
        }
    }
}

/// A text that is there and not empty.
pub(super) fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_str().filter(|text| !text.is_empty())
}

/// When a token ends that is good for so many seconds; `None` where it never was good.
pub(super) fn end_of(now: SystemTime, seconds: i32) -> Option<SystemTime> {
    let seconds = u64::try_from(seconds).ok().filter(|&seconds| seconds > 0)?;
    Some(now + Duration::from_secs(seconds))
}

/// Whether the file's directory lets us put another into its place.
#[cfg(unix)]
fn can_replace(file: &Path) -> bool {
    use rustix::fs::{Access, access};
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    file.parent().is_some_and(|directory| access(directory, Access::WRITE_OK | Access::EXEC_OK).is_ok())
}

#[cfg(not(unix))]
fn can_replace(_: &Path) -> bool {
    true
}
