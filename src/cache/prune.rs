//! Old files of ours, removed in passing: a cache that only grows is a nuisance.

use std::fs::{File, Metadata};
use std::time::{Duration, SystemTime};

use super::folder::Folder;

/// Files that are older than this have served. No session lasts longer than twelve hours
/// (<https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>), no token longer than a quarter of one.
const SESSIONS: Duration = Duration::from_hours(13);
const TOKENS: Duration = Duration::from_mins(15);
/// Nobody takes so long to write a file or to wait for a lock.
const REST: Duration = Duration::from_hours(1);

/// How often we look.
const INTERVAL: Duration = Duration::from_hours(1);
/// Its time is that of the last look.
pub(super) const STAMP: &str = "pruned";

/// How many entries stay at most.
const MAX_ENTRIES: usize = 1000;

/// What a file of ours is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Session,
    Token,
    Lock,
    /// What a write left that did not end.
    Temporary,
}

impl Kind {
    /// The kind of a file in our own folder; `None` for what is not ours.
    pub(super) fn of(name: &str) -> Option<Self> {
        let (kind, rest) = match name.split_once('-')? {
            ("role", rest) => (Self::Session, rest),
            ("token", rest) => (Self::Token, rest),
            _ => return None,
        };
        match after_hex(rest, 64)? {
            ".json" => Some(kind),
            ".lock" => Some(Self::Lock),
            rest => is_temporary(rest).then_some(Self::Temporary),
        }
    }

    /// Whether a file in the AWS CLI's folder is what a write of ours left. That folder's entries are nobody's by name.
    pub(super) fn is_shared_temporary(name: &str) -> bool {
        after_hex(name, 40).is_some_and(is_temporary)
    }

    fn age_limit(self) -> Duration {
        match self {
            Self::Session => SESSIONS,
            Self::Token => TOKENS,
            Self::Lock | Self::Temporary => REST,
        }
    }
}

/// What follows so many hexadecimal digits.
pub(super) fn after_hex(text: &str, digits: usize) -> Option<&str> {
    let (hex, rest) = text.split_at_checked(digits)?;
    hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')).then_some(rest)
}

fn is_temporary(rest: &str) -> bool {
    let unique = rest.strip_prefix(".json.");
    unique.and_then(|rest| after_hex(rest, 16)) == Some(".tmp")
}

/// Removes what is old in our own folder, and what broken writes left in the `shared` one, unless that was done within
/// the hour.
pub(super) fn in_passing(own: &Folder, shared: Option<&Folder>, now: SystemTime) {
    let age = |metadata: &Metadata| now.duration_since(metadata.modified().unwrap_or(now)).unwrap_or_default();
    if own.metadata(STAMP).is_ok_and(|stamp| age(&stamp) < INTERVAL) {
        return;
    }
    if own.touch(STAMP, now).is_err() {
        return;
    }

    let mut entries: Vec<(Duration, String)> = Vec::new();
    for name in own.names() {
        let Some(kind) = Kind::of(&name) else { continue };
        let Ok(metadata) = own.metadata(&name) else { continue };
        if age(&metadata) >= kind.age_limit() {
            let _ = remove(own, &name, kind);
        } else if matches!(kind, Kind::Session | Kind::Token) {
            entries.push((age(&metadata), name));
        }
    }
    entries.sort();
    for (_, name) in entries.into_iter().skip(MAX_ENTRIES) {
        let _ = own.remove(&name);
    }

    let Some(shared) = shared else { return };
    for name in shared.names().into_iter().filter(|name| Kind::is_shared_temporary(name)) {
        if shared.metadata(&name).is_ok_and(|metadata| age(&metadata) >= REST) {
            let _ = shared.remove(&name);
        }
    }
}

/// Removes a file of ours. A lock that somebody holds stays.
pub(super) fn remove(own: &Folder, name: &str, kind: Kind) -> std::io::Result<()> {
    if kind != Kind::Lock {
        return own.remove(name);
    }
    // Held while it is removed: whoever locks the file next sees that it goes by that name no more.
    let lock: File = own.lock_file(name)?;
    lock.try_lock()?;
    if own.is_current(name, &lock) { own.remove(name) } else { Ok(()) }
}
