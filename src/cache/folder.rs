//! A private folder of small files: what belongs to somebody else, or could have been put there by somebody else, is
//! neither used nor touched, and a file is replaced whole.

#![expect(clippy::disallowed_methods, reason = "what the caches read and write they open in their own way")]

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::replace;

/// Many times what a session or a token has.
const MAX_BYTES: u64 = 64 * 1024;

/// Who else may read an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Nobody: the files are our own.
    Ours,
    /// Whom the AWS CLI lets read it.
    Shared,
}

/// A folder that is ours alone to write to.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(super) path: PathBuf,
    access: Access,
}

impl Folder {
    /// Opens a folder; `None` where there is none.
    ///
    /// # Errors
    /// Why it is not used.
    pub(super) fn open(path: &Path, access: Access) -> io::Result<Option<Self>> {
        match fs::metadata(path) {
            Ok(metadata) => {
                private::check_folder(&metadata)?;
                Ok(Some(Self { path: path.to_owned(), access }))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Opens a folder, which is made where there is none.
    ///
    /// # Errors
    /// Why it is not used.
    pub(super) fn make(path: &Path, access: Access) -> io::Result<Self> {
        if let Some(folder) = Self::open(path, access)? {
            return Ok(folder);
        }
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        private::keep_folder(&mut builder);
        builder.create(path)?;
        Self::open(path, access)?.ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// What an entry holds, and when it was written; `None` where there is none.
    ///
    /// # Errors
    /// It is no file that we or the AWS CLI would have written, or cannot be read.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<(Vec<u8>, Metadata)>> {
        let mut options = OpenOptions::new();
        private::open_no_other(options.read(true));
        let file = match options.open(self.path.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            result => result?,
        };
        let metadata = file.metadata()?;
        private::check_file(&metadata, self.access)?;
        if metadata.len() > MAX_BYTES {
            return Err(io::Error::other(format!("it is larger than {MAX_BYTES} bytes")));
        }
        let mut content = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default() + 1);
        // No more than that, should it be growing.
        file.take(MAX_BYTES).read_to_end(&mut content)?;
        Ok(Some((content, metadata)))
    }

    /// Writes an entry, in place of the old one.
    ///
    /// # Errors
    /// It could not be written, and the old one is still there.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        replace(&self.path.join(name), content)
    }

    /// Opens the file whose lock is a key's, which is made where there is none.
    ///
    /// # Errors
    /// It is no file of ours, or cannot be opened.
    pub(super) fn lock_file(&self, name: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        private::open_no_other(options.read(true).write(true).create(true));
        private::keep_file(&mut options);
        let file = options.open(self.path.join(name))?;
        // There is nothing in it to read.
        private::check_file(&file.metadata()?, Access::Shared)?;
        Ok(file)
    }

    /// Sets the time of an empty file, which is made where there is none.
    ///
    /// # Errors
    /// It is no file of ours, or cannot be written.
    pub(super) fn touch(&self, name: &str, now: SystemTime) -> io::Result<()> {
        self.lock_file(name)?.set_modified(now)
    }

    /// Whether `file` is still the one that goes by `name`: another process may have removed it as old.
    pub(super) fn is_current(&self, name: &str, file: &File) -> bool {
        private::is_same(file, &self.path.join(name))
    }

    /// The names of all that is in it; none where it cannot be listed.
    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }

    /// An entry's own metadata, be it a link.
    pub(super) fn metadata(&self, name: &str) -> io::Result<Metadata> {
        fs::symlink_metadata(self.path.join(name))
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }
}

/// Replaces a file by a private one, so that whoever reads it finds either the old content or the new.
///
/// # Errors
/// It could not be done, and the old content is still there.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace::replace(path, content, None).or_else(|error| {
        // An empty directory must not be in its place for ever.
        match path.is_dir() && fs::remove_dir(path).is_ok() {
            true => replace::replace(path, content, None),
            false => Err(error),
        }
    })
}

/// What "private" means, by the system's own means.
#[cfg(unix)]
mod private {
    use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
    use std::io;
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
    use std::path::Path;

    use rustix::fs::OFlags;

    use super::Access;

    /// Whoever else may write to a folder could put an entry of theirs into it.
    pub(super) fn check_folder(metadata: &Metadata) -> io::Result<()> {
        let why = match metadata {
            _ if !metadata.is_dir() => "it is not a directory",
            _ if !is_ours(metadata) => "it belongs to another user",
            _ if metadata.mode() & 0o022 != 0 => "others may write to it",
            _ => return Ok(()),
        };
        Err(io::Error::other(why))
    }

    pub(super) fn check_file(metadata: &Metadata, access: Access) -> io::Result<()> {
        let (others, complaint) = match access {
            Access::Ours => (0o077, "others may read it"),
            Access::Shared => (0o022, "others may write to it"),
        };
        let why = match metadata {
            _ if !metadata.is_file() => "it is not a regular file",
            _ if !is_ours(metadata) => "it belongs to another user",
            // Elsewhere it may be something else.
            _ if metadata.nlink() > 1 => "it has a second name",
            _ if metadata.mode() & others != 0 => complaint,
            _ => return Ok(()),
        };
        Err(io::Error::other(why))
    }

    fn is_ours(metadata: &Metadata) -> bool {
        metadata.uid() == rustix::process::geteuid().as_raw()
    }

    pub(super) fn keep_folder(builder: &mut DirBuilder) {
        builder.mode(0o700);
    }

    pub(super) fn keep_file(options: &mut OpenOptions) {
        options.mode(0o600);
    }

    /// Follows no link out of the folder, and waits for nobody at a FIFO.
    pub(super) fn open_no_other(options: &mut OpenOptions) {
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }

    pub(super) fn is_same(file: &File, path: &Path) -> bool {
        let (Ok(ours), Ok(there)) = (file.metadata(), fs::symlink_metadata(path)) else { return false };
        (ours.dev(), ours.ino()) == (there.dev(), there.ino())
    }
}

/// Elsewhere a folder below the user's own profile is the user's alone.
#[cfg(not(unix))]
mod private {
    use std::fs::{DirBuilder, File, Metadata, OpenOptions};
    use std::io;
    use std::path::Path;

    use super::Access;

    pub(super) fn check_folder(metadata: &Metadata) -> io::Result<()> {
        if metadata.is_dir() { Ok(()) } else { Err(io::Error::other("it is not a directory")) }
    }

    pub(super) fn check_file(metadata: &Metadata, _: Access) -> io::Result<()> {
        if metadata.is_file() { Ok(()) } else { Err(io::Error::other("it is not a regular file")) }
    }

    pub(super) fn keep_folder(_: &mut DirBuilder) {}

    pub(super) fn keep_file(_: &mut OpenOptions) {}

    pub(super) fn open_no_other(_: &mut OpenOptions) {}

    /// Files have no number here that the standard library tells.
    pub(super) fn is_same(_: &File, path: &Path) -> bool {
        path.exists()
    }
}
