//! Kubeconfig files on disk: kubectl's locks around an edit, a backup before it, and a replacement of the whole file
//! that leaves the old one or the new one, whatever becomes of us meanwhile.

#![expect(clippy::disallowed_methods, reason = "locks, backups and kubeconfigs are written here; waits are measured")]

use std::ffi::OsString;
use std::fs::{self, DirBuilder, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::document::{Document, Refusal};
use crate::aws::small_file::shown;
use crate::error::{Failure, configuration, interrupted, other};
use crate::replace::Replacement;
use crate::signals::Hold;
use crate::world::World;

/// How long kubectl, or another of us, may hold the locks. kubectl itself does not wait.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often a lock is looked at: at first soon, for an edit takes as long as writing a file.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LAST_PAUSE: Duration = Duration::from_millis(25);

/// How many links may lead to a file: as many as Linux follows.
const MAX_LINKS: usize = 40;

/// The documents that [`update`] would give to an edit, to see what it comes to.
///
/// # Errors
/// A file that is no kubeconfig, or cannot be edited.
pub fn read(files: &[PathBuf]) -> Result<Vec<Document>> {
    files.iter().map(|path| Ok(Original::read(path)?.document()?)).collect()
}

/// Edits kubeconfig files while nobody else does: `edit` gets a document for each of `files`, in their order, an empty
/// one where there is no file. What it changed is then committed and written; if it fails, nothing is.
///
/// # Errors
/// Of `edit`; a file that is no kubeconfig, cannot be edited or not be written; locks that others hold; a signal.
pub fn update<T>(files: &[PathBuf], world: &World, edit: impl FnOnce(&mut [Document]) -> Result<T>) -> Result<T> {
    update_within(PATIENCE, files, world, edit)
}

/// The same with another patience.
///
/// # Errors
/// See [`update`].
pub fn update_within<T>(
    patience: Duration,
    files: &[PathBuf],
    world: &World,
    edit: impl FnOnce(&mut [Document]) -> Result<T>,
) -> Result<T> {
    // Nobody but us removes our locks.
    let hold = Hold::begin().context("cannot hold signals off")?;
    let outcome = Locks::take(files, patience, &hold, world).and_then(|_locks| edit_locked(files, &hold, edit));
    match hold.end() {
        Some(signal) => Err(interrupted(signal).into()),
        None => outcome,
    }
}

fn edit_locked<T>(files: &[PathBuf], hold: &Hold, edit: impl FnOnce(&mut [Document]) -> Result<T>) -> Result<T> {
    let originals: Vec<Original> = files.iter().map(|path| Original::read(path)).collect::<Result<_, _>>()?;
    let documents: Result<Vec<Document>, _> = originals.iter().map(Original::document).collect();
    let mut documents = documents?;
    let answer = edit(&mut documents).map_err(|error| match error.downcast::<Refusal>() {
        Ok(refusal) => configuration(refusal.to_string()).into(),
        Err(error) => error,
    })?;
    for (original, document) in originals.iter().zip(&mut documents) {
        document.commit().map_err(|refusal| refusal.in_file(&original.path))?;
    }
    let changed = originals.iter().zip(&documents).filter(|(original, document)| document.text() != original.text());
    // All are complete beside their files before the first takes its place: so a full disk or a folder that may not be
    // written to leaves each as it was, not half of them.
    let prepared: Result<Vec<_>, _> = changed.map(|(original, document)| original.prepare(document.text())).collect();
    let prepared = prepared?;
    if hold.caught().is_none() {
        // Again, since disks take their time.
        prepared.iter().try_for_each(|file| file.original.check_unchanged())?;
        prepared.into_iter().try_for_each(Prepared::finish)?;
    }
    Ok(answer)
}

/// A file as it was.
struct Original {
    /// As given.
    path: PathBuf,
    /// Where it is, behind all links.
    real: PathBuf,
    /// [`None`] where there is none.
    found: Option<(String, Metadata)>,
}

impl Original {
    fn read(path: &Path) -> Result<Self, Failure> {
        let unreadable = |error: io::Error| configuration(format!("cannot read {}: {error}", shown(path)));
        let real = resolve(path).map_err(unreadable)?;
        let found = match super::read(&real)? {
            Some(text) => Some((text, fs::metadata(&real).map_err(unreadable)?)),
            None => None,
        };
        Ok(Self { path: path.to_owned(), real, found })
    }

    fn text(&self) -> &str {
        self.found.as_ref().map_or("", |(text, _)| text)
    }

    fn document(&self) -> Result<Document, Failure> {
        let document = Document::parse(self.text().to_owned()).and_then(|document| {
            super::check(document.value())?;
            document.check_whole()?;
            Ok(document)
        });
        document.map_err(|refusal| refusal.in_file(&self.path))
    }

    /// Writes `text`, and a backup of what it replaces, beside it.
    fn prepare(&self, text: &str) -> Result<Prepared<'_>, Failure> {
        self.check_unchanged()?;
        let prepare = || match &self.found {
            Some((old, metadata)) => {
                // What may not be written to, we do not replace either.
                OpenOptions::new().write(true).open(&self.real)?;
                let backup = with_ending(&self.real, ".ekscred-backup");
                let backup = Replacement::prepare(&backup, old.as_bytes(), Some(metadata))?;
                Ok(vec![backup, Replacement::prepare(&self.real, text.as_bytes(), Some(metadata))?])
            }
            None => {
                make_folder(&self.real)?;
                Ok(vec![Replacement::prepare(&self.real, text.as_bytes(), None)?])
            }
        };
        let replacements = prepare().map_err(|error| self.unwritable(&error))?;
        Ok(Prepared { original: self, replacements })
    }

    /// Not everybody takes kubectl's locks.
    fn check_unchanged(&self) -> Result<(), Failure> {
        let now = super::read(&self.real)?;
        if now.as_deref() != self.found.as_ref().map(|(text, _)| text.as_str()) {
            let message = format!("{} was changed by another program meanwhile", shown(&self.path));
            return Err(other(message).hint("run it again"));
        }
        Ok(())
    }

    fn unwritable(&self, error: &io::Error) -> Failure {
        let failure = other(format!("cannot write {}: {error}", shown(&self.path)));
        match error.kind() {
            // What is mounted itself can be written to, not replaced.
            ErrorKind::ResourceBusy => failure.hint("mount the folder that it is in, in place of the file"),
            _ => failure,
        }
    }
}

/// A file's backup, if it needs one, and its new text: complete, and not in their places yet.
struct Prepared<'a> {
    original: &'a Original,
    replacements: Vec<Replacement>,
}

impl Prepared<'_> {
    fn finish(self) -> Result<(), Failure> {
        let done = self.replacements.into_iter().try_for_each(Replacement::finish);
        done.map_err(|error| self.original.unwritable(&error))?;
        keep_folder(&self.original.real);
        Ok(())
    }
}

/// Where `path` leads, be there a file or not.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                let target = fs::read_link(&path)?;
                path = folder_of(&path).join(target);
            }
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(path),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many links lead to it"))
}

/// client-go's locks: files of no content beside the kubeconfigs, in the order of their names, so that no two processes
/// wait for each other
/// (<https://github.com/kubernetes/client-go/blob/master/tools/clientcmd/config.go>, `ModifyConfig` and `lockFile`).
struct Locks(Vec<PathBuf>);

impl Locks {
    fn take(files: &[PathBuf], patience: Duration, hold: &Hold, world: &World) -> Result<Self> {
        let mut paths: Vec<PathBuf> = files.iter().map(|path| with_ending(path, ".lock")).collect();
        paths.sort_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
        paths.dedup();
        let mut locks = Self(Vec::with_capacity(paths.len()));
        let (start, mut pause) = (Instant::now(), FIRST_PAUSE);
        for path in paths {
            make_folder(&path).map_err(|error| cannot_lock(&path, &error))?;
            while !create(&path).map_err(|error| cannot_lock(&path, &error))? {
                if let Some(signal) = hold.caught() {
                    return Err(interrupted(signal).into());
                }
                if start.elapsed() >= patience {
                    return Err(left_over(&path).into());
                }
                world.debug(|| format!("kubeconfig: waiting for {}", shown(&path)));
                thread::sleep(pause);
                pause = (pause * 2).min(LAST_PAUSE);
            }
            locks.0.push(path);
        }
        Ok(locks)
    }
}

impl Drop for Locks {
    fn drop(&mut self) {
        for path in self.0.drain(..).rev() {
            let _ = fs::remove_file(path);
        }
    }
}

/// Whether the lock is ours now.
fn create(path: &Path) -> io::Result<bool> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0);
    match options.write(true).create_new(true).open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

fn cannot_lock(path: &Path, error: &io::Error) -> Failure {
    other(format!("cannot make the lock {}: {error}", shown(path)))
}

/// The lock does not tell whose it is, so that only a person can know that nobody has it.
fn left_over(path: &Path) -> Failure {
    let name = path.display().to_string();
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_./-+@%:,".contains(&byte));
    let word = if is_plain { name } else { format!("'{}'", name.replace('\'', r"'\''")) };
    let message = format!("{} is there: another program edits the kubeconfig, or left its lock", shown(path));
    other(message).hint(format!("if no kubectl or ekscred is running: rm {word}"))
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.to_owned().into_os_string();
    name.push(ending);
    name.into()
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes the folder of a file, for us alone.
fn make_folder(path: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Has the folder of a file kept as it is now, with the file's new entry, where the system does that: the file is
/// complete either way.
fn keep_folder(path: &Path) {
    if let Ok(folder) = fs::File::open(folder_of(path)) {
        let _ = folder.sync_all();
    }
}
