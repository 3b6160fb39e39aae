//! Single flight: of many processes that want the same thing, one asks for it, and the others wait and find it kept.
//!
//! Whoever asks holds the lock of a file, which the system lets go however the process ends, and notes in the file what
//! it is at. Those who wait look at the entry again and again, so that all of them go on as soon as it is there, and
//! for no longer than its holder may need: then they ask for themselves.

use std::cell::{Cell, RefCell};
use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::rc::{Rc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::trail::surroundings;
use crate::error::{Failure, Kind};
use crate::world::{KUBERNETES_EXEC_INFO, World};

/// How long others may take (DESIGN section 4): to ask AWS; in all, where a person or a process is asked; and for a person,
/// where we may not ask one and could do no better.
const FOR_AWS: Duration = Duration::from_secs(25);
const IN_ALL: Duration = Duration::from_secs(90);
const FOR_SOMEBODY_ELSES_PERSON: Duration = Duration::from_secs(5);

/// After how long a person is told what is being waited for.
const SILENCE: Duration = Duration::from_secs(2);

/// How often the entry is looked at: at first soon, for a request takes as long as a round trip.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LAST_PAUSE: Duration = Duration::from_millis(50);

/// How soon a client asks again that got a failure. kubectl does so four times, at once, and a person who has typed three
/// wrong codes has typed enough.
const AT_ONCE: Duration = Duration::from_secs(5);

/// How many files may vanish under us: one would be an accident, but some file systems tell a file by another inode each
/// time.
const MAX_SUCCESSORS: u32 = 10;

/// More than any note has.
const MAX_NOTE: u64 = 16 * 1024;

/// What a holder is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Busy {
    /// It asks AWS, or nobody at all.
    Aws,
    /// It asks a person for an MFA code.
    Person,
    /// It runs a `credential_process`, which may ask a person in its turn.
    Process,
}

/// What a holder notes in the file that it locks.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    process: u32,
    busy: Busy,
    /// How it ended, where those who waited would fare no better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failed: Option<Failed>,
}

/// A failure that others share if they are in the same place: with other variables another way to AWS may be open.
#[derive(Debug, Serialize, Deserialize)]
struct Failed {
    failure: Failure,
    surroundings: String,
    /// The client that wanted it, where a person was asked.
    client: Option<u32>,
}

/// The turns that this process has, and how it waits for others'.
pub(crate) struct Turns<'a> {
    held: RefCell<Vec<Weak<Held>>>,
    busy: Cell<Busy>,
    has_asked_person: Cell<bool>,
    waited: Cell<Waited>,
    has_told: Cell<bool>,
    /// Whether we may ask a person ourselves.
    interactive: bool,
    world: &'a World,
}

/// One lock that is held, until this is dropped.
struct Held(RefCell<File>);

/// What came of waiting.
enum Turn<T> {
    /// Somebody else got it.
    Ready(T),
    /// Somebody else could not get it.
    Failed(Failure),
    /// We are to get it, and others wait for us.
    Ours(Rc<Held>),
    /// We are to get it for ourselves.
    Alone,
}

impl<'a> Turns<'a> {
    pub(super) fn new(interactive: bool, world: &'a World) -> Self {
        Self {
            held: RefCell::default(),
            busy: Cell::new(Busy::Aws),
            has_asked_person: Cell::default(),
            waited: Cell::default(),
            has_told: Cell::default(),
            interactive,
            world,
        }
    }

    /// Says to whoever waits for us what we are at.
    pub(super) fn announce(&self, busy: Busy) {
        self.has_asked_person.set(self.has_asked_person.get() || busy == Busy::Person);
        self.tell(busy);
    }

    fn tell(&self, busy: Busy) {
        if self.busy.replace(busy) != busy {
            for held in self.held.borrow().iter().filter_map(Weak::upgrade) {
                held.note(busy, None);
            }
        }
    }

    /// What `look` finds once somebody else has `fetch`ed it, or what we fetch when it is our turn. The lock's file is
    /// `name` in `folder`; without a folder everybody is alone.
    ///
    /// # Errors
    /// Of `fetch`, be it ours or that of the process we waited for.
    pub(super) fn single_flight<T>(
        &self,
        folder: Option<&Folder>,
        name: &str,
        look: impl Fn() -> Option<T>,
        fetch: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        let turn = folder.map_or(Turn::Alone, |folder| self.wait(folder, name, &look));
        self.tell(Busy::Aws);
        let held = match turn {
            Turn::Ready(found) => return Ok(found),
            Turn::Failed(failure) => return Err(failure.into()),
            Turn::Alone => return fetch(),
            Turn::Ours(held) => held,
        };
        // Whose turn came before ours may have done it.
        if let Some(found) = look() {
            return Ok(found);
        }
        held.note(Busy::Aws, None);
        self.held.borrow_mut().push(Rc::downgrade(&held));
        let outcome = fetch();
        if let Err(error) = &outcome {
            held.note(Busy::Aws, self.telling(error));
        }
        self.held.borrow_mut().pop();
        outcome
    }

    /// The failure, where it is one of AWS, the network or a person: another process would ask them the same.
    fn telling(&self, error: &anyhow::Error) -> Option<Failed> {
        let failure = Failure::of(error);
        let client = self.has_asked_person.get().then(client);
        let is_ours_alone = matches!(failure.kind(), Kind::Usage | Kind::Configuration) && client.is_none();
        (!is_ours_alone).then(|| Failed { failure, surroundings: surroundings(self.world), client })
    }

    /// Whether this failure is also ours, without asking anybody.
    fn shares(&self, note: &Note, file: &File, waited_for: Option<u32>) -> bool {
        let Some(failed) = &note.failed else { return false };
        let age = || self.world.now().duration_since(file.metadata().ok()?.modified().ok()?).ok();
        let again = || failed.client == Some(client()) && age().is_some_and(|age| age < AT_ONCE);
        let is_about_us = waited_for == Some(note.process) || self.world.raw(KUBERNETES_EXEC_INFO).is_some() && again();
        is_about_us && failed.surroundings == surroundings(self.world)
    }

    fn wait<T>(&self, folder: &Folder, name: &str, look: &impl Fn() -> Option<T>) -> Turn<T> {
        let Some(mut file) = self.open(folder, name) else { return Turn::Alone };
        let mut waiting = Waiting::default();
        loop {
            match file.try_lock() {
                // It was removed as old, and others lock its successor.
                Ok(()) if !folder.is_current(name, &file) => match self.open(folder, name) {
                    Some(successor) if waiting.successors < MAX_SUCCESSORS => {
                        waiting.successors += 1;
                        file = successor;
                    }
                    _ => return Turn::Alone,
                },
                Ok(()) => return self.take(file, waiting.holder),
                Err(TryLockError::WouldBlock) => {
                    if let Some(found) = look() {
                        return Turn::Ready(found);
                    }
                    if !self.go_on(&mut waiting, read_note(&mut file), name) {
                        return Turn::Alone;
                    }
                }
                Err(TryLockError::Error(error)) => {
                    self.world.debug(|| format!("cache: {name} cannot be locked: {error}"));
                    return Turn::Alone;
                }
            }
        }
    }

    /// The lock is ours. Where that is of no use, its note stays for the others.
    fn take<T>(&self, mut file: File, waited_for: Option<u32>) -> Turn<T> {
        let note = read_note(&mut file).filter(|note| self.shares(note, &file, waited_for));
        match note.and_then(|note| note.failed) {
            Some(failed) => Turn::Failed(failed.failure),
            None => Turn::Ours(Rc::new(Held(RefCell::new(file)))),
        }
    }

    fn open(&self, folder: &Folder, name: &str) -> Option<File> {
        let file = folder.lock_file(name);
        file.inspect_err(|error| self.world.debug(|| format!("cache: no lock {name}: {error}"))).ok()
    }

    /// Waits a moment longer; `false` when that has been long enough.
    fn go_on(&self, waiting: &mut Waiting, note: Option<Note>, name: &str) -> bool {
        let busy = note.as_ref().map_or(Busy::Aws, |note| note.busy);
        if waiting.pause.is_zero() {
            self.world.debug(|| format!("cache: waiting for another process, which has {name}"));
        }
        let waited = self.waited.get();
        if waited.is_too_long(busy, self.interactive) {
            self.world.debug(|| format!("cache: waited {:.1} s: going alone", waited.in_all.as_secs_f64()));
            return false;
        }
        if let Some(note) = note {
            if waited.in_all >= SILENCE && self.world.is_watched() && !self.has_told.replace(true) {
                let at = match busy {
                    Busy::Aws => "asks AWS",
                    Busy::Person => "asks for an MFA code",
                    Busy::Process => "runs a credential_process",
                };
                self.world.say(&format!("ekscred: waiting for another ekscred (process {}), which {at}", note.process));
            }
            waiting.holder = Some(note.process);
        }
        // Who waits for us waits for the same.
        self.tell(busy);
        self.waited.set(waited.and(waiting.pause(), busy));
        true
    }
}

/// How long this process has waited, for whatever locks: the bounds are those of one run.
#[derive(Clone, Copy, Default)]
struct Waited {
    in_all: Duration,
    for_aws: Duration,
    for_person: Duration,
}

impl Waited {
    fn and(mut self, slept: Duration, busy: Busy) -> Self {
        self.in_all += slept;
        match busy {
            Busy::Aws => self.for_aws += slept,
            Busy::Person => self.for_person += slept,
            Busy::Process => {}
        }
        self
    }

    fn is_too_long(self, busy: Busy, interactive: bool) -> bool {
        self.in_all >= IN_ALL
            || match busy {
                Busy::Aws => self.for_aws >= FOR_AWS,
                Busy::Person => !interactive && self.for_person >= FOR_SOMEBODY_ELSES_PERSON,
                Busy::Process => false,
            }
    }
}

/// The wait for one lock.
#[derive(Default)]
struct Waiting {
    pause: Duration,
    successors: u32,
    /// The process that has the lock.
    holder: Option<u32>,
}

impl Waiting {
    /// Sleeps, each time a little longer, and gives how long that was.
    #[expect(
        clippy::disallowed_methods,
        reason = "how long this process sleeps has nothing to do with the time of day"
    )]
    fn pause(&mut self) -> Duration {
        self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LAST_PAUSE);
        let start = Instant::now();
        thread::sleep(self.pause);
        start.elapsed()
    }
}

impl Held {
    /// Notes what we are at. Nobody depends on it.
    fn note(&self, busy: Busy, failed: Option<Failed>) {
        let note = Note { process: std::process::id(), busy, failed };
        let mut file = self.0.borrow_mut();
        let text = serde_json::to_vec(&note).unwrap_or_default();
        // Whoever reads it half written takes it for no note, and reads again.
        let _ = file.seek(SeekFrom::Start(0));
        let _ = file.write_all(&text);
        let _ = file.set_len(text.len() as u64);
    }
}

/// The process that started us; elsewhere than on Unix nobody tells.
fn client() -> u32 {
    #[cfg(unix)]
    return std::os::unix::process::parent_id();
    #[cfg(not(unix))]
    0
}

fn read_note(file: &mut File) -> Option<Note> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.take(MAX_NOTE).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
