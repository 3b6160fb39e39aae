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

use super::digest::Digest;
use super::folder::Folder;
use super::surroundings::surroundings;
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
    /// How it ended, where that makes a difference to those who waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<End>,
}

/// How a holder ended.
#[derive(Debug, Serialize, Deserialize)]
enum End {
    /// It has what it wanted, and could not keep it: nobody need wait for the next one.
    NotKept,
    /// It failed, and others would fare no better.
    Failed(Failed),
}

/// A failure that others share if they are in the same place: with other variables or flags another way to AWS may be
/// open.
#[derive(Debug, Serialize, Deserialize)]
struct Failed {
    failure: Failure,
    circumstances: String,
    /// The clients that were told, where a person was asked.
    clients: Vec<u32>,
}

/// The turns that this process has, and how it waits for others'.
pub(crate) struct Turns<'a> {
    held: RefCell<Vec<Weak<Held>>>,
    busy: Cell<Busy>,
    /// Whether somebody has said no to us, and whether a person was there.
    was_refused: Cell<bool>,
    has_met_person: Cell<bool>,
    waited: Cell<Waited>,
    has_told: Cell<bool>,
    caller: Caller,
    world: &'a World,
}

/// What the command line says that makes one who waits different from another.
pub(crate) struct Caller {
    /// Whether the client lets us ask a person.
    pub interactive: bool,
    /// Whether a code was given: it is for us alone, and grows old.
    pub has_mfa_code: bool,
    /// Names the flags that decide how AWS is reached.
    pub way: Digest,
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
    pub(super) fn new(caller: Caller, world: &'a World) -> Self {
        Self {
            held: RefCell::default(),
            busy: Cell::new(Busy::Aws),
            was_refused: Cell::default(),
            has_met_person: Cell::default(),
            waited: Cell::default(),
            has_told: Cell::default(),
            caller,
            world,
        }
    }

    /// Remembers that somebody said no, who would say it to everybody.
    pub(super) fn was_refused(&self) {
        self.was_refused.set(true);
    }

    /// Remembers that a person was there to be asked.
    pub(super) fn has_met_person(&self) {
        self.has_met_person.set(true);
    }

    /// Says to whoever waits for us what we are at.
    pub(super) fn announce(&self, busy: Busy) {
        if self.busy.replace(busy) != busy {
            for held in self.held.borrow().iter().filter_map(Weak::upgrade) {
                held.note(busy, None);
            }
        }
    }

    /// What `look` finds once somebody else has `fetch`ed it, or what we fetch when it is our turn; `fetch` also says
    /// whether others will find it. The lock's file is `name` in `folder`; without a folder everybody is alone.
    ///
    /// # Errors
    /// Of `fetch`, be it ours or that of the process we waited for.
    pub(super) fn single_flight<T>(
        &self,
        folder: Option<&Folder>,
        name: &str,
        look: impl Fn() -> Option<T>,
        fetch: impl FnOnce() -> Result<(T, bool)>,
    ) -> Result<T> {
        let turn = folder.map_or(Turn::Alone, |folder| self.wait(folder, name, &look));
        self.announce(Busy::Aws);
        let held = match turn {
            Turn::Ready(found) => return Ok(found),
            Turn::Failed(failure) => return Err(failure.into()),
            Turn::Alone => return fetch().map(|(fetched, _)| fetched),
            Turn::Ours(held) => held,
        };
        // Whose turn came before ours may have done it.
        if let Some(found) = look() {
            return Ok(found);
        }
        self.held.borrow_mut().push(Rc::downgrade(&held));
        let outcome = fetch();
        self.held.borrow_mut().pop();
        match &outcome {
            Ok((_, true)) => {}
            Ok((_, false)) => held.note(Busy::Aws, Some(End::NotKept)),
            Err(error) => held.note(Busy::Aws, self.telling(error)),
        }
        outcome.map(|(fetched, _)| fetched)
    }

    /// Waits until nobody else has the lock of `file`, no longer than one may.
    pub(super) fn wait_for(&self, file: &mut File, name: &str) {
        let mut waiting = Waiting::default();
        while matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && self.go_on(&mut waiting, None, name) {}
    }

    /// The failure, where it is one of AWS, the network, a process or a person: another of us would hear the same from them.
    fn telling(&self, error: &anyhow::Error) -> Option<End> {
        let failure = Failure::of(error);
        let is_everybodys = match failure.kind() {
            Kind::Refusal | Kind::Other => true,
            Kind::Configuration => self.was_refused.get() || self.has_met_person.get(),
            // That was meant for this process.
            Kind::Usage | Kind::Interrupted | Kind::Terminated => false,
        };
        let clients = if self.has_met_person.get() { vec![client()] } else { Vec::new() };
        (is_everybodys && !self.caller.has_mfa_code).then(|| {
            let circumstances = self.circumstances();
            End::Failed(Failed { failure, circumstances, clients })
        })
    }

    /// Whether this failure is also ours, without asking anybody.
    fn shares(&self, failed: &Failed, has_waited: bool, file: &File) -> bool {
        let age = || self.world.now().duration_since(file.metadata().ok()?.modified().ok()?).ok();
        let is_told_again = || {
            let is_client = self.world.raw(KUBERNETES_EXEC_INFO).is_some() && failed.clients.contains(&client());
            is_client && age().is_some_and(|age| age < AT_ONCE)
        };
        (has_waited || is_told_again()) && !self.caller.has_mfa_code && failed.circumstances == self.circumstances()
    }

    /// Names what another process must have in common with us, to fare as we do.
    fn circumstances(&self) -> String {
        self.caller.way.clone().input(surroundings(self.world)).name()
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

    /// The lock is ours. Where that is of no use, the note of whoever had it stays for the others.
    fn take<T>(&self, mut file: File, waited_for: Option<u32>) -> Turn<T> {
        let note = read_note(&mut file);
        let has_waited = waited_for.is_some() && note.as_ref().map(|note| note.process) == waited_for;
        let held = Rc::new(Held(RefCell::new(file)));
        match note {
            Some(Note { end: Some(End::NotKept), .. }) if has_waited => Turn::Alone,
            Some(Note { process, busy, end: Some(End::Failed(mut failed)) })
                if self.shares(&failed, has_waited, &held.0.borrow()) =>
            {
                let failure = failed.failure.clone();
                if !failed.clients.is_empty() && !failed.clients.contains(&client()) {
                    failed.clients.push(client());
                    held.write(&Note { process, busy, end: Some(End::Failed(failed)) });
                }
                Turn::Failed(failure)
            }
            _ => {
                held.note(Busy::Aws, None);
                Turn::Ours(held)
            }
        }
    }

    fn open(&self, folder: &Folder, name: &str) -> Option<File> {
        let file = folder.lock_file(name);
        file.inspect_err(|error| self.world.debug(|| format!("cache: no lock {name}: {error}"))).ok()
    }

    /// Whether we could ask a person ourselves.
    fn may_ask(&self) -> bool {
        self.caller.interactive && self.world.has_terminal()
    }

    /// Waits a moment longer; `false` when that has been long enough.
    fn go_on(&self, waiting: &mut Waiting, note: Option<Note>, name: &str) -> bool {
        let busy = note.as_ref().map_or(Busy::Aws, |note| note.busy);
        if waiting.pause.is_zero() {
            self.world.debug(|| format!("cache: waiting for another process, which has {name}"));
        }
        let waited = self.waited.get();
        if waited.is_too_long(busy, || self.may_ask()) || busy == Busy::Person && self.caller.has_mfa_code {
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
        self.announce(busy);
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

    fn is_too_long(self, busy: Busy, may_ask: impl FnOnce() -> bool) -> bool {
        self.in_all >= IN_ALL
            || match busy {
                Busy::Aws => self.for_aws >= FOR_AWS,
                Busy::Person => self.for_person >= FOR_SOMEBODY_ELSES_PERSON && !may_ask(),
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
    fn note(&self, busy: Busy, end: Option<End>) {
        self.write(&Note { process: std::process::id(), busy, end });
    }

    fn write(&self, note: &Note) {
        let mut file = self.0.borrow_mut();
        let text = serde_json::to_vec(note).unwrap_or_default();
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
