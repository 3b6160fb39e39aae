//! What is kept, for `ekscred cache`: a list of it, and its end.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::SystemTime;

use super::folder::{Access, Folder};
use super::prune::{Kind, STAMP, after_hex, remove};
use super::{own_path, sessions, shared_path, tokens};
use crate::timestamp;
use crate::world::World;

/// One thing that is kept.
pub(crate) struct Kept {
    /// `role` or `token`.
    pub kind: &'static str,
    /// For whom, in words.
    pub about: String,
    /// When it ends; `None` where that cannot be told.
    pub end: Option<SystemTime>,
    pub file: PathBuf,
}

/// Everything that we keep, in our own folder and in the AWS CLI's, what ends last first.
pub(crate) fn list(world: &World) -> Vec<Kept> {
    let mut kept: Vec<Kept> = Vec::new();
    if let Some(own) = open(own_path(world), Access::Ours, world) {
        kept.extend(own.names().iter().filter_map(|name| in_own(&own, name)));
    }
    if let Some(shared) = open(shared_path(world), Access::Shared, world) {
        kept.extend(shared.names().iter().filter_map(|name| in_shared(&shared, name)));
    }
    kept.sort_by(|one, other| other.end.cmp(&one.end).then_with(|| one.file.cmp(&other.file)));
    kept
}

/// Removes everything that we keep, and what we need for that; gives how many entries there were. What others keep in the
/// same folders stays.
///
/// # Errors
/// The first file that cannot be removed, and why; all others are.
pub(crate) fn clear(world: &World) -> Result<usize, (PathBuf, std::io::Error)> {
    let mut removed = 0;
    let mut failure = None;
    let mut note = |path: PathBuf, result: std::io::Result<()>, is_entry: bool| match result {
        Ok(()) => removed += usize::from(is_entry),
        // Somebody else clears, too.
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => failure = failure.take().or(Some((path, error))),
    };
    if let Some(own) = open(own_path(world), Access::Ours, world) {
        for name in own.names() {
            match Kind::of(&name) {
                // One that is held is about to serve.
                Some(Kind::Lock) => _ = remove(&own, &name, Kind::Lock),
                Some(kind) => note(own.path.join(&name), own.remove(&name), kind != Kind::Temporary),
                None if name == STAMP => _ = own.remove(&name),
                None => {}
            }
        }
    }
    if let Some(shared) = open(shared_path(world), Access::Shared, world) {
        for name in shared.names() {
            let is_session = in_shared(&shared, &name).is_some();
            if is_session || Kind::is_shared_temporary(&name) {
                note(shared.path.join(&name), shared.remove(&name), is_session);
            }
        }
    }
    failure.map_or(Ok(removed), Err)
}

fn open(path: Option<PathBuf>, access: Access, world: &World) -> Option<Folder> {
    let path = path?;
    Folder::open(&path, access).unwrap_or_else(|why| {
        world.warn(&format!("{} is not used: {why}", path.display()));
        None
    })
}

fn in_own(folder: &Folder, name: &str) -> Option<Kept> {
    let file = folder.path.join(name);
    match Kind::of(name)? {
        Kind::Session => session(folder, name),
        Kind::Token => {
            let (content, _) = folder.read(name).ok()??;
            let entry = tokens::parse(&content).ok()?;
            Some(Kept { kind: "token", end: entry.end(), about: entry.about, file })
        }
        Kind::Lock | Kind::Temporary => None,
    }
}

/// An entry of the AWS CLI's folder, where it has our mark.
fn in_shared(folder: &Folder, name: &str) -> Option<Kept> {
    (after_hex(name, 40)? == ".json").then(|| session(folder, name))?
}

fn session(folder: &Folder, name: &str) -> Option<Kept> {
    let (content, _) = folder.read(name).ok()??;
    let entry = sessions::parse(&content).ok()?;
    let end = entry.end();
    let mark = entry.mark?;
    let about = match mark.profile.as_str() {
        "" => mark.role,
        profile => format!("{}, profile {profile}", mark.role),
    };
    Some(Kept { kind: "role", about, end, file: folder.path.join(name) })
}

impl Kept {
    /// When it ends, in the AWS CLI's way.
    pub(crate) fn until(&self) -> String {
        self.end.map_or_else(|| "unknown".to_owned(), timestamp::text)
    }
}
