//! A file replaced whole: whoever reads it finds either the old content or the new, whatever becomes of us meanwhile.

#![expect(clippy::disallowed_methods, reason = "the one way to write a file that others read")]

use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Replaces a file by another one with the mode and the owner of `model`; without one it is private to us.
///
/// # Errors
/// It could not be done, and the old content is still there.
pub(crate) fn replace(path: &Path, content: &[u8], model: Option<&Metadata>) -> io::Result<()> {
    Replacement::prepare(path, content, model)?.finish()
}

/// The new content of a file, complete on disk beside it: what is left to do takes no space.
pub(crate) struct Replacement {
    path: PathBuf,
    temporary: PathBuf,
}

impl Replacement {
    /// Writes what shall take the place of the file at `path`.
    ///
    /// # Errors
    /// It could not be done, and nothing of it is left.
    pub(crate) fn prepare(path: &Path, content: &[u8], model: Option<&Metadata>) -> io::Result<Self> {
        let mut temporary = path.to_owned().into_os_string();
        temporary.push(format!(".{}.tmp", unique()));
        let mut options = OpenOptions::new();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut new = options.write(true).create_new(true).open(&temporary)?;
        let replacement = Self { path: path.to_owned(), temporary: temporary.into() };
        new.write_all(content)?;
        model.map_or(Ok(()), |model| follow(&new, model))?;
        new.sync_all()?;
        Ok(replacement)
    }

    /// Puts it in the file's place.
    ///
    /// # Errors
    /// It could not be done, and the old content is still there.
    pub(crate) fn finish(self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.path)
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // After a rename there is none.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Gives `file` the owner and the mode of `model`, in this order: a change of the owner takes bits of the mode away.
#[cfg(unix)]
fn follow(file: &File, model: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    let ours = file.metadata()?;
    if (ours.uid(), ours.gid()) != (model.uid(), model.gid()) {
        fchown(file, Some(model.uid()), Some(model.gid()))?;
    }
    file.set_permissions(model.permissions())
}

/// Elsewhere files have the rights of their folder.
#[cfg(not(unix))]
fn follow(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// 16 hexadecimal digits that hardly come twice: the standard library seeds its hashers with random bytes.
pub(crate) fn unique() -> String {
    format!("{:016x}", RandomState::new().hash_one(()))
}
