//! What a token was made of, beyond the flags and variables: to be found unchanged before a kept one is used.

use std::cell::{Cell, RefCell};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::surroundings::{machine, surroundings};
use crate::world::World;

/// How long a file must have been as it is. A change right behind ours could leave its times as they are: some file
/// systems count in steps of two seconds (FAT's).
const SETTLED: u64 = 2_000_000_000; // nanoseconds

/// What was looked at on the way to a token.
#[derive(Default)]
pub struct Trail {
    /// When the way began, in nanoseconds since 1970.
    begun: Cell<u64>,
    files: RefCell<Vec<Seen>>,
    process: Cell<bool>,
    machine: Cell<bool>,
}

/// A file on the way: as it was, or that there was none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seen {
    path: PathBuf,
    stamp: Option<Stamp>,
}

/// What changes with a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    /// Device and inode, where the system tells them: another file may have the same size and times.
    file: (u64, u64),
    size: u64,
    /// In nanoseconds since 1970, of its content and (where the system tells) of anything about it.
    changed: (u64, u64),
    is_regular: bool,
}

impl Trail {
    /// The way begins now.
    pub(super) fn begin(&self, now: SystemTime) {
        self.begun.set(nanoseconds(now));
    }

    /// Looks at a file that is about to be read, and remembers how it is.
    ///
    /// # Errors
    /// As [`fs::metadata`] has them.
    pub(crate) fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        let metadata = fs::metadata(path);
        self.remember(path, metadata.as_ref().ok());
        metadata
    }

    /// Remembers how a file is.
    pub(super) fn remember(&self, path: &Path, metadata: Option<&Metadata>) {
        self.files.borrow_mut().push(Seen { path: path.to_owned(), stamp: metadata.map(Stamp::of) });
    }

    /// A process gave credentials. It may go by anything around it.
    pub(crate) fn process(&self) {
        self.process.set(true);
    }

    /// The credentials are this machine's own.
    pub(crate) fn machine(&self) {
        self.machine.set(true);
    }

    /// The first of the files so far that has changed at that time or later, as they are now.
    pub(super) fn changed_since(&self, time: SystemTime) -> Option<PathBuf> {
        let time = nanoseconds(time);
        let has_changed = |seen: &&Seen| match fs::metadata(&seen.path) {
            Ok(metadata) => Stamp::of(&metadata).last_change() >= time,
            Err(_) => seen.stamp.is_some(),
        };
        self.files.borrow().iter().find(has_changed).map(|seen| seen.path.clone())
    }

    /// What must be found unchanged; `None` where that cannot be told.
    pub(super) fn conditions(&self, world: &World) -> Option<Conditions> {
        let files = self.files.take();
        let nameable = files.iter().all(|seen| seen.path.to_str().is_some());
        let process = self.process.get().then(|| surroundings(world));
        let machine = self.machine.get().then(machine);
        nameable.then_some(Conditions { begun: self.begun.get(), files, process, machine })
    }
}

/// What must be found unchanged.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Conditions {
    begun: u64,
    files: Vec<Seen>,
    process: Option<String>,
    machine: Option<String>,
}

impl Conditions {
    /// Why they do not hold; `None`: they hold.
    pub(super) fn broken(&self, world: &World) -> Option<String> {
        let settled = self.begun.saturating_sub(SETTLED);
        for Seen { path, stamp } in &self.files {
            let now = fs::metadata(path).as_ref().ok().map(Stamp::of);
            if now != *stamp {
                return Some(format!("{} has changed", path.display()));
            }
            if stamp.as_ref().is_some_and(|stamp| !stamp.is_regular || stamp.last_change() > settled) {
                return Some(format!("{} was not at rest", path.display()));
            }
        }
        if self.process.as_ref().is_some_and(|then| *then != surroundings(world)) {
            return Some("the process has other variables".to_owned());
        }
        if self.machine.as_ref().is_some_and(|then| *then != machine()) {
            return Some("this is another machine".to_owned());
        }
        None
    }
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().map_or(0, nanoseconds);
        #[cfg(unix)]
        let (file, about) = {
            use std::os::unix::fs::MetadataExt as _;
            let nanoseconds = metadata.ctime().saturating_mul(1_000_000_000).saturating_add(metadata.ctime_nsec());
            ((metadata.dev(), metadata.ino()), u64::try_from(nanoseconds).unwrap_or(0))
        };
        #[cfg(not(unix))]
        let (file, about) = ((0, 0), metadata.created().map_or(0, nanoseconds));
        Self { file, size: metadata.len(), changed: (modified, about), is_regular: metadata.is_file() }
    }

    fn last_change(&self) -> u64 {
        self.changed.0.max(self.changed.1)
    }
}

/// Since 1970; the years before and after the 26th century make no difference.
pub(super) fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
