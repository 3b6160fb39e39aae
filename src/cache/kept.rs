//! What is kept, for `ekscred cache`: a list of it, and its end.

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

/// Removes everything that we keep, and what we need for that. What others keep in the same folders stays.
///
/// # Errors
/// The first file that cannot be removed, and why.
pub(crate) fn clear(world: &World) -> Result<usize, (PathBuf, std::io::Error)> {
    let mut removed = 0;
    if let Some(own) = open(own_path(world), Access::Ours, world) {
        for name in own.names() {
            match Kind::of(&name) {
                Some(kind) => {
                    let result = remove(&own, &name, kind);
                    // A process that holds a lock is about to write; the file is empty of anything that is kept.
                    if result.is_err() && kind != Kind::Lock {
                        result.map_err(|error| (own.path.join(&name), error))?;
                    }
                    removed += usize::from(matches!(kind, Kind::Session | Kind::Token));
                }
                None if name == STAMP => _ = own.remove(&name),
                None => {}
            }
        }
    }
    if let Some(shared) = open(shared_path(world), Access::Shared, world) {
        for name in shared.names() {
            let is_session = in_shared(&shared, &name).is_some();
            if is_session || Kind::is_shared_temporary(&name) {
                shared.remove(&name).map_err(|error| (shared.path.join(&name), error))?;
                removed += usize::from(is_session);
            }
        }
    }
    Ok(removed)
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
