//! What is kept between runs, and where: sessions of roles, shared with the AWS CLI, and tokens, for who asks for that.
//!
//! No cache is worth a failure. What cannot be read is fetched, what cannot be written is not kept, and the debug log
//! tells why.

pub mod digest;
mod folder;
pub(crate) mod kept;
mod prune;
pub(crate) mod sessions;
mod surroundings;
pub(crate) mod tokens;
mod trail;
mod turn;

use std::cell::{Cell, OnceCell};
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

pub(crate) use folder::replace;
pub(crate) use surroundings::{machine, surroundings};
pub use trail::Trail;
pub(crate) use turn::{Busy, Caller};

use crate::aws::profiles::expand;
use crate::cli;
use crate::error::{configuration, excerpt, usage};
use crate::world::{EKSCRED_CACHE, EKSCRED_CACHE_DIR, World};
use folder::{Access, Folder};
use turn::Turns;

/// How much longer a token must serve that is handed out again, where `--min-ttl` does not say: a client has to bring it
/// to the server.
const MIN_TTL: Duration = Duration::from_mins(1);

/// What is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mode {
    /// Nothing, and nothing is looked for.
    Off,
    /// Sessions of roles, as the AWS CLI does.
    Roles,
    /// Tokens, too.
    Tokens,
}

/// How the caches are to be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    mode: Mode,
    /// What is kept is not good enough.
    force_refresh: bool,
    min_ttl: Duration,
}

impl Settings {
    /// The flags, else the environment, else roles.
    ///
    /// # Errors
    /// Flags that contradict each other, or a variable that says something else.
    pub fn resolve(flags: &cli::Cache, world: &World) -> Result<Self> {
        let cli::Cache { cache, no_cache, force_refresh, min_ttl } = flags;
        let mode = match (cache.is_some(), no_cache.is_some()) {
            (true, true) => {
                return Err(usage("both --cache and --no-cache are given").hint("give one of them").into());
            }
            (true, false) => Mode::Tokens,
            (false, true) => Mode::Off,
            (false, false) => configured(world)?,
        };
        let min_ttl = min_ttl.map_or(MIN_TTL, Duration::from_secs);
        Ok(Self { mode, force_refresh: force_refresh.is_some(), min_ttl })
    }
}

fn configured(world: &World) -> Result<Mode> {
    match world.text(EKSCRED_CACHE)?.as_deref() {
        Some("off") => Ok(Mode::Off),
        Some("roles") | None => Ok(Mode::Roles),
        Some("tokens") => Ok(Mode::Tokens),
        Some(other) => Err(configuration(format!("EKSCRED_CACHE `{}` is unknown", excerpt(other)))
            .hint("off, roles or tokens is meant")
            .into()),
    }
}

/// The caches, as one run uses them.
pub(crate) struct Cache<'a> {
    settings: Settings,
    own: OnceCell<Option<Folder>>,
    shared: OnceCell<Folder>,
    shared_is_refused: Cell<bool>,
    turns: Turns<'a>,
    world: &'a World,
}

impl<'a> Cache<'a> {
    /// The caches, as `settings` want them used, by that `caller`.
    pub(crate) fn new(settings: Settings, caller: Caller, world: &'a World) -> Self {
        let turns = Turns::new(caller, world);
        Self {
            settings,
            own: OnceCell::new(),
            shared: OnceCell::new(),
            shared_is_refused: Cell::default(),
            turns,
            world,
        }
    }

    /// Whether a session that somebody gets serves others.
    pub(crate) fn keeps_sessions(&self) -> bool {
        self.settings.mode != Mode::Off
    }

    /// Says to other processes that wait for us what we are at.
    pub(crate) fn announce(&self, busy: Busy) {
        self.turns.announce(busy);
    }

    /// Remembers that somebody said no, who would say it to everybody that waits for us.
    pub(crate) fn was_refused(&self) {
        self.turns.was_refused();
    }

    /// Remembers that a person was there to be asked.
    pub(crate) fn has_met_person(&self) {
        self.turns.has_met_person();
    }

    /// Waits until no other process has the lock of `file`, no longer than one may.
    pub(crate) fn wait_for(&self, file: &mut File, name: &str) {
        self.turns.wait_for(file, name);
    }

    /// Our own folder, made where it does not exist.
    fn own(&self) -> Option<&Folder> {
        let make = || {
            let path = own_path(self.world)?;
            self.make(&path, Access::Ours).inspect_err(|why| self.refused(&path, why)).ok()
        };
        self.own.get_or_init(make).as_ref()
    }

    /// The AWS CLI's folder, where there is one. Another process may make it while we wait.
    fn shared(&self) -> Option<&Folder> {
        self.shared_by(|path| Folder::open(path, Access::Shared))
    }

    /// The AWS CLI's folder, made where it does not exist.
    fn make_shared(&self) -> Option<&Folder> {
        self.shared_by(|path| self.make(path, Access::Shared).map(Some))
    }

    /// Makes a folder, but no home directory: where that does not exist somebody meant there to be none.
    fn make(&self, path: &Path, access: Access) -> std::io::Result<Folder> {
        match self.world.home() {
            Some(home) if path.starts_with(&home) && !home.is_dir() => Err(ErrorKind::NotFound.into()),
            _ => Folder::make(path, access),
        }
    }

    fn shared_by(&self, open: impl FnOnce(&Path) -> std::io::Result<Option<Folder>>) -> Option<&Folder> {
        if self.shared.get().is_none() && !self.shared_is_refused.get() {
            let path = shared_path(self.world)?;
            match open(&path) {
                Ok(None) => {}
                Ok(Some(folder)) => _ = self.shared.set(folder),
                Err(why) => {
                    self.shared_is_refused.set(true);
                    self.refused(&path, &why);
                }
            }
        }
        self.shared.get()
    }

    fn refused(&self, path: &Path, why: &std::io::Error) {
        self.world.debug(|| format!("cache: {} is not used: {why}", path.display()));
    }

    /// Writes an entry, and tells whether it could. That it cannot be kept is no reason to fail.
    fn keep(&self, folder: &Folder, name: &str, content: &[u8]) -> bool {
        let outcome = folder.write(name, content);
        self.world.debug(|| {
            let path = folder.path.join(name);
            match &outcome {
                Ok(()) => format!("cache: wrote {}", path.display()),
                Err(why) => format!("cache: cannot write {}: {why}", path.display()),
            }
        });
        if outcome.is_ok()
            && let Some(own) = self.own()
        {
            prune::in_passing(own, self.shared(), self.world.now());
        }
        outcome.is_ok()
    }
}

/// Where our own files are; `None` where there is no place for them.
pub(crate) fn own_path(world: &World) -> Option<PathBuf> {
    if let Some(path) = world.raw(EKSCRED_CACHE_DIR) {
        return Some(expand(&path, world).into());
    }
    platform_path(world).map(|caches| caches.join("ekscred"))
}

/// The system's own place for caches.
#[cfg(not(any(windows, target_os = "macos")))]
fn platform_path(world: &World) -> Option<PathBuf> {
    // <https://specifications.freedesktop.org/basedir-spec/latest/>: a relative path is to be ignored.
    let named = world.raw(crate::world::XDG_CACHE_HOME).map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| world.home().map(|home| home.join(".cache")))
}

#[cfg(target_os = "macos")]
fn platform_path(world: &World) -> Option<PathBuf> {
    world.home().map(|home| home.join("Library/Caches"))
}

#[cfg(windows)]
fn platform_path(world: &World) -> Option<PathBuf> {
    world.home().map(|home| home.join("AppData").join("Local"))
}

/// Where the AWS CLI keeps sessions of roles (its `customizations/assumerole.py`); no variable moves it.
fn shared_path(world: &World) -> Option<PathBuf> {
    world.home().map(|home| home.join(".aws").join("cli").join("cache"))
}
